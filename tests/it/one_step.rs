//! `run/start` with `only`: one step tried alone. Nothing that comes before it is ever run for that.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

fn llm(id: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": "Hello"}]}})
}

/// A model's answer, of which only long ones are made loud.
fn definition() -> Value {
    pipeline(
        json!([
            llm("ask"),
            {"id": "long", "kind": "condition", "config": {"if": "nodes.ask.text | length > 3"}},
            template("loud", "{{ nodes.ask.text | upper }}"),
            template("short", "{{ nodes.ask.text }}"),
        ]),
        &[("ask", "long"), ("long.true", "loud"), ("long.false", "short")],
    )
}

/// What a test of that step gives.
async fn tested(app: &TestApp, definition: &Value, only: &str, pins: Value) -> Value {
    let asked = json!({"definition": definition, "only": only, "pins": pins});
    let run = app.call("run/start", asked).await;
    assert_eq!(run["origin"], json!({"type": "test"}));
    let view = app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    assert_eq!(view["steps"].as_array().unwrap().len(), 1, "{}", view["steps"]);
    let step = json!({"id": run["id"], "node": only});
    app.call("run/step", step).await["outputs"].clone()
}

fn models_asked(app: &TestApp) -> Vec<String> {
    app.rows("SELECT count(*) FROM calls")
}

#[tokio::test]
async fn a_test_of_a_step_whose_inputs_nobody_made_is_refused_and_asks_no_model() {
    let app = TestApp::start().await;
    app.fake().answer_with("Four.");
    let asked = json!({"definition": definition(), "only": "loud"});
    let refused = app.refused("run/start", asked).await;
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("\"ask\"") && refused.message.contains("pin a result"), "{refused:?}");
    assert_eq!(app.rows("SELECT count(*) FROM runs"), ["0"]);
    assert_eq!(models_asked(&app), ["0"]);
    // Where it is pinned, nothing else is needed: neither the condition nor a run.
    let outputs = tested(&app, &definition(), "loud", json!({"ask": {"text": "pinned"}})).await;
    assert_eq!(outputs["text"]["preview"], "PINNED");
    assert_eq!(models_asked(&app), ["0"]);
    // Of a test nothing is known but the step itself.
    let asked = json!({"definition": definition(), "only": "loud"});
    assert_eq!(app.refused("run/start", asked).await.code, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn a_test_takes_what_the_last_run_made_and_pays_for_nothing() {
    let app = TestApp::start().await;
    app.fake().answer_with("Four.");
    app.ran(&definition(), json!({})).await;
    assert_eq!(models_asked(&app), ["1"]);
    // The other way than the run went, and with a text that it had not.
    let mut changed = definition();
    changed["nodes"][3] = template("short", "<{{ nodes.ask.text }}>");
    let outputs = tested(&app, &changed, "short", json!({})).await;
    assert_eq!(outputs["text"]["preview"], "<Four.>");
    assert_eq!(models_asked(&app), ["1"]);
    // A pin of the step itself doesn't stand in for trying it; one of another does.
    let pins = json!({"short": {"text": "old"}, "ask": {"text": "Five."}});
    let outputs = tested(&app, &changed, "short", pins).await;
    assert_eq!(outputs["text"]["preview"], "<Five.>");
    app.finish().await;
}

#[tokio::test]
async fn a_test_outlives_a_crash_and_still_runs_nothing_else() {
    let app = TestApp::start().await;
    let mut nodes = definition();
    nodes["nodes"].as_array_mut().unwrap().push(json!({"id": "gate", "kind": "human",
        "config": {"title": "{{ nodes.ask.text }}?"}}));
    nodes["edges"].as_array_mut().unwrap().push(json!({"from": "loud", "to": "gate"}));
    let asked = json!({"definition": nodes, "only": "gate", "pins": {"ask": {"text": "Sure"}}});
    let run = app.call("run/start", asked).await;
    let id = run["id"].as_str().unwrap();
    app.run_waits(id, "human").await;
    let again = app.after_a_crash().await;
    let answer = json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s"});
    again.call("run/answer", answer).await;
    let view = again.run_over(id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    assert_eq!(view["steps"].as_array().unwrap().len(), 1, "{}", view["steps"]);
    assert_eq!(models_asked(&again), ["0"]);
    again.finish().await;
    app.call("run/cancel", json!({"id": id})).await;
    app.finish().await;
}

#[tokio::test]
async fn a_step_inside_another_is_not_tested_alone_and_the_one_around_it_is_as_a_whole() {
    let app = TestApp::start().await;
    let definition = pipeline(
        json!([
            template("list", "a b"),
            {"id": "each", "kind": "map", "config": {"over": "nodes.list.text | split(' ') | list"}, "body": ["one"]},
            template("one", "{{ item }} of {{ nodes.list.text }}"),
        ]),
        &[("list", "each")],
    );
    let asked = json!({"definition": definition, "only": "one"});
    let refused = app.refused("run/start", asked).await;
    assert!(refused.message.contains("inside \"each\""), "{refused:?}");
    let asked = json!({"definition": definition, "only": "each"});
    assert!(app.refused("run/start", asked).await.message.contains("\"list\""));
    let asked = json!({"definition": definition, "only": "each", "pins": {"list": {"text": "x y"}}});
    let run = app.call("run/start", asked).await;
    let view = app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    let step = app.call("run/step", json!({"id": run["id"], "scope": "each:1", "node": "one"})).await;
    assert_eq!(step["outputs"]["text"]["preview"], "y of x y");
    app.finish().await;
}

#[tokio::test]
async fn a_step_after_one_that_failed_is_not_tested_on_what_is_not_there() {
    let app = TestApp::start().await;
    let stops = json!({"id": "stops", "kind": "assert", "config": {"that": "1 == 2", "message": "No."}});
    let definition = pipeline(
        json!([stops, template("text", "made"), template("end", "{{ nodes.text.text }}")]),
        &[("stops", "text"), ("text", "end")],
    );
    let id = app.run(&definition, json!({})).await;
    assert_eq!(app.run_over(&id).await["run"]["status"], "failed");
    let asked = json!({"definition": definition, "only": "end"});
    assert!(app.refused("run/start", asked).await.message.contains("\"text\""));
    app.finish().await;
}
