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
async fn inputs_are_read_from_files_as_their_types_say() {
    let program = Program::new();
    let file = file(&program, "greeting.json", &greeting());
    let (name, times) = (program.home().join("name.txt"), program.home().join("times.json"));
    std::fs::write(&name, "Ada Lovelace").unwrap();
    std::fs::write(&times, "3\n").unwrap();
    let (name, times) = (format!("name={}", name.display()), format!("times={}", times.display()));
    let words = ["run", &file, "--input-file", &name, "--input-file", &times];
    assert_eq!(program.run(&words).await.good().stdout, "Hello Ada Lovelace!!!\n");
    let gone = program.run(&["run", &file, "--input-file", "name=nobody.txt"]).await;
    assert!(
        gone.code() != 0 && gone.stderr.contains("The input name can't be read from nobody.txt"),
        "{gone:?}"
    );
    let wrong = program
        .run(&["run", &file, "--input", "name=Ada", "--input-file", &name.replace("name=", "times=")])
        .await;
    assert!(wrong.code() != 0 && wrong.stderr.contains("times is number"), "{wrong:?}");
}

#[tokio::test]
async fn a_run_that_was_killed_is_gone_on_with_by_resume() {
    let program = Program::new();
    let definition = json!({
        "format": "webplus.pipeline/1", "id": "sleeping",
        "outputs": { "text": { "type": "text", "from": "after.text" } },
        "nodes": [
            { "id": "before", "kind": "template", "config": { "template": "begun" } },
            { "id": "sleep", "kind": "delay", "config": { "for": "2s" } },
            { "id": "after", "kind": "template", "config": { "template": "{{ nodes.before.text }}, ended" } },
        ],
        "edges": [{ "from": "before", "to": "sleep" }, { "from": "sleep", "to": "after" }],
    });
    let file = file(&program, "sleeping.json", &definition);
    let mut child = program.command(&["run", &file, "--json"]).spawn().unwrap();
    sleeps(&program).await;
    child.kill().await.unwrap();
    let listed = program.run(&["runs", "list", "--json"]).await.good().last();
    assert_eq!(listed["status"], "waiting");
    let id = listed["id"].as_str().unwrap();
    let resumed = program.run(&["run", "--resume", id, "--json"]).await.good();
    let last = last_of(&resumed);
    assert_eq!((&last["id"], &last["outputs"]), (&listed["id"], &json!({"text": "begun, ended"})));
    let tries = "SELECT DISTINCT number FROM attempts";
    assert_eq!(webplus_tests::rows(&program.data(), tries), ["1"], "nothing was done twice");
    // One that is over is told as it ended.
    assert_eq!(program.run(&["run", "--resume", id]).await.good().stdout, "begun, ended\n");
}

/// Waits until a run waits for a time.
async fn sleeps(program: &Program) {
    webplus_tests::eventually("it sleeps", webplus_tests::PATIENCE, || {
        let exists = |name| {
            let sql = format!("SELECT 1 FROM sqlite_master WHERE name = '{name}'");
            program.data().join("webplus.db").exists()
                && !webplus_tests::rows(&program.data(), &sql).is_empty()
        };
        exists("timers") && webplus_tests::rows(&program.data(), "SELECT 1 FROM timers").len() == 1
    })
    .await;
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
    sleeps(&program).await;
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
async fn the_schema_of_the_format_is_printed() {
    let program = Program::new();
    let printed = program.run(&["pipelines", "schema"]).await.good().stdout;
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let kept = include_str!("../../src-tauri/crates/pipeline/format.schema.json");
    assert!(schema == serde_json::from_str::<Value>(kept).unwrap(), "not the one that is kept");
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
