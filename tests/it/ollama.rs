//! The Ollama on this computer, looked after by the real application: a scripted one behaves, and misbehaves as was recorded.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::ollama::{Answer, Buffer, Gpu, RunnerFault, Script};
use webplus_tests::{
    Gguf, OllamaHome, PATIENCE, Program, Sent, TestApp, eventually, free_address, model, ollama_is,
    processes_of,
};

const SMOL: &str = "ollama/smol:latest";

/// Long and slow enough to be stopped in its middle.
fn slow() -> Script {
    let words: Vec<_> = (0..400).map(|number| format!("w{number:03}")).collect();
    let text = words.join(" ");
    Script {
        tokens_per_second: 50.0,
        answers: vec![Answer { text, ..Answer::default() }],
        ..Script::default()
    }
}

async fn open(home: &OllamaHome) -> TestApp {
    TestApp::start_with(home.opened()).await
}

async fn ask(app: &TestApp) -> Sent {
    Sent::of(&app.call("message/send", json!({"text": "Tell me.", "model": SMOL})).await)
}

/// Waits until some of the answer has come.
async fn begun(app: &TestApp, answer: &str) {
    let mut events = app.events(None).await;
    let text = app.call("message/get", json!({"id": answer})).await["text"].as_str().unwrap().len();
    if text == 0 {
        events.until(|event| event["type"] == "message.delta" && event["messageId"] == answer).await;
    }
}

/// The model once it is in this state.
async fn model_is(app: &TestApp, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let found = model(app, SMOL).await;
        if found["state"]["type"] == state {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "not {state}: {found}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many reasons there are why the models of Ollama aren't listed.
async fn problems(app: &TestApp) -> usize {
    let list = app.call("model/list", json!({})).await;
    list["problems"].as_array().unwrap().iter().filter(|problem| problem["provider"] == "ollama").count()
}

/// Ends the application; nothing may be left of what it started.
async fn finish(app: TestApp, home: &OllamaHome) {
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn without_a_program_it_is_absent_and_other_models_answer() {
    let home = OllamaHome::bare();
    let app = open(&home).await;
    let state = ollama_is(&app, "absent").await;
    assert!(!state["searched"].as_array().unwrap().is_empty(), "{state}");
    app.exchange(None, "one", "two").await;
    assert_eq!(problems(&app).await, 0);
    let providers = app.call("provider/list", json!({})).await;
    assert!(providers.as_array().unwrap().iter().all(|provider| provider["slug"] != "ollama"));
    app.call("ollama/start", json!({})).await;
    ollama_is(&app, "absent").await;
    let refused = app.refused("model/start", json!({"id": SMOL})).await;
    assert_eq!(refused.code, "engine_unavailable", "{refused:?}");
    finish(app, &home).await;
}

#[tokio::test]
async fn one_that_runs_is_adopted_and_lives_on() {
    let home = OllamaHome::scripted(&Script::default());
    let mut theirs = home.serve().await;
    let app = open(&home).await;
    let state = ollama_is(&app, "ready").await;
    assert_eq!((&state["ownership"], &state["pid"]), (&json!("adopted"), &json!(theirs.id())), "{state}");
    assert!(state["notices"].as_array().unwrap().iter().any(|notice| notice["code"] == "phones_out"));
    let providers = app.call("provider/list", json!({})).await;
    assert!(providers.as_array().unwrap().iter().any(|provider| provider["slug"] == "ollama"));
    app.call("model/start", json!({"id": SMOL})).await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    for verb in ["ollama/stop", "ollama/restart"] {
        assert_eq!(app.refused(verb, json!({})).await.code, "conflict");
    }
    app.call("model/stop", json!({"id": SMOL})).await;
    app.finish().await;
    assert!(home.answers().await && theirs.try_wait().unwrap().is_none());
    // A short command reaches it too: the model stays where it is loaded.
    let program = Program::new().env("WEBPLUS_OLLAMA", home.host.clone());
    let loaded = program.run(&["models", "start", SMOL, "--json"]).await.good().last();
    assert_eq!(loaded["state"]["type"], "loaded", "{loaded}");
    assert!(home.answers().await);
    webplus_tests::terminate(&mut theirs).await;
}

#[tokio::test]
async fn one_of_our_own_loads_answers_stops_and_unloads() {
    let home = OllamaHome::scripted(&slow());
    let app = open(&home).await;
    let state = ollama_is(&app, "ready").await;
    assert_eq!((&state["ownership"], &state["version"]), (&json!("owned"), &json!("0.33.0-rc2")));
    let loaded = app.call("model/start", json!({"id": SMOL, "context": 2048})).await;
    assert_eq!((&loaded["state"]["type"], &loaded["state"]["context"]), (&json!("loaded"), &json!(2048)));
    assert!(loaded["state"]["expiresAt"].as_i64().is_some() && loaded["state"]["gpuMemory"] == 0, "{loaded}");
    let sent = ask(&app).await;
    begun(&app, &sent.answer).await;
    app.call("message/stop", json!({"id": sent.answer})).await;
    let stopped = app.ended(&sent.answer).await;
    assert_eq!(stopped["status"], "cancelled", "{stopped}");
    assert!(stopped["text"].as_str().unwrap().starts_with("w000"));
    // An answer that runs while the model is taken away ends with what it has.
    let sent = ask(&app).await;
    begun(&app, &sent.answer).await;
    app.call("model/stop", json!({"id": SMOL})).await;
    assert_eq!(app.ended(&sent.answer).await["status"], "interrupted");
    assert_eq!(model(&app, SMOL).await["state"]["type"], "on_disk");
    let log = app.call("ollama/log", json!({"lines": 5})).await;
    assert_eq!(log["lines"].as_array().unwrap().len(), 5);
    let path = log["path"].as_str().unwrap();
    assert!(std::fs::read_to_string(path).unwrap().contains("Listening on"));
    assert_eq!(app.refused("ollama/log", json!({"lines": 0})).await.code, "invalid_input");
    finish(app, &home).await;
}

#[tokio::test]
async fn a_crash_in_an_answer_keeps_what_came_and_the_engine_comes_back() {
    let home = OllamaHome::scripted(&Script { crash_on_chat: Some(1), faulty_starts: Some(1), ..slow() });
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    let mut events = app.events(None).await;
    let ready = tokio::spawn(async move {
        let is =
            |event: &Value, state: &str| event["type"] == "ollama.changed" && event["state"]["type"] == state;
        events.until(|event| is(event, "waiting")).await;
        let crashed = Instant::now();
        events.until(|event| is(event, "ready")).await;
        eprintln!("ready again {:?} after the crash was seen", crashed.elapsed());
    });
    let sent = ask(&app).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!(ended["status"], "interrupted", "{ended}");
    assert!(ended["text"].as_str().unwrap().starts_with("w000"), "{ended}");
    ready.await.unwrap();
    app.call("message/continue", json!({"id": sent.answer})).await;
    assert_eq!(app.ended(&sent.answer).await["status"], "succeeded");
    finish(app, &home).await;
}

#[tokio::test]
async fn one_that_was_stopped_starts_for_whoever_needs_it() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    app.call("ollama/stop", json!({})).await;
    let state = ollama_is(&app, "installed").await;
    assert!(state["program"].as_str().unwrap().ends_with("bin/ollama"), "{state}");
    // A list starts nothing, and says why it has less.
    assert_eq!(problems(&app).await, 1);
    ollama_is(&app, "installed").await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    ollama_is(&app, "ready").await;
    finish(app, &home).await;
}

#[tokio::test]
async fn settings_are_checked_kept_and_hold_after_a_restart() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    let mut settings = app.call("ollama/settings", json!({})).await;
    assert_eq!((&settings["mode"], &settings["keepAliveSeconds"]), (&json!("auto"), &json!(300)));
    settings["parallel"] = json!(0);
    assert_eq!(app.refused("ollama/configure", settings.clone()).await.code, "invalid_input");
    settings["parallel"] = json!(2);
    settings["contextLength"] = json!(1024);
    let taken = app.call("ollama/configure", settings.clone()).await;
    assert_eq!((&taken["restart"], &taken["settings"]), (&json!(true), &settings));
    let before = ollama_is(&app, "ready").await["pid"].clone();
    let mut events = app.events(None).await;
    app.call("ollama/restart", json!({})).await;
    events.until(|event| event["state"]["type"] == "ready" && event["state"]["pid"] != before).await;
    app.call("model/start", json!({"id": SMOL})).await;
    assert_eq!(model_is(&app, "loaded").await["state"]["context"], 1024);
    let app = app.reopen().await;
    assert_eq!(app.call("ollama/settings", json!({})).await, settings);
    settings["mode"] = json!("off");
    app.call("ollama/configure", settings).await;
    ollama_is(&app, "off").await;
    assert_eq!(app.refused("model/start", json!({"id": SMOL})).await.code, "engine_unavailable");
    eventually("nothing runs", PATIENCE, || processes_of(home.home()).is_empty()).await;
    finish(app, &home).await;
}

/// The lines with which models were loaded, oldest first.
async fn loads(app: &TestApp) -> Vec<String> {
    let log = app.call("ollama/log", json!({"lines": 2000})).await;
    let lines = log["lines"].as_array().unwrap().iter().filter_map(|line| line.as_str());
    lines.filter(|line| line.contains("starting llama-server")).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_answer_uses_the_model_as_it_was_loaded_and_loads_nothing_again() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    app.call("model/start", json!({"id": SMOL, "context": 2048})).await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    let asked = app.call("message/send", json!({"text": "Tell me.", "model": "ollama/smol"})).await;
    assert_eq!(app.ended(&Sent::of(&asked).answer).await["status"], "succeeded");
    assert_eq!(loads(&app).await.len(), 1, "by its short name too");
    // What is chosen now holds from the next load, and for every answer after it.
    let chosen =
        json!({"id": SMOL, "context": 1024, "gpuLayers": 0, "threads": 3, "batch": 256, "mmap": false});
    let model = app.call("model/load-settings", chosen).await;
    assert_eq!((&model["defaultContext"], &model["loadSettings"]["threads"]), (&json!(1024), &json!(3)));
    app.call("model/stop", json!({"id": SMOL})).await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    app.call("model/start", json!({"id": SMOL})).await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    let lines = loads(&app).await;
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let told = "-c 1024 num_batch=256 num_gpu=0 num_thread=3 use_mmap=false";
    assert!(lines[1].contains(told), "{}", lines[1]);
    assert_eq!(model_is(&app, "loaded").await["state"]["context"], 1024);
    finish(app, &home).await;
}

#[tokio::test]
async fn what_a_load_really_took_corrects_the_next_estimate_also_after_a_restart() {
    let buffer = |kind: &str, mib: f64| Buffer { kind: kind.into(), device: "CPU".into(), mib };
    let buffers =
        vec![buffer("model", 100.0), buffer("KV", 10.0), buffer("output", 1.0), buffer("compute", 9.0)];
    let home = OllamaHome::scripted(&Script { buffers, ..Script::default() });
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    let asked = json!({"id": SMOL, "context": 2048});
    let reckoned = app.call("model/estimate", asked.clone()).await["total"].as_u64().unwrap();
    app.call("model/start", asked.clone()).await;
    let begun = Instant::now();
    let learned = loop {
        let now = app.call("model/estimate", asked.clone()).await["total"].as_u64().unwrap();
        if now != reckoned {
            break now;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing was learned");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let app = app.reopen().await;
    ollama_is(&app, "ready").await;
    assert_eq!(app.call("model/estimate", asked).await["total"], learned);
    finish(app, &home).await;
}

#[tokio::test]
async fn a_context_that_was_cut_is_said() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    let loaded = app.call("model/start", json!({"id": SMOL, "context": 100_000})).await;
    assert_eq!(loaded["state"]["context"], 8192);
    let state = ollama_is(&app, "ready").await;
    let said = |state: &Value| {
        let notices = state["notices"].as_array().unwrap().iter();
        notices
            .clone()
            .any(|notice| notice["code"] == "clamped" && notice["message"].as_str().unwrap().contains("8192"))
    };
    assert!(said(&state), "{state}");
    app.call("model/start", json!({"id": SMOL, "context": 4096})).await;
    assert!(!said(&ollama_is(&app, "ready").await));
    finish(app, &home).await;
}

#[tokio::test]
async fn a_model_that_does_not_leave_memory_costs_only_an_engine_of_our_own() {
    let home =
        OllamaHome::scripted(&Script { unload_stuck: true, faulty_starts: Some(2), ..Script::default() });
    let mut theirs = home.serve().await;
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    app.call("model/start", json!({"id": SMOL})).await;
    let refused = app.refused("model/stop", json!({"id": SMOL})).await;
    assert_eq!(refused.code, "engine_failed", "{refused:?}");
    assert!(theirs.try_wait().unwrap().is_none());
    webplus_tests::terminate(&mut theirs).await;
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(&home.home().join(".ollama")).is_empty()).await;
}

#[tokio::test]
async fn an_engine_of_our_own_is_started_anew_for_a_model_that_does_not_leave_memory() {
    let home =
        OllamaHome::scripted(&Script { unload_stuck: true, faulty_starts: Some(1), ..Script::default() });
    let app = open(&home).await;
    let before = ollama_is(&app, "ready").await["pid"].clone();
    app.call("model/start", json!({"id": SMOL})).await;
    app.call("model/stop", json!({"id": SMOL})).await;
    let after = ollama_is(&app, "ready").await["pid"].clone();
    assert_ne!(before, after);
    assert_eq!(model_is(&app, "on_disk").await["id"], SMOL);
    finish(app, &home).await;
}

#[tokio::test]
async fn a_model_that_is_in_memory_and_says_nothing_is_shown_so_and_can_be_loaded_again() {
    let stop = RunnerFault { after_tokens: 0, times: 1 };
    let home = OllamaHome::scripted(&Script { runner_stop: Some(stop), ..Script::default() });
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    app.call("settings/update", json!({"firstTokenTimeout": 10})).await;
    let sent = ask(&app).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!((&ended["status"], &ended["errorCode"]), (&json!("failed"), &json!("timed_out")), "{ended}");
    let found = model_is(&app, "not_answering").await;
    assert!(found["state"]["message"].as_str().unwrap().ends_with('.'), "{found}");
    let begun = Instant::now();
    app.call("model/start", json!({"id": SMOL})).await;
    eprintln!("a model that hung was loaded again in {:?}", begun.elapsed());
    model_is(&app, "loaded").await;
    assert_eq!(app.ended(&ask(&app).await.answer).await["status"], "succeeded");
    finish(app, &home).await;
}

#[tokio::test]
async fn a_model_that_memory_is_too_small_for_is_refused_with_the_numbers_before_it_is_loaded() {
    const LARGE: &str = "ollama/large:latest";
    // A megabyte for each token of context: with all of it, more than any machine has.
    const ALL: u32 = 1 << 20;
    let numbers = [
        ("context_length", ALL),
        ("block_count", 64),
        ("embedding_length", 64),
        ("feed_forward_length", 128),
        ("attention.head_count", 32),
        ("attention.head_count_kv", 32),
        ("attention.key_length", 128),
        ("attention.value_length", 128),
    ];
    let large = numbers
        .iter()
        .fold(Gguf::bare(), |file, (key, value)| file.number(&format!("llama.{key}"), *value))
        .texts("tokenizer.ggml.tokens", &["<s>", "a", "b"]);
    let home = OllamaHome::scripted(&Script::default());
    home.add_file("large", &large.bytes(1));
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    let runners = || processes_of(home.home()).iter().filter(|process| process.contains(" runner ")).count();
    let refused = app.refused("model/start", json!({"id": LARGE, "context": ALL})).await;
    assert_eq!(refused.code, "out_of_memory", "{refused:?}");
    let says = |message: &str| {
        let said = message.contains(&format!("GiB of memory with {ALL} tokens of context"));
        assert!(said && message.contains("GiB are free"), "{message}");
    };
    says(&refused.message);
    // A prompt would load it as well.
    let ask = |context: u32| {
        let parameters = json!({"contextSize": context});
        app.call("message/send", json!({"text": "Tell me.", "model": LARGE, "parameters": parameters}))
    };
    let ended = app.ended(&Sent::of(&ask(ALL).await).answer).await;
    assert_eq!(
        (&ended["status"], &ended["errorCode"]),
        (&json!("failed"), &json!("out_of_memory")),
        "{ended}"
    );
    says(ended["errorMessage"].as_str().unwrap());
    assert_eq!(model(&app, LARGE).await["state"]["type"], "on_disk");
    assert_eq!(runners(), 0, "nothing was loaded");
    // What it proposes works: less context, or all the same.
    assert_eq!(app.ended(&Sent::of(&ask(512).await).answer).await["status"], "succeeded");
    let forced = app.call("model/start", json!({"id": LARGE, "context": ALL, "force": true})).await;
    assert_eq!(forced["state"]["context"], ALL);
    assert_eq!(app.ended(&Sent::of(&ask(ALL).await).answer).await["status"], "succeeded", "it is there now");
    finish(app, &home).await;
}

#[tokio::test]
async fn a_model_whose_file_was_cut_or_is_gone_is_shown_as_damaged() {
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    model_is(&app, "on_disk").await;
    while ollama_is(&app, "ready").await["folder"].is_null() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let blobs = std::fs::read_dir(home.models().join("blobs")).unwrap().flatten().map(|entry| entry.path());
    let weights = blobs.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let whole = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &whole[..1000]).unwrap();
    app.call("model/list", json!({"refresh": true})).await;
    let found = model_is(&app, "damaged").await;
    let reason = found["state"]["reason"].as_str().unwrap();
    assert!(reason.contains("cut") && reason.contains("Repair"), "{reason}");
    std::fs::remove_file(&weights).unwrap();
    app.call("model/list", json!({"refresh": true})).await;
    let found = model_is(&app, "damaged").await;
    assert!(found["state"]["reason"].as_str().unwrap().contains("gone"), "{found}");
    std::fs::write(&weights, &whole).unwrap();
    app.call("model/list", json!({"refresh": true})).await;
    model_is(&app, "on_disk").await;
    finish(app, &home).await;
}

#[tokio::test]
async fn a_graphics_card_that_was_lost_is_said() {
    let gpu = Gpu {
        id: "GPU-1".into(),
        library: "CUDA".into(),
        name: "A card".into(),
        total: "24.0 GiB".into(),
        available: "22.0 GiB".into(),
    };
    let script =
        Script { gpus: vec![gpu], size_vram: 1 << 20, size_vram_later: vec![0], ..Script::default() };
    let home = OllamaHome::scripted(&script);
    let mut opened = home.opened();
    let adjust = opened.adjust;
    opened.adjust = std::sync::Arc::new(move |options| {
        adjust(options);
        options.ollama.as_mut().unwrap().patience.probe = Duration::from_millis(100);
    });
    let app = TestApp::start_with(opened).await;
    ollama_is(&app, "ready").await;
    app.call("model/start", json!({"id": SMOL})).await;
    assert_eq!(model_is(&app, "loaded").await["state"]["gpuMemory"], 1 << 20);
    // So long that one of the looks falls into it.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let mut events = app.events(None).await;
    app.call("model/stop", json!({"id": SMOL})).await;
    app.call("model/start", json!({"id": SMOL})).await;
    let lost = |event: &Value| {
        let notices = event["state"]["notices"].as_array().into_iter().flatten();
        event["type"] == "ollama.changed" && notices.clone().any(|notice| notice["code"] == "gpu_lost")
    };
    events.until(lost).await;
    finish(app, &home).await;
}

#[tokio::test]
async fn what_another_program_puts_into_the_folder_is_shown_before_anybody_would_ask_for_the_list() {
    // How soon exactly is a line of the bench: here other tests run meanwhile.
    const ASKED_AGAIN: Duration = Duration::from_secs(5);
    let home = OllamaHome::scripted(&Script::default());
    let app = open(&home).await;
    ollama_is(&app, "ready").await;
    model_is(&app, "on_disk").await;
    let mut slowest = Duration::ZERO;
    for number in 0..3_u8 {
        while ollama_is(&app, "ready").await["folder"].is_null() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut events = app.events(None).await;
        let put = Instant::now();
        home.add_model(&format!("new{number}"), number + 2);
        events.until(|event| event["type"] == "model.changed").await;
        while model(&app, &format!("ollama/new{number}:latest")).await.is_null() {
            assert!(put.elapsed() < PATIENCE);
        }
        slowest = slowest.max(put.elapsed());
    }
    eprintln!("a change on disk was shown within {slowest:?}");
    assert!(slowest < ASKED_AGAIN, "{slowest:?}");
    finish(app, &home).await;
}

#[tokio::test]
async fn a_server_elsewhere_is_asked_and_never_looked_after() {
    let elsewhere = OllamaHome::scripted(&Script::default());
    let mut theirs = elsewhere.serve().await;
    let home = OllamaHome::bare();
    let app = open(&home).await;
    ollama_is(&app, "absent").await;
    let base = format!("http://{}", elsewhere.host);
    let added = app.call("provider/add", json!({"kind": "ollama", "name": "Ollama", "baseUrl": base})).await;
    let id = format!("{}/smol:latest", added["slug"].as_str().unwrap());
    app.call("model/start", json!({"id": id})).await;
    assert_eq!(model(&app, &id).await["state"]["type"], "loaded");
    let tested = app.call("provider/test", json!({"id": added["id"]})).await;
    assert_eq!(tested["server"], "Ollama 0.33.0-rc2");
    app.call("model/stop", json!({"id": id})).await;
    ollama_is(&app, "absent").await;
    app.finish().await;
    assert!(elsewhere.answers().await);
    webplus_tests::terminate(&mut theirs).await;
}

#[tokio::test]
async fn the_command_line_starts_and_stops_through_the_running_application() {
    let home = OllamaHome::scripted(&Script::default());
    let program = Program::new()
        .env("HOME", home.home().display().to_string())
        .env("PATH", home.path.display().to_string())
        .env("WEBPLUS_OLLAMA", free_address());
    // Alone, a command starts nothing that would end with it.
    let alone = program.run(&["ollama", "status", "--json"]).await.good().last();
    assert_eq!(alone["type"], "installed", "{alone}");
    assert_eq!(program.run(&["ollama", "start"]).await.code(), 1);
    let served = program.serve().await;
    let started = program.run(&["ollama", "start", "--json"]).await.good().last();
    assert_eq!((&started["type"], &started["ownership"]), (&json!("ready"), &json!("owned")));
    let loaded = program.run(&["models", "start", SMOL, "--json"]).await.good().last();
    assert_eq!(loaded["state"]["type"], "loaded", "{loaded}");
    program.run(&["models", "stop", SMOL]).await.good();
    let log = program.run(&["ollama", "log", "--lines", "3"]).await.good();
    assert_eq!(log.stdout.lines().count(), 3);
    let stopped = program.run(&["ollama", "stop", "--json"]).await.good().last();
    assert_eq!(stopped["type"], "installed");
    program.run(&["chat", "--model", SMOL, "Hello."]).await.good();
    assert_eq!(served.terminate().await.code(), 0);
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
    assert_eq!(program.run(&["models", "start", SMOL]).await.code(), 1, "it would end with the command");
    // A command that needs it starts it, and takes it along.
    program.run(&["chat", "--model", SMOL, "Hello."]).await.good();
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}
