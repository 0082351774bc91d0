use std::collections::BTreeMap;

use domain::EffectClass;
use serde_json::{Value, json};

use super::{bench::Bench, models::answered};
use crate::pipelines::step::{StepEnd, Wait};

fn node(tools: Value) -> Value {
    json!({"id": "x", "kind": "agent", "config": {"model": "fake/m", "task": "What is in a.md?", "tools": tools, "max_turns": 4}})
}

fn read() -> Value {
    json!({
        "name": "read", "description": "Reads a file.", "kind": "file",
        "config": {"op": "read", "path": "{{ inputs.folder }}/{{ args.path }}"},
        "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    })
}

fn run_it() -> Value {
    json!({"name": "run", "description": "Runs a program.", "kind": "shell", "config": {"argv": ["sh", "-c", "{{ args.script }}"]}})
}

async fn bench() -> Bench {
    let mut bench = Bench::new().await;
    std::fs::create_dir(bench.path("work")).unwrap();
    std::fs::write(bench.path("work/a.md"), "The answer is 42.").unwrap();
    bench.inputs = json!({"folder": bench.path("work")});
    bench
}

fn rest() -> Value {
    json!({"inputs": {"folder": {"type": "dir"}}})
}

#[tokio::test]
async fn an_agent_uses_tools_until_it_has_the_answer_and_each_use_is_an_attempt() {
    let bench = bench().await;
    let texts = [
        "{\"tool\": \"read\", \"args\": {\"file\": \"a.md\"}}",
        "{\"tool\": \"read\", \"args\": {\"path\": \"../a.md\"}}",
        "{\"tool\": \"read\", \"args\": {\"path\": \"a.md\"}}",
        "{\"tool\": \"answer\", \"answer\": \"42\"}",
    ];
    let (left, asked) = answered(&bench, node(json!([read()])), rest(), &texts).await;
    let left = left.unwrap();
    assert_eq!((&left.values["text"], &left.values["turns"]), (&json!("42"), &json!(4)));
    let seen: Vec<String> = asked.iter().map(|request| request.messages.last().unwrap().plain()).collect();
    assert!(seen[1].contains("don't fit"), "{}", seen[1]);
    assert!(seen[2].contains("read failed"), "{}", seen[2]);
    assert!(seen[3].contains("The answer is 42."), "{}", seen[3]);
    assert!(asked[0].system.contains("- read: Reads a file."), "{}", asked[0].system);
    let begun: Vec<(u32, String)> =
        bench.inner.begun.lock().unwrap().iter().map(|(index, name, ..)| (*index, name.clone())).collect();
    let names: Vec<&str> = begun.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["model", "model", "read", "model", "read", "model"]);
    assert!(left.calls.is_empty(), "they are settled with their own attempts");
    bench.finish().await;
}

#[tokio::test]
async fn after_a_crash_an_agent_goes_on_behind_what_had_ended() {
    let bench = bench().await;
    let said = |value: Value| BTreeMap::from([("json".to_owned(), value)]);
    bench.inner.ended.lock().unwrap().extend([
        (0, said(json!({"tool": "run", "args": {"script": "echo once"}}))),
        (1, BTreeMap::from([("stdout".to_owned(), json!("once\n"))])),
    ]);
    let mut tool = run_it();
    tool["ask"] = json!(false);
    let (left, asked) =
        answered(&bench, node(json!([tool])), rest(), &["{\"tool\": \"answer\", \"answer\": \"done\"}"])
            .await;
    assert_eq!(left.unwrap().values["turns"], 2);
    assert!(asked[0].messages[2].plain().contains("once"), "{:?}", asked[0].messages);
    assert_eq!(bench.inner.begun.lock().unwrap().len(), 1);
    bench.finish().await;
}

#[tokio::test]
async fn a_tool_that_can_not_be_taken_back_needs_somebody_s_word() {
    let bench = bench().await;
    let use_it = json!({"tool": "run", "args": {"script": "echo $((6 * 7))"}});
    let said = |value: Value| BTreeMap::from([("json".to_owned(), value)]);
    bench.inner.ended.lock().unwrap().insert(0, said(use_it.clone()));
    let end = bench.end(node(json!([run_it()])), rest(), bench.inputs.clone()).await.unwrap();
    let StepEnd::Wait(Wait::Human { consent: Some(consent), .. }) = end else {
        panic!("it didn't ask: {end:?}");
    };
    // A yes to something else is none; one to this is.
    for (about, asks) in [("0".repeat(32), true), (consent.about, false)] {
        let yes = [("answer", json!("approve")), ("about", json!(about))];
        let yes = yes.map(|(name, value)| (name.to_owned(), value)).into();
        bench.inner.said.lock().unwrap().insert(1, yes);
        bench.inner.ended.lock().unwrap().insert(2, said(json!({"tool": "answer", "answer": "yes"})));
        let end = bench.end(node(json!([run_it()])), rest(), bench.inputs.clone()).await.unwrap();
        assert_eq!(matches!(end, StepEnd::Wait(_)), asks, "{end:?}");
    }
    assert_eq!(bench.inner.ended.lock().unwrap()[&1]["stdout"], "42\n");
    bench.inner.ended.lock().unwrap().clear();
    let mut tool = run_it();
    tool["ask"] = json!(false);
    let texts = [
        "{\"tool\": \"run\", \"args\": {\"script\": \"echo $((6 * 7))\"}}",
        "{\"tool\": \"answer\", \"answer\": \"yes\"}",
    ];
    let (left, asked) = answered(&bench, node(json!([tool])), rest(), &texts).await;
    left.unwrap();
    assert!(asked[1].messages[2].plain().contains("42"));
    {
        let begun = bench.inner.begun.lock().unwrap();
        assert!(
            begun.iter().any(|(_, name, effect, _)| name == "run" && *effect == EffectClass::AtMostOnce),
            "{begun:?}"
        );
    }
    bench.finish().await;
}

#[tokio::test]
async fn an_agent_without_an_answer_in_time_says_so() {
    let bench = bench().await;
    let again = "{\"tool\": \"read\", \"args\": {\"path\": \"a.md\"}}";
    let (left, _) = answered(&bench, node(json!([read()])), rest(), &[again; 4]).await;
    assert!(left.unwrap_err().message.contains("no answer after 4 turns"));
    bench.finish().await;
}
