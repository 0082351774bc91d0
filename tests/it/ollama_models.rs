//! Models that are got into the Ollama which the real application looks after, and what its settings mean for them.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use test_support::ollama::{Registry, Script, model_file, put_model};
use webplus_tests::{
    Client, Events, OllamaHome, PATIENCE, Program, TestApp, eventually, free_address, model, ollama_is,
    processes_of,
};

/// Bytes of the weights that are pulled.
const WEIGHTS: usize = 400_000;

async fn open(home: &OllamaHome) -> TestApp {
    let app = TestApp::start_with(home.opened()).await;
    ollama_is(&app, "ready").await;
    app
}

/// Ends the application; nothing may be left of what it started.
async fn finish(app: TestApp, home: &OllamaHome) {
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

/// Starts the one of our own anew and waits for it.
async fn restart(app: &TestApp) {
    let before = ollama_is(app, "ready").await["pid"].clone();
    let mut events = app.events(None).await;
    app.call("ollama/restart", json!({})).await;
    events.until(|event| event["state"]["type"] == "ready" && event["state"]["pid"] != before).await;
}

/// The job once it has this status.
async fn until(events: &mut Events, job: &Value, status: &str) -> Value {
    let is = |event: &Value| event["job"]["id"] == job["id"] && event["job"]["state"]["status"] == status;
    events.until(is).await["job"].clone()
}

/// What the last start of our own says of its environment.
async fn environment(client: &Client) -> String {
    let log = client.call("ollama/log", json!({"lines": 2000})).await;
    let mut lines = log["lines"].as_array().unwrap().iter().filter_map(Value::as_str);
    lines.rfind(|line| line.contains("server config")).unwrap().to_owned()
}

#[tokio::test]
async fn models_are_found_where_the_person_s_own_environment_says() {
    let home = OllamaHome::scripted(&Script::default());
    let elsewhere = tempfile::tempdir().unwrap();
    put_model(elsewhere.path(), "far", &model_file(2, 10_000)).unwrap();
    let program = Program::new()
        .env("HOME", home.home().display().to_string())
        .env("PATH", home.path.display().to_string())
        .env("OLLAMA_MODELS", elsewhere.path().display().to_string())
        .env("WEBPLUS_OLLAMA", free_address());
    let served = program.serve().await;
    program.run(&["ollama", "start"]).await.good();
    let models = program.run(&["models", "list", "--json"]).await.good().lines();
    let ids: Vec<_> = models.iter().map(|model| model["id"].clone()).collect();
    assert!(
        ids.contains(&json!("ollama/far:latest")) && !ids.contains(&json!("ollama/smol:latest")),
        "{ids:?}"
    );
    assert_eq!(served.terminate().await.code(), 0);
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn an_ollama_with_a_known_hole_gets_no_models() {
    let registry = Registry::start().await.unwrap();
    registry.offer("smol", &model_file(1, WEIGHTS));
    let home = OllamaHome::scripted(&Script { version: "0.17.0".to_owned(), ..Script::default() });
    let app = open(&home).await;
    let handle = app.upload("mine.gguf", model_file(3, 60_000)).await;
    for (method, params) in [
        ("model/pull", json!({"reference": registry.model("smol"), "target": "ollama"})),
        ("model/repair", json!({"id": "ollama/smol:latest"})),
        ("model/create", json!({"name": "other", "from": "smol", "system": "Be brief."})),
        ("model/create", json!({"name": "mine", "handle": handle})),
    ] {
        let refused = app.refused(method, params).await;
        assert_eq!(refused.code, "conflict", "{method}: {refused:?}");
        assert!(refused.message.contains("0.17.0") && refused.message.contains("0.17.1"), "{refused:?}");
    }
    assert_eq!(app.call("job/list", json!({})).await, json!([]));
    assert!(registry.requests().is_empty(), "nothing was asked for");
    // What is there is used as ever.
    app.call("model/start", json!({"id": "ollama/smol:latest"})).await;
    finish(app, &home).await;
}

#[tokio::test]
async fn a_pull_that_waits_does_not_go_on_into_an_ollama_with_a_known_hole() {
    let registry = Registry::start().await.unwrap();
    registry.offer("smol", &model_file(1, WEIGHTS));
    registry.hold_texts(true);
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let mut events = app.events(None).await;
    let reference = format!("{}:latest", registry.model("smol"));
    let job = app.call("model/pull", json!({"reference": reference, "target": "ollama"})).await;
    until(&mut events, &job, "running").await;
    app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, &job, "waiting").await;
    registry.hold_texts(false);
    let old = Script { version: "0.17.0".to_owned(), ..Script::default() };
    fs::write(home.home().join("script.json"), serde_json::to_vec(&old).unwrap()).unwrap();
    restart(&app).await;
    app.call("job/resume", json!({"id": job["id"]})).await;
    let failed = until(&mut events, &job, "failed").await;
    assert!(failed["state"]["errorMessage"].as_str().unwrap().contains("0.17.1"), "{failed}");
    finish(app, &home).await;
}

#[tokio::test]
async fn whole_layers_of_a_paused_pull_are_kept_when_ollama_starts() {
    let registry = Registry::start().await.unwrap();
    let digest = registry.offer("smol", &model_file(1, WEIGHTS));
    registry.hold_texts(true);
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let mut events = app.events(None).await;
    let reference = format!("{}:latest", registry.model("smol"));
    let job = app.call("model/pull", json!({"reference": reference, "target": "ollama"})).await;
    let blobs = home.models().join("blobs");
    let weights = blobs.join(digest.replace(':', "-"));
    eventually("the weights are whole", PATIENCE, || weights.is_file()).await;
    app.call("job/pause", json!({"id": job["id"]})).await;
    until(&mut events, &job, "waiting").await;
    // Between two layers: no part on the disk, and what is whole has been there for hours.
    let settle = || {
        let parts = fs::read_dir(&blobs).unwrap().flatten().map(|entry| entry.path());
        let is_part = |path: &PathBuf| path.to_string_lossy().contains("-partial");
        parts.filter(is_part).for_each(|path| fs::remove_file(path).unwrap());
        let old = std::time::SystemTime::now() - Duration::from_hours(2);
        fs::File::options().write(true).open(&weights).unwrap().set_modified(old).unwrap();
    };
    settle();
    restart(&app).await;
    assert!(environment(&app).await.contains("OLLAMA_NOPRUNE:true"));
    settle();
    let app = app.reopen().await;
    ollama_is(&app, "ready").await;
    assert!(environment(&app).await.contains("OLLAMA_NOPRUNE:true"), "also at the start of the application");
    assert!(weights.is_file());
    registry.hold_texts(false);
    let asked = registry.ranges().len();
    let mut events = app.events(None).await;
    app.call("job/resume", json!({"id": job["id"]})).await;
    until(&mut events, &job, "succeeded").await;
    assert_eq!(registry.ranges().len(), asked, "the weights were not fetched again");
    restart(&app).await;
    assert!(environment(&app).await.contains("OLLAMA_NOPRUNE:false"));
    finish(app, &home).await;
}

#[tokio::test]
async fn the_need_that_is_shown_is_of_the_settings_that_ollama_runs_with() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let asked = json!({"id": "ollama/smol:latest", "context": 2048});
    let one = app.call("model/estimate", asked.clone()).await;
    let mut settings = app.call("ollama/settings", json!({})).await;
    settings["parallel"] = json!(4);
    app.call("ollama/configure", settings.clone()).await;
    assert_eq!(app.call("model/estimate", asked.clone()).await, one, "it still runs with the old ones");
    restart(&app).await;
    let four = app.call("model/estimate", asked.clone()).await;
    assert_eq!(one["promptCache"], 512 << 20, "what may come on top is said beside");
    let kv = |estimate: &Value| estimate["kv"].as_u64().unwrap();
    assert_eq!(kv(&four), 4 * kv(&one));
    let evictions = app.call("model/evictions", asked.clone()).await;
    assert_eq!(evictions["memory"], four["total"]);
    settings["kvCache"] = json!("q8_0");
    app.call("ollama/configure", settings).await;
    restart(&app).await;
    let packed = app.call("model/estimate", asked.clone()).await;
    assert!(kv(&packed) * 100 / kv(&four) == 53, "34 of 64 bits: {packed} of {four}");
    let full =
        app.call("model/estimate", json!({"id": asked["id"], "context": 2048, "kvCache": "f16"})).await;
    assert_eq!(full, four, "what is asked for goes before");
    finish(app, &home).await;
}

#[tokio::test]
async fn the_command_line_adds_a_file_to_either_engine() {
    let home = OllamaHome::scripted(&Script::default());
    let program = Program::new()
        .env("HOME", home.home().display().to_string())
        .env("PATH", home.path.display().to_string())
        .env("WEBPLUS_OLLAMA", free_address());
    let file = home.home().join("My own (1B).gguf");
    fs::write(&file, model_file(4, 60_000)).unwrap();
    let file = file.to_str().unwrap();
    let served = program.serve().await;
    program.run(&["ollama", "start"]).await.good();
    program.run(&["models", "import", file, "--to", "ollama"]).await.good();
    program.run(&["models", "import", file, "--to", "ollama", "--name", "second:v1"]).await.good();
    let refused = program.run(&["models", "import", file, "--name", "third"]).await;
    assert!(refused.code() != 0 && refused.stderr.contains("--to ollama"), "{refused:?}");
    let models = program.run(&["models", "list", "--json"]).await.good().lines();
    let ids: Vec<_> = models.iter().map(|model| model["id"].clone()).collect();
    for id in ["ollama/my-own-1b:latest", "ollama/second:v1"] {
        assert!(ids.contains(&json!(id)), "{id}: {ids:?}");
    }
    assert_eq!(served.terminate().await.code(), 0);
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn a_damaged_model_is_on_its_way_while_it_is_repaired() {
    let registry = Registry::start().await.unwrap();
    let digest = registry.offer("smol", &model_file(1, WEIGHTS));
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let mut events = app.events(None).await;
    let reference = format!("{}:latest", registry.model("smol"));
    let id = format!("ollama/{}", reference.trim_start_matches("http://"));
    let job = app.call("model/pull", json!({"reference": reference, "target": "ollama"})).await;
    until(&mut events, &job, "succeeded").await;
    while ollama_is(&app, "ready").await["folder"].is_null() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let weights = home.models().join("blobs").join(digest.replace(':', "-"));
    fs::write(&weights, b"cut").unwrap();
    app.call("model/list", json!({"refresh": true})).await;
    assert_eq!(model(&app, &id).await["state"]["type"], "damaged");
    registry.slow(Some(40_000));
    let job = app.call("model/repair", json!({ "id": id })).await;
    let under_way = |event: &Value| {
        event["job"]["id"] == job["id"] && event["job"]["state"]["completed"].as_u64().unwrap_or(0) > 0
    };
    events.until(under_way).await;
    let state = model(&app, &id).await["state"].clone();
    assert_eq!(state["type"], "pulling", "{state}");
    assert!(
        state["completed"].as_u64().unwrap() > 0 && state["total"].as_u64().unwrap() >= WEIGHTS as u64,
        "{state}"
    );
    registry.slow(None);
    until(&mut events, &job, "succeeded").await;
    assert_eq!(model(&app, &id).await["state"]["type"], "on_disk");
    finish(app, &home).await;
}

#[tokio::test]
async fn a_variable_that_few_need_reaches_ollama_and_a_wrong_value_is_refused() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let known = app.call("ollama/variables", json!({})).await;
    assert!(
        known.as_array().unwrap().iter().any(|variable| variable["name"] == "OLLAMA_MAX_QUEUE"),
        "{known}"
    );
    let mut settings = app.call("ollama/settings", json!({})).await;
    for (name, value) in [("OLLAMA_MAX_QUEUE", "many"), ("LD_PRELOAD", "/tmp/x.so")] {
        settings["advanced"] = json!({ name: value });
        let refused = app.refused("ollama/configure", settings.clone()).await;
        assert!(refused.code == "invalid_input" && refused.message.contains(name), "{refused:?}");
    }
    settings["advanced"] = json!({"OLLAMA_MAX_QUEUE": "7"});
    let taken = app.call("ollama/configure", settings).await;
    assert_eq!(taken["restart"], true);
    restart(&app).await;
    let pid = ollama_is(&app, "ready").await["pid"].as_u64().unwrap();
    let environment = fs::read(format!("/proc/{pid}/environ"));
    if let Ok(environment) = environment {
        let text = String::from_utf8_lossy(&environment).into_owned();
        assert!(text.split('\0').any(|variable| variable == "OLLAMA_MAX_QUEUE=7"), "{text}");
    }
    finish(app, &home).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_model_whose_process_died_while_it_was_idle_is_shown_so_before_anybody_asks_it() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    let _looking_on = app.events(None).await;
    app.call("model/start", json!({"id": "ollama/smol:latest"})).await;
    let is_runner = |pid: &u32| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let text = String::from_utf8_lossy(&command).replace('\0', " ");
        text.contains(" runner ") && text.contains(home.home().to_str().unwrap())
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let runner = pids.find(is_runner).unwrap().to_string();
    let killed = tokio::process::Command::new("kill").args(["-KILL", &runner]).status().await;
    assert!(killed.unwrap().success());
    let state = async || model(&app, "ollama/smol:latest").await["state"].clone();
    let begun = std::time::Instant::now();
    while state().await["type"] == "loaded" {
        assert!(begun.elapsed() < PATIENCE, "it is still shown as loaded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let shown = state().await;
    assert_eq!(shown["type"], "not_answering", "{shown}");
    assert!(shown["message"].as_str().unwrap().contains("has ended"), "{shown}");
    app.call("model/start", json!({"id": "ollama/smol:latest"})).await;
    assert_eq!(state().await["type"], "loaded");
    // And it stays so: the new process is found.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(state().await["type"], "loaded");
    finish(app, &home).await;
}
