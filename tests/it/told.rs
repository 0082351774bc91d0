//! What others are told of, topic by topic: each question when it is asked, single steps where somebody named them, budgets, what
//! is gone on with, and a receiver that was switched off.

use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{PATIENCE, TestApp, eventually, pipeline, rows};

fn template(id: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": "1"}})
}

fn llm(id: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "max_tokens": 50,
        "messages": [{"role": "user", "content": "Hello"}]}})
}

fn human(id: &str, title: &str) -> Value {
    json!({"id": id, "kind": "human", "config": {"title": title}})
}

async fn receiver(status: u16) -> FaultServer {
    FaultServer::always(Script::reply(status, &[], "")).await.unwrap()
}

async fn hook(app: &TestApp, to: &FaultServer, topics: &[&str]) -> Value {
    let url = format!("{}/hook", to.url());
    app.call("webhook/save", json!({"url": url, "topics": topics, "allowLocal": true})).await
}

/// What a receiver heard, once it is so much: in the order in which it happened.
async fn heard(to: &FaultServer, count: usize) -> Vec<Value> {
    assert!(to.wait_for_requests(count, PATIENCE).await, "{:#?}", to.requests());
    let mut bodies: Vec<Value> = to.requests().iter().map(test_support::Recorded::json).collect();
    assert_eq!(bodies.len(), count, "{bodies:#?}");
    bodies.sort_by_key(|body| body["data"]["runSeq"].as_u64());
    bodies
}

/// "step.started a" of each.
fn named(bodies: &[Value]) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    bodies
        .iter()
        .map(|body| format!("{} {}", word(&body["type"]), word(&body["data"]["detail"]["node"])))
        .collect()
}

#[tokio::test]
async fn each_question_is_told_when_it_is_asked_while_other_steps_run() {
    let app = TestApp::start().await;
    let to = receiver(200).await;
    hook(&app, &to, &["human.requested"]).await;
    let mut events = app.events(None).await;
    let definition = pipeline(
        json!([llm("busy"), human("first", "Send it?"), template("then"), human("second", "And this?")]),
        &[("then", "second")],
    );
    let id = app.run(&definition, json!({})).await;
    let busy = app.next_call().await;
    let mut asked = Vec::new();
    for _ in 0..2 {
        let event = events.until(|event| event["type"] == "run.asks").await;
        assert_eq!((&event["run"]["id"], &event["decision"]), (&json!(id), &json!(false)));
        assert_eq!(event["run"]["status"], "running", "another branch is under way");
        asked.push(format!("{} {}", event["node"].as_str().unwrap(), event["question"].as_str().unwrap()));
    }
    asked.sort_unstable();
    assert_eq!(asked, ["first Send it?", "second And this?"]);
    let mut told = named(&heard(&to, 2).await);
    told.sort_unstable();
    assert_eq!(told, ["human.requested first", "human.requested second"]);
    busy.text("x");
    busy.finish();
    app.run_waits(&id, "human").await;
    for node in ["first", "second"] {
        let answer = json!({"id": id, "node": node, "answer": "approve", "signalId": node});
        app.call("run/answer", answer).await;
    }
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    heard(&to, 2).await;
    app.finish().await;
}

#[tokio::test]
async fn a_decision_that_a_crash_left_is_told() {
    let app = TestApp::start().await;
    let to = receiver(200).await;
    hook(&app, &to, &["run.decision_needed", "app.recovered"]).await;
    let mut node = llm("send");
    node["effect"] = json!("at_most_once");
    let id = app.run(&pipeline(json!([node]), &[]), json!({})).await;
    let call = app.next_call().await;
    let crashed = app.after_a_crash().await;
    crashed.run_waits(&id, "decision").await;
    assert!(to.wait_for_requests(2, PATIENCE).await, "{:#?}", to.requests());
    let bodies: Vec<Value> = to.requests().iter().map(test_support::Recorded::json).collect();
    let of = |topic: &str| bodies.iter().find(|body| body["type"] == topic).unwrap()["data"].clone();
    let decision = of("run.decision_needed");
    assert_eq!((&decision["runId"], &decision["detail"]["node"]), (&json!(id), &json!("send")));
    // Which run that is about is no one run.
    assert_eq!(of("app.recovered"), json!({"detail": {"runs": 1}}));
    crashed.call("run/cancel", json!({ "id": id })).await;
    crashed.finish().await;
    call.text("x");
    call.finish();
    app.run_over(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn single_steps_are_told_to_who_names_them_and_are_kept_for_nobody_else() {
    let app = TestApp::start().await;
    let newest =
        || app.rows("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")[0].parse::<u64>().unwrap();
    app.ran(&pipeline(json!([template("a")]), &[]), json!({})).await;
    let before = newest();
    app.ran(&pipeline(json!([template("a")]), &[]), json!({})).await;
    assert_eq!(newest(), before + 3, "queued, started, succeeded");
    let (all, steps) = (receiver(200).await, receiver(200).await);
    hook(&app, &all, &[]).await;
    hook(&app, &steps, &["step.*"]).await;
    let mut ask = llm("ask");
    ask["retry"] = json!({"max_attempts": 2, "initial": "10ms", "jitter": "none"});
    let no = json!({"id": "no", "kind": "assert", "config": {"that": "1 == 2", "message": "No."}});
    let definition = pipeline(json!([template("a"), ask, no]), &[("a", "ask"), ("ask", "no")]);
    let id = app.run(&definition, json!({})).await;
    app.next_call().await.fail(llm::Error::Engine {
        code: domain::ErrorCode::EngineFailed,
        message: "The engine died.".into(),
    });
    let second = app.next_call().await;
    second.text("Hi");
    second.finish();
    assert_eq!(app.run_over(&id).await["run"]["status"], "failed");
    let told = heard(&steps, 8).await;
    assert_eq!(
        named(&told),
        [
            "step.started a",
            "step.succeeded a",
            "step.started ask",
            "step.retrying ask",
            "step.started ask",
            "step.succeeded ask",
            "step.started no",
            "step.failed no",
        ]
    );
    assert_eq!(told[3]["data"]["detail"]["code"], "engine_failed");
    assert_eq!(told[7]["data"]["detail"]["message"], "No.");
    // Two things never have the same number, and each is an entry of the journal.
    let journal = app.call("run/journal", json!({ "id": id })).await;
    for body in &told {
        let entry =
            journal["items"].as_array().unwrap().iter().find(|one| one["seq"] == body["data"]["runSeq"]);
        assert_eq!(entry.unwrap()["kind"], body["type"], "{body}");
    }
    let topics: Vec<Value> = heard(&all, 5).await.iter().map(|body| body["type"].clone()).collect();
    assert_eq!(topics, ["run.queued", "run.started", "run.waiting", "run.resumed", "run.failed"]);
    app.finish().await;
}

#[tokio::test]
async fn a_step_begins_a_run_and_the_steps_of_that_run_begin_no_more() {
    let app = TestApp::start().await;
    let mut ring = pipeline(json!([template("a"), template("b")]), &[("a", "b")]);
    ring["id"] = json!("ring");
    ring["triggers"] = json!([{"id": "t", "kind": "event", "topic": "step.succeeded"}]);
    app.saved(&ring).await;
    app.call("trigger/enable", json!({"pipelineId": "ring", "id": "t", "enabled": true})).await;
    app.call("run/start", json!({"pipelineId": "ring"})).await;
    let data = app.data();
    let over = || {
        rows(&data, "SELECT topic FROM outbox").is_empty()
            && rows(&data, "SELECT id FROM runs WHERE status = 'succeeded'").len() == 3
    };
    eventually("two steps began two runs", PATIENCE, over).await;
    assert_eq!(app.rows("SELECT count(*) FROM runs"), ["3"]);
    app.finish().await;
}

#[tokio::test]
async fn a_budget_that_comes_near_its_end_and_one_that_holds_no_more_are_told_once() {
    let app = TestApp::start().await;
    let to = receiver(200).await;
    hook(&app, &to, &["budget.*"]).await;
    let mut definition = pipeline(json!([llm("first"), llm("second")]), &[("first", "second")]);
    definition["defaults"] = json!({"budget": {"tokens": 100}});
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    // Far more than four fifths.
    call.text(&"Hi there. ".repeat(60));
    call.finish();
    let view = app.run_until(&id, |run| run["status"] == "paused").await;
    assert!(view["run"]["tokens"].as_u64().unwrap() >= 80, "{}", view["run"]);
    let told = heard(&to, 2).await;
    assert_eq!(named(&told), ["budget.threshold first", "budget.exceeded second"]);
    assert_eq!(told[0]["data"]["detail"]["percent"], 80);
    assert!(told[1]["data"]["detail"]["message"].as_str().unwrap().contains("100"), "{told:#?}");
    app.call("run/cancel", json!({ "id": id })).await;
    app.finish().await;
}

#[tokio::test]
async fn a_webhook_that_is_switched_off_is_told_to_the_others_without_its_address() {
    let app = TestApp::start().await;
    let (gone, others) = (receiver(410).await, receiver(200).await);
    let off = hook(&app, &gone, &["run.succeeded"]).await;
    hook(&app, &others, &["webhook.endpoint_disabled"]).await;
    app.ran(&pipeline(json!([template("a")]), &[]), json!({})).await;
    let told = heard(&others, 1).await.remove(0);
    let detail = &told["data"]["detail"];
    assert_eq!((&detail["webhookId"], &detail["host"]), (&off["id"], &json!("127.0.0.1")));
    assert!(
        detail["message"].as_str().unwrap().contains("410") && !told.to_string().contains("/hook"),
        "{told}"
    );
    app.finish().await;
}
