//! Pipelines that are wrong, or that do wrong: each is refused or ends as failed with a sentence that says what happened and what to
//! do, while the application stays usable. Programs that do wrong are met in `programs`, clocks in `clocks`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{Program, TestApp, pipeline};

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

/// How a run failed: its code, its sentence. Nothing waits to be tried again.
async fn failed(app: &TestApp, mut node: Value, more: Value, allow: Value) -> (String, String) {
    node["retry"] = json!({"max_attempts": 1});
    let mut definition = pipeline(json!([node]), &[]);
    for (key, value) in more.as_object().unwrap() {
        definition[key] = value.clone();
    }
    let run = app.call("run/start", json!({"definition": definition, "allow": allow})).await;
    let run = app.run_over(run["id"].as_str().unwrap()).await["run"].clone();
    assert_eq!(run["status"], "failed", "{run}");
    let word = |key: &str| run[key].as_str().unwrap().to_owned();
    let message = word("errorMessage");
    assert!(message.ends_with('.') && !message.contains("panicked"), "{message}");
    (word("errorCode"), message)
}

#[tokio::test]
async fn steps_in_a_ring_are_named_and_nothing_begins() {
    let ring = pipeline(
        json!([template("first", "1"), template("second", "2"), template("third", "3")]),
        &[("first", "second"), ("second", "third"), ("third", "first")],
    );
    let told = "lead to each other in a ring. Remove one of the edges, or put the steps into a loop.";
    let app = TestApp::start().await;
    let checked = app.call("pipeline/validate", json!({ "definition": ring })).await;
    let fault = &checked["faults"][0];
    assert_eq!((&fault["code"], &fault["place"]), (&json!("cycle"), &json!("/edges")), "{checked}");
    assert!(fault["message"].as_str().unwrap().ends_with(told), "{fault}");
    let refused = app.refused("run/start", json!({ "definition": ring })).await;
    assert!(refused.message.contains("`first` → `second` → `third`"), "{refused:?}");
    assert_eq!(app.rows("SELECT id FROM runs"), [""; 0]);
    app.finish().await;

    let program = Program::new();
    let file = program.home().join("ring.webplus.json");
    std::fs::write(&file, ring.to_string()).unwrap();
    let finished = program.run(&["run", file.to_str().unwrap()]).await;
    assert_eq!(finished.code(), 2, "{finished:?}");
    assert!(finished.stderr.contains(told), "{finished:?}");
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named() {
    let app = TestApp::start().await;
    let ask = |model: &str| json!({"id": "ask", "kind": "llm", "config": {"model": model, "prompt": "Hi"}});
    for (model, words) in
        [("fake/gone", ["\"gone\"", "hoose another"]), ("nobody/m", ["\"nobody\"", "hoose another"])]
    {
        let (_, message) = failed(&app, ask(model), json!({}), json!([])).await;
        for word in words {
            assert!(message.contains(word), "{model}: {message}");
        }
    }
    // None was chosen: the step names none, and there is no default.
    app.call("settings/update", json!({ "defaultModel": null })).await;
    let (_, message) = failed(&app, ask("{{ '' }}"), json!({}), json!([])).await;
    assert!(message.contains("choose a default model under Models"), "{message}");
    assert_eq!(app.rows("SELECT id FROM calls WHERE outcome = 'succeeded'"), [""; 0]);
    app.finish().await;
}

#[tokio::test]
async fn a_secret_that_nobody_entered_is_asked_for_by_its_name_and_nothing_is_sent() {
    let server = FaultServer::start(|_| Script::json(200, "{}")).await.unwrap();
    let app = TestApp::start().await;
    let host = server.address().ip().to_string();
    let node = json!({"id": "tell", "kind": "http", "config": {
        "method": "POST", "url": format!("{}/told", server.url()), "hosts": [host], "headers": {"authorization": "Bearer secret://token"}
    }});
    let more = json!({"secrets": ["token"]});
    let (code, message) = failed(&app, node.clone(), more.clone(), json!(["http", "secrets"])).await;
    assert_eq!(code, "forbidden");
    assert!(message.contains("There is no secret \"token\"") && message.contains("Enter it"), "{message}");
    let (code, message) = failed(&app, node, more, json!(["http"])).await;
    assert_eq!(code, "forbidden", "{message}");
    assert_eq!(server.requests().len(), 0, "it was sent all the same");
    app.finish().await;
}

#[tokio::test]
async fn a_template_that_grows_without_end_fails_by_itself_alone() {
    let app = TestApp::start().await;
    let begun = Instant::now();
    for bomb in [
        "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'x' * 100000000000 }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    ] {
        failed(&app, template("bomb", bomb), json!({}), json!([])).await;
        // Whatever else is asked of the application is answered.
        app.ran(&pipeline(json!([template("small", "still here")]), &[]), json!({})).await;
    }
    let (_, message) = failed(
        &app,
        json!({"id": "bomb", "kind": "condition", "config": {"if": "range(1000000000) | list | length > 0"}}),
        json!({}),
        json!([]),
    )
    .await;
    assert!(message.contains("bomb"), "{message}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    app.finish().await;
}

#[tokio::test]
async fn an_answer_of_a_hundred_megabytes_is_cut_off_with_a_sentence() {
    let server = FaultServer::start(|_| {
        Script::head(200, &[("Content-Type", "text/plain"), ("Connection", "close")])
            .repeat(vec![b'x'; 1 << 16], 1600)
    })
    .await
    .unwrap();
    let app = TestApp::start().await;
    let host = server.address().ip().to_string();
    let node = json!({"id": "get", "kind": "http", "config": {"method": "GET", "url": format!("{}/", server.url()), "hosts": [host]}});
    let (code, message) = failed(&app, node, json!({}), json!(["http"])).await;
    assert_eq!(code, "too_large", "{message}");
    // A value that a step makes is refused by its name.
    let grow = template("grow", "{% for i in range(1000) %}{{ inputs.x }}{% endfor %}");
    let more = json!({"inputs": {"x": {"type": "text", "default": "y".repeat(100_000)}}});
    let (_, message) = failed(&app, grow, more, json!([])).await;
    assert!(message.contains("grow"), "{message}");
    app.finish().await;
}
