//! What a run computes in one turn, before any of it is written.

use serde_json::{Value, json};
use webplus_tests::{TestApp, pipeline};

fn template(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "template", "config": {"template": text}})
}

#[tokio::test]
async fn a_long_chain_hands_every_result_on_and_journals_every_step() {
    let app = TestApp::start().await;
    let mut nodes = vec![template("s0", "0")];
    nodes.extend(
        (1..200).map(|at| template(&format!("s{at}"), &format!("{{{{ nodes.s{}.text }}}},{at}", at - 1))),
    );
    let edges: Vec<(String, String)> =
        (1..200).map(|at| (format!("s{}", at - 1), format!("s{at}"))).collect();
    let edges: Vec<(&str, &str)> = edges.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let mut definition = pipeline(json!(nodes), &edges);
    definition["outputs"] = json!({"text": {"from": "s199.text"}});
    let view = app.ran(&definition, json!({})).await;
    let id = view["run"]["id"].as_str().unwrap();
    let last = app.call("run/value", json!({"id": id, "node": "s199", "port": "text"})).await;
    let wanted: Vec<String> = (0..200).map(|at| at.to_string()).collect();
    assert_eq!(last["value"], wanted.join(","));
    let begun = app.journal(id).await.iter().filter(|kind| *kind == "step.started").count();
    assert_eq!(begun, 200);
    assert!(view["steps"].as_array().unwrap().iter().all(|step| step["tries"] == 1));
    app.finish().await;
}

#[tokio::test]
async fn results_that_are_more_than_is_held_are_all_there_though_none_is_written_yet() {
    let app = TestApp::start().await;
    let mut definition = pipeline(
        json!([
            {"id": "each", "kind": "map", "config": {"over": "inputs.list", "result": "nodes.grow.text"},
             "body": ["again"]},
            {"id": "again", "kind": "loop", "config": {"until": "index >= 2", "max_iterations": 5}, "body": ["grow"]},
            template("grow", "{{ index }}{{ inputs.much }}"),
            template("end", "{{ nodes.each.items | length }}"),
        ]),
        &[("each", "end")],
    );
    definition["inputs"] = json!({"list": {"type": "list<text>"}, "much": {"type": "text"}});
    definition["outputs"] = json!({"count": {"from": "end.text"}});
    let list: Vec<String> = (0..40).map(|at| at.to_string()).collect();
    let much = "much ".repeat(5_000);
    let view = app.ran(&definition, json!({"list": list, "much": much})).await;
    assert_eq!(view["outputs"]["count"]["preview"], "40");
    let id = view["run"]["id"].as_str().unwrap();
    let items = app.call("run/value", json!({"id": id, "node": "each", "port": "items"})).await;
    let items = items["value"].as_array().unwrap();
    assert!(items.len() == 40 && items.iter().all(|item| *item == format!("2{much}")), "{:.80}", items[0]);
    app.journal(id).await;
    app.finish().await;
}

#[tokio::test]
async fn a_step_that_ends_the_application_three_times_pauses_its_run() {
    let app = TestApp::start().await;
    let asks = json!({"id": "ask", "kind": "llm", "config": {"model": "fake/m", "messages": [{"role": "user", "content": "x"}]}});
    let definition = pipeline(json!([template("before", "x"), asks]), &[("before", "ask")]);
    let id = app.run(&definition, json!({})).await;
    let mut calls = vec![app.next_call().await];
    let mut crashed = vec![app];
    for _ in 0..2 {
        let next = crashed.last().unwrap().after_a_crash().await;
        calls.push(next.next_call().await);
        crashed.push(next);
    }
    let paused = crashed.last().unwrap().after_a_crash().await;
    let view = paused.run_until(&id, |run| run["status"] == "paused").await;
    let reason = view["run"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("Web+ ended 3 times while ask was under way"), "{reason}");
    paused.call("run/cancel", json!({ "id": id })).await;
    paused.run_over(&id).await;
    paused.finish().await;
    for (app, call) in crashed.iter().zip(calls) {
        call.text("late");
        call.finish();
        app.run_over(&id).await;
    }
    for app in crashed {
        app.finish().await;
    }
}
