//! `run/…`: what a run promises.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

fn llm(id: &str, prompt: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": prompt}]}})
}

#[tokio::test]
async fn a_run_goes_from_its_inputs_through_steps_and_a_model_to_its_outputs() {
    let app = TestApp::start().await;
    app.fake().answer_with("Four.");
    let mut definition = pipeline(
        json!([
            template("ask", "What is {{ inputs.sum }}?"),
            llm("answer", "{{ nodes.ask.text }}"),
            {"id": "long", "kind": "condition", "config": {"if": "nodes.answer.text | length > 3"}},
            template("yes", "Long: {{ nodes.answer.text }}"),
            template("no", "Short."),
        ]),
        &[("ask", "answer"), ("answer", "long"), ("long.true", "yes"), ("long.false", "no")],
    );
    definition["inputs"] = json!({"sum": {"type": "text", "required": true}});
    definition["outputs"] = json!({"text": {"type": "text", "from": "yes.text"}});
    let view = app.ran(&definition, json!({"sum": "2 + 2"})).await;
    assert_eq!(view["outputs"]["text"]["preview"], "Long: Four.");
    assert_eq!(TestApp::step_of(&view, "no")["status"], "skipped");
    let id = view["run"]["id"].as_str().unwrap();
    let step = app.call("run/step", json!({"id": id, "node": "answer"})).await;
    assert_eq!(step["input"]["messages"][0]["content"], "What is 2 + 2?");
    assert_eq!(
        (&step["calls"][0]["outcome"], &step["calls"][0]["step"]),
        (&json!("succeeded"), &json!("answer"))
    );
    assert_eq!(step["attempts"][0]["outcome"], "succeeded");
    let journal = app.journal(id).await;
    assert_eq!(journal.first().map(String::as_str), Some("run.accepted"));
    assert_eq!(journal.last().map(String::as_str), Some("run.succeeded"));
    app.finish().await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_run_and_other_inputs_under_it_are_refused() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([template("a", "{{ inputs.x }}")]), &[]);
    definition["inputs"] = json!({"x": {"type": "text"}});
    let ask = |x: &str| json!({"definition": definition, "inputs": {"x": x}, "idempotencyKey": "k"});
    let first = app.call("run/start", ask("1")).await;
    app.run_over(first["id"].as_str().unwrap()).await;
    assert_eq!(app.call("run/start", ask("1")).await["id"], first["id"]);
    assert_eq!(app.refused("run/start", ask("2")).await.code, "idempotency_conflict");
    app.opened.clock.advance(std::time::Duration::from_secs(7 * 24 * 60 * 60 + 60));
    assert_ne!(app.call("run/start", ask("2")).await["id"], first["id"]);
    app.finish().await;
}
