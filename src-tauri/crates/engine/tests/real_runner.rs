//! The engine with the real runner and a real model. Each test is skipped, saying so, where one of them is missing.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

use std::{path::PathBuf, time::Duration};

use domain::{ErrorCode, Role};
use engine::{EmbeddedEngine, EngineOptions, GgufHeader, LoadOptions, LocalModel};
use futures_util::StreamExt;
use llm::{CompletionEvent, CompletionRequest, Continuation, Provider, RequestMessage};
use tempfile::TempDir;
use tokio::time::Instant;

/// An engine with the model, or a sentence on why not.
fn engine() -> Option<(EmbeddedEngine, TempDir)> {
    let model = std::env::var_os("WEBPLUS_TEST_MODEL").map(PathBuf::from).filter(|path| path.is_file());
    let program = std::env::current_exe().unwrap();
    let runner =
        engine::find_runner(std::env::var_os("WEBPLUS_RUNNER").map(PathBuf::from), program.parent().unwrap());
    let (Some(path), Some(runner)) = (model, runner) else {
        eprintln!("skipped: WEBPLUS_TEST_MODEL names no file, or webplus-runner isn't built");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let options = EngineOptions { threads: Some(1), ..EngineOptions::new(runner, folder.path().to_owned()) };
    let engine = EmbeddedEngine::new(options);
    engine.set_models(vec![LocalModel {
        name: "small".into(),
        size: std::fs::metadata(&path).unwrap().len(),
        header: GgufHeader::of_file(&path).unwrap(),
        path,
        display_name: "Small".into(),
        test_size: true,
        gpu_layers: None,
        threads: None,
        content: String::new(),
        learned: engine::Factors::default(),
        context: Some(4096),
        force: false,
        damaged: None,
    }]);
    Some((engine, folder))
}

fn request(messages: Vec<RequestMessage>) -> CompletionRequest {
    CompletionRequest {
        model: "small".into(),
        system: String::new(),
        messages,
        parameters: domain::Parameters { temperature: Some(0.0), max_tokens: Some(24), ..Default::default() },
        continuation: Continuation::Answer,
        cache_key: None,
    }
}

fn ask(text: &str) -> RequestMessage {
    RequestMessage::text(Role::User, text)
}

async fn answer(engine: &EmbeddedEngine, messages: Vec<RequestMessage>) -> (String, Vec<CompletionEvent>) {
    let events: Vec<_> = engine.complete(request(messages)).map(Result::unwrap).collect().await;
    let text = events
        .iter()
        .filter_map(|event| if let CompletionEvent::Text(text) = event { Some(text.as_str()) } else { None });
    (text.collect(), events)
}

fn is_running(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn a_real_model_answers_counts_and_leaves_no_process() {
    let Some((engine, _folder)) = engine() else { return };
    let begun = Instant::now();
    let loaded = engine.load("small", LoadOptions::default()).await.unwrap();
    eprintln!("loaded in {:?}: {loaded:?}", begun.elapsed());
    assert!(loaded.context == 4096 && loaded.chat_template && loaded.memory > 100 << 20);
    let model = &engine.local_models()[0];
    let foretold = engine::estimate(&model.header, model.size, 4096).total;
    eprintln!("memory foretold {} MiB, taken after loading {} MiB", foretold >> 20, loaded.memory >> 20);

    let question = ask("What is the capital of France? Answer in one sentence.");
    let (text, events) = answer(&engine, vec![question.clone()]).await;
    eprintln!("{text}");
    assert!(text.contains("Paris"), "{text}");
    let Some(CompletionEvent::Finished { timing, .. }) = events.last() else { panic!("{events:?}") };
    assert!(timing.load_ms.is_none() && timing.generation_ms.is_some());
    let count = engine.count("small", "", std::slice::from_ref(&question)).await.unwrap();
    let usage = |events: &[CompletionEvent]| {
        events
            .iter()
            .find_map(|event| if let CompletionEvent::Usage(usage) = event { Some(*usage) } else { None })
            .unwrap()
    };
    assert!(count.exact);
    assert_eq!(u64::from(count.tokens), usage(&events).prompt());

    let partial = RequestMessage::text(Role::Assistant, text);
    let (_, events) = answer(&engine, vec![question, partial, ask("And of Italy?")]).await;
    assert!(
        usage(&events).cache_read > 0,
        "the conversation's beginning is not read again: {:?}",
        usage(&events)
    );
    eprintln!("taken after two answers {} MiB", engine.loaded().unwrap().memory >> 20);
    engine.shutdown().await;
    assert!(!is_running(loaded.pid));
}

#[tokio::test]
async fn a_stopped_answer_ends_at_once_and_the_same_process_answers_the_next() {
    let Some((engine, _folder)) = engine() else { return };
    let long = "All work and no play makes Jack a dull boy. ".repeat(250);
    let mut answer = engine.complete(request(vec![ask(&long)]));
    loop {
        match answer.next().await.unwrap().unwrap() {
            CompletionEvent::Prefill { done, total } if done < total => break,
            CompletionEvent::Text(_) => panic!("the prompt was read too fast to be stopped"),
            _ => {}
        }
    }
    let pid = engine.loaded().unwrap().pid;
    let begun = Instant::now();
    drop(answer);
    let dropped = begun.elapsed();
    assert!(engine.count("small", "", &[ask("x")]).await.unwrap().exact);
    eprintln!("dropped in {dropped:?}, the engine was free after {:?}", begun.elapsed());
    assert!(dropped < Duration::from_millis(100));
    assert_eq!(engine.loaded().unwrap().pid, pid, "it stopped in time");
    engine.shutdown().await;
}

#[tokio::test]
async fn a_killed_engine_costs_its_answer_only() {
    let Some((engine, _folder)) = engine() else { return };
    let mut answer = engine.complete(request(vec![ask("Tell me a long story about the sea.")]));
    while !matches!(answer.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    let pid = engine.loaded().unwrap().pid;
    assert!(std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
    let rest: Vec<_> = answer.collect().await;
    assert_eq!(rest.last().unwrap().clone().unwrap_err().code(), ErrorCode::EngineFailed);
    let events: Vec<_> = engine.complete(request(vec![ask("Say yes.")])).collect().await;
    assert!(
        matches!(events.last(), Some(Ok(CompletionEvent::Finished { timing, .. })) if timing.load_ms.is_some())
    );
    engine.shutdown().await;
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_a_sentence() {
    let Some((engine, folder)) = engine() else { return };
    let mut model = engine.local_models()[0].clone();
    let cut = folder.path().join("cut.gguf");
    let bytes = std::fs::read(&model.path).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    assert!(GgufHeader::of_file(&cut).is_err());
    model.path = cut;
    engine.set_models(vec![model]);
    let error = engine.load("small", LoadOptions::default()).await.unwrap_err();
    eprintln!("{error}");
    assert!(matches!(error.code(), ErrorCode::ModelDamaged | ErrorCode::EngineFailed));
    engine.shutdown().await;
}
