//! Definitions that a person keeps as files: read as they change, written back, and never gone over without a word; and two who
//! save the same pipeline.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use serde_json::{Value, json};
use webplus_tests::{PATIENCE, TestApp, pipeline};

fn says(id: &str, text: &str) -> Value {
    let mut definition =
        pipeline(json!([{"id": "a", "kind": "template", "config": {"template": text}}]), &[]);
    definition["id"] = json!(id);
    definition["name"] = json!(id);
    definition["outputs"] = json!({"text": {"from": "a.text"}});
    definition
}

fn write(path: &Path, definition: &Value) {
    // As git does: beside it, then in its place.
    let beside = path.with_extension("tmp");
    fs::write(&beside, serde_json::to_vec_pretty(definition).unwrap()).unwrap();
    fs::rename(&beside, path).unwrap();
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

async fn get(app: &TestApp, id: &str) -> Value {
    app.call("pipeline/get", json!({ "id": id })).await
}

/// The pipeline once it is so; told by events as well as by itself.
async fn until(app: &TestApp, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        if let Ok(view) = app.try_call("pipeline/get", json!({ "id": id })).await
            && is_so(&view)
        {
            return view;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "it never happened: {:?}",
            app.try_call("pipeline/get", json!({ "id": id })).await
        );
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

fn template(view: &Value) -> &Value {
    &view["definition"]["nodes"][0]["config"]["template"]
}

async fn watched() -> (TestApp, tempfile::TempDir, PathBuf) {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    write(&root.join("one.webplus.json"), &says("one", "first"));
    let folders = app.call("pipeline/watch", json!({"folders": [root]})).await;
    assert_eq!(folders[0]["files"][0]["pipelineId"], "one", "{folders}");
    (app, folder, root)
}

#[tokio::test]
async fn a_file_in_a_named_folder_is_a_pipeline_and_what_changes_there_changes_here() {
    let (app, _folder, root) = watched().await;
    let path = root.join("one.webplus.json");
    let view = get(&app, "one").await;
    assert_eq!((template(&view), view["file"].as_str()), (&json!("first"), path.to_str()));
    assert!(view["allowed"].as_array().unwrap().is_empty() && view["fileProblem"].is_null());
    write(&path, &says("one", "second"));
    until(&app, "one", |view| template(view) == "second" && view["version"] == 2).await;
    fs::create_dir(root.join("deep")).unwrap();
    write(&root.join("deep/two.webplus.json"), &says("two", "2"));
    until(&app, "two", |view| template(view) == "2").await;
    // Broken on the disk: it is shown, and what it said before goes on.
    fs::write(&path, "{ \"format\": ").unwrap();
    let view = until(&app, "one", |view| view["fileProblem"]["kind"] == "broken").await;
    assert!(view["fileProblem"]["message"].as_str().unwrap().contains("isn't JSON"), "{view}");
    let mut faulty = says("one", "third");
    faulty["nodes"][0]["kind"] = json!("nonsense");
    write(&path, &faulty);
    let view =
        until(&app, "one", |view| !view["fileProblem"]["faults"].as_array().is_none_or(Vec::is_empty)).await;
    assert_eq!((template(&view), view["faults"].as_array().unwrap().len()), (&json!("second"), 0));
    let run = app.call("run/start", json!({"pipelineId": "one", "inputs": {}})).await;
    let over = app.run_over(run["id"].as_str().unwrap()).await;
    assert_eq!(over["outputs"]["text"]["preview"], "second");
    write(&path, &says("one", "third"));
    until(&app, "one", |view| template(view) == "third" && view["fileProblem"].is_null()).await;
    fs::remove_file(&path).unwrap();
    until(&app, "one", |view| view["fileProblem"]["kind"] == "gone").await;
    // The same at the next start, and back again.
    let app = app.reopen().await;
    until(&app, "one", |view| view["fileProblem"]["kind"] == "gone").await;
    write(&path, &says("one", "back"));
    until(&app, "one", |view| template(view) == "back" && view["fileProblem"].is_null()).await;
    // One that is no longer looked at stays, as a pipeline as any other.
    app.call("pipeline/watch", json!({"folders": []})).await;
    assert!(get(&app, "one").await["file"].is_null());
    app.finish().await;
}

#[tokio::test]
async fn what_is_saved_is_written_back_and_never_over_what_changed_meanwhile() {
    let (app, _folder, root) = watched().await;
    let path = root.join("one.webplus.json");
    let view = get(&app, "one").await;
    let saved = app
        .call("pipeline/save", json!({"definition": says("one", "drawn"), "base": view["revision"]}))
        .await;
    assert_eq!(read(&path), says("one", "drawn"));
    assert!(fs::read_dir(&root).unwrap().count() == 1, "nothing is left beside it");
    // Changed on the disk: whoever saves hears of it at once, base or not, and has what the file says.
    write(&path, &says("one", "theirs"));
    let refused = app
        .refused("pipeline/save", json!({"definition": says("one", "mine"), "base": saved["revision"]}))
        .await;
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("changed on the disk"), "{}", refused.message);
    assert_eq!(read(&path), says("one", "theirs"));
    let theirs = get(&app, "one").await;
    assert_eq!(template(&theirs), "theirs");
    // Who has seen it may write over it.
    let mine = json!({"definition": says("one", "mine"), "base": theirs["revision"], "label": "Mine"});
    app.call("pipeline/save", mine).await;
    assert_eq!(read(&path), says("one", "mine"));
    // Broken there: not without having seen that.
    fs::write(&path, "broken").unwrap();
    assert_eq!(
        app.refused("pipeline/save", json!({"definition": says("one", "again")})).await.code,
        "conflict"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "broken");
    let view = until(&app, "one", |view| view["fileProblem"]["kind"] == "broken").await;
    app.call("pipeline/save", json!({"definition": says("one", "again"), "base": view["revision"]})).await;
    assert_eq!(read(&path), says("one", "again"));
    assert!(get(&app, "one").await["fileProblem"].is_null());
    app.finish().await;
}

#[tokio::test]
async fn what_a_file_brings_is_not_allowed_because_its_last_version_was() {
    let (app, _folder, root) = watched().await;
    let path = root.join("one.webplus.json");
    let program = |text: &str| {
        let mut definition = says("one", text);
        let steps = definition["nodes"].as_array_mut().unwrap();
        steps.push(json!({"id": "sh", "kind": "shell", "config": {"argv": ["true"]}}));
        definition
    };
    write(&path, &program("1"));
    until(&app, "one", |view| view["requires"]["capabilities"] == json!(["commands"])).await;
    app.call("pipeline/allow", json!({"id": "one", "capabilities": ["commands"]})).await;
    assert_eq!(get(&app, "one").await["allowed"], json!(["commands"]));
    // What is drawn here keeps it, as long as the program is the same; what comes from the disk doesn't.
    app.call("pipeline/save", json!({"definition": program("2")})).await;
    assert_eq!(get(&app, "one").await["allowed"], json!(["commands"]));
    write(&path, &program("3"));
    let view = until(&app, "one", |view| template(view) == "3").await;
    assert_eq!(view["allowed"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_is_taken_is_told_and_takes_nothing() {
    let (app, _folder, root) = watched().await;
    app.call("pipeline/save", json!({"definition": says("mine", "here")})).await;
    write(&root.join("mine.webplus.json"), &says("mine", "elsewhere"));
    let begun = Instant::now();
    let taken = loop {
        let folders = app.call("pipeline/files", json!({})).await;
        let found = folders[0]["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|file| file["problem"]["kind"] == "taken")
            .cloned();
        if let Some(found) = found {
            break found;
        }
        assert!(begun.elapsed() < PATIENCE, "{folders}");
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    };
    assert!(taken["problem"]["message"].as_str().unwrap().contains("in the library already"), "{taken}");
    assert_eq!(template(&get(&app, "mine").await), "here");
    // The same content is the same pipeline.
    write(&root.join("mine.webplus.json"), &says("mine", "here"));
    until(&app, "mine", |view| view["file"].is_string()).await;
    let refused = app.refused("pipeline/watch", json!({"folders": ["not/whole"]})).await;
    assert_eq!(refused.code, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn a_folder_chosen_with_the_dialog_joins_those_that_are_named() {
    let (app, _folder, root) = watched().await;
    let chosen = tempfile::tempdir().unwrap();
    let path = chosen.path().canonicalize().unwrap();
    write(&path.join("two.webplus.json"), &says("two", "2"));
    let file = app::files::ChosenFile { path: path.clone(), temporary: false };
    let handle = app.app.files.hand_out(file).unwrap();
    let wanted = json!({"folders": [root], "handle": handle});
    let folders = app.call("pipeline/watch", wanted.clone()).await;
    assert_eq!(folders[1]["path"].as_str(), path.to_str(), "{folders}");
    assert_eq!(folders[1]["files"][0]["pipelineId"], "two", "{folders}");
    assert_eq!(app.refused("pipeline/watch", wanted).await.code, "invalid_input", "a handle works once");
    app.finish().await;
}

#[tokio::test]
async fn of_two_who_save_the_second_is_told() {
    let app = TestApp::start().await;
    let first = app.call("pipeline/save", json!({"definition": says("p", "1")})).await;
    let base = &first["revision"];
    let theirs = app.call("pipeline/save", json!({"definition": says("p", "theirs"), "base": base})).await;
    let refused = app.refused("pipeline/save", json!({"definition": says("p", "mine"), "base": base})).await;
    assert_eq!(refused.code, "conflict");
    assert!(refused.message.contains("take theirs, or keep yours"), "{}", refused.message);
    assert_eq!(template(&get(&app, "p").await), "theirs");
    // A save whose answer was lost is no conflict with itself.
    app.call("pipeline/save", json!({"definition": says("p", "theirs"), "base": base})).await;
    // Where a box stands counts as well.
    let mut moved = says("p", "theirs");
    moved["ui"] = json!({"nodes": {"a": {"x": 5, "y": 5}}});
    let moved = app.call("pipeline/save", json!({"definition": moved, "base": theirs["revision"]})).await;
    assert_ne!(moved["revision"], theirs["revision"]);
    assert_eq!(moved["hash"], theirs["hash"]);
    app.call("pipeline/save", json!({"definition": says("p", "mine"), "base": moved["revision"]})).await;
    let gone = app.refused("pipeline/save", json!({"definition": says("other", "x"), "base": "x"})).await;
    assert_eq!(gone.code, "conflict");
    app.finish().await;
}
