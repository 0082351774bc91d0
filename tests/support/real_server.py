"""Runs llama.cpp's own HTTP server (the Python package xllamacpp) on a free loopback port, for tests against a real server.

Usage: real_server.py MODEL.gguf. Prints {"port": N} in one line when it answers, and ends when its standard input does.
"""

import json
import os
import sys


def main():
    # The server writes to standard output as well; what a test reads goes to a copy of it, everything else to standard error.
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 2048
    params.n_parallel = 1
    params.cpuparams.n_threads = 2
    params.cpuparams_batch.n_threads = 2
    params.warmup = False
    server = xllamacpp.Server(params)
    port = int(server.listening_address.rsplit(":", 1)[1].strip("/"))
    print(json.dumps({"port": port}), file=ready, flush=True)
    sys.stdin.read()
    # Not by the interpreter's own end: the server's threads would keep it alive.
    os._exit(0)


if __name__ == "__main__":
    main()
