//! The folder of models is moved to another place: refused where it can't be, whole at every moment, whatever is killed.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use app::files::ChosenFile;
use serde_json::{Value, json};
use test_support::ollama::Script;
use webplus_tests::{Gguf, OllamaHome, Opened, PATIENCE, Program, TestApp, model, ollama_is};

const SMOL: &str = "ollama/smol:latest";

/// A handle for a folder, as the window gives it out.
fn chosen(app: &TestApp, path: &Path) -> String {
    app.app.files.hand_out(ChosenFile { path: path.to_owned(), temporary: false }).unwrap()
}

/// A sound model of so many bytes and a little.
fn large(name: &str, bytes: u64) -> Vec<u8> {
    let rows = bytes / 64 / 4;
    Gguf::model(name).tensor("output.weight", &[64, rows], 0, rows * 64 * 4).bytes(7)
}

async fn ended(app: &TestApp, job: &Value) -> Value {
    let begun = Instant::now();
    loop {
        let jobs = app.call("job/list", json!({})).await;
        let now = jobs.as_array().unwrap().iter().find(|known| known["id"] == job["id"]).unwrap().clone();
        if !["running", "queued"].contains(&now["state"]["status"].as_str().unwrap()) {
            return now;
        }
        assert!(begun.elapsed() < PATIENCE, "it doesn't end: {now}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn the_built_in_engine_s_models_go_to_another_place_and_are_found_there_after_a_restart() {
    let adjust = |options: &mut app::AppOptions| options.runner = Some(PathBuf::from("/no/such/runner"));
    let opened = Opened { adjust: std::sync::Arc::new(adjust), ..Opened::default() };
    let app = TestApp::start_with(opened).await;
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("on another disk/models");
    for name in ["One", "Two"] {
        let handle = app.upload("m.gguf", large(name, 100_000)).await;
        app.call("model/import", json!({ "handle": handle })).await;
    }
    let old = app.data().join("models");
    for (wrong, part) in [
        (old.join("inner"), "is inside of the folder"),
        (old.clone(), "already"),
        (PathBuf::from("relative"), "full path"),
    ] {
        let refused = app.refused("model/move-folder", json!({"handle": chosen(&app, &wrong)})).await;
        assert!(refused.message.contains(part), "{refused:?}");
    }
    assert!(!old.join("inner").exists());
    fs::create_dir_all(&to).unwrap();
    let taken = to.join("one-q4_0.gguf");
    fs::write(&taken, "something else").unwrap();
    let refused = app.refused("model/move-folder", json!({"handle": chosen(&app, &to)})).await;
    assert!(refused.message.contains("one-q4_0.gguf"), "{refused:?}");
    assert_eq!(fs::read_to_string(&taken).unwrap(), "something else");
    fs::remove_file(&taken).unwrap();

    let job = app.call("model/move-folder", json!({"handle": chosen(&app, &to)})).await;
    let job = ended(&app, &job).await;
    assert_eq!(
        (&job["kind"], &job["state"]["status"]),
        (&json!("model.move-folder"), &json!("succeeded")),
        "{job}"
    );
    assert_eq!(job["state"]["completed"], job["state"]["total"]);
    assert_eq!((files(&to), old.exists()), (2, false));
    assert_eq!(model(&app, "embedded/one-q4_0").await["state"]["type"], "on_disk");
    let app = app.reopen().await;
    assert_eq!(model(&app, "embedded/two-q4_0").await["state"]["type"], "on_disk");
    let space = app.call("model/space", json!({})).await;
    assert_eq!(space["folders"][0]["path"], to.to_str().unwrap());
    // What comes now goes there too.
    let handle = app.upload("m.gguf", large("Three", 1000)).await;
    app.call("model/import", json!({ "handle": handle })).await;
    assert_eq!((files(&to), old.exists()), (3, false));
    app.finish().await;
}

#[tokio::test]
async fn a_move_that_is_cancelled_leaves_everything_as_it_was() {
    let adjust = |options: &mut app::AppOptions| options.runner = Some(PathBuf::from("/no/such/runner"));
    let app = TestApp::start_with(Opened { adjust: std::sync::Arc::new(adjust), ..Opened::default() }).await;
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("models");
    for name in ["One", "Two", "Three"] {
        let handle = app.upload("m.gguf", large(name, 8 << 20)).await;
        app.call("model/import", json!({ "handle": handle })).await;
    }
    let mut events = app.events(None).await;
    let job = app.call("model/move-folder", json!({"handle": chosen(&app, &to)})).await;
    events.until(|event| event["job"]["payload"]["phase"]["type"] == "copying").await;
    let refused = app.refused("model/remove", json!({"id": "embedded/one-q4_0"})).await;
    assert_eq!(refused.code, "conflict", "{refused:?}");
    let second = app.refused("model/move-folder", json!({"handle": chosen(&app, &to)})).await;
    assert_eq!(second.code, "conflict", "{second:?}");
    app.call("job/cancel", json!({"id": job["id"]})).await;
    assert_eq!(ended(&app, &job).await["state"]["status"], "cancelled");
    assert_eq!((files(&app.data().join("models")), to.exists()), (3, false));
    assert_eq!(model(&app, "embedded/one-q4_0").await["state"]["type"], "on_disk");
    app.finish().await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_models_of_an_ollama_of_our_own_are_moved_and_those_of_another_s_are_not() {
    let home = OllamaHome::scripted(&Script::default());
    let place = tempfile::tempdir().unwrap();
    let to = place.path().join("models");
    let mut theirs = home.serve().await;
    let app = TestApp::start_with(home.opened()).await;
    ollama_is(&app, "ready").await;
    let ask = |app: &TestApp| json!({"provider": "ollama", "handle": chosen(app, &to)});
    let refused = app.refused("model/move-folder", ask(&app)).await;
    assert!(refused.message.contains("outside Web+"), "{refused:?}");
    app.finish().await;
    webplus_tests::terminate(&mut theirs).await;

    let app = TestApp::start_with(home.opened()).await;
    assert_eq!(ollama_is(&app, "ready").await["ownership"], "owned");
    app.call("model/start", json!({"id": SMOL})).await;
    let refused = app.refused("model/move-folder", ask(&app)).await;
    assert!(refused.message.contains("Unload it"), "{refused:?}");
    app.call("model/stop", json!({"id": SMOL})).await;
    let job = app.call("model/move-folder", ask(&app)).await;
    let job = ended(&app, &job).await;
    assert_eq!(job["state"]["status"], "succeeded", "{job}");
    assert!(to.join("manifests").is_dir() && to.join("blobs").is_dir());
    assert!(!home.models().join("blobs").exists());
    ollama_is(&app, "ready").await;
    let settings = app.call("ollama/settings", json!({})).await;
    assert_eq!(settings["modelsFolder"], to.to_str().unwrap());
    assert_eq!(app.call("model/start", json!({"id": SMOL})).await["state"]["type"], "loaded");
    app.finish().await;
}

/// How often the move is cut off; `WEBPLUS_KILLS` says otherwise.
fn kills() -> u64 {
    std::env::var("WEBPLUS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(8)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_a_model_that_is_being_moved() {
    const MODELS: [&str; 3] = ["one", "two", "three"];
    let runner = std::env::current_exe().unwrap();
    let runner = runner.parent().unwrap().parent().unwrap().join("examples/fake-runner");
    let program =
        Program::new().env("WEBPLUS_RUNNER", runner.display().to_string()).env("WEBPLUS_OLLAMA", "off");
    let place = tempfile::tempdir().unwrap();
    for name in MODELS {
        let file = place.path().join(format!("{name}.gguf"));
        fs::write(&file, large(name, 6 << 20)).unwrap();
        program.run(&["models", "import", file.to_str().unwrap()]).await.good();
        fs::remove_file(&file).unwrap();
    }
    let old = program.data().join("models");
    let to = place.path().join("moved");
    let target = to.to_str().unwrap().to_owned();
    let begun = Instant::now();
    let (mut cut, mut whole) = (0, false);
    for number in 0..kills() {
        let served = program.serve().await;
        // Later and later: while it copies, where it switches, while it removes.
        let moment = Duration::from_millis(40 + number * 90);
        let moved =
            tokio::time::timeout(moment, program.run(&["models", "move-folder", target.as_str()])).await;
        served.kill().await;
        cut += u64::from(moved.is_err());
        let served = program.serve().await;
        for name in MODELS {
            let found = model(&served, &format!("embedded/{name}-q4_0")).await;
            assert_eq!(found["state"]["type"], "on_disk", "after {number} kills: {found}");
        }
        served.kill().await;
        whole = to.is_dir() && !old.exists();
        if whole {
            break;
        }
    }
    eprintln!("{cut} moves were cut off in {:?}; moved by then: {whole}", begun.elapsed());
    let served = program.serve().await;
    if !whole {
        program.run(&["models", "move-folder", target.as_str()]).await.good();
    }
    assert_eq!((files(&to), old.exists()), (MODELS.len(), false), "nothing else is there");
    for name in MODELS {
        assert_eq!(model(&served, &format!("embedded/{name}-q4_0")).await["state"]["type"], "on_disk");
    }
    assert_eq!(served.terminate().await.code(), 0);
}
