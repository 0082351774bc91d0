//! `webplus run`, `test`, `pipelines` and `runs`: exit codes, lines of JSON, and a sentence for whatever goes wrong.

use serde_json::{Value, json};
use webplus_tests::{Finished, Program};

/// A file in the program's home.
fn file(program: &Program, name: &str, definition: &Value) -> String {
    let path = program.home().join(name);
    std::fs::write(&path, definition.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn greeting() -> Value {
    json!({
        "format": "webplus.pipeline/1", "id": "greeting", "name": "Greeting",
        "inputs": { "name": { "type": "text", "required": true }, "times": { "type": "number", "default": 1 } },
        "outputs": { "text": { "type": "text", "from": "greet.text" } },
        "nodes": [{ "id": "greet", "kind": "template", "config": { "template": "Hello {{ inputs.name }}{{ '!' * (inputs.times | int) }}" } }],
        "tests": [
            { "name": "greets", "inputs": { "name": "Ada" }, "expect": ["outputs.text == 'Hello Ada!'"] },
            { "name": "is wrong", "inputs": { "name": "Ada" }, "expect": ["outputs.text == 'Goodbye'"] },
        ],
    })
}

fn asking() -> Value {
    json!({
        "format": "webplus.pipeline/1", "id": "asking",
        "outputs": { "text": { "type": "text", "from": "yes.text" } },
        "nodes": [
            { "id": "ask", "kind": "human", "config": { "title": "Shall it go on?", "answers": ["approve", "reject"] } },
            { "id": "yes", "kind": "template", "config": { "template": "approved" } },
        ],
        "edges": [{ "from": "ask.approve", "to": "yes" }],
    })
}

/// Every line is of one run, and the last says how it is over.
fn last_of(finished: &Finished) -> Value {
    let lines = finished.lines();
    let last = lines.last().cloned().unwrap_or_default();
    assert_eq!(last["type"], "run", "{finished:?}");
    assert!(lines.iter().all(|line| line["run"] == last["id"]), "a line of no run: {finished:?}");
    last
}

#[tokio::test]
async fn a_file_runs_to_its_end_and_gives_its_outputs() {
    let program = Program::new();
    let file = file(&program, "greeting.json", &greeting());
    let words = ["run", &file, "--input", "name=Ada", "--input", "times=2"];
    let plain = program.run(&words).await.good();
    assert_eq!(plain.stdout, "Hello Ada!!\n");
    let told = program.run(&[&words[..], &["--json"]].concat()).await.good();
    let last = last_of(&told);
    assert_eq!(
        (last["status"].as_str(), &last["outputs"]),
        (Some("succeeded"), &json!({"text": "Hello Ada!!"}))
    );
    assert!(
        told.lines()
            .iter()
            .any(|line| line["type"] == "step.changed" && line["step"]["status"] == "succeeded")
    );
}

#[tokio::test]
async fn what_is_not_valid_is_told_with_its_place_and_ends_with_2() {
    let program = Program::new();
    let mut definition = greeting();
    definition["nodes"][0]["colour"] = json!("blue");
    definition["edges"] = json!([{ "from": "greet", "to": "nobody" }]);
    let wrong = file(&program, "wrong.json", &definition);
    let finished = program.run(&["run", &wrong, "--input", "name=Ada"]).await;
    assert_eq!(finished.code(), 2, "{finished:?}");
    assert!(finished.stderr.contains("/nodes/0/colour: "), "{finished:?}");
    let told = program.run(&["run", &wrong, "--json"]).await;
    assert_eq!((told.code(), told.last()["type"].as_str()), (2, Some("invalid")));
    assert_eq!(told.last()["faults"][0]["place"], "/nodes/0/colour");
    let right = file(&program, "right.json", &greeting());
    assert_eq!(program.run(&["run", &right]).await.code(), 2, "an input is missing");
    std::fs::write(program.home().join("torn.json"), "{").unwrap();
    let torn = program.home().join("torn.json");
    assert_eq!(program.run(&["run", torn.to_str().unwrap()]).await.code(), 2);
    assert_eq!(program.run(&["run", "nobody"]).await.code(), 1);
}

#[tokio::test]
async fn a_run_that_fails_ends_with_1_and_a_sentence() {
    let program = Program::new();
    let definition = json!({
        "format": "webplus.pipeline/1", "id": "failing",
        "nodes": [{ "id": "sure", "kind": "assert", "config": { "that": "1 > 2", "message": "One isn't more than two." } }],
    });
    let file = file(&program, "failing.json", &definition);
    let finished = program.run(&["run", &file, "--json"]).await;
    assert_eq!(finished.code(), 1, "{finished:?}");
    let last = last_of(&finished);
    assert_eq!(last["status"], "failed");
    assert!(last["error"]["message"].as_str().unwrap().contains("One isn't more than two."), "{last}");
}

#[tokio::test]
async fn a_run_that_needs_somebody_ends_with_3_and_says_how_to_answer() {
    let program = Program::new();
    let file = file(&program, "asking.json", &asking());
    let finished = program.run(&["run", &file, "--json"]).await;
    assert_eq!(finished.code(), 3, "{finished:?}");
    let last = last_of(&finished);
    let id = last["id"].as_str().unwrap();
    assert_eq!(
        (last["status"].as_str(), last["waiting"][0]["node"].as_str()),
        (Some("waiting"), Some("ask"))
    );
    assert!(
        finished.stderr.contains(&format!("webplus runs answer {id} approve|reject --step ask")),
        "{finished:?}"
    );
    // Still waiting: resuming says the same.
    assert_eq!(program.run(&["run", "--resume", id]).await.code(), 3);
    let answered = program.run(&["runs", "answer", id, "approve"]).await.good();
    assert_eq!(answered.stdout, "approved\n");
    let shown = program.run(&["runs", "show", id, "--json"]).await.good();
    assert_eq!(shown.last()["run"]["status"], "succeeded");
    assert_eq!(program.run(&["runs", "list"]).await.good().stdout.lines().count(), 1);
}

#[tokio::test]
async fn a_command_leaves_the_runs_of_others_alone() {
    let program = Program::new();
    let waiting = json!({
        "format": "webplus.pipeline/1", "id": "sleeping",
        "nodes": [{ "id": "sleep", "kind": "delay", "config": { "for": "2h" } }],
    });
    let sleeping = file(&program, "sleeping.json", &waiting);
    let mut child = program.command(&["run", &sleeping, "--json"]).spawn().unwrap();
    webplus_tests::eventually("it sleeps", webplus_tests::PATIENCE, || {
        let exists = |name| {
            let sql = format!("SELECT 1 FROM sqlite_master WHERE name = '{name}'");
            program.data().join("webplus.db").exists()
                && !webplus_tests::rows(&program.data(), &sql).is_empty()
        };
        exists("timers") && webplus_tests::rows(&program.data(), "SELECT 1 FROM timers").len() == 1
    })
    .await;
    child.kill().await.unwrap();
    let other = file(&program, "greeting.json", &greeting());
    program.run(&["run", &other, "--input", "name=Ada"]).await.good();
    let found = program.run(&["runs", "list", "--json"]).await.good();
    let statuses: Vec<Value> = found.lines().iter().map(|run| run["status"].clone()).collect();
    assert_eq!(statuses, ["succeeded", "waiting"]);
}

#[tokio::test]
async fn while_an_application_owns_the_folder_it_runs_there() {
    let program = Program::new();
    let served = program.serve().await;
    let file = file(&program, "greeting.json", &greeting());
    let finished = program.run(&["run", &file, "--input", "name=Ada", "--json"]).await.good();
    let id = last_of(&finished)["id"].clone();
    let found = served.call("run/list", json!({})).await;
    assert_eq!(found["items"][0]["id"], id);
    served.terminate().await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_run() {
    let program = Program::new();
    let file = file(&program, "greeting.json", &greeting());
    let words = ["run", &file, "--input", "name=Ada", "--idempotency-key", "k", "--json"];
    let first = last_of(&program.run(&words).await.good());
    assert_eq!(last_of(&program.run(&words).await.good())["id"], first["id"]);
    let other = ["run", &file, "--input", "name=Bob", "--idempotency-key", "k", "--json"];
    assert_eq!(program.run(&other).await.code(), 1);
}

#[tokio::test]
async fn a_file_s_own_tests_are_told_a_line_each() {
    let program = Program::new();
    let file = file(&program, "greeting.json", &greeting());
    let told = program.run(&["test", &file, "--json"]).await;
    assert_eq!(told.code(), 1, "{told:?}");
    let passed: Vec<Value> = told.lines().iter().map(|line| line["passed"].clone()).collect();
    assert_eq!(passed, [json!(true), json!(false)]);
}

#[tokio::test]
async fn pipelines_are_imported_shown_exported_and_removed() {
    let program = Program::new();
    let file = file(&program, "greeting.json", &greeting());
    program.run(&["pipelines", "import", &file]).await.good();
    assert!(program.run(&["pipelines", "list"]).await.good().stdout.contains("greeting"));
    let run = program.run(&["run", "greeting", "--input", "name=Ada"]).await.good();
    assert_eq!(run.stdout, "Hello Ada!\n");
    let shown = program.run(&["pipelines", "show", "greeting", "--json"]).await.good().last();
    assert_eq!(shown["version"], 1);
    let exported: Value =
        serde_json::from_str(&program.run(&["pipelines", "export", "greeting"]).await.good().stdout).unwrap();
    assert_eq!(exported["nodes"], greeting()["nodes"]);
    program.run(&["pipelines", "remove", "greeting"]).await.good();
    assert_eq!(program.run(&["pipelines", "list"]).await.good().stdout, "");
}
