"""Steps a second of LangGraph with its SqliteSaver: a chain of steps that do nothing, each kept before the next begins.

Prints one number. Needs the packages langgraph and langgraph-checkpoint-sqlite; ends with 3 where they aren't there.
"""

import sqlite3
import sys
import time
import uuid

try:
    from typing import TypedDict

    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(3)


class State(TypedDict):
    text: str


def main(path: str, steps: int) -> None:
    graph = StateGraph(State)
    for number in range(steps):
        graph.add_node(f"s{number}", lambda state: {"text": "x"})
    graph.add_edge(START, "s0")
    for number in range(1, steps):
        graph.add_edge(f"s{number - 1}", f"s{number}")
    graph.add_edge(f"s{steps - 1}", END)
    connection = sqlite3.connect(path, check_same_thread=False)
    saver = SqliteSaver(connection)
    saver.setup()
    chain = graph.compile(checkpointer=saver)
    options = {"configurable": {"thread_id": str(uuid.uuid4())}, "recursion_limit": steps + 10}
    begun = time.perf_counter()
    chain.invoke({"text": ""}, options, durability="sync")
    print(steps / (time.perf_counter() - begun))


main(sys.argv[1], int(sys.argv[2]))
