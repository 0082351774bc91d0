//! What begins runs by itself: each occurrence once, whatever crashes in between.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use standardwebhooks::Webhook;
use webplus_tests::{TestApp, pipeline, raw, until};

/// A pipeline that repeats its one input, with that trigger.
fn echo(id: &str, trigger: Value) -> Value {
    let mut definition =
        pipeline(json!([{"id": "say", "kind": "template", "config": {"template": "{{ inputs.x }}"}}]), &[]);
    definition["id"] = json!(id);
    definition["inputs"] = json!({"x": {"type": "text"}});
    definition["outputs"] = json!({"text": {"from": "say.text"}});
    definition["triggers"] = json!([trigger]);
    definition
}

async fn enabled(app: &TestApp, pipeline: &str) -> Value {
    app.call("trigger/enable", json!({"pipelineId": pipeline, "id": "t", "enabled": true})).await
}

/// The pipeline's runs once there are that many and all are over, oldest first.
async fn runs(app: &TestApp, pipeline: &str, count: usize) -> Vec<Value> {
    until("the runs", async || {
        let page = app.call("run/list", json!({ "pipelineId": pipeline })).await;
        let mut found = page["items"].as_array().unwrap().clone();
        assert!(found.len() <= count, "{found:#?}");
        found.reverse();
        (found.len() == count && found.iter().all(|run| run["status"] == "succeeded")).then_some(found)
    })
    .await
}

async fn said(app: &TestApp, run: &Value) -> String {
    let view = app.call("run/get", json!({"id": run["id"]})).await;
    view["outputs"]["text"]["preview"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_schedule_begins_a_run_at_its_instant_and_once_across_a_crash() {
    let app = TestApp::start().await;
    let definition = echo(
        "hourly",
        json!({"id": "t", "kind": "schedule", "cron": "0 * * * *", "tz": "UTC", "inputs": {"x": "{{ event.at }}"}}),
    );
    app.saved(&definition).await;
    let listed = app.call("trigger/list", json!({})).await;
    assert_eq!(
        (&listed[0]["enabled"], &listed[0]["nextAt"]),
        (&json!(false), &Value::Null),
        "a person switches it on"
    );
    let view = enabled(&app, "hourly").await;
    assert_eq!(view["nextAt"], json!(1_750_003_200_000_i64));
    app.opened.clock.advance(Duration::from_mins(54));
    // Saving wakes whoever looks at the clock.
    app.saved(&definition).await;
    let found = runs(&app, "hourly", 1).await;
    assert_eq!(found[0]["origin"], json!({"type": "trigger", "id": "t"}));
    assert_eq!(said(&app, &found[0]).await, "2025-06-15T16:00:00Z");
    let again = app.after_a_crash().await;
    again.saved(&definition).await;
    assert_eq!(runs(&again, "hourly", 1).await.len(), 1);
    // Missed while it was off: one run for all.
    again.opened.clock.advance(Duration::from_hours(5));
    again.saved(&definition).await;
    let found = runs(&again, "hourly", 2).await;
    assert_eq!(said(&again, &found[1]).await, "2025-06-15T21:00:00Z");
    again.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn a_signed_request_begins_one_run_however_often_it_is_sent() {
    let app = TestApp::start().await;
    app.saved(&echo("hooked", json!({"id": "t", "kind": "webhook", "verify": "standard-webhooks", "inputs": {"x": "{{ event.json.word }}"}}))).await;
    let view = enabled(&app, "hooked").await;
    let (secret, path) = (view["secret"].as_str().unwrap(), view["path"].as_str().unwrap());
    assert!(secret.starts_with("whsec_") && path == "/hooks/hooked/t");
    let key = Webhook::new(secret).unwrap();
    let seconds = 1_750_000_000;
    let body = r#"{"word": "hello"}"#;
    let send = async |id: &str, signature: &str| {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {seconds}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
            app.address,
            body.len()
        );
        raw::send(app.address, request.as_bytes()).await
    };
    let signature = key.sign("m1", seconds, body.as_bytes()).unwrap();
    assert_eq!(send("m1", "v1,AAAA").await.status, 401);
    assert_eq!(send("m2", &signature).await.status, 401);
    let first = send("m1", &signature).await;
    assert_eq!(first.status, 202, "{}", first.body);
    let again = send("m1", &signature).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    let found = runs(&app, "hooked", 1).await;
    assert_eq!(json!({"runId": found[0]["id"]}).to_string(), first.body);
    assert_eq!(said(&app, &found[0]).await, "hello");
    app.call("trigger/enable", json!({"pipelineId": "hooked", "id": "t", "enabled": false})).await;
    assert_eq!(send("m1", &signature).await.status, 404);
    // The secret is told once only.
    assert_eq!(enabled(&app, "hooked").await["secret"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_file_that_arrives_begins_one_run_and_one_that_was_there_none() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::write(root.join("old.md"), "old").unwrap();
    let trigger = json!({"id": "t", "kind": "watch", "path": root, "glob": "*.md", "debounce": "100ms",
        "inputs": {"x": "{{ event.name }}: {{ event.content }}"}});
    app.saved(&echo("inbox", trigger)).await;
    enabled(&app, "inbox").await;
    looked_at(&app, &root.join("old.md")).await;
    fs::write(root.join("new.md"), "hello").unwrap();
    fs::write(root.join("other.txt"), "no").unwrap();
    let found = runs(&app, "inbox", 1).await;
    assert_eq!(said(&app, &found[0]).await, "new.md: hello");
    fs::write(root.join("new.md"), "changed").unwrap();
    let found = runs(&app, "inbox", 2).await;
    assert_eq!(said(&app, &found[1]).await, "new.md: changed");
    // What arrives while nobody looks is found at the next start.
    let app = app.reopen().await;
    assert_eq!(runs(&app, "inbox", 2).await.len(), 2);
    fs::write(root.join("late.md"), "late").unwrap();
    let found = runs(&app, "inbox", 3).await;
    assert_eq!(said(&app, &found[2]).await, "late.md: late");
    app.finish().await;
}

#[tokio::test]
async fn a_folder_that_is_only_looked_at_says_why_at_its_trigger_until_it_is_watched() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let later = folder.path().canonicalize().unwrap().join("later");
    let trigger = json!({"id": "t", "kind": "watch", "path": later, "glob": "*.md", "debounce": "100ms",
        "inputs": {"x": "{{ event.name }}"}});
    let definition = echo("inbox", trigger);
    app.saved(&definition).await;
    assert_eq!(enabled(&app, "inbox").await["note"], Value::Null);
    let note = async || app.call("trigger/list", json!({})).await[0]["note"].clone();
    let told = until("why it is only looked at", async || note().await.as_str().map(str::to_owned)).await;
    assert!(told.contains("later isn't there yet") && told.contains("once a minute"), "{told}");
    fs::create_dir(&later).unwrap();
    // Saving wakes whoever looks at folders.
    app.saved(&definition).await;
    until("it is watched", async || note().await.is_null().then_some(())).await;
    app.finish().await;
}

async fn looked_at(app: &TestApp, file: &Path) {
    let name = file.to_str().unwrap().to_owned();
    until("the file was looked at", async || {
        app.rows("SELECT cursor FROM triggers").iter().any(|cursor| cursor.contains(&name)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_run_that_ends_begins_another_one_and_a_ring_of_them_ends() {
    let app = TestApp::start().await;
    let after = |filter: &str| json!({"id": "t", "kind": "event", "topic": "run.succeeded", "filter": filter, "inputs": {"x": "{{ event.run.pipelineName }}"}});
    app.saved(&echo("second", after("event.run.pipelineId == 'first'"))).await;
    app.saved(&echo("ring", after("event.run.pipelineId == 'ring'"))).await;
    for id in ["second", "ring"] {
        enabled(&app, id).await;
    }
    let first = echo("first", json!({"id": "t", "kind": "api"}));
    app.saved(&first).await;
    app.call("run/start", json!({"pipelineId": "first", "inputs": {"x": "1"}})).await;
    let found = runs(&app, "second", 1).await;
    assert_eq!(said(&app, &found[0]).await, "first");
    app.call("run/start", json!({"pipelineId": "ring", "inputs": {"x": "1"}})).await;
    // One by hand, and eight with causes behind them.
    runs(&app, "ring", 9).await;
    let listed = until("the ring was ended", async || {
        let listed = app.call("trigger/list", json!({"pipelineId": "ring"})).await;
        listed[0]["lastError"].is_string().then_some(listed)
    })
    .await;
    assert!(listed[0]["lastError"].as_str().unwrap().contains("more than 8 deep"), "{listed}");
    app.finish().await;
}
