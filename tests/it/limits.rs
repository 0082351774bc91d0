//! Bounds that hold whatever is asked: of runs that wait, of calls at once, of values, of time.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use webplus_tests::{Opened, PATIENCE, TestApp, eventually, pipeline, raw};

fn llm(id: &str, model: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": model, "messages": [{"role": "user", "content": id}]}})
}

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

#[tokio::test]
async fn a_full_queue_refuses_with_a_time_to_come_back_and_takes_more_when_there_is_room() {
    let adjust = |options: &mut app::AppOptions| options.most_queued = 2;
    let app = TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await;
    let mut definition = pipeline(json!([llm("ask", "fake/m")]), &[]);
    definition["concurrency"] = json!({"max_runs": 1});
    let first = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    let waiting = [app.run(&definition, json!({})).await, app.run(&definition, json!({})).await];
    let body = json!({ "definition": definition }).to_string();
    let request = format!(
        "POST /api/v1/rpc/run/start HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        app.address,
        app.token,
        body.len()
    );
    let answer = raw::send(app.address, request.as_bytes()).await;
    assert_eq!(answer.status, 429, "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert_eq!(app.refused("run/start", json!({ "definition": definition })).await.code, "queue_full");
    call.text("1");
    call.finish();
    app.run_over(&first).await;
    let call = app.next_call().await;
    let third = app.run(&definition, json!({})).await;
    for id in waiting.iter().chain([&third]) {
        app.call("run/cancel", json!({ "id": id })).await;
    }
    call.dropped().await;
    app.finish().await;
}

#[tokio::test]
async fn a_large_value_that_the_disk_refuses_waits_for_it_as_rows_do() {
    let app = TestApp::start().await;
    // Where its folder is to be stands something else, as if the disk failed.
    let folder = app.data().join("values");
    std::fs::write(&folder, "").unwrap();
    let definition = pipeline(json!([template("large", "{{ 'x' * 90000 }}")]), &[]);
    let id = app.run(&definition, json!({})).await;
    let over = tokio::time::timeout(Duration::from_secs(2), app.run_over(&id)).await;
    assert!(over.is_err(), "{over:?}");
    // Who asks for a run with such an input is told at once.
    let mut asked = definition.clone();
    asked["inputs"] = json!({"text": {"type": "text"}});
    let large = json!({"definition": asked, "inputs": {"text": "x".repeat(90_000)}});
    app.refused("run/start", large).await;
    std::fs::remove_file(&folder).unwrap();
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    assert_eq!(TestApp::step_of(&view, "large")["tries"], 1);
    app.finish().await;
}

#[tokio::test]
async fn a_model_has_places_of_its_own_so_that_another_isn_t_held_up() {
    let app = TestApp::start().await;
    let slow: Vec<Value> = (0..12).map(|at| llm(&format!("slow_{at}"), "fake/m")).collect();
    let id = app.run(&pipeline(json!(slow), &[]), json!({})).await;
    let mut calls = Vec::new();
    for _ in 0..8 {
        calls.push(app.next_call().await);
    }
    let other = app.run(&pipeline(json!([llm("quick", "fake/small")]), &[]), json!({})).await;
    let call = app.next_call().await;
    assert_eq!(call.request.model, "small", "the ninth of the slow ones waits");
    call.text("Hi");
    call.finish();
    assert_eq!(app.run_over(&other).await["run"]["status"], "succeeded");
    let asked = |call: &llm::fake::FakeCall| call.request.messages[0].plain();
    let first: std::collections::BTreeSet<String> = calls.iter().map(asked).collect();
    assert_eq!(first, (0..8).map(|at| format!("slow_{at}")).collect());
    // The rest begin as places are given back, in the order in which they asked.
    for at in 8..12 {
        let call = calls.remove(0);
        call.text("x");
        call.finish();
        calls.push(app.next_call().await);
        assert_eq!(asked(&calls[7]), format!("slow_{at}"));
    }
    for call in calls {
        call.text("x");
        call.finish();
    }
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    app.finish().await;
}

/// A pipeline that an API trigger of that policy begins, and its runs so far, oldest first.
async fn overlapping(app: &TestApp, policy: &str) {
    let mut definition = pipeline(json!([llm("ask", "fake/m")]), &[]);
    definition["id"] = json!(policy.replace('_', "-"));
    definition["triggers"] = json!([{"id": "t", "kind": "event", "topic": "run.succeeded", "on_overlap": policy,
        "filter": "event.run.pipelineId == 'bell'"}]);
    let view = app.call("pipeline/save", json!({ "definition": definition })).await;
    assert_eq!(view["faults"], json!([]));
    let id = policy.replace('_', "-");
    app.call("trigger/enable", json!({"pipelineId": id, "id": "t", "enabled": true})).await;
}

async fn ring(app: &TestApp) {
    let mut bell = pipeline(json!([template("ding", "dong")]), &[]);
    bell["id"] = json!("bell");
    app.ran(&bell, json!({})).await;
    let data = app.data();
    let heard = || webplus_tests::rows(&data, "SELECT topic FROM outbox").is_empty();
    eventually("it was heard", PATIENCE, heard).await;
}

fn standing(app: &TestApp, policy: &str) -> Vec<String> {
    let id = policy.replace('_', "-");
    app.rows(&format!("SELECT status FROM runs WHERE pipeline_id = '{id}' ORDER BY created_at, id"))
}

#[tokio::test]
async fn what_happens_while_an_earlier_run_is_under_way_is_as_the_trigger_says() {
    for (policy, wanted) in [
        ("queue", ["running", "queued"].as_slice()),
        ("skip", &["running"]),
        ("cancel_previous", &["cancelled", "running"]),
        ("allow", &["running", "running"]),
    ] {
        let app = TestApp::start().await;
        overlapping(&app, policy).await;
        ring(&app).await;
        let first = app.next_call().await;
        ring(&app).await;
        let second = match policy {
            "cancel_previous" | "allow" => Some(app.next_call().await),
            _ => None,
        };
        eventually(policy, PATIENCE, || standing(&app, policy) == wanted).await;
        if policy == "queue" {
            first.text("1");
            first.finish();
            let call = app.next_call().await;
            call.text("2");
            call.finish();
        } else {
            for call in [Some(first), second].into_iter().flatten() {
                call.text("x");
                call.finish();
            }
        }
        let over = || {
            standing(&app, policy).iter().all(|status| matches!(status.as_str(), "succeeded" | "cancelled"))
        };
        eventually("all is over", PATIENCE, over).await;
        app.finish().await;
    }
}

#[tokio::test]
async fn a_value_that_is_too_large_is_refused_by_its_ports_name() {
    let app = TestApp::start().await;
    let mut node = template("grow", "{{ inputs.x }}{{ inputs.x }}");
    node["retry"] = json!({"max_attempts": 1});
    let mut definition = pipeline(json!([node]), &[]);
    definition["inputs"] = json!({"x": {"type": "text"}});
    // An expression sees at most 8 MiB in all.
    let view = app.run(&definition, json!({"x": "y".repeat(9 << 20)})).await;
    let view = app.run_over(&view).await;
    assert_eq!(
        (&view["run"]["status"], &view["run"]["errorCode"]),
        (&json!("failed"), &json!("value_too_large")),
        "{}",
        view["run"]
    );
    assert!(view["run"]["errorMessage"].as_str().unwrap().contains("inputs.x"), "{}", view["run"]);
    // One value has at most 64 MiB; that is refused before there is a run, and larger than any request may be.
    let runs = app.rows("SELECT count(*) FROM runs");
    let params = json!({"definition": definition, "inputs": {"x": "y".repeat(65 << 20)}});
    let refused = ::app::call(&app.app, domain::Actor::LOCAL, "run/start", params).await.unwrap_err();
    assert_eq!(refused.code, domain::ErrorCode::ValueTooLarge);
    assert!(refused.message.contains("of x has 65 MiB"), "{}", refused.message);
    assert_eq!(app.rows("SELECT count(*) FROM runs"), runs);
    app.finish().await;
}

#[tokio::test]
async fn a_step_with_all_its_tries_and_a_run_that_waits_for_its_turn_have_their_time() {
    let app = TestApp::start().await;
    let mut node = llm("slow", "fake/m");
    node["timeout"] = json!({"node": "1h"});
    node["retry"] = json!({"max_attempts": 5, "initial": "30m", "max": "30m", "factor": 1, "jitter": "none", "retry_on": ["5xx"]});
    let id = app.run(&pipeline(json!([node]), &[]), json!({})).await;
    let call = app.next_call().await;
    call.fail(llm::Error::Engine { code: domain::ErrorCode::EngineFailed, message: "It died.".into() });
    app.run_waits(&id, "timer").await;
    app.opened.clock.advance(Duration::from_mins(31));
    let call = app.next_call().await;
    app.opened.clock.advance(Duration::from_mins(31));
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["errorCode"], "timed_out", "{}", view["run"]);
    assert!(view["run"]["errorMessage"].as_str().unwrap().contains("all its tries"), "{}", view["run"]);
    call.dropped().await;

    let mut definition = pipeline(json!([llm("ask", "fake/m")]), &[]);
    definition["id"] = json!("one-at-a-time");
    definition["concurrency"] = json!({"max_runs": 1});
    definition["defaults"] = json!({"timeout": {"schedule": "2h"}});
    let first = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    let late = app.run(&definition, json!({})).await;
    app.opened.clock.advance(Duration::from_hours(3));
    let view = app.run_over(&late).await;
    assert_eq!(view["run"]["errorCode"], "timed_out", "{}", view["run"]);
    assert!(view["run"]["errorMessage"].as_str().unwrap().contains("waited in the queue"), "{}", view["run"]);
    call.text("1");
    call.finish();
    assert_eq!(app.run_over(&first).await["run"]["status"], "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_given_up() {
    let app = TestApp::start().await;
    let mut node = llm("slow", "fake/m");
    node["timeout"] = json!({"idle": "200ms"});
    node["retry"] = json!({"max_attempts": 1});
    let id = app.run(&pipeline(json!([node]), &[]), json!({})).await;
    let call = app.next_call().await;
    call.text("Hel");
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["errorCode"], "timed_out");
    assert!(view["run"]["errorMessage"].as_str().unwrap().contains("Nothing came"), "{}", view["run"]);
    call.dropped().await;
    app.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_put_forward_or_back_holds_no_wait_up_and_ends_none_twice() {
    for (forward, by) in [(true, 1), (true, 365 * 24), (false, 1), (false, 365 * 24)] {
        let app = TestApp::start().await;
        let definition = pipeline(
            json!([{"id": "wait", "kind": "delay", "config": {"for": "1500ms"}}, template("after", "Done")]),
            &[("wait", "after")],
        );
        let id = app.run(&definition, json!({})).await;
        app.run_waits(&id, "timer").await;
        let by = Duration::from_hours(by);
        if forward {
            app.opened.clock.advance(by);
        } else {
            app.opened.clock.put_back(by);
        }
        let view = app.run_over(&id).await;
        assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
        let journal = app.journal(&id).await;
        assert_eq!(journal.iter().filter(|kind| *kind == "step.succeeded").count(), 2, "{journal:?}");
        app.finish().await;
    }
}
