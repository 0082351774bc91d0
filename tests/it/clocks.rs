//! What the clock does to schedules and to what is under way: the application is closed over the time, the clock is set by an hour
//! or a year, summer begins and ends. The rules themselves are tested beside the schedule; here the application keeps them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use webplus_tests::{PATIENCE, TestApp, TestClock, pipeline};

const HOUR: Duration = Duration::from_hours(1);

/// A pipeline that says which instant it was begun for.
fn scheduled(id: &str, cron: &str, zone: &str, missed: &str) -> Value {
    let say = json!({"id": "say", "kind": "template", "config": {"template": "{{ inputs.at }}"}});
    let mut definition = pipeline(json!([say]), &[]);
    definition["id"] = json!(id);
    definition["inputs"] = json!({"at": {"type": "text"}});
    definition["outputs"] = json!({"at": {"from": "say.text"}});
    definition["triggers"] = json!([{"id": "t", "kind": "schedule", "cron": cron, "tz": zone, "missed": missed,
        "inputs": {"at": "{{ event.at }}"}}]);
    definition
}

/// Saves it, which makes the scheduler look at the clock.
async fn saved(app: &TestApp, definition: &Value) {
    let view = app.call("pipeline/save", json!({ "definition": definition })).await;
    assert_eq!(view["faults"], json!([]));
}

async fn on(app: &TestApp, definition: &Value) {
    saved(app, definition).await;
    app.call("trigger/enable", json!({"pipelineId": definition["id"], "id": "t", "enabled": true})).await;
}

/// The instants that runs were begun for, oldest first, once there are so many and all are over.
async fn begun(app: &TestApp, id: &str, count: usize) -> Vec<String> {
    let since = Instant::now();
    loop {
        let page = app.call("run/list", json!({"pipelineId": id, "limit": 200})).await;
        let runs = page["items"].as_array().unwrap();
        assert!(runs.len() <= count, "{id}: {} runs instead of {count}", runs.len());
        if runs.len() == count && runs.iter().all(|run| run["status"] == "succeeded") {
            let mut instants = Vec::new();
            for run in runs {
                let view = app.call("run/get", json!({ "id": run["id"] })).await;
                instants.push(view["outputs"]["at"]["preview"].as_str().unwrap().to_owned());
            }
            instants.sort_unstable();
            return instants;
        }
        assert!(since.elapsed() < PATIENCE, "{id}: {} of {count} runs", runs.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Lets the scheduler look once more: something else came due since, and was begun.
async fn looked(app: &TestApp, definition: &Value) {
    let marker = scheduled("marker", "* * * * *", "UTC", "once");
    on(app, &marker).await;
    app.opened.clock.advance(Duration::from_mins(1));
    saved(app, definition).await;
    begun(app, "marker", 1).await;
}

/// Makes the scheduler look, until it says that this is when the next run begins.
async fn next_is(app: &TestApp, definition: &Value, wanted: i64) {
    saved(app, definition).await;
    let since = Instant::now();
    loop {
        let listed = app.call("trigger/list", json!({ "pipelineId": definition["id"] })).await;
        if listed[0]["nextAt"] == json!(wanted) {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{wanted} isn't next: {listed}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn set(clock: &TestClock, by: i64) {
    let amount = Duration::from_millis(by.unsigned_abs());
    if by < 0 { clock.put_back(amount) } else { clock.advance(amount) }
}

#[tokio::test]
async fn what_came_due_while_the_application_was_closed_is_skipped_done_once_or_done_each() {
    let app = TestApp::start().await;
    let rules = ["skip", "once", "all"];
    let definitions = rules.map(|rule| scheduled(rule, "0 * * * *", "UTC", rule));
    for definition in &definitions {
        on(&app, definition).await;
    }
    // At 15:06 on the 15th of June it is closed, and opened at 20:06.
    let app = app.reopened_after(5 * HOUR).await;
    let expected = [
        &[][..],
        &["2025-06-15T20:00:00Z"],
        &[
            "2025-06-15T16:00:00Z",
            "2025-06-15T17:00:00Z",
            "2025-06-15T18:00:00Z",
            "2025-06-15T19:00:00Z",
            "2025-06-15T20:00:00Z",
        ],
    ];
    for (rule, expected) in rules.iter().zip(expected) {
        assert_eq!(begun(&app, rule, expected.len()).await, expected, "{rule}");
    }
    // Where nothing is done it is known to be past all the same: the next one is the next one.
    let listed = app.call("trigger/list", json!({"pipelineId": "skip"})).await;
    assert_eq!(listed[0]["nextAt"], json!(1_750_021_200_000_i64), "{listed}");
    // Opened again right away nothing is made up for twice.
    let app = app.reopened_after(Duration::ZERO).await;
    looked(&app, &definitions[0]).await;
    for (rule, expected) in rules.iter().zip(expected) {
        assert_eq!(begun(&app, rule, expected.len()).await, expected, "{rule}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_set_by_an_hour_or_a_year_and_back_begins_nothing_twice_and_loses_nothing() {
    let (hour, year) = (3_600_000, 365 * 24 * 3_600_000);
    // 16:00 on the day on which the clock begins.
    let four = 1_750_003_200_000;
    for jump in [hour, -hour, year, -year] {
        let app = TestApp::start().await;
        let definition = scheduled("hourly", "0 * * * *", "UTC", "once");
        on(&app, &definition).await;
        let clock = Arc::clone(&app.opened.clock);
        clock.advance(HOUR);
        next_is(&app, &definition, four + hour).await;
        begun(&app, "hourly", 1).await;
        set(&clock, jump);
        next_is(&app, &definition, four + hour + jump).await;
        set(&clock, -jump);
        next_is(&app, &definition, four + hour).await;
        for passed in 1..=2 {
            clock.advance(HOUR);
            next_is(&app, &definition, four + hour + passed * hour).await;
        }
        let mut expected = vec!["2025-06-15T16:00:00Z", "2025-06-15T17:00:00Z", "2025-06-15T18:00:00Z"];
        if jump == year {
            // One run for a year that seemed to be missed, as the rule says.
            expected.push("2026-06-15T16:00:00Z");
        }
        assert_eq!(begun(&app, "hourly", expected.len()).await, expected, "{jump}");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_call_that_is_under_way_when_the_clock_is_set_goes_on_to_its_end() {
    let (hour, year) = (3_600_000, 365 * 24 * 3_600_000);
    for jump in [hour, -hour, year, -year] {
        let app = TestApp::start().await;
        let ask = json!({"id": "ask", "kind": "llm", "config": {"model": "fake/m", "prompt": "Hi"},
            "timeout": {"attempt": "10m", "idle": "5m"}, "retry": {"max_attempts": 1}});
        let id = app.run(&pipeline(json!([ask]), &[]), json!({})).await;
        let call = app.next_call().await;
        call.text("Hel");
        set(&app.opened.clock, jump);
        // The clock of the runs is looked at every second: something else has to wait for it to pass.
        let wait = json!({"id": "wait", "kind": "delay", "config": {"for": "1500ms"}});
        app.ran(&pipeline(json!([wait]), &[]), json!({})).await;
        call.text("lo");
        call.finish();
        let view = app.run_over(&id).await;
        assert_eq!(view["run"]["status"], "succeeded", "{jump}: {}", view["run"]);
        assert_eq!(view["run"]["seq"], app.journal(&id).await.len(), "{jump}");
        app.finish().await;
    }
}

#[tokio::test]
async fn the_night_on_which_the_hour_is_left_out_or_comes_twice_has_one_run_like_any_other() {
    let app = TestApp::start().await;
    let clock = Arc::clone(&app.opened.clock);
    let nightly = scheduled("nightly", "30 2 * * *", "Europe/Berlin", "all");
    let hourly = scheduled("hourly", "0 * * * *", "Europe/Berlin", "all");
    let mut now = 1_750_000_000_000_i64;
    // At noon before the clocks go back, and before they go forward; an hour with each look, two nights long.
    for (noon, nights, hours) in [
        (1_761_386_400_000_i64, ["2025-10-26T00:30:00Z", "2025-10-27T01:30:00Z"], 48),
        (1_774_695_600_000, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"], 48),
    ] {
        for (id, definition) in [("nightly", &nightly), ("hourly", &hourly)] {
            saved(&app, definition).await;
            app.call("trigger/enable", json!({"pipelineId": id, "id": "t", "enabled": false})).await;
        }
        set(&clock, noon - now);
        now = noon;
        for definition in [&nightly, &hourly] {
            on(&app, definition).await;
        }
        for _ in 0..hours {
            clock.advance(HOUR);
            now += 3_600_000;
            next_is(&app, &hourly, now + 3_600_000).await;
        }
        let of = async |id: &str| -> Vec<String> {
            let page = app.call("run/list", json!({"pipelineId": id, "limit": 200})).await;
            let all = begun(&app, id, page["items"].as_array().unwrap().len()).await;
            all.into_iter().filter(|at| nights.iter().any(|night| at[..7] == night[..7])).collect()
        };
        assert_eq!(of("nightly").await, nights);
        assert_eq!(of("hourly").await.len(), hours);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_clock_that_is_put_back_keeps_no_event_from_a_trigger() {
    let app = TestApp::start().await;
    let say = json!({"id": "say", "kind": "template", "config": {"template": "{{ inputs.of }}"}});
    let mut after = pipeline(json!([say]), &[]);
    after["id"] = json!("after");
    after["inputs"] = json!({"of": {"type": "text"}});
    after["outputs"] = json!({"at": {"from": "say.text"}});
    after["triggers"] = json!([{"id": "t", "kind": "event", "topic": "run.succeeded",
        "filter": "event.run.pipelineId == 'p'", "inputs": {"of": "{{ event.run.id }}"}}]);
    let first = pipeline(json!([{"id": "a", "kind": "template", "config": {"template": "1"}}]), &[]);
    // What happened before it was switched on is none of its business, whatever the clock shows then.
    app.ran(&first, json!({})).await;
    app.opened.clock.put_back(HOUR);
    on(&app, &after).await;
    let mut expected = Vec::new();
    for (count, back) in [(1, HOUR), (2, HOUR * 24 * 365)] {
        app.opened.clock.put_back(back);
        let view = app.ran(&first, json!({})).await;
        expected.push(view["run"]["id"].as_str().unwrap().to_owned());
        begun(&app, "after", count).await;
    }
    expected.sort_unstable();
    assert_eq!(begun(&app, "after", 2).await, expected);
    app.finish().await;
}
