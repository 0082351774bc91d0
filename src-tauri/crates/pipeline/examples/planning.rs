//! What the planner costs an event: in a chain of 1,000 steps, and in a map of 10,000 items of two steps each; and how long a
//! definition of 1,000 steps, each with a template that names the one before, takes to be read and checked. Prints JSON lines
//! `{"name","value","unit"}`; memory is what the plan holds of a map at most, in open steps.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measuring program: prints what it measured")]

use std::{error::Error, time::Instant};

use serde_json::{Value, json};
use webplus_pipeline::{Definition, Effect, Event, Key, Known, Limits, Outcome, Plan};

type Failure = Box<dyn Error>;

/// Times that each is measured; the fastest counts, since all else is the machine's.
const ROUNDS: usize = 7;
const CHAIN: usize = 1_000;
const ITEMS: u32 = 10_000;

fn main() -> Result<(), Failure> {
    let chain = definition(&json!({
        "nodes": (0..CHAIN).map(|n| step(&format!("s{n}"))).collect::<Vec<_>>(),
        "edges": (1..CHAIN).map(|n| json!({ "from": format!("s{}.ok", n - 1), "to": format!("s{n}") })).collect::<Vec<_>>(),
    }))?;
    let map = definition(&json!({
        "nodes": [
            { "id": "each", "kind": "map", "config": { "over": "inputs.list", "parallel": 256 }, "body": ["a", "b"] },
            step("a"),
            step("b"),
        ],
        "edges": [{ "from": "a.ok", "to": "b" }],
    }))?;
    for (name, definition) in [("planner.chain_1000", &chain), ("planner.map_10000", &map)] {
        let mut best = f64::INFINITY;
        let (mut events, mut open) = (0, 0);
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            (events, open) = drive(definition);
            best = best.min(begun.elapsed().as_nanos() as f64 / events as f64);
        }
        println!("{}", json!({ "name": name, "value": best.round(), "unit": "ns/event", "events": events }));
        println!("{}", json!({ "name": format!("{name}.open"), "value": open, "unit": "steps" }));
    }
    let file = templates();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS * 3 {
        let begun = Instant::now();
        let definition = webplus_pipeline::read(&file).map_err(|faults| format!("{faults:?}"))?;
        let faults = webplus_pipeline::check(&definition, &Known::default());
        best = best.min(begun.elapsed().as_secs_f64() * 1_000.0);
        if !faults.is_empty() {
            return Err(format!("{faults:?}").into());
        }
    }
    println!(
        "{}",
        json!({ "name": "planner.check_1000", "value": (best * 100.0).round() / 100.0, "unit": "ms" })
    );
    Ok(())
}

fn templates() -> Value {
    let node = |n: usize| {
        let before = n.checked_sub(1).map(|before| format!("{{{{ nodes.s{before}.text | upper }}}}"));
        let template = format!("Step {n}: {} {{% if {n} > 3 %}}x{{% endif %}}", before.unwrap_or_default());
        json!({ "id": format!("s{n}"), "kind": "template", "config": { "template": template } })
    };
    let edge = |n: usize| json!({ "from": format!("s{}", n - 1), "to": format!("s{n}") });
    json!({
        "format": webplus_pipeline::FORMAT,
        "id": "measured",
        "nodes": (0..CHAIN).map(node).collect::<Vec<_>>(),
        "edges": (1..CHAIN).map(edge).collect::<Vec<_>>(),
    })
}

fn step(id: &str) -> Value {
    json!({ "id": id, "kind": "template", "config": { "template": "" } })
}

fn definition(parts: &Value) -> Result<Definition, Failure> {
    let mut file = json!({ "format": webplus_pipeline::FORMAT, "id": "measured", "inputs": { "list": { "type": "list<number>" } } });
    file["nodes"] = parts["nodes"].clone();
    file["edges"] = parts["edges"].clone();
    webplus_pipeline::read(&file).map_err(|faults| format!("{faults:?}").into())
}

/// Runs to the end; how many events that took, and how many steps were held at most.
fn drive(definition: &Definition) -> (usize, usize) {
    let mut plan = Plan::new(definition, Limits::default());
    let mut asked: Vec<Effect> = plan.apply(Event::Begun);
    let (mut events, mut open) = (1, 0);
    while let Some(effect) = asked.pop() {
        let answers = match effect {
            Effect::Start(key) if key.node == "each" => vec![Event::Opened(key, ITEMS)],
            Effect::Start(key) => vec![Event::Taken(key.clone()), Event::Ended(key, ok())],
            Effect::Close(key, _) => vec![Event::Closed(key, ok())],
            Effect::Set(..) | Effect::Judge(..) | Effect::Abort(_) | Effect::End(_) => continue,
        };
        for event in answers {
            events += 1;
            if events % 4096 == 0 {
                open = open.max(plan.instances().count());
            }
            asked.extend(plan.apply(event));
        }
    }
    assert_ended(&plan);
    (events, open)
}

fn ok() -> Outcome {
    Outcome::Succeeded { port: "ok".to_owned(), taken: Vec::new() }
}

fn assert_ended(plan: &Plan) {
    if plan.is_over().is_none() {
        let left: Vec<Key> = plan.instances().map(|(key, _)| key).take(3).collect();
        eprintln!("the run did not end; it still has {left:?}");
    }
}
