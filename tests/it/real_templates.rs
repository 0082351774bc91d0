//! The pipelines to begin with, each with a real small model in it, as they are offered: what they promise of an answer's shape
//! holds whatever such a model says. The Code Factory has tests of its own.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use webplus_tests::{PATIENCE, Program, Served, eventually, rows};

const LETTER: &str =
    "Dear neighbour,\nplease return the ladder before Friday. I need it to paint the fence.\nAnn\n";

/// An application with the small model as its default one; `None` after a sentence where there is none.
async fn with_model() -> Option<(Program, Served, String)> {
    let Ok(file) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("left out: WEBPLUS_TEST_MODEL names no model file; `cargo xtask test` does");
        return None;
    };
    let mut program = Program::new();
    if let Ok(runner) = std::env::var("WEBPLUS_RUNNER") {
        program = program.env("WEBPLUS_RUNNER", runner);
    }
    let imported = program.run(&["models", "import", &file, "--json"]).await.good().last();
    let model = imported["model"].as_str().unwrap().to_owned();
    let served = program.serve().await;
    served.call("settings/update", json!({ "defaultModel": model })).await;
    Some((program, served, model))
}

async fn template(served: &Served, id: &str) -> Value {
    let offered = served.call("pipeline/templates", json!({})).await;
    let found = offered.as_array().unwrap().iter().find(|template| template["id"] == id);
    found.unwrap()["definition"].clone()
}

/// The run once it has ended, which must be well. On a busy machine a small model takes its time for a single step.
async fn ended(served: &Served, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let view = served.call("run/get", json!({ "id": id })).await;
        match view["run"]["status"].as_str().unwrap() {
            "succeeded" => return view,
            "failed" | "cancelled" | "paused" => panic!("{:#}", view["run"]),
            _ => assert!(begun.elapsed() < PATIENCE * 5, "{view:#}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn ran(served: &Served, template_id: &str, inputs: Value) -> Value {
    let begun = Instant::now();
    let definition = template(served, template_id).await;
    let start = json!({"definition": definition, "inputs": inputs, "allow": ["files"]});
    let run = served.call("run/start", start).await;
    let view = ended(served, run["id"].as_str().unwrap()).await;
    eprintln!("{template_id}: {:?}", begun.elapsed());
    view
}

/// A value of a step, whole; of one inside of a loop, of its last time round.
async fn output(served: &Served, view: &Value, node: &str, port: &str) -> Value {
    let steps = view["steps"].as_array().unwrap().iter().filter(|step| step["node"] == node);
    let scope = steps.map(|step| step["scope"].as_str().unwrap_or_default()).max().unwrap_or_default();
    let which = json!({"id": view["run"]["id"], "scope": scope, "node": node, "port": port});
    served.call("run/value", which).await["value"].clone()
}

/// That the engine counted tokens for a step of that run, and that no call is left open.
fn is_in_the_books(program: &Program, calls: usize) {
    let counted = "SELECT count(*) FROM calls WHERE run_id IS NOT NULL AND outcome = 'succeeded' AND estimated = 0 AND output > 0";
    let counted: usize = rows(&program.data(), counted)[0].parse().unwrap();
    assert!(counted >= calls, "{counted} calls");
    assert_eq!(rows(&program.data(), "SELECT id FROM calls WHERE outcome = 'reserved'"), [""; 0]);
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_template_ends_well_with_a_small_model() {
    let Some((program, served, model)) = with_model().await else { return };

    let folder = program.home().join("notes");
    write(
        &folder,
        "bakery.md",
        "The bakery on Mill Road opens at six. It sells rye bread. On Sundays it is closed.",
    );
    write(&folder, "library.md", "The library has a new reading room with forty seats, open until eight.");
    let view = ran(&served, "summarise-folder", json!({ "folder": folder })).await;
    let summary = output(&served, &view, "summary", "text").await;
    assert!(
        summary.as_str().unwrap().len() > 10 && !summary.as_str().unwrap().contains("No file in"),
        "{summary}"
    );

    let text = "Ann paid 3 euros on Monday. Bob paid 12 euros on Tuesday.";
    let view = ran(&served, "extract-table", json!({ "text": text })).await;
    let (rows, csv) =
        (output(&served, &view, "rows", "value").await, output(&served, &view, "csv", "value").await);
    let lines = csv.as_str().unwrap().lines().count();
    assert!(rows.as_array().unwrap().iter().all(Value::is_object), "{rows}");
    assert!(lines > rows.as_array().unwrap().len() || rows == json!([]), "{rows}\n{csv}");

    let view = ran(&served, "translate-and-check", json!({"text": "Guten Morgen"})).await;
    let score = output(&served, &view, "check", "score").await;
    assert!((0.0..=1.0).contains(&score.as_f64().unwrap()), "{score}");
    assert_ne!(output(&served, &view, "translate", "text").await, "");

    let compared =
        json!({"models": [model], "questions": ["What is the capital of France?", "What is 2 + 2?"]});
    let view = ran(&served, "compare-models", compared).await;
    let table = output(&served, &view, "table", "text").await;
    let table = table.as_str().unwrap();
    assert!(
        table.contains(&model) && table.lines().filter(|line| line.starts_with('|')).count() == 4,
        "{table}"
    );
    assert!(!table.contains("failed"), "{table}");

    let notes = program.home().join("out");
    fs::create_dir_all(&notes).unwrap();
    let letter = write(&program.home().join("in"), "letter.txt", LETTER);
    let view = ran(&served, "inbox", json!({"file": letter, "notes": notes})).await;
    let note = output(&served, &view, "write", "path").await;
    let note = fs::read_to_string(note.as_str().unwrap()).unwrap();
    assert!(note.starts_with("# ") && note.contains(&letter), "{note}");

    is_in_the_books(&program, 3 + 1 + 2 + 4 + 1);
    assert_eq!(served.terminate().await.code(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watched_folder_gets_a_note_for_what_arrives_in_it() {
    let Some((program, served, _)) = with_model().await else { return };
    let (inbox, notes) = (program.home().join("inbox"), program.home().join("notes"));
    write(&inbox, "old.txt", "It was there before.");
    fs::create_dir_all(&notes).unwrap();
    // What a person fills in: where to look, and where notes go.
    let mut definition = template(&served, "inbox").await;
    let arrival = &mut definition["triggers"][0];
    arrival["path"] = json!(program.home());
    arrival["debounce"] = json!("100ms");
    arrival["inputs"]["notes"] = json!(notes);
    let view = served.call("pipeline/save", json!({ "definition": definition })).await;
    assert_eq!(view["faults"], json!([]));
    served.call("pipeline/allow", json!({"id": "inbox", "capabilities": ["files"]})).await;
    served.call("trigger/enable", json!({"pipelineId": "inbox", "id": "arrival", "enabled": true})).await;
    let data = program.data();
    let looked =
        || rows(&data, "SELECT cursor FROM triggers").iter().any(|cursor| cursor.contains("old.txt"));
    eventually("it has looked", PATIENCE, looked).await;

    let letter = write(&inbox, "letter.txt", LETTER);
    eventually("a run began", PATIENCE, || rows(&data, "SELECT count(*) FROM runs") == ["1"]).await;
    let runs = served.call("run/list", json!({"pipelineId": "inbox"})).await;
    let run = &runs["items"][0];
    assert_eq!(run["origin"], json!({"type": "trigger", "id": "arrival"}));
    ended(&served, run["id"].as_str().unwrap()).await;
    let note = fs::read_to_string(notes.join("letter.txt.note.md")).unwrap();
    assert!(note.starts_with("# ") && note.contains(&letter), "{note}");
    // The note that the run wrote begins nothing, nor does what had been there.
    assert_eq!(rows(&data, "SELECT count(*) FROM runs"), ["1"]);
    is_in_the_books(&program, 1);
    assert_eq!(served.terminate().await.code(), 0);
}
