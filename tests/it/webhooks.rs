//! Runs tell others by request: signed, at least once, each receiver by itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use standardwebhooks::Webhook;
use test_support::{FaultServer, Recorded, Script};
use webplus_tests::{PATIENCE, TestApp, pipeline};

fn definition() -> Value {
    pipeline(json!([{"id": "a", "kind": "template", "config": {"template": "1"}}]), &[])
}

async fn receiver(status: u16) -> FaultServer {
    FaultServer::always(Script::reply(status, &[], "")).await.unwrap()
}

async fn hook(app: &TestApp, to: &FaultServer, topics: Value) -> Value {
    let url = format!("{}/hook?x=1", to.url());
    app.call("webhook/save", json!({"url": url, "topics": topics, "allowLocal": true})).await
}

/// What a receiver checks: the signature over id, time and body.
fn verified(secret: &str, request: &Recorded) -> Value {
    let key = Webhook::new(secret).unwrap();
    let header = |name: &str| request.header(name).unwrap_or_else(|| panic!("no {name}: {request:?}"));
    let seconds = header("webhook-timestamp").parse().unwrap();
    let ours = key.sign(header("webhook-id"), seconds, &request.body).unwrap();
    assert_eq!(header("webhook-signature"), ours);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/hook?x=1"));
    request.json()
}

async fn deliveries(app: &TestApp, hook: &Value, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = std::time::Instant::now();
    loop {
        let page = app.call("webhook/deliveries", json!({"id": hook["id"]})).await;
        let found = page["items"].as_array().unwrap().clone();
        if wanted(&found) {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{found:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn all(state: &'static str) -> impl Fn(&[Value]) -> bool {
    move |found| !found.is_empty() && found.iter().all(|one| one["state"] == state)
}

#[tokio::test]
async fn what_happens_to_a_run_is_told_signed_and_in_an_order_that_can_be_seen() {
    let app = TestApp::start().await;
    let to = receiver(204).await;
    let hook = hook(&app, &to, json!([])).await;
    let secret = hook["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(app.call("webhook/list", json!({})).await[0]["secret"], Value::Null, "told once");
    let view = app.ran(&definition(), json!({})).await;
    assert!(to.wait_for_requests(3, PATIENCE).await, "{:#?}", to.requests());
    let mut told: Vec<(u64, String)> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for request in to.requests() {
        let body = verified(secret, &request);
        assert_eq!(body["data"]["runId"], view["run"]["id"]);
        assert!(body["timestamp"].as_str().unwrap().starts_with("2025-06-15T"), "{body}");
        told.push((body["data"]["runSeq"].as_u64().unwrap(), body["type"].as_str().unwrap().to_owned()));
        ids.insert(request.header("webhook-id").unwrap().to_owned());
    }
    told.sort();
    let topics: Vec<&str> = told.iter().map(|(_, topic)| topic.as_str()).collect();
    assert_eq!(topics, ["run.queued", "run.started", "run.succeeded"]);
    // Whoever hears something twice knows by run and number, so that no two things have the same.
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "{told:?}");
    assert_eq!(ids.len(), 3);
    let journal = app.call("run/journal", json!({"id": view["run"]["id"]})).await;
    for (seq, topic) in &told {
        let entry = journal["items"].as_array().unwrap().iter().find(|entry| entry["seq"] == *seq).unwrap();
        assert!(entry["kind"] == *topic || topic == "run.queued", "{entry} {topic}");
    }
    deliveries(&app, &hook, all("delivered")).await;
    app.finish().await;
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_under_the_same_id_and_hears_what_it_missed() {
    let app = TestApp::start().await;
    let status = Arc::new(AtomicU16::new(503));
    let answered = Arc::clone(&status);
    let to =
        FaultServer::start(move |_| Script::reply(answered.load(Ordering::Relaxed), &[], "")).await.unwrap();
    let hook = hook(&app, &to, json!(["run.succeeded"])).await;
    app.ran(&definition(), json!({})).await;
    let found = deliveries(&app, &hook, |found| found.iter().any(|one| one["tries"] == 1)).await;
    assert_eq!((&found[0]["state"], &found[0]["lastStatus"]), (&json!("waiting"), &json!(503)));
    let due = found[0]["nextAt"].as_i64().unwrap();
    let now = found[0]["createdAt"].as_i64().unwrap();
    assert!((5000..7000).contains(&(due - now)), "{found:#?}");
    let listed = app.call("webhook/list", json!({})).await;
    assert!(listed[0]["lastError"].as_str().unwrap().contains("503"), "{listed}");
    // The application ends meanwhile, and the time comes.
    let app = app.reopen().await;
    status.store(200, Ordering::Relaxed);
    let url = format!("{}/hook?x=1", to.url());
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let save = json!({"id": hook["id"], "url": url, "topics": ["run.succeeded"], "allowLocal": true, "secret": secret});
    app.call("webhook/save", save.clone()).await;
    app.opened.clock.advance(Duration::from_secs(6));
    // Saving wakes whoever looks at the clock.
    app.call("webhook/save", save).await;
    let found = deliveries(&app, &hook, all("delivered")).await;
    assert_eq!((found.len(), &found[0]["tries"]), (1, &json!(2)));
    let requests = to.requests();
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    assert_eq!(requests[0].body, requests[1].body);
    verified(secret, &requests[1]);
    assert_eq!(app.call("webhook/list", json!({})).await[0]["lastError"], Value::Null);
    // By hand, once more.
    let again = json!({"id": hook["id"], "eventId": found[0]["eventId"]});
    assert_eq!(app.call("webhook/replay", again).await["state"], "waiting");
    assert!(to.wait_for_requests(3, PATIENCE).await);
    deliveries(&app, &hook, all("delivered")).await;
    app.finish().await;
}

#[tokio::test]
async fn a_dead_receiver_delays_nobody_and_one_that_is_gone_is_switched_off() {
    let app = TestApp::start().await;
    let hangs = FaultServer::always(Script::new().hold()).await.unwrap();
    let gone = receiver(410).await;
    let well = receiver(200).await;
    hook(&app, &hangs, json!([])).await;
    let off = hook(&app, &gone, json!(["run.succeeded"])).await;
    hook(&app, &well, json!(["run.succeeded"])).await;
    // More than are on their way to one receiver at a time.
    for _ in 0..6 {
        app.ran(&definition(), json!({})).await;
    }
    assert!(well.wait_for_requests(6, Duration::from_secs(15)).await, "{:#?}", well.requests());
    assert_eq!(hangs.requests().len(), 4, "the first ones still hang");
    deliveries(&app, &off, |found| found.iter().any(|one| one["state"] == "failed")).await;
    let listed = app.call("webhook/list", json!({})).await;
    assert_eq!(listed[1]["enabled"], false, "{listed}");
    assert!(listed[1]["lastError"].as_str().unwrap().contains("410"), "{listed}");
    assert!(gone.requests().len() <= 4);
    app.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_nothing_from_a_receiver() {
    let app = TestApp::start().await;
    let to = receiver(200).await;
    let hook = hook(&app, &to, json!(["run.succeeded"])).await;
    for (count, hours) in [(1, 1), (2, 365 * 24)] {
        app.opened.clock.put_back(Duration::from_hours(hours));
        app.ran(&definition(), json!({})).await;
        assert!(to.wait_for_requests(count, PATIENCE).await, "{:#?}", to.requests());
    }
    assert_eq!(deliveries(&app, &hook, all("delivered")).await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn nothing_that_was_committed_is_missed_by_a_crash() {
    let app = TestApp::start().await;
    let to = FaultServer::always(Script::new().hold()).await.unwrap();
    let hook = hook(&app, &to, json!(["run.succeeded"])).await;
    let view = app.ran(&definition(), json!({})).await;
    assert!(to.wait_for_requests(1, PATIENCE).await);
    // It may have arrived, and nobody wrote that down.
    let crashed = app.after_a_crash().await;
    assert!(to.wait_for_requests(2, PATIENCE).await, "it is sent again");
    let requests = to.requests();
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    assert_eq!(requests[1].json()["data"]["runId"], view["run"]["id"]);
    deliveries(&crashed, &hook, |found| found.len() == 1).await;
    crashed.call("webhook/remove", json!({"id": hook["id"]})).await;
    assert_eq!(crashed.call("webhook/list", json!({})).await, json!([]));
    assert_eq!(crashed.rows("SELECT count(*) FROM deliveries"), ["0"]);
    drop(to);
    crashed.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn where_it_may_be_sent_is_asked_first() {
    let app = TestApp::start().await;
    for url in ["http://example.org/x", "http://127.0.0.1:9/x", "https://169.254.169.254/", "nonsense"] {
        assert_eq!(app.refused("webhook/save", json!({"url": url})).await.code, "invalid_input", "{url}");
    }
    let bad = json!({"url": "https://example.org/", "secret": "hunter2", "keep": "session"});
    assert_eq!(app.refused("webhook/save", bad).await.code, "invalid_input");
    assert_eq!(app.call("webhook/list", json!({})).await, json!([]));
    app.finish().await;
}
