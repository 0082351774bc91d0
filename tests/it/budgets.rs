//! What a run may spend, with all that is done in its name.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

/// The longest answer that is reckoned with where nobody limits it is 4,096 tokens: room for one question, not for two.
const ONE_CALL: u64 = 4_200;

/// Some hundred tokens.
fn answer() -> String {
    "Hi there. ".repeat(200)
}

fn asks(id: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": "Hello"}]}})
}

async fn save_inner(app: &TestApp) {
    let mut inner = pipeline(json!([asks("first"), asks("second")]), &[("first", "second")]);
    inner["id"] = json!("inner");
    app.call("pipeline/save", json!({"definition": inner})).await;
}

fn outer() -> Value {
    let mut outer = pipeline(json!([{"id": "sub", "kind": "pipeline", "config": {"id": "inner"}}]), &[]);
    outer["defaults"] = json!({"budget": {"tokens": ONE_CALL}});
    outer
}

/// The run inside, once it is held up.
async fn inside(app: &TestApp, id: &str) -> String {
    let view = app.run_waits(id, "run").await;
    let inside = view["waiting"][0]["runId"].as_str();
    inside.unwrap_or_else(|| panic!("it waits for no run: {view}")).to_owned()
}

#[tokio::test]
async fn a_budget_holds_for_the_runs_inside_too_and_is_granted_there() {
    let app = TestApp::start().await;
    app.fake().answer_with(&answer());
    save_inner(&app).await;
    let id = app.run(&outer(), json!({})).await;
    let inside = inside(&app, &id).await;
    let view = app.run_until(&inside, |run| run["status"] == "paused").await;
    assert!(view["run"]["reason"].as_str().unwrap().contains("tokens"), "{}", view["run"]);
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"]);
    app.call("run/resume", json!({ "id": inside })).await;
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    let spent = app.call("run/get", json!({ "id": inside })).await["run"]["tokens"].clone();
    assert_eq!(view["run"]["tokens"], spent, "what was spent inside is the run's");
    app.finish().await;
}

#[tokio::test]
async fn after_a_crash_what_was_spent_inside_still_counts() {
    let app = TestApp::start().await;
    save_inner(&app).await;
    let id = app.run(&outer(), json!({})).await;
    let first = app.next_call().await;
    first.text(&answer());
    first.finish();
    let inside = inside(&app, &id).await;
    app.run_until(&inside, |run| run["status"] == "paused").await;
    let crashed = app.after_a_crash().await;
    // Which of the budgets refused was known to the earlier start alone: it is asked once more, and no call is made.
    crashed.call("run/resume", json!({ "id": inside })).await;
    crashed.run_until(&inside, |run| run["status"] == "paused").await;
    assert_eq!(crashed.rows("SELECT count(*) FROM calls"), ["1"]);
    crashed.call("run/resume", json!({ "id": inside })).await;
    let second = crashed.next_call().await;
    second.text(&answer());
    second.finish();
    let view = crashed.run_over(&id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    assert_eq!(crashed.rows("SELECT count(*) FROM calls WHERE outcome = 'succeeded'"), ["2"]);
    for app in [crashed, app] {
        app.call("run/cancel", json!({ "id": id })).await;
        app.finish().await;
    }
}

#[tokio::test]
async fn what_a_run_inside_cost_counts_though_it_failed() {
    let app = TestApp::start().await;
    app.fake().answer_with(&answer());
    let wrong = json!({"id": "wrong", "kind": "assert", "config": {"that": "1 == 2", "message": "No."}});
    let mut inner = pipeline(json!([asks("first"), wrong]), &[("first", "wrong")]);
    inner["id"] = json!("inner");
    app.call("pipeline/save", json!({"definition": inner})).await;
    let id = app
        .run(&pipeline(json!([{"id": "sub", "kind": "pipeline", "config": {"id": "inner"}}]), &[]), json!({}))
        .await;
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["status"], "failed", "{}", view["run"]);
    assert!(view["run"]["tokens"].as_u64().unwrap() > 0, "{}", view["run"]);
    app.finish().await;
}
