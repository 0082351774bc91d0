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
    app.opened.clock.advance(std::time::Duration::from_mins(10081));
    assert_ne!(app.call("run/start", ask("2")).await["id"], first["id"]);
    app.finish().await;
}

#[tokio::test]
async fn a_failed_try_is_repeated_and_the_ledger_has_each_of_them() {
    let app = TestApp::start().await;
    let mut node = llm("ask", "Hello");
    node["retry"] = json!({"max_attempts": 2, "initial": "10ms", "jitter": "none"});
    let mut definition = pipeline(json!([node]), &[]);
    definition["outputs"] = json!({"text": {"from": "ask.text"}});
    let id = app.run(&definition, json!({})).await;
    let overloaded =
        || llm::Error::Engine { code: domain::ErrorCode::EngineFailed, message: "The engine died.".into() };
    let mut calls = 0;
    let view = loop {
        tokio::select! {
            call = app.next_call() => {
                calls += 1;
                if calls < 2 {
                    call.fail(overloaded());
                } else {
                    call.text("Hi");
                    call.finish();
                }
            }
            view = app.run_over(&id) => break view,
        }
    };
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    let step = app.call("run/step", json!({"id": id, "node": "ask"})).await;
    assert_eq!(step["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(step["attempts"][0]["outcome"], "failed");
    app.journal(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_crash_repeats_what_may_be_repeated_under_its_key_and_nothing_that_had_ended() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            template("before", "x{{ run.id }}"),
            llm("ask", "{{ nodes.before.text }}"),
            template("after", "{{ nodes.ask.text }}!")
        ]),
        &[("before", "ask"), ("ask", "after")],
    );
    definition["outputs"] = json!({"text": {"from": "after.text"}});
    let id = app.run(&definition, json!({})).await;
    let first = app.next_call().await;
    let crashed = app.after_a_crash().await;
    let again = app.next_call().await;
    assert_eq!(again.request.messages, first.request.messages);
    again.text("ok");
    again.finish();
    let view = crashed.run_over(&id).await;
    assert_eq!(view["outputs"]["text"]["preview"], "ok!");
    let step = crashed.call("run/step", json!({"id": id, "node": "ask"})).await;
    let attempts = step["attempts"].as_array().unwrap();
    assert_eq!(
        (&attempts[0]["outcome"], &attempts[1]["outcome"]),
        (&json!("interrupted"), &json!("succeeded"))
    );
    assert_eq!(attempts[0]["idempotencyKey"], attempts[1]["idempotencyKey"]);
    assert_eq!(TestApp::step_of(&view, "before")["tries"], 1);
    assert_eq!(TestApp::step_of(&view, "ask")["tries"], 1);
    crashed.journal(&id).await;
    first.text("late");
    first.finish();
    app.run_over(&id).await;
    crashed.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn what_must_not_happen_twice_is_asked_about_after_a_crash() {
    let app = TestApp::start().await;
    let mut node = llm("send", "Hello");
    node["effect"] = json!("at_most_once");
    let definition =
        pipeline(json!([node, template("after", "{{ nodes.send.text }}.")]), &[("send", "after")]);
    let id = app.run(&definition, json!({})).await;
    let first = app.next_call().await;
    let crashed = app.after_a_crash().await;
    let view = crashed.run_waits(&id, "decision").await;
    assert_eq!(TestApp::step_of(&view, "send")["status"], "ambiguous");
    assert_eq!(view["waiting"][0]["kind"], "decision");
    let decided = json!({"id": id, "node": "send", "decision": "done", "values": {"text": "It was sent"}});
    crashed.call("run/decide", decided.clone()).await;
    let view = crashed.run_over(&id).await;
    assert_eq!(view["run"]["status"], "succeeded");
    assert_eq!(crashed.refused("run/decide", decided).await.code, "conflict");
    crashed.journal(&id).await;
    first.text("x");
    first.finish();
    app.run_over(&id).await;
    crashed.finish().await;
    app.finish().await;
}

#[tokio::test]
async fn a_cancel_is_committed_first_and_what_comes_late_costs_but_counts_for_nothing() {
    let app = TestApp::start().await;
    let definition = pipeline(
        json!([llm("ask", "Hello"), template("after", "{{ nodes.ask.text }}")]),
        &[("ask", "after")],
    );
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    call.text("Hel");
    let run = app.call("run/cancel", json!({ "id": id })).await;
    assert_eq!(run["status"], "cancelled");
    call.dropped().await;
    let view = app.run_over(&id).await;
    assert_eq!(TestApp::step_of(&view, "ask")["status"], "cancelled");
    let mut ended = app.journal(&id).await;
    while !ended.contains(&"step.discarded".to_owned()) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        ended = app.journal(&id).await;
    }
    let step = app.call("run/step", json!({"id": id, "node": "ask"})).await;
    assert_eq!(step["calls"][0]["outcome"], "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_paused_run_begins_nothing_until_it_is_resumed() {
    let app = TestApp::start().await;
    let definition = pipeline(
        json!([llm("ask", "Hello"), template("after", "{{ nodes.ask.text }}")]),
        &[("ask", "after")],
    );
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    app.call("run/pause", json!({ "id": id })).await;
    call.text("Hi");
    call.finish();
    let mut events = app.events(None).await;
    let mut view = app.call("run/get", json!({ "id": id })).await;
    while TestApp::step_of(&view, "ask")["status"] != "succeeded" {
        events.until(|event| event["type"] == "step.changed").await;
        view = app.call("run/get", json!({ "id": id })).await;
    }
    assert_eq!(view["run"]["status"], "paused");
    let app = app.reopen().await;
    assert_eq!(app.call("run/get", json!({ "id": id })).await["run"]["status"], "paused");
    app.call("run/resume", json!({ "id": id })).await;
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    app.journal(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_person_is_waited_for_across_restarts_and_an_answer_sent_twice_counts_once() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            {"id": "gate", "kind": "human", "config": {"title": "Go?"}},
            template("go", "Said {{ nodes.gate.answer }}"),
            template("stop", "No"),
        ]),
        &[("gate.approve", "go"), ("gate.reject", "stop")],
    );
    definition["outputs"] = json!({"text": {"from": "go.text"}});
    let id = app.run(&definition, json!({})).await;
    app.run_waits(&id, "human").await;
    let app = app.reopen().await;
    let view = app.call("run/get", json!({ "id": id })).await;
    assert_eq!(view["waiting"][0]["answers"], json!(["approve", "reject"]));
    let answer = json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s1"});
    let wrong = json!({"id": id, "node": "gate", "answer": "maybe", "signalId": "s0"});
    assert_eq!(app.refused("run/answer", wrong).await.code, "invalid_input");
    app.call("run/answer", answer.clone()).await;
    let view = app.run_over(&id).await;
    assert_eq!(view["outputs"]["text"]["preview"], "Said approve");
    assert_eq!(app.call("run/answer", answer).await["status"], "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn a_delay_survives_a_restart_and_ends_when_its_time_has_come() {
    let app = TestApp::start().await;
    let definition = pipeline(
        json!([{"id": "wait", "kind": "delay", "config": {"for": "2h"}}, template("after", "Done")]),
        &[("wait", "after")],
    );
    let id = app.run(&definition, json!({})).await;
    app.run_waits(&id, "timer").await;
    let app = app.reopen().await;
    app.opened.clock.advance(std::time::Duration::from_secs(2 * 60 * 60 + 1));
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn a_map_keeps_order_and_a_loop_hands_on_what_it_learned() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            {"id": "each", "kind": "map", "config": {"over": "inputs.list", "parallel": 3}, "body": ["shout"]},
            template("shout", "{{ index }}{{ item | upper }}"),
            {"id": "again", "kind": "loop", "config": {"until": "nodes.grow.text | length >= 4", "max_iterations": 9},
             "body": ["grow"], "carry": {"so_far": "nodes.grow.text"}},
            template("grow", "{{ carry.so_far or '' }}x"),
        ]),
        &[("each", "again")],
    );
    definition["inputs"] = json!({"list": {"type": "list<text>"}});
    definition["outputs"] = json!({"items": {"from": "each.items"}, "turns": {"from": "again.iterations"}});
    let list: Vec<String> = (0..600).map(|at| format!("i{at}")).collect();
    let view = app.ran(&definition, json!({"list": list})).await;
    assert_eq!(view["outputs"]["turns"]["preview"], 4);
    let id = view["run"]["id"].as_str().unwrap();
    let items = app.call("run/value", json!({"id": id, "node": "each", "port": "items"})).await;
    assert_eq!((&items["value"][0], &items["value"][599]), (&json!("0I0"), &json!("599I599")));
    let page = app.call("run/items", json!({"id": id, "node": "each"})).await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (200, &json!("200")));
    app.journal(id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_run_from_a_step_on_pays_for_nothing_that_came_before() {
    let app = TestApp::start().await;
    app.fake().answer_with("Paid");
    let mut definition = pipeline(
        json!([
            llm("dear", "Hello"),
            template("mid", "<{{ nodes.dear.text }}>"),
            template("end", "{{ nodes.mid.text }}{{ inputs.x }}")
        ]),
        &[("dear", "mid"), ("mid", "end")],
    );
    definition["inputs"] = json!({"x": {"type": "text"}});
    definition["outputs"] = json!({"text": {"from": "end.text"}});
    let view = app.ran(&definition, json!({"x": "1"})).await;
    let id = view["run"]["id"].clone();
    let again = app.call("run/rerun", json!({"id": id, "from": "end", "inputs": {"x": "2"}})).await;
    let view = app.run_over(again["id"].as_str().unwrap()).await;
    assert_eq!(view["outputs"]["text"]["preview"], "<Paid>2");
    assert_eq!(TestApp::step_of(&view, "dear")["status"], "reused");
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"]);
    let edited = json!({"id": id, "from": "mid", "edited": {"dear.text": "Edited"}});
    let again = app.call("run/rerun", edited).await;
    let view = app.run_over(again["id"].as_str().unwrap()).await;
    assert_eq!(view["outputs"]["text"]["preview"], "<Edited>1");
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"]);
    app.finish().await;
}

#[tokio::test]
async fn another_pipeline_is_pinned_when_the_run_is_accepted() {
    let app = TestApp::start().await;
    let mut inner = pipeline(json!([template("t", "one {{ inputs.x }}")]), &[]);
    inner["id"] = json!("inner");
    inner["inputs"] = json!({"x": {"type": "text"}});
    inner["outputs"] = json!({"text": {"from": "t.text"}});
    app.call("pipeline/save", json!({"definition": inner})).await;
    let mut outer = pipeline(
        json!([
            {"id": "gate", "kind": "human", "config": {"title": "Go?"}},
            {"id": "sub", "kind": "pipeline", "config": {"id": "inner", "inputs": {"x": "'me'"}}},
        ]),
        &[("gate.approve", "sub")],
    );
    outer["outputs"] = json!({"all": {"from": "sub.outputs"}});
    let id = app.run(&outer, json!({})).await;
    app.run_waits(&id, "human").await;
    inner["nodes"][0]["config"]["template"] = json!("two");
    app.call("pipeline/save", json!({"definition": inner})).await;
    app.call("run/answer", json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s"})).await;
    let view = app.run_over(&id).await;
    assert_eq!(view["outputs"]["all"]["preview"]["text"], "one me", "{view}");
    app.finish().await;
}

#[tokio::test]
async fn a_large_value_is_a_file_that_goes_with_its_last_run() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([template("big", "{{ inputs.x }}"), template("len", "{{ nodes.big.text | length }}")]),
        &[("big", "len")],
    );
    definition["inputs"] = json!({"x": {"type": "text"}});
    definition["outputs"] = json!({"n": {"from": "len.text"}});
    let view = app.ran(&definition, json!({"x": "y".repeat(200_000)})).await;
    assert_eq!(view["outputs"]["n"]["preview"], "200000");
    let files = || walk(&app.data().join("values"));
    assert!(!files().is_empty());
    app.call("run/delete", json!({"id": view["run"]["id"]})).await;
    assert_eq!(files(), Vec::<std::path::PathBuf>::new());
    app.finish().await;
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { found.extend(walk(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

#[tokio::test]
async fn what_is_already_known_is_not_made_again_where_the_step_says_so() {
    let app = TestApp::start().await;
    app.fake().answer_with("Once");
    let mut node = llm("ask", "Hello {{ inputs.x }}");
    node["cache"] = json!("content");
    let mut definition = pipeline(json!([node]), &[]);
    definition["inputs"] = json!({"x": {"type": "text"}});
    app.ran(&definition, json!({"x": "a"})).await;
    app.ran(&definition, json!({"x": "a"})).await;
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"]);
    app.ran(&definition, json!({"x": "b"})).await;
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["2"]);
    app.finish().await;
}

#[tokio::test]
async fn a_budget_is_looked_at_before_the_call() {
    let app = TestApp::start().await;
    app.fake().answer_with("Hi");
    let mut definition = pipeline(json!([llm("one", "Hello"), llm("two", "Hello")]), &[("one", "two")]);
    definition["defaults"] = json!({"budget": {"tokens": 4100}});
    let id = app.run(&definition, json!({})).await;
    let view = app.run_until(&id, |run| run["status"] == "paused").await;
    assert!(view["run"]["reason"].as_str().unwrap().contains("tokens"), "{}", view["run"]);
    let calls = app.rows("SELECT count(*) FROM calls");
    app.call("run/resume", json!({ "id": id })).await;
    assert_eq!(app.run_over(&id).await["run"]["status"], "succeeded");
    assert_ne!(app.rows("SELECT count(*) FROM calls"), calls);
    app.finish().await;
}

#[tokio::test]
async fn a_step_that_is_given_too_little_time_fails_and_says_so() {
    let app = TestApp::start().await;
    let mut node = llm("slow", "Hello");
    node["timeout"] = json!({"attempt": "50ms"});
    node["retry"] = json!({"max_attempts": 1});
    let definition =
        pipeline(json!([node, template("sorry", "It took too long")]), &[("slow.error", "sorry")]);
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    let view = app.run_over(&id).await;
    assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
    assert_eq!(TestApp::step_of(&view, "slow")["errorCode"], "timed_out");
    drop(call);
    app.finish().await;
}

#[tokio::test]
async fn a_run_has_its_own_time_and_people_are_not_counted_into_it() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([{"id": "gate", "kind": "human", "config": {"title": "Go?"}}, llm("ask", "Hello")]),
        &[("gate.approve", "ask")],
    );
    definition["defaults"] = json!({"timeout": {"run": "1h"}});
    let id = app.run(&definition, json!({})).await;
    app.run_waits(&id, "human").await;
    app.opened.clock.advance(std::time::Duration::from_hours(5));
    app.call("run/answer", json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s"})).await;
    let call = app.next_call().await;
    assert_eq!(app.call("run/get", json!({ "id": id })).await["run"]["status"], "running");
    app.opened.clock.advance(std::time::Duration::from_hours(2));
    let view = app.run_over(&id).await;
    assert_eq!((&view["run"]["status"], &view["run"]["errorCode"]), (&json!("failed"), &json!("timed_out")));
    call.dropped().await;
    app.finish().await;
}

#[tokio::test]
async fn only_so_many_runs_of_a_pipeline_are_under_way_as_it_says() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([llm("ask", "Hello")]), &[]);
    definition["concurrency"] = json!({"max_runs": 1});
    let first = app.run(&definition, json!({})).await;
    let second = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    assert_eq!(app.call("run/get", json!({"id": second})).await["run"]["status"], "queued");
    call.text("1");
    call.finish();
    app.run_over(&first).await;
    let call = app.next_call().await;
    call.text("2");
    call.finish();
    assert_eq!(app.run_over(&second).await["run"]["status"], "succeeded");
    app.finish().await;
}

#[tokio::test]
async fn a_pipeline_gets_a_version_for_what_it_does_and_none_for_how_it_looks() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([template("a", "1")]), &[]);
    definition["name"] = json!("Mine");
    let view = app.call("pipeline/save", json!({"definition": definition, "label": "First"})).await;
    assert_eq!((&view["version"], &view["faults"]), (&json!(1), &json!([])));
    definition["ui"] = json!({"nodes": {"a": {"x": 5, "y": 5}}});
    assert_eq!(app.call("pipeline/save", json!({"definition": definition})).await["version"], 1);
    definition["nodes"][0]["config"]["template"] = json!("2");
    assert_eq!(app.call("pipeline/save", json!({"definition": definition})).await["version"], 2);
    definition["nodes"][0]["kind"] = json!("nonsense");
    let view = app.call("pipeline/save", json!({"definition": definition})).await;
    assert!(view["hash"].is_null() && !view["faults"].as_array().unwrap().is_empty());
    assert_eq!(app.refused("run/start", json!({"pipelineId": "p"})).await.code, "invalid_input");
    let old = app.call("pipeline/version", json!({"id": "p", "number": 1})).await;
    assert_eq!(old["definition"]["nodes"][0]["config"]["template"], "1");
    let listed = app.call("pipeline/list", json!({})).await;
    assert_eq!((&listed[0]["name"], listed[0]["faults"].as_u64() > Some(0)), (&json!("Mine"), true));
    app.call("pipeline/delete", json!({"id": "p"})).await;
    assert_eq!(app.call("pipeline/list", json!({})).await, json!([]));
    app.call("pipeline/restore", json!({"id": "p"})).await;
    app.finish().await;
}

#[tokio::test]
async fn a_file_s_own_tests_run_with_its_mocks() {
    let app = TestApp::start().await;
    let mut definition =
        pipeline(json!([llm("ask", "Hello"), template("end", "{{ nodes.ask.text }}!")]), &[("ask", "end")]);
    definition["outputs"] = json!({"text": {"from": "end.text"}});
    definition["tests"] = json!([
        {"name": "good", "inputs": {}, "mocks": {"ask": {"text": "Hi"}}, "expect": ["outputs.text == 'Hi!'"]},
        {"name": "bad", "inputs": {}, "mocks": {"ask": {"text": "Ho"}}, "expect": ["outputs.text == 'Hi!'"]},
    ]);
    let report = app.call("pipeline/test", json!({"definition": definition})).await;
    assert_eq!(
        (&report["tests"][0]["passed"], &report["tests"][1]["passed"]),
        (&json!(true), &json!(false)),
        "{report}"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_step_that_keeps_ending_the_application_pauses_its_run() {
    let app = TestApp::start().await;
    let definition = pipeline(json!([llm("ask", "Hello")]), &[]);
    let id = app.run(&definition, json!({})).await;
    let first = app.next_call().await;
    let second = app.after_a_crash().await;
    let call = second.next_call().await;
    let third = second.after_a_crash().await;
    let last = third.next_call().await;
    let fourth = third.after_a_crash().await;
    let view = fourth.run_until(&id, |run| run["status"] == "paused").await;
    assert!(view["run"]["reason"].as_str().unwrap().contains("3 times"), "{}", view["run"]);
    fourth.call("run/cancel", json!({ "id": id })).await;
    fourth.finish().await;
    for (app, call) in [(third, last), (second, call), (app, first)] {
        call.text("x");
        call.finish();
        app.run_over(&id).await;
        app.finish().await;
    }
}

#[tokio::test]
async fn a_failure_goes_the_way_that_the_step_says() {
    let app = TestApp::start().await;
    let fails = |id: &str, on_error: Value| json!({"id": id, "kind": "assert", "config": {"that": "false", "message": "No."}, "on_error": on_error});
    let mut definition = pipeline(
        json!([
            fails("skips", json!("skip")),
            fails("branches", json!("branch")),
            template("rescue", "{{ nodes.branches.error.message }}"),
            template("after", "went on"),
        ]),
        &[("skips.skipped", "after"), ("branches.error", "rescue")],
    );
    definition["outputs"] = json!({"text": {"from": "rescue.text"}, "after": {"from": "after.text"}});
    let id = app.try_call("run/start", json!({"definition": definition})).await;
    match id {
        Ok(run) => {
            let view = app.run_over(run["id"].as_str().unwrap()).await;
            assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
            assert_eq!(view["outputs"]["after"]["preview"], "went on");
        }
        Err(problem) => panic!("{problem:?}"),
    }
    let definition =
        pipeline(json!([fails("stops", json!("fail")), template("never", "x")]), &[("stops", "never")]);
    let id = app.run(&definition, json!({})).await;
    let view = app.run_over(&id).await;
    assert_eq!(
        (&view["run"]["status"], &view["run"]["errorMessage"]),
        (&json!("failed"), &json!("stops: No."))
    );
    app.finish().await;
}

#[tokio::test]
async fn an_event_that_nobody_may_miss_is_handed_on_and_then_gone() {
    let app = TestApp::start().await;
    app.ran(&pipeline(json!([template("a", "1")]), &[]), json!({})).await;
    let data = app.data();
    let empty = || webplus_tests::rows(&data, "SELECT topic FROM outbox").is_empty();
    webplus_tests::eventually("the outbox is empty", webplus_tests::PATIENCE, empty).await;
    app.finish().await;
}

#[tokio::test]
async fn runs_inside_a_run_are_cancelled_with_it() {
    let app = TestApp::start().await;
    let mut inner = pipeline(json!([llm("ask", "Hello")]), &[]);
    inner["id"] = json!("inner");
    app.call("pipeline/save", json!({"definition": inner})).await;
    let outer = pipeline(json!([{"id": "sub", "kind": "pipeline", "config": {"id": "inner"}}]), &[]);
    let id = app.run(&outer, json!({})).await;
    let call = app.next_call().await;
    let view = app.run_waits(&id, "run").await;
    let inside = view["waiting"][0]["runId"].as_str().unwrap().to_owned();
    app.call("run/cancel", json!({ "id": id })).await;
    call.dropped().await;
    assert_eq!(app.run_over(&inside).await["run"]["status"], "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn a_run_inside_a_run_goes_on_after_a_crash_and_wakes_it() {
    let app = TestApp::start().await;
    let mut inner = pipeline(json!([llm("ask", "Hello")]), &[]);
    inner["id"] = json!("inner");
    inner["outputs"] = json!({"text": {"from": "ask.text"}});
    app.call("pipeline/save", json!({"definition": inner})).await;
    let mut outer = pipeline(json!([{"id": "sub", "kind": "pipeline", "config": {"id": "inner"}}]), &[]);
    outer["outputs"] = json!({"all": {"from": "sub.outputs"}});
    let id = app.run(&outer, json!({})).await;
    let first = app.next_call().await;
    app.run_waits(&id, "run").await;
    let crashed = app.after_a_crash().await;
    let again = crashed.next_call().await;
    again.text("Hi");
    again.finish();
    assert_eq!(crashed.run_over(&id).await["outputs"]["all"]["preview"]["text"], "Hi");
    crashed.finish().await;
    first.text("x");
    first.finish();
    app.run_over(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_queued_run_that_was_cancelled_never_begins() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([llm("ask", "Hello")]), &[]);
    definition["concurrency"] = json!({"max_runs": 1});
    let first = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    let second = app.run(&definition, json!({})).await;
    assert_eq!(app.call("run/cancel", json!({"id": second})).await["status"], "cancelled");
    call.text("1");
    call.finish();
    app.run_over(&first).await;
    let third = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    call.text("3");
    call.finish();
    assert_eq!(app.run_over(&third).await["run"]["status"], "succeeded");
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["2"]);
    app.finish().await;
}

#[tokio::test]
async fn a_pipeline_is_allowed_no_more_for_being_run_by_another_one() {
    let app = TestApp::start().await;
    let mut inner = pipeline(json!([template("t", "x")]), &[]);
    inner["id"] = json!("inner");
    app.call("pipeline/save", json!({"definition": inner})).await;
    let outer = pipeline(json!([{"id": "sub", "kind": "pipeline", "config": {"id": "inner"}}]), &[]);
    let start = json!({"definition": outer, "allow": ["commands"]});
    let run = app.call("run/start", start.clone()).await;
    app.run_over(run["id"].as_str().unwrap()).await;
    let allowed = || app.rows("SELECT allowed FROM runs ORDER BY created_at, id");
    assert_eq!(allowed(), ["[\"commands\"]", "[]"]);
    app.call("pipeline/allow", json!({"id": "inner", "capabilities": ["commands", "http"]})).await;
    let run = app.call("run/start", start).await;
    app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(allowed().last().map(String::as_str), Some("[\"commands\"]"));
    app.finish().await;
}
