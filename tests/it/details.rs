//! `run/step`: what is still known of a step when it has ended: what it said, what a model was sent, what an agent used.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn agent() -> Value {
    let tool = json!({"name": "shout", "description": "Says it loud.", "kind": "template",
        "config": {"template": "{{ args.word | upper }}"},
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}});
    pipeline(
        json!([{"id": "think", "kind": "agent", "config": {"model": "fake/m", "task": "Say sea.", "tools": [tool], "max_turns": 4}}]),
        &[],
    )
}

#[tokio::test]
async fn what_an_agent_used_and_was_sent_and_said_is_there_after_it_ended() {
    let app = TestApp::start().await;
    let id = app.run(&agent(), json!({})).await;
    for answer in [r#"{"tool": "shout", "args": {"word": "sea"}}"#, r#"{"tool": "answer", "answer": "SEA"}"#]
    {
        let call = app.next_call().await;
        call.text(answer);
        call.finish();
    }
    app.run_over(&id).await;
    let step = app.call("run/step", json!({"id": id, "node": "think"})).await;
    let uses = step["uses"].as_array().unwrap();
    assert_eq!(uses.len(), 1, "the questions to the model are no tools: {uses:?}");
    assert_eq!(uses[0]["step"]["node"], "shout");
    assert_eq!(uses[0]["step"]["status"], "succeeded");
    assert_eq!(uses[0]["args"], r#"{"word":"sea"}"#);
    // Each use is looked into as a step of its own.
    let place = json!({"id": id, "scope": uses[0]["step"]["scope"], "node": "shout"});
    let inside = app.call("run/step", place).await;
    assert_eq!(
        (&inside["outputs"]["text"]["preview"], &inside["input"]["word"]),
        (&json!("SEA"), &json!("sea"))
    );
    // The last question holds the whole conversation, instructions included.
    let sent = step["sent"].as_array().unwrap();
    assert_eq!(sent[0]["role"], "system");
    assert!(sent[0]["content"].as_str().unwrap().contains("- shout: Says it loud."));
    assert!(sent.last().unwrap()["content"].as_str().unwrap().contains("<result of=\"shout\">"));
    let log = &step["attempts"][0]["log"];
    assert!(log[0].as_str().is_some_and(|line| line.starts_with("Uses shout")), "{log}");
    app.finish().await;
}

#[tokio::test]
async fn each_kind_that_adds_to_a_prompt_shows_what_was_sent() {
    let app = TestApp::start().await;
    let schema = json!({"type": "object", "required": ["x"]});
    let steps = json!([
        {"id": "data", "kind": "structured", "config": {"model": "fake/m", "prompt": "Give x.", "schema": schema}},
        {"id": "rate", "kind": "judge", "config": {"model": "fake/m", "subject": "It", "criteria": "Is it good?"}},
        {"id": "way", "kind": "router", "config": {"model": "fake/m", "input": "Where?", "routes": {"left": "To the left"}}},
        {"id": "plain", "kind": "llm", "config": {"model": "fake/m", "prompt": "Hello"}},
    ]);
    let id = app
        .run(&pipeline(steps, &[("data", "rate"), ("rate", "way"), ("way.left", "plain")]), json!({}))
        .await;
    let answers = [
        r#"{"y": 1}"#,
        r#"{"x": 1}"#,
        r#"{"score": 1, "reason": "Good."}"#,
        r#"{"route": "left", "reason": "So."}"#,
        "Hi",
    ];
    let mut sent = Vec::new();
    for answer in answers {
        let call = app.next_call().await;
        sent.push(call.request.clone());
        call.text(answer);
        call.finish();
    }
    app.run_over(&id).await;
    for (node, asked) in [("data", 1), ("rate", 2), ("way", 3)] {
        let step = app.call("run/step", json!({"id": id, "node": node})).await;
        let shown = step["sent"].as_array().unwrap();
        let asked = &sent[asked];
        assert_eq!(shown[0], json!({"role": "system", "content": asked.system}), "{node}");
        let texts: Vec<String> = asked.messages.iter().map(llm::RequestMessage::plain).collect();
        let told: Vec<&str> = shown[1..].iter().map(|one| one["content"].as_str().unwrap()).collect();
        assert_eq!(told, texts, "{node}");
    }
    let mended = app.call("run/step", json!({"id": id, "node": "data"})).await;
    assert_eq!(mended["sent"].as_array().unwrap().len(), 4, "the answer that didn't fit is in it, too");
    assert!(mended["attempts"][0]["log"][0].as_str().unwrap().contains("asked to mend it"));
    // What was sent is what it was given: shown once.
    let plain = app.call("run/step", json!({"id": id, "node": "plain"})).await;
    assert_eq!((plain.get("sent"), &plain["input"]["prompt"]), (None, &json!("Hello")));
    app.finish().await;
}
