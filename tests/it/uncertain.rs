//! What nobody can know, and what is done about it: attempts whose end isn't known, tries that fail, and what stays outside.

use std::time::Duration;

use serde_json::{Value, json};
use webplus_tests::{PATIENCE, TestApp, eventually, pipeline};

fn llm(id: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": "Hello"}]}})
}

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

fn died() -> llm::Error {
    llm::Error::Engine { code: domain::ErrorCode::EngineFailed, message: "It died.".into() }
}

/// A run whose one call must not happen twice crashes in it; gives what the next start shows once it is over or asks.
async fn crashed_in(on_ambiguous: Value, then: impl AsyncFnOnce(&TestApp, &str) -> Value) -> Value {
    let app = TestApp::start().await;
    let mut send = llm("send");
    (send["effect"], send["on_ambiguous"]) = (json!("at_most_once"), on_ambiguous);
    let mut definition = pipeline(
        json!([send, template("after", "<{{ nodes.send.text }}>"), template("sorry", "not sent")]),
        &[("send", "after"), ("send.error", "sorry")],
    );
    definition["outputs"] = json!({"sent": {"from": "after.text"}, "sorry": {"from": "sorry.text"}});
    let id = app.run(&definition, json!({})).await;
    let first = app.next_call().await;
    let crashed = app.after_a_crash().await;
    let view = then(&crashed, &id).await;
    crashed.journal(&id).await;
    crashed.finish().await;
    first.text("x");
    first.finish();
    app.run_over(&id).await;
    app.finish().await;
    view
}

#[tokio::test]
async fn an_attempt_whose_end_is_unknown_is_asked_about_unless_the_step_says_otherwise() {
    let over = async |app: &TestApp, id: &str| app.run_over(id).await;
    let view = crashed_in(json!("fail"), over).await;
    assert_eq!(TestApp::step_of(&view, "send")["status"], "failed");
    assert_eq!(view["outputs"]["sorry"]["preview"], "not sent", "{view}");
    let view = crashed_in(json!({"assume_done": {"text": "assumed"}}), over).await;
    assert_eq!(view["outputs"]["sent"]["preview"], "<assumed>", "{view}");
    let view = crashed_in(json!("retry"), async |app: &TestApp, id: &str| {
        let again = app.next_call().await;
        again.text("again");
        again.finish();
        app.run_over(id).await
    })
    .await;
    assert_eq!(view["outputs"]["sent"]["preview"], "<again>", "{view}");
    for (decision, wanted) in [("done", "<by hand>"), ("retry", "<again>"), ("fail", "")] {
        let view = crashed_in(json!("ask"), async |app: &TestApp, id: &str| {
            app.run_waits(id, "decision").await;
            let decide =
                json!({"id": id, "node": "send", "decision": decision, "values": {"text": "by hand"}});
            app.call("run/decide", decide).await;
            if decision == "retry" {
                let again = app.next_call().await;
                again.text("again");
                again.finish();
            }
            app.run_over(id).await
        })
        .await;
        assert_eq!(
            view["outputs"]["sent"]["preview"].as_str().unwrap_or_default(),
            wanted,
            "{decision}: {view}"
        );
    }
}

#[tokio::test]
async fn a_failed_or_cancelled_run_says_what_may_have_happened_outside() {
    let app = TestApp::start().await;
    let mut send = llm("send");
    send["effect"] = json!("at_most_once");
    let mut later = llm("later");
    later["effect"] = json!("at_most_once");
    let definition =
        pipeline(json!([send, later, llm("harmless")]), &[("send", "later"), ("send", "harmless")]);
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    call.text("sent");
    call.finish();
    let (one, two) = (app.next_call().await, app.next_call().await);
    let view = app.call("run/get", json!({ "id": id })).await;
    assert_eq!(view["effects"], Value::Null, "it isn't over");
    app.call("run/cancel", json!({ "id": id })).await;
    let settled = || app.rows("SELECT outcome FROM attempts WHERE outcome = 'running'").is_empty();
    eventually("what was under way has ended", PATIENCE, settled).await;
    let view = app.run_over(&id).await;
    let effects: Vec<(&str, &str)> = view["effects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|effect| (effect["node"].as_str().unwrap(), effect["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(effects[0], ("send", "succeeded"), "{view}");
    assert!(effects.iter().all(|(node, _)| *node != "harmless"), "{effects:?}");
    assert!(
        view["effects"][0]["startedAt"].is_number() && view["effects"][0]["endedAt"].is_number(),
        "{view}"
    );
    drop((one, two));
    let again = app.ran(&pipeline(json!([template("a", "1")]), &[]), json!({})).await;
    assert_eq!(again["effects"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_failure_is_tried_again_where_its_content_says_so() {
    let app = TestApp::start().await;
    let mut ask = llm("ask");
    ask["retry"] = json!({"max_attempts": 2, "initial": "1ms", "jitter": "none", "retry_on": ["timeout"],
        "retry_if": "error.code == 'engine_failed' and 'died' in error.message"});
    let definition = pipeline(json!([ask]), &[]);
    let id = app.run(&definition, json!({})).await;
    app.next_call().await.fail(died());
    let call = app.next_call().await;
    call.text("Hi");
    call.finish();
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    let mut other = definition.clone();
    other["nodes"][0]["retry"]["retry_if"] = json!("'lived' in error.message");
    let id = app.run(&other, json!({})).await;
    app.next_call().await.fail(died());
    let view = app.run_over(&id).await;
    assert_eq!((&view["run"]["status"], &view["steps"][0]["tries"]), (&json!("failed"), &json!(1)));
    app.finish().await;
}

#[tokio::test]
async fn a_failed_run_begins_the_pipeline_for_failures_and_once_across_a_crash() {
    let app = TestApp::start().await;
    let mut helper = pipeline(json!([template("tell", "{{ inputs.failure.error.message }}")]), &[]);
    helper["id"] = json!("helper");
    helper["inputs"] = json!({"failure": {"type": "any"}});
    helper["outputs"] = json!({"text": {"from": "tell.text"}});
    app.call("pipeline/save", json!({"definition": helper})).await;
    let mut definition = pipeline(
        json!([{"id": "stop", "kind": "assert", "config": {"that": "false", "message": "No."}}]),
        &[],
    );
    definition["on_failure"] = json!("helper");
    let id = app.run(&definition, json!({})).await;
    app.run_over(&id).await;
    let told = || app.rows("SELECT status FROM runs WHERE pipeline_id = 'helper'");
    eventually("it was told", PATIENCE, || told() == ["succeeded"]).await;
    let page = app.call("run/list", json!({"pipelineId": "helper"})).await;
    let run = &page["items"][0];
    assert_eq!(run["origin"], json!({"type": "failure", "runId": id}));
    let view = app.call("run/get", json!({"id": run["id"]})).await;
    assert_eq!(view["outputs"]["text"]["preview"], "stop: No.");
    let app = app.reopen().await;
    assert_eq!(app.rows("SELECT count(*) FROM runs WHERE pipeline_id = 'helper'"), ["1"]);
    app.finish().await;
}

#[tokio::test]
async fn what_a_stream_had_said_is_seen_after_a_crash_and_void_with_the_next_try() {
    let app = TestApp::start().await;
    let mut send = llm("send");
    send["effect"] = json!("at_most_once");
    let id = app.run(&pipeline(json!([send]), &[]), json!({})).await;
    let first = app.next_call().await;
    first.text("Half of the ans");
    let kept = || app.rows("SELECT text FROM partial_texts") == ["Half of the ans"];
    let after = eventually("it is kept", PATIENCE, kept).await;
    assert!(after < Duration::from_secs(15), "{after:?}");
    let crashed = app.after_a_crash().await;
    crashed.run_waits(&id, "decision").await;
    let step = crashed.call("run/step", json!({"id": id, "node": "send"})).await;
    assert_eq!(step["text"], "Half of the ans");
    crashed.call("run/decide", json!({"id": id, "node": "send", "decision": "retry"})).await;
    let again = crashed.next_call().await;
    assert_eq!(crashed.rows("SELECT count(*) FROM partial_texts"), ["0"]);
    let step = crashed.call("run/step", json!({"id": id, "node": "send"})).await;
    assert_eq!(step["text"], Value::Null);
    again.text("The answer");
    again.finish();
    crashed.run_over(&id).await;
    crashed.finish().await;
    first.text("wer");
    first.finish();
    app.run_over(&id).await;
    assert_eq!(app.rows("SELECT count(*) FROM partial_texts"), ["0"], "an ended one has its result");
    app.finish().await;
}

#[tokio::test]
async fn old_runs_go_as_their_pipeline_says_and_their_files_with_the_last_of_them() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([template("big", "{{ inputs.x }}{{ inputs.y }}")]), &[]);
    definition["inputs"] = json!({"x": {"type": "text"}, "y": {"type": "text"}});
    definition["outputs"] = json!({"text": {"from": "big.text"}});
    app.call("pipeline/save", json!({ "definition": definition })).await;
    let large = "z".repeat(100_000);
    // The same large input in each, and a failed one.
    for y in ["1", "2", "3"] {
        app.ran(&definition, json!({"x": large, "y": y})).await;
    }
    let mut failing = definition.clone();
    failing["nodes"] =
        json!([{"id": "big", "kind": "assert", "config": {"that": "false", "message": "No."}}]);
    failing["outputs"] = json!({});
    let failed = app.run(&failing, json!({"x": large, "y": "4"})).await;
    app.run_over(&failed).await;
    let files = |app: &TestApp| files(&app.data().join("values")).len();
    let statuses = |app: &TestApp| app.rows("SELECT status FROM runs ORDER BY created_at");
    assert_eq!(files(&app), 7, "one input, three prompts and three results");
    let keep = |runs: u32, days: u32, failed: u32| json!({"id": "p", "retention": {"runs": runs, "days": days, "failedDays": failed}});
    assert_eq!(app.refused("pipeline/retention", keep(0, 1, 1)).await.code, "invalid_input");
    // The newest is the failed one, which has a time of its own.
    app.call("pipeline/retention", keep(2, 30, 60)).await;
    assert_eq!(app.call("pipeline/retention", json!({"id": "p"})).await["runs"], 2);
    eventually("two have gone", PATIENCE, || statuses(&app) == ["succeeded", "failed"]).await;
    eventually("their files have", PATIENCE, || files(&app) == 3).await;
    // A month later, by the next start.
    app.opened.clock.advance(Duration::from_hours(31 * 24));
    app.call("pipeline/retention", keep(2, 30, 60)).await;
    webplus_tests::until("a clock that jumped is waited with", async || {
        app.call("run/kept", json!({})).await["waits"].as_bool().filter(|waits| *waits)
    })
    .await;
    app.call("pipeline/retention", keep(2, 30, 61)).await;
    app.call("pipeline/retention", keep(2, 30, 60)).await;
    assert_eq!(statuses(&app).len(), 2, "and by nothing but a person's word it goes on");
    assert_eq!(app.call("run/tidy", json!({})).await["removed"], 1);
    assert_eq!(app.call("run/kept", json!({})).await["waits"], false);
    eventually("all but the failed one", PATIENCE, || statuses(&app) == ["failed"]).await;
    eventually("its input is still held", PATIENCE, || files(&app) == 1).await;
    app.opened.clock.advance(Duration::from_hours(30 * 24));
    let app = app.reopen().await;
    app.call("pipeline/retention", keep(2, 30, 60)).await;
    eventually("the failed one, too", PATIENCE, || statuses(&app).is_empty() && files(&app) == 0).await;
    app.finish().await;
}

#[tokio::test]
async fn what_runs_take_and_what_of_it_is_too_old_is_said_and_removed_when_asked() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([template("big", "{{ inputs.x }}")]), &[]);
    definition["inputs"] = json!({"x": {"type": "text"}});
    app.call("pipeline/save", json!({ "definition": definition })).await;
    for letter in ["a", "b", "c"] {
        app.ran(&definition, json!({"x": letter.repeat(100_000)})).await;
    }
    let kept = app.call("run/kept", json!({})).await["pipelines"].take();
    assert_eq!(
        (&kept[0]["pipelineId"], &kept[0]["runs"], &kept[0]["expired"]),
        (&json!("p"), &json!(3), &json!(0))
    );
    assert!(kept[0]["bytes"].as_u64() >= Some(300_000), "{kept}");
    assert!(kept[0]["oldest"].is_i64(), "{kept}");
    // Looked at with another rule before it is chosen.
    let rule = json!({"runs": 1, "days": 30, "failedDays": 30});
    let wanted =
        app.call("run/kept", json!({"pipelineId": "p", "retention": rule})).await["pipelines"].take();
    assert_eq!(
        (&wanted[0]["expired"], &wanted[0]["retention"]["runs"]),
        (&json!(2), &json!(1000)),
        "{wanted}"
    );
    assert!(wanted[0]["frees"].as_u64() >= Some(200_000), "{wanted}");
    assert_eq!(app.call("run/tidy", json!({})).await["removed"], 0);
    app.opened.clock.advance(Duration::from_hours(91 * 24));
    assert_eq!(app.call("run/kept", json!({})).await["pipelines"][0]["expired"], 3);
    assert_eq!(app.call("run/tidy", json!({})).await["removed"], 3);
    assert_eq!(app.call("run/kept", json!({})).await["pipelines"][0]["bytes"], 0);
    app.finish().await;
}

#[tokio::test]
async fn runs_of_what_isnt_in_the_library_are_kept_no_longer_than_others() {
    let app = TestApp::start().await;
    let definition = pipeline(json!([template("a", "a")]), &[]);
    app.ran(&definition, json!({})).await;
    let mut saved = definition.clone();
    saved["id"] = json!("saved");
    app.call("pipeline/save", json!({ "definition": saved })).await;
    app.ran(&saved, json!({})).await;
    app.call("pipeline/delete", json!({"id": "saved"})).await;
    let kept = app.call("run/kept", json!({})).await["pipelines"].take();
    let known: Vec<_> =
        kept.as_array().unwrap().iter().map(|one| (&one["pipelineId"], &one["known"])).collect();
    assert_eq!(known, [(&json!("p"), &json!(false)), (&json!("saved"), &json!(false))]);
    app.opened.clock.advance(Duration::from_hours(91 * 24));
    assert_eq!(app.call("run/tidy", json!({})).await["removed"], 2);
    assert_eq!(app.call("run/kept", json!({})).await["pipelines"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn what_is_said_to_go_is_what_goes_though_a_run_is_under_way() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            {"id": "asks", "kind": "condition", "config": {"if": "inputs.wait"}},
            {"id": "gate", "kind": "human", "config": {"title": "Go?"}},
        ]),
        &[("asks.true", "gate")],
    );
    definition["inputs"] = json!({"wait": {"type": "bool"}});
    app.call("pipeline/save", json!({ "definition": definition })).await;
    for _ in 0..2 {
        app.ran(&definition, json!({"wait": false})).await;
    }
    let waits = app.run(&definition, json!({"wait": true})).await;
    app.run_waits(&waits, "human").await;
    // The newest two are the one that waits and one that is over.
    let rule = json!({"runs": 2, "days": 30, "failedDays": 30});
    let seen = app.call("run/kept", json!({"pipelineId": "p", "retention": rule})).await["pipelines"].take();
    assert_eq!((&seen[0]["runs"], &seen[0]["expired"]), (&json!(2), &json!(1)), "{seen}");
    app.call("pipeline/retention", json!({"id": "p", "retention": rule})).await;
    eventually("as many are left as was said", PATIENCE, || {
        app.rows("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL") == ["1"]
    })
    .await;
    app.call("run/cancel", json!({ "id": waits })).await;
    app.run_over(&waits).await;
    app.finish().await;
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}
