//! `job/…` and `model/download`, against a hub on this computer.

use std::{fs, path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use test_support::hub::{FakeHub, HubAct};
use webplus_tests::{Events, Gguf, Opened, TestApp};

const CUT: usize = 100_000;

struct Scene {
    app: TestApp,
    hub: FakeHub,
    content: Vec<u8>,
}

/// A hub with a model of about 300 KB, and an application whose list names it.
async fn scene(acts: impl IntoIterator<Item = HubAct>) -> Scene {
    let content = Gguf::model("Tiny").tensor("large.weight", &[64, 1200], 0, 64 * 1200 * 4).bytes(1);
    let hub = FakeHub::start(content.clone(), acts).await.unwrap();
    let adjust =
        |options: &mut app::AppOptions| options.runner = Some(PathBuf::from("/no/such/webplus-runner"));
    let app = TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await;
    let list = json!({"updated": "2026-01-01", "hub": "https://hub.example", "models": [{
        "name": "Tiny", "repository": "owner/Tiny-GGUF", "file": "tiny-q4_0.gguf", "revision": "main",
        "licence": "MIT", "parameters": "1K", "size": "300 KB", "minimumMemoryMib": 1, "about": "It is small.",
    }]});
    app.call("settings/update", json!({"starterList": list.to_string(), "hubUrl": hub.url()})).await;
    Scene { app, hub, content }
}

async fn download(app: &TestApp) -> Value {
    app.call("model/download", json!({"repository": "owner/Tiny-GGUF", "file": "tiny-q4_0.gguf"})).await
}

/// The job once it has that status.
async fn until(events: &mut Events, status: &str) -> Value {
    loop {
        let event = events.next().await.unwrap();
        if event["type"] == "job.changed" && event["job"]["state"]["status"] == status {
            return event["job"].clone();
        }
        assert!(event["job"]["state"]["status"] != "failed", "{event}");
    }
}

/// The job once something of it has come.
async fn under_way(events: &mut Events) {
    events
        .until(|event| {
            event["type"] == "job.changed"
                && event["job"]["state"]["completed"].as_u64().unwrap() >= CUT as u64
        })
        .await;
}

fn parts(app: &TestApp) -> Vec<String> {
    let found = fs::read_dir(app.data().join("models"));
    found.map_or(Vec::new(), |entries| {
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    })
}

async fn models(app: &TestApp) -> Vec<String> {
    let list = app.call("model/list", json!({})).await;
    let ids = list["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap().to_owned());
    ids.filter(|id| id.starts_with("embedded/")).collect()
}

#[tokio::test]
async fn a_starter_is_downloaded_and_stands_in_the_list() {
    let Scene { app, content, hub: _hub } = scene([]).await;
    let starters = app.call("model/starters", json!({})).await;
    assert_eq!((&starters[0]["name"], &starters[0]["proposed"]), (&json!("Tiny"), &json!(true)));
    let mut events = app.events(None).await;
    let job = download(&app).await;
    assert_eq!((&job["kind"], &job["title"]), (&json!("model.download"), &json!("Tiny")));
    let done = until(&mut events, "succeeded").await;
    assert_eq!(done["state"]["completed"], content.len());
    assert_eq!(models(&app).await, ["embedded/tiny-q4_0"]);
    assert_eq!(fs::read(app.data().join("models/tiny-q4_0.gguf")).unwrap(), content);
    let unknown = json!({"repository": "owner/Other", "file": "x.gguf"});
    assert_eq!(app.refused("model/download", unknown).await.code, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn a_paused_download_goes_on_where_it_was() {
    let Scene { app, hub, content } = scene([HubAct::Stall(CUT)]).await;
    let mut events = app.events(None).await;
    let job = download(&app).await;
    under_way(&mut events).await;
    app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, "waiting").await;
    assert!(!parts(&app).is_empty(), "what came is kept");
    let resumed = app.call("job/resume", json!({"id": job["id"]})).await;
    assert_eq!(resumed["id"], job["id"]);
    until(&mut events, "succeeded").await;
    assert_eq!(hub.ranges(), [None, Some(format!("bytes={CUT}-"))]);
    assert_eq!(fs::read(app.data().join("models/tiny-q4_0.gguf")).unwrap(), content);
    assert_eq!(app.refused("job/resume", json!({"id": job["id"]})).await.code, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn who_asks_for_the_list_sees_how_far_a_running_download_is() {
    let Scene { app, hub: _hub, content } = scene([HubAct::Stall(CUT)]).await;
    let mut events = app.events(None).await;
    let job = download(&app).await;
    under_way(&mut events).await;
    let jobs = app.call("job/list", json!({})).await;
    let state = &jobs[0]["state"];
    assert_eq!((&jobs[0]["id"], &state["status"]), (&job["id"], &json!("running")));
    assert!(state["completed"].as_u64().unwrap() >= CUT as u64, "{state}");
    assert_eq!(state["total"], content.len());
    app.finish().await;
}

#[tokio::test]
async fn a_download_waits_after_the_end_of_the_application_and_goes_on_when_it_is_asked_to() {
    let Scene { app, hub, content: _ } = scene([HubAct::Stall(CUT)]).await;
    let mut events = app.events(None).await;
    let job = download(&app).await;
    under_way(&mut events).await;
    drop(events);
    let app = app.reopen().await;
    let jobs = app.call("job/list", json!({})).await;
    assert_eq!((&jobs[0]["id"], &jobs[0]["state"]["status"]), (&job["id"], &json!("waiting")));
    let mut events = app.events(None).await;
    assert_eq!(download(&app).await["id"], job["id"], "asked for again, the same one goes on");
    until(&mut events, "succeeded").await;
    assert_eq!(hub.ranges(), [None, Some(format!("bytes={CUT}-"))]);
    assert_eq!(models(&app).await, ["embedded/tiny-q4_0"]);
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_download_leaves_nothing_whether_it_ran_or_waited() {
    let Scene { app, hub: _hub, content: _ } = scene([HubAct::Stall(CUT), HubAct::Stall(CUT)]).await;
    let mut events = app.events(None).await;
    let job = download(&app).await;
    under_way(&mut events).await;
    app.call("job/cancel", json!({"id": job["id"]})).await;
    until(&mut events, "cancelled").await;
    assert_eq!(parts(&app), [""; 0]);
    let job = download(&app).await;
    under_way(&mut events).await;
    app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, "waiting").await;
    app.call("job/cancel", json!({"id": job["id"]})).await;
    until(&mut events, "cancelled").await;
    assert_eq!(parts(&app), [""; 0]);
    assert!(models(&app).await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_download_of_wrong_bytes_fails_with_a_sentence_and_can_be_tried_again() {
    let Scene { app, hub: _hub, content: _ } = scene([HubAct::WrongBytes]).await;
    let mut events = app.events(None).await;
    let job = download(&app).await;
    let failed = until(&mut events, "failed").await;
    assert_eq!(failed["state"]["errorCode"], "model_damaged");
    assert!(failed["state"]["errorMessage"].as_str().unwrap().ends_with('.'));
    assert_eq!(parts(&app), [""; 0]);
    app.call("job/resume", json!({"id": job["id"]})).await;
    until(&mut events, "succeeded").await;
    app.finish().await;
}
