//! A real Ollama, where there is one on the search path: our own and somebody else's, with the small model. Nothing of it is
//! taken along; without one these say so and are done.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use llm::{CreateRequest, Http, HttpOptions, Ollama, ProxyChoice};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use webplus_tests::{
    OllamaHome, PATIENCE, Sent, TestApp, eventually, model, ollama_is, pipeline, processes_of, terminate,
};

/// The small model as it is called here.
pub(crate) const ID: &str = "ollama/small:latest";
const QUESTION: &str = "What is the capital of France? Answer in one sentence.";

/// The same model once more, told apart by a letter of its own name.
pub(crate) const SECOND: &str = "ollama/second:latest";

/// A home with the small model, imported through an Ollama that ran for that; `None` where something is missing.
pub(crate) async fn with_model() -> Option<OllamaHome> {
    imported(&["small"]).await
}

/// The same with two models, each in a process of its own when it is loaded.
pub(crate) async fn with_two_models() -> Option<OllamaHome> {
    imported(&["small", "second"]).await
}

async fn imported(names: &[&str]) -> Option<OllamaHome> {
    let home = OllamaHome::real()?;
    let Ok(file) = std::env::var("WEBPLUS_TEST_MODEL") else {
        eprintln!("left out: WEBPLUS_TEST_MODEL names no model file; `cargo xtask test` does");
        return None;
    };
    let begun = Instant::now();
    let mut serving = home.serve().await;
    eprintln!("a real Ollama answered after {:?}", begun.elapsed());
    let ollama = client(&home);
    let mut bytes = std::fs::read(file).unwrap();
    let key = b"general.name";
    let after_key = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    for (number, name) in names.iter().enumerate() {
        // After the key: the kind (4 bytes), the length (8 bytes), the name.
        bytes[after_key + 12] = b'A' + number as u8;
        import(&ollama, name, &Bytes::from(bytes.clone())).await;
    }
    terminate(&mut serving).await;
    Some(home)
}

/// Speaks with the one that was started as somebody else would.
pub(crate) fn client(home: &OllamaHome) -> Ollama {
    let http = Http::new(HttpOptions { proxy: ProxyChoice::Off, ..HttpOptions::default() }).unwrap();
    Ollama::new(http, &format!("http://{}", home.host)).unwrap()
}

/// Makes a model of a file's bytes.
pub(crate) async fn import(ollama: &Ollama, name: &str, bytes: &Bytes) {
    let digest = format!("sha256:{}", app::hex(&Sha256::digest(bytes)));
    let begun = Instant::now();
    let pieces: Vec<std::io::Result<Bytes>> = (0..bytes.len())
        .step_by(1 << 20)
        .map(|at| Ok(bytes.slice(at..bytes.len().min(at + (1 << 20)))))
        .collect();
    ollama.upload_blob(&digest, bytes.len() as u64, stream::iter(pieces)).await.unwrap();
    let mut request = CreateRequest { model: name.into(), ..CreateRequest::default() };
    request.files.insert("small.gguf".into(), json!(digest));
    let mut made = ollama.create(&request);
    while let Some(step) = made.next().await {
        step.unwrap();
    }
    eprintln!("the model {name} was imported in {:?}", begun.elapsed());
}

async fn open(home: &OllamaHome) -> TestApp {
    let begun = Instant::now();
    let app = TestApp::start_with(home.opened()).await;
    ollama_is(&app, "ready").await;
    eprintln!("ready {:?} after the application began to open", begun.elapsed());
    app
}

async fn ask(app: &TestApp, text: &str, tokens: u32) -> Sent {
    let parameters = json!({"maxTokens": tokens, "temperature": 0.0});
    Sent::of(&app.call("message/send", json!({"text": text, "model": ID, "parameters": parameters})).await)
}

async fn begun(app: &TestApp, answer: &str) {
    let since = Instant::now();
    while app.call("message/get", json!({"id": answer})).await["text"] == "" {
        assert!(since.elapsed() < PATIENCE, "no answer began");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The processes of models: children of the server.
fn runners(server: &Value) -> Vec<u32> {
    let parent = server.as_u64().unwrap().to_string();
    let numbers = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)) == Some(&parent)
    })
    .collect()
}

async fn signal(name: &str, pid: u64) {
    let sent = tokio::process::Command::new("kill").args([name, &pid.to_string()]).status().await;
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn a_real_one_of_our_own_loads_answers_stops_and_unloads() {
    let Some(home) = with_model().await else { return };
    let app = open(&home).await;
    let state = ollama_is(&app, "ready").await;
    assert_eq!(state["ownership"], "owned");
    let begun_loading = Instant::now();
    let loaded = app.call("model/start", json!({"id": ID, "context": 2048})).await;
    eprintln!("loaded in {:?}: {}", begun_loading.elapsed(), loaded["state"]);
    assert_eq!(loaded["state"]["context"], 2048);
    let answered = app.ended(&ask(&app, QUESTION, 30).await.answer).await;
    assert!(answered["text"].as_str().unwrap().contains("Paris"), "{answered}");
    let call = app.newest_call().await;
    eprintln!("first token after {} ms, {} tokens/s", call["firstTokenMs"], call["tokensPerSecond"]);
    let sent = ask(&app, "Tell me a long story.", 400).await;
    begun(&app, &sent.answer).await;
    let stopping = Instant::now();
    app.call("message/stop", json!({"id": sent.answer})).await;
    assert_eq!(app.ended(&sent.answer).await["status"], "cancelled");
    eprintln!("cancelled in {:?}", stopping.elapsed());
    let loaded = app.call("model/start", json!({"id": ID, "context": 100_000})).await;
    assert_eq!(loaded["state"]["context"], 8192);
    let stopping = Instant::now();
    app.call("model/stop", json!({"id": ID})).await;
    eprintln!("unloaded in {:?}", stopping.elapsed());
    assert_eq!(model(&app, ID).await["state"]["type"], "on_disk");
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn a_real_one_that_runs_is_adopted_and_lives_on() {
    let Some(home) = with_model().await else { return };
    let mut theirs = home.serve().await;
    let app = open(&home).await;
    let state = ollama_is(&app, "ready").await;
    assert_eq!((&state["ownership"], &state["pid"]), (&json!("adopted"), &json!(theirs.id())));
    app.call("model/start", json!({"id": ID, "context": 2048})).await;
    let answered = app.ended(&ask(&app, QUESTION, 30).await.answer).await;
    assert!(answered["text"].as_str().unwrap().contains("Paris"), "{answered}");
    assert_eq!(app.refused("ollama/stop", json!({})).await.code, "conflict");
    app.finish().await;
    assert!(home.answers().await && theirs.try_wait().unwrap().is_none());
    terminate(&mut theirs).await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

#[tokio::test]
async fn a_real_server_or_model_that_is_killed_keeps_what_came_and_comes_back() {
    let Some(home) = with_model().await else { return };
    let app = open(&home).await;
    app.call("model/start", json!({"id": ID, "context": 2048})).await;
    // The model's process.
    let server = ollama_is(&app, "ready").await["pid"].clone();
    let sent = ask(&app, "Tell me a long story.", 400).await;
    begun(&app, &sent.answer).await;
    let [runner] = runners(&server)[..] else { panic!("not one runner: {:?}", runners(&server)) };
    signal("-KILL", u64::from(runner)).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!(ended["status"], "interrupted", "{ended}");
    assert!(!ended["text"].as_str().unwrap().is_empty());
    assert!(ended["errorMessage"].as_str().unwrap().ends_with('.'), "{ended}");
    let again = Instant::now();
    assert_eq!(app.ended(&ask(&app, QUESTION, 20).await.answer).await["status"], "succeeded");
    eprintln!("after its process was killed a model answered again in {:?}", again.elapsed());
    // The server.
    let sent = ask(&app, "Tell me a long story.", 400).await;
    begun(&app, &sent.answer).await;
    let mut events = app.events(None).await;
    let killed = Instant::now();
    signal("-KILL", server.as_u64().unwrap()).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!(ended["status"], "interrupted", "{ended}");
    events.until(|event| event["state"]["type"] == "ready" && event["state"]["pid"] != server).await;
    eprintln!("ready again {:?} after its server was killed", killed.elapsed());
    assert_eq!(app.ended(&ask(&app, QUESTION, 20).await.answer).await["status"], "succeeded");
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}

/// Whether a model that was made to talk gives vectors is that Ollama's to say: it does, and they are in the run and in the books, or
/// it refuses, and the run says why.
#[tokio::test]
async fn a_real_one_gives_a_step_its_vectors_or_a_reason() {
    let Some(home) = with_model().await else { return };
    let app = open(&home).await;
    let texts = ["The sea is blue.", "The sea is blue.", "Bread is baked at six."];
    let mut embed = json!({"id": "embed", "kind": "embedding", "config": {"model": ID, "texts": texts}});
    embed["retry"] = json!({"max_attempts": 1});
    let id = app.run(&pipeline(json!([embed]), &[]), json!({})).await;
    let view = app.run_over(&id).await;
    let call = app.newest_call().await;
    assert_eq!((&call["model"], &call["runId"]), (&json!(ID), &json!(id)), "{call}");
    if view["run"]["status"] == "failed" {
        let message = view["run"]["errorMessage"].as_str().unwrap();
        eprintln!("refused: {message}");
        assert!(message.contains("small makes no embeddings."), "{message}");
        assert_eq!(call["outcome"], "failed", "{call}");
    } else {
        assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
        let made = app.call("run/value", json!({"id": id, "node": "embed", "port": "embeddings"})).await;
        let vectors: Vec<Vec<f64>> = serde_json::from_value(made["value"].clone()).unwrap();
        eprintln!("{} vectors of {} numbers", vectors.len(), vectors[0].len());
        assert!(vectors.len() == 3 && vectors[0].len() >= 64, "{}", vectors[0].len());
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        assert!(near(&vectors[0], &vectors[1]) > near(&vectors[0], &vectors[2]));
        assert!(call["outcome"] == "succeeded" && call["usage"]["input"].as_u64().unwrap() > 0, "{call}");
    }
    app.finish().await;
    eventually("nothing is left", PATIENCE, || processes_of(home.home()).is_empty()).await;
}
