//! Code Factory, from a task to a patch in a real repository: a real git, real processes, real failing tests. Only the model is
//! scripted.

mod kills;
mod real;
mod story;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};
use story::{BROKEN, JUDGE, PLAN, PLANNER, RIGHT, VERDICT, WRITER, WRONG, change, repository};
use webplus_tests::{Opened, PATIENCE, TestApp, git};

fn own_program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.parent().and_then(Path::parent).unwrap().join("webplus")
}

async fn start() -> TestApp {
    let adjust = |options: &mut app::AppOptions| options.program = Some(own_program());
    let app = TestApp::start_with(Opened { adjust: Arc::new(adjust), ..Opened::default() }).await;
    app.call("settings/update", json!({"defaultModel": "fake/m"})).await;
    app
}

/// The template as it is offered.
async fn factory(app: &TestApp) -> Value {
    let templates = app.call("pipeline/templates", json!({})).await;
    let found = templates.as_array().unwrap().iter().find(|template| template["id"] == "code-factory");
    found.unwrap()["definition"].clone()
}

async fn run(app: &TestApp, repo: &Path) -> String {
    let inputs = json!({"task": "Make add add", "repo": repo, "test": "sh test.sh"});
    let allow = json!(["commands", "files"]);
    let run = app
        .call("run/start", json!({"definition": factory(app).await, "inputs": inputs, "allow": allow}))
        .await;
    run["id"].as_str().unwrap().to_owned()
}

/// Waits until the run is as wanted; gives it.
async fn until(app: &TestApp, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let view = app.call("run/get", json!({"id": id})).await;
        if is_so(&view) {
            return view;
        }
        let ended =
            ["failed", "cancelled", "paused", "succeeded"].contains(&view["run"]["status"].as_str().unwrap());
        assert!(!ended, "{what}: {:#}", view["run"]);
        assert!(begun.elapsed() < PATIENCE * 2, "{what}: {view:#}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn asked(app: &TestApp, id: &str, node: &str) -> Value {
    let view = until(app, id, node, |view| view["waiting"][0]["node"] == node).await;
    view["waiting"][0].clone()
}

async fn answer(app: &TestApp, id: &str, node: &str, answer: &str) {
    let signal = format!("{node}-{answer}");
    app.call("run/answer", json!({"id": id, "node": node, "answer": answer, "signalId": signal})).await;
}

/// Answers the next call of the model, which must be of this sort, and gives its prompt.
async fn model(app: &TestApp, sort: &str, text: &str) -> String {
    let call = app.next_call().await;
    assert!(call.request.system.contains(sort), "{sort}: {}", call.request.system);
    let prompt = call.request.messages.iter().map(llm::RequestMessage::plain).collect::<Vec<_>>().join("\n");
    call.text(text);
    call.finish();
    prompt
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_becomes_a_patch_that_is_applied_only_on_a_persons_yes() {
    let repo = repository();
    // Longer than what is shown: half of it given back whole would lose the other half.
    std::fs::write(repo.path().join("long.txt"), "much ado\n".repeat(1_000)).unwrap();
    git(repo.path(), &["add", "long.txt"]);
    git(repo.path(), &["commit", "-m", "Add a long file"]);
    let app = start().await;
    let id = run(&app, repo.path()).await;
    let prompt = model(&app, PLANNER, PLAN).await;
    assert!(prompt.contains("Make add add") && prompt.contains("add.sh"), "{prompt}");
    let waiting = asked(&app, &id, "plan_gate").await;
    assert!(waiting["question"].as_str().unwrap().contains("Fix add"), "{waiting:#}");

    // The application ends while it waits for a person.
    let app = app.reopen().await;
    assert_eq!(asked(&app, &id, "plan_gate").await["answers"], json!(["approve", "reject"]));
    answer(&app, &id, "plan_gate", "approve").await;

    // Two tries that don't pass, each told to the next.
    let prompt = model(&app, WRITER, &change(BROKEN)).await;
    assert!(prompt.contains("echo $(($1 - $2))"), "{prompt}");
    assert!(prompt.contains("File long.txt is too long") && !prompt.contains("much ado"), "{prompt}");
    model(&app, JUDGE, VERDICT).await;
    let prompt = model(&app, WRITER, &change(WRONG)).await;
    assert!(prompt.contains("Your last try didn't pass the tests"), "{prompt}");
    model(&app, JUDGE, VERDICT).await;

    // The application ends in the middle of the third answer, which is asked for again.
    let call = app.next_call().await;
    assert!(
        call.request.messages[0].plain().contains("not ok - adds two numbers"),
        "{:?}",
        call.request.messages
    );
    call.text("{\"files\"");
    let app = app.reopen().await;
    model(&app, WRITER, &change(RIGHT)).await;
    model(&app, JUDGE, VERDICT).await;

    let waiting = asked(&app, &id, "gate").await;
    let question = waiting["question"].as_str().unwrap();
    assert!(question.contains("+add() { echo $(($1 + $2)); }"), "{question}");
    assert!(question.contains("tests passed after 3"), "{question}");
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), WRONG, "nobody said yes yet");
    assert_eq!(git(repo.path(), &["status", "--porcelain"]), "");
    answer(&app, &id, "gate", "approve").await;
    let view = until(&app, &id, "its end", |view| view["run"]["status"] == "succeeded").await;

    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), RIGHT);
    assert_eq!(git(repo.path(), &["status", "--porcelain"]), "M add.sh");
    assert_eq!(git(repo.path(), &["worktree", "list"]).lines().count(), 1, "the working copy is gone");
    let report = app.call("run/value", json!({"id": id, "node": "report", "port": "text"})).await;
    assert!(report["value"].as_str().unwrap().contains("tests passed, 3 tries"), "{report:#}");
    // A plan, three changes, three reviews, and the answer that was cut off: all in the books.
    let calls = app.call("call/list", json!({"limit": 50})).await;
    let calls = calls["items"].as_array().unwrap();
    assert_eq!(calls.len(), 8, "{calls:#?}");
    assert!(calls.iter().all(|call| call["runId"] == view["run"]["id"]), "{calls:#?}");
    let outcome = |outcome: &str| calls.iter().filter(|call| call["outcome"] == outcome).count();
    assert_eq!((outcome("succeeded"), outcome("reserved")), (7, 0), "{calls:#?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_is_refused_or_a_plan_that_is_changes_nothing() {
    let repo = repository();
    let app = start().await;
    let id = run(&app, repo.path()).await;
    model(&app, PLANNER, PLAN).await;
    asked(&app, &id, "plan_gate").await;
    answer(&app, &id, "plan_gate", "reject").await;
    until(&app, &id, "its end", |view| view["run"]["status"] == "succeeded").await;

    let id = run(&app, repo.path()).await;
    model(&app, PLANNER, PLAN).await;
    asked(&app, &id, "plan_gate").await;
    answer(&app, &id, "plan_gate", "approve").await;
    model(&app, WRITER, &change(RIGHT)).await;
    model(&app, JUDGE, VERDICT).await;
    asked(&app, &id, "gate").await;
    answer(&app, &id, "gate", "reject").await;
    until(&app, &id, "its end", |view| view["run"]["status"] == "succeeded").await;
    assert_eq!(git(repo.path(), &["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_to_string(repo.path().join("add.sh")).unwrap(), WRONG);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_leave_to_run_programs_nothing_is_begun() {
    let repo = repository();
    let app = start().await;
    let inputs = json!({"task": "x", "repo": repo.path(), "test": "touch ran"});
    let params = json!({"definition": factory(&app).await, "inputs": inputs, "allow": ["files"]});
    let outcome = app.try_call("run/start", params).await;
    if let Ok(run) = outcome {
        let id = run["id"].as_str().unwrap().to_owned();
        until(&app, &id, "its end", |view| view["run"]["status"] == "failed").await;
    }
    assert_eq!(git(repo.path(), &["worktree", "list"]).lines().count(), 1);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_template_passes_its_own_tests() {
    let app = start().await;
    let templates = app.call("pipeline/templates", json!({})).await;
    for template in templates.as_array().unwrap() {
        let report = app.call("pipeline/test", json!({"definition": template["definition"]})).await;
        let tests = report["tests"].as_array().unwrap();
        assert!(!tests.is_empty(), "{}", template["id"]);
        for test in tests {
            assert!(test["passed"] == true, "{}: {test:#}", template["id"]);
        }
    }
    app.finish().await;
}
