//! Whose a run is: a build that doesn't know a step leaves it alone, and a process that was taken for dead writes nothing more.

use std::path::Path;

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

/// What the kept definitions say, changed behind the application's back: as another build would read them.
fn called(data: &Path, was: &str, is: &str) {
    let database = rusqlite::Connection::open(data.join("webplus.db")).unwrap();
    let (was, is) = (format!("\"kind\":\"{was}\""), format!("\"kind\":\"{is}\""));
    let changed = database.execute("UPDATE definitions SET json = replace(json, ?1, ?2)", [was, is]).unwrap();
    assert!(changed > 0);
}

#[tokio::test]
async fn a_run_whose_step_this_build_does_not_have_waits_for_one_that_has() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([{"id": "gate", "kind": "human", "config": {"title": "Go?"}}, template("say", "Said")]),
        &[("gate.approve", "say")],
    );
    definition["outputs"] = json!({"text": {"from": "say.text"}});
    let id = app.run(&definition, json!({})).await;
    app.run_waits(&id, "human").await;
    let app = app.reopened_over(|data| called(data, "template", "telepathy")).await;
    app.call("run/answer", json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s"})).await;
    let view = app.run_until(&id, |run| run["status"] == "paused").await;
    let reason = view["run"]["reason"].as_str().unwrap();
    assert!(reason.contains("no steps of the kind \"telepathy\", which say needs"), "{reason}");
    // Whoever goes on all the same is told the same, and nothing is lost by it.
    app.call("run/resume", json!({ "id": id })).await;
    let view = app.run_until(&id, |run| run["status"] == "paused").await;
    assert_ne!(TestApp::step_of(&view, "say")["status"], "failed", "{view}");
    let app = app.reopened_over(|data| called(data, "telepathy", "template")).await;
    app.call("run/resume", json!({ "id": id })).await;
    assert_eq!(app.run_over(&id).await["outputs"]["text"]["preview"], "Said");
    app.journal(&id).await;
    app.finish().await;
}

/// The lock is what keeps a second start out. Where it fails (a folder on a network, a computer that slept), the epoch does.
#[cfg(unix)]
#[tokio::test]
async fn of_two_drivers_of_one_run_the_older_writes_nothing_more() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            {"id": "ask", "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": "Hello"}]}},
            template("after", "{{ nodes.ask.text }}"),
        ]),
        &[("ask", "after")],
    );
    definition["id"] = json!("fought-over");
    definition["outputs"] = json!({"text": {"from": "after.text"}});
    app.saved(&definition).await;
    let id = app.run(&definition, json!({})).await;
    let of_older = app.next_call().await;
    let newer = app.taken_over().await;
    let of_newer = newer.next_call().await;
    let before = app.rows("SELECT count(*) FROM journal");
    of_older.text("from the older one");
    of_older.finish();
    // All that the older one is asked to keep is refused with what to do, whatever table is meant.
    let mut other = definition.clone();
    other["id"] = json!("another");
    for (method, params) in [
        ("run/start", json!({"definition": definition})),
        ("pipeline/save", json!({"definition": other})),
        ("pipeline/delete", json!({"id": "fought-over"})),
        ("settings/update", json!({"defaultModel": "fake/small"})),
        ("message/send", json!({"text": "Hello"})),
        (
            "provider/add",
            json!({"name": "Fake two", "kind": "openai_compatible", "baseUrl": "http://127.0.0.1:9/v1"}),
        ),
    ] {
        let refused = app.refused(method, params).await;
        assert_eq!(refused.code, "busy", "{method}: {refused:?}");
        assert!(refused.message.contains("started again on this data folder"), "{method}: {refused:?}");
    }
    assert!(
        app.try_call("run/cancel", json!({"id": id})).await.is_err(),
        "the other one's run isn't ours to end"
    );
    assert_eq!(app.rows("SELECT count(*) FROM journal"), before, "nothing of the run was written");
    of_newer.text("from the newer one");
    of_newer.finish();
    let view = newer.run_over(&id).await;
    assert_eq!(view["outputs"]["text"]["preview"], "from the newer one", "{view}");
    assert_eq!(newer.call("run/get", json!({ "id": id })).await["run"]["status"], "succeeded");
    newer.journal(&id).await;
    // The older one ends without a word in the folder.
    let whole = newer.rows("SELECT count(*) FROM journal");
    app.finish().await;
    assert_eq!(newer.rows("SELECT count(*) FROM journal"), whole);
    newer.finish().await;
}
