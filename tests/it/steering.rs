//! What steers a run: variables, joins, budgets, clocks, limits; each as a run meets it, and as a crash leaves it.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn llm(id: &str) -> Value {
    json!({"id": id, "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": id}]}})
}

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

/// Answers the next call, which must be that step's.
async fn answers(app: &TestApp, step: &str, text: &str) {
    let call = app.next_call().await;
    assert_eq!(call.request.messages[0].plain(), step);
    says(call, text);
}

fn says(call: llm::fake::FakeCall, text: &str) {
    call.text(text);
    call.finish();
}

/// The run once that step has ended well.
async fn has_done(app: &TestApp, id: &str, step: &str) -> Value {
    let mut events = app.events(None).await;
    loop {
        let view = app.call("run/get", json!({ "id": id })).await;
        // A step that wasn't come to yet isn't listed.
        let steps = view["steps"].as_array().unwrap();
        if steps.iter().any(|one| one["node"] == step && one["status"] == "succeeded") {
            return view;
        }
        events.until(|event| event["type"] == "step.changed" || event["type"] == "run.changed").await;
    }
}

#[tokio::test]
async fn a_variable_is_changed_in_the_run_alone_and_a_crash_forgets_nothing_of_it() {
    let app = TestApp::start().await;
    let set = json!({"id": "count", "kind": "variable", "config": {"set": "total", "to": "vars.total + (nodes.ask.text | int)"}});
    let mut definition = pipeline(
        json!([
            llm("ask"),
            set,
            llm("hold"),
            template("after", "{{ vars.total }} of {{ nodes.count.value }}")
        ]),
        &[("ask", "count"), ("count", "hold"), ("hold", "after")],
    );
    definition["vars"] = json!({"total": 2});
    definition["outputs"] = json!({"text": {"from": "after.text"}});
    let id = app.run(&definition, json!({})).await;
    answers(&app, "ask", "40").await;
    let held = app.next_call().await;
    let crashed = app.after_a_crash().await;
    answers(&crashed, "hold", "x").await;
    let view = crashed.run_over(&id).await;
    assert_eq!(view["outputs"]["text"]["preview"], "42 of 42", "{view}");
    // Another run of the same definition begins with what it says.
    let other = crashed.run(&definition, json!({})).await;
    answers(&crashed, "ask", "1").await;
    answers(&crashed, "hold", "x").await;
    assert_eq!(crashed.run_over(&other).await["outputs"]["text"]["preview"], "3 of 3");
    crashed.finish().await;
    held.text("late");
    held.finish();
    app.run_over(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_join_goes_on_when_its_policy_says_and_names_where_it_came_from() {
    for (policy, calls, from) in [
        (json!("all"), 2, "one, two"),
        (json!("any"), 1, "one"),
        (json!("first"), 1, "one"),
        (json!({"n": 2}), 2, "one, two"),
    ] {
        let app = TestApp::start().await;
        let join = json!({"id": "meet", "kind": "join", "config": {"policy": policy}});
        let mut definition = pipeline(
            json!([llm("one"), llm("two"), join, template("after", "{{ nodes.meet.from | join(', ') }}")]),
            &[("one", "meet"), ("two", "meet"), ("meet", "after")],
        );
        definition["outputs"] = json!({"text": {"from": "after.text"}});
        let id = app.run(&definition, json!({})).await;
        let mut waiting = vec![app.next_call().await, app.next_call().await];
        waiting.sort_by_key(|call| call.request.messages[0].plain());
        let two = waiting.remove(1);
        says(waiting.remove(0), "x");
        if calls == 1 {
            has_done(&app, &id, "after").await;
        }
        // Of "first" the rest is told to stop; with "any" it runs on, and the run with it.
        if policy == "first" {
            two.dropped().await;
        } else {
            says(two, "x");
        }
        let view = app.run_over(&id).await;
        assert_eq!(view["outputs"]["text"]["preview"], from, "{policy}: {view}");
        let wanted = if policy == "first" { "cancelled" } else { "succeeded" };
        assert_eq!(TestApp::step_of(&view, "two")["status"], wanted, "{policy}");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_budget_step_chooses_the_way_by_what_was_spent_so_far() {
    for (most, way) in [(1, "stop"), (1_000_000, "go")] {
        let app = TestApp::start().await;
        app.fake().answer_with("Some words.");
        let look = json!({"id": "look", "kind": "budget", "config": {"tokens": most}});
        let mut definition = pipeline(
            json!([llm("ask"), look, template("go", "went on"), template("stop", "{{ nodes.look.tokens }}")]),
            &[("ask", "look"), ("look.ok", "go"), ("look.exceeded", "stop")],
        );
        definition["outputs"] = json!({"go": {"from": "go.text"}, "stop": {"from": "stop.text"}});
        let view = app.ran(&definition, json!({})).await;
        let other = if way == "go" { "stop" } else { "go" };
        assert_eq!(TestApp::step_of(&view, way)["status"], "succeeded", "{view}");
        assert_eq!(TestApp::step_of(&view, other)["status"], "skipped", "{view}");
        if way == "stop" {
            assert_eq!(view["outputs"]["stop"]["preview"], view["run"]["tokens"].to_string(), "{view}");
        }
        app.finish().await;
    }
}

#[tokio::test]
async fn a_notify_step_tells_the_window_with_the_run_that_a_click_opens() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let config =
        json!({"title": "{{ inputs.who }} is here", "message": "At {{ run.id }}", "urgency": "high"});
    let mut definition = pipeline(json!([{"id": "tell", "kind": "notify", "config": config}]), &[]);
    definition["inputs"] = json!({"who": {"type": "text"}});
    let id = app.run(&definition, json!({"who": "Ada"})).await;
    let told = events.until(|event| event["type"] == "run.notice").await;
    let wanted = json!({"type": "run.notice", "runId": id, "title": "Ada is here", "message": format!("At {id}"), "urgent": true});
    assert_eq!(told, wanted);
    app.run_over(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_question_that_nobody_answers_in_time_goes_the_way_that_it_names() {
    for (then, way) in [("fail", "failed"), ("branch:late", "late"), ("answer:approve", "yes")] {
        let app = TestApp::start().await;
        let gate = json!({"id": "gate", "kind": "human", "config": {"title": "Go?", "timeout": "2h", "on_timeout": then}});
        let mut edges = vec![("gate.approve", "yes"), ("gate.error", "failed")];
        edges.extend((then == "branch:late").then_some(("gate.late", "late")));
        let definition = pipeline(
            json!([
                gate,
                template("yes", "{{ nodes.gate.answer }}"),
                template("failed", "x"),
                template("late", "x")
            ]),
            &edges,
        );
        // Without an edge to it, "late" would begin at once.
        let mut definition = definition;
        if then != "branch:late" {
            definition["nodes"].as_array_mut().unwrap().pop();
        }
        let id = app.run(&definition, json!({})).await;
        let view = app.run_waits(&id, "human").await;
        assert!(view["waiting"][0]["dueAt"].is_number(), "{view}");
        // The time passes while the application is closed, too.
        let app = app.reopened_after(std::time::Duration::from_secs(2 * 60 * 60 + 1)).await;
        let view = app.run_over(&id).await;
        assert_eq!(TestApp::step_of(&view, way)["status"], "succeeded", "{then}: {view}");
        assert!(app.journal(&id).await.contains(&"human.expired".to_owned()));
        let late = json!({"id": id, "node": "gate", "answer": "approve", "signalId": "s"});
        assert_eq!(app.refused("run/answer", late).await.code, "conflict");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_step_whose_tries_are_used_up_pauses_the_run_where_it_says_so() {
    let app = TestApp::start().await;
    let mut ask = llm("ask");
    ask["retry"] = json!({"max_attempts": 1, "then": "pause"});
    let mut definition =
        pipeline(json!([ask, template("after", "{{ nodes.ask.text }}!")]), &[("ask", "after")]);
    definition["outputs"] = json!({"text": {"from": "after.text"}});
    let id = app.run(&definition, json!({})).await;
    let call = app.next_call().await;
    call.fail(llm::Error::Engine { code: domain::ErrorCode::EngineFailed, message: "It died.".into() });
    let view = app.run_until(&id, |run| run["status"] == "paused").await;
    let reason = view["run"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("ask: ") && reason.contains("It died."), "{reason}");
    // It stays so over a restart, and all tries are there again when somebody goes on.
    let app = app.reopen().await;
    app.call("run/resume", json!({ "id": id })).await;
    answers(&app, "ask", "Hi").await;
    assert_eq!(app.run_over(&id).await["outputs"]["text"]["preview"], "Hi!");
    app.journal(&id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_budget_that_fails_the_run_does_so_before_the_call_that_would_exceed_it() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([llm("ask")]), &[]);
    definition["defaults"] = json!({"budget": {"tokens": 10, "on_exceed": "fail"}});
    let id = app.run(&definition, json!({})).await;
    let view = app.run_over(&id).await;
    assert_eq!(
        (&view["run"]["status"], &view["run"]["errorCode"]),
        (&json!("failed"), &json!("budget_exceeded"))
    );
    assert!(app.rows("SELECT 1 FROM calls").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_run_s_time_stands_still_while_it_waits_unless_it_says_otherwise() {
    for (includes, status) in [(false, "succeeded"), (true, "failed")] {
        let app = TestApp::start().await;
        let mut definition =
            pipeline(json!([{"id": "sleep", "kind": "delay", "config": {"for": "3h"}}]), &[]);
        definition["defaults"] = json!({"timeout": {"run": "1h", "include_waits": includes}});
        let id = app.run(&definition, json!({})).await;
        app.run_waits(&id, "timer").await;
        let app = app.reopened_after(std::time::Duration::from_hours(2)).await;
        if !includes {
            let view = app.call("run/get", json!({ "id": id })).await;
            assert_eq!(view["run"]["status"], "waiting", "{view}");
            app.opened.clock.advance(std::time::Duration::from_secs(60 * 60 + 1));
        }
        let view = app.run_over(&id).await;
        assert_eq!(view["run"]["status"], status, "{includes}: {}", view["run"]);
        if includes {
            assert_eq!(view["run"]["errorCode"], "timed_out");
        }
        app.finish().await;
    }
}

#[tokio::test]
async fn runs_are_counted_by_the_key_that_their_pipeline_names() {
    let app = TestApp::start().await;
    let mut definition = pipeline(json!([llm("ask")]), &[]);
    definition["inputs"] = json!({"repo": {"type": "text", "required": true}});
    definition["concurrency"] = json!({"max_runs": 1, "key": "{{ inputs.repo }}"});
    let first = app.run(&definition, json!({"repo": "a"})).await;
    let call_of_first = app.next_call().await;
    let second = app.run(&definition, json!({"repo": "a"})).await;
    // Another key has a place of its own, though it came later.
    let other = app.run(&definition, json!({"repo": "b"})).await;
    let call_of_other = app.next_call().await;
    let status = async |id: &str| app.call("run/get", json!({ "id": id })).await["run"]["status"].clone();
    assert_eq!((status(&second).await, status(&other).await), (json!("queued"), json!("running")));
    says(call_of_other, "x");
    app.run_over(&other).await;
    assert_eq!(status(&second).await, "queued", "a place of another key is none of its own");
    says(call_of_first, "x");
    app.run_over(&first).await;
    says(app.next_call().await, "x");
    assert_eq!(app.run_over(&second).await["run"]["status"], "succeeded");
    app.finish().await;
}
