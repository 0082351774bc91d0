//! The engine's near side against a runner that does what each test says.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[allow(dead_code, reason = "not every test makes every kind of file")]
#[path = "support/gguf.rs"]
mod gguf;
#[path = "support/engine.rs"]
mod support;

use std::time::Duration;

use domain::{ErrorCode, FinishReason, ModelState, Part, Role};
use engine::{EngineState, Hardware, LoadOptions, LocalModel, Patience};
use futures_util::StreamExt;
use llm::{CompletionEvent, Continuation, Error, Provider, RequestMessage};
use support::{Fake, error, request, text};
use tokio::time::Instant;

#[tokio::test]
async fn an_answer_loads_the_model_and_streams() {
    let fake = Fake::new("answer");
    let events: Vec<_> = fake.ask("small", "hello").await.into_iter().map(Result::unwrap).collect();
    assert!(
        matches!(events.first(), Some(CompletionEvent::Loading(progress)) if *progress == 0.0),
        "{events:?}"
    );
    assert!(events.contains(&CompletionEvent::Loading(0.5)));
    assert!(events.contains(&CompletionEvent::Started { model: Some("small".into()) }));
    assert!(events.contains(&CompletionEvent::Notice("A notice.".into())));
    assert!(events.contains(&CompletionEvent::Prefill { done: 4, total: 4 }));
    let Some(CompletionEvent::Finished { reason, timing }) = events.last() else { panic!("{events:?}") };
    assert_eq!((*reason, timing.generation_ms), (FinishReason::Stop, Some(2.0)));
    assert!(timing.load_ms.is_some());
    assert_eq!(text(&events.into_iter().map(Ok).collect::<Vec<_>>()), "You said: hello");
    let again = fake.ask("small", "more").await;
    assert!(
        !again.iter().any(|event| matches!(event, Ok(CompletionEvent::Loading(_)))),
        "it is loaded already"
    );
    assert_eq!(fake.processes().len(), 1);
    let loaded = fake.engine.loaded().unwrap();
    assert_eq!((loaded.name.as_str(), loaded.context, loaded.pid), ("small", 8192, fake.processes()[0]));
    assert!(loaded.memory > 0);
    fake.end().await;
}

#[tokio::test]
async fn reasoning_is_told_apart_and_a_partial_answer_goes_on_untouched() {
    let fake = Fake::new("think");
    let events = fake.ask("small", "?").await;
    let thought: String = events
        .iter()
        .filter_map(
            |event| if let Ok(CompletionEvent::Reasoning(text)) = event { Some(text.as_str()) } else { None },
        )
        .collect();
    assert_eq!((thought.as_str(), text(&events).as_str()), ("hm so", "Yes"));
    fake.end().await;

    let fake = Fake::new("answer");
    let mut going_on = request("small", "?");
    going_on.messages.push(RequestMessage {
        role: Role::Assistant,
        parts: vec![Part::Reasoning { text: "hidden".into(), raw: None }, Part::Text { text: "On".into() }],
    });
    going_on.continuation = Continuation::Extend;
    let events: Vec<_> = fake.engine.complete(going_on).collect().await;
    assert_eq!(text(&events), " and on");
    fake.end().await;
}

#[tokio::test]
async fn another_model_waits_for_the_running_answer_and_takes_its_place() {
    let fake = Fake::new("slow");
    let mut first = fake.engine.complete(request("small", "x"));
    while !matches!(first.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    let old = fake.processes();
    let mut second = fake.engine.complete(request("other", "y"));
    let waiting = tokio::time::timeout(Duration::from_millis(100), second.next()).await;
    assert!(waiting.is_err(), "the first isn't done");
    drop(first);
    while !matches!(second.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    assert_eq!(fake.engine.loaded().unwrap().name, "other");
    let new = fake.processes();
    assert!(new.len() == 1 && new != old);
    drop(second);
    fake.end().await;
}

#[tokio::test]
async fn a_dropped_answer_stops_the_runner_and_keeps_the_process() {
    let fake = Fake::new("slow");
    let mut answer = fake.engine.complete(request("small", "x"));
    while !matches!(answer.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    let process = fake.processes();
    let begun = Instant::now();
    drop(answer);
    assert!(begun.elapsed() < Duration::from_millis(20), "dropping waits for nothing");
    assert!(
        fake.engine.count("small", "", &[RequestMessage::text(Role::User, "a b c")]).await.unwrap().exact
    );
    assert_eq!(fake.processes(), process);
    fake.end().await;
}

#[tokio::test]
async fn a_runner_silent_after_a_cancel_is_killed_and_started_again() {
    for scenario in ["deaf", "talkative"] {
        let short = Patience { cancel: Duration::from_millis(100), ..Patience::default() };
        let fake = Fake::with(scenario, |options| {
            if scenario == "talkative" {
                options.patience = short;
            }
        });
        let mut answer = fake.engine.complete(request("small", "x"));
        while !matches!(answer.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
        let old = fake.engine.loaded().unwrap().pid;
        let begun = Instant::now();
        drop(answer);
        fake.state(|state| !matches!(state, EngineState::Loaded { model } if model.pid == old)).await;
        let killed = begun.elapsed();
        assert!(killed >= Duration::from_millis(280), "{scenario}: {killed:?}");
        assert!(killed < Duration::from_secs(3), "{scenario}: {killed:?}");
        let ready =
            fake.state(|state| matches!(state, EngineState::Loaded { model } if model.pid != old)).await;
        let EngineState::Loaded { model } = ready else { panic!("{ready:?}") };
        assert_eq!(fake.processes(), [model.pid], "{scenario}");
        fake.end().await;
    }
}

#[tokio::test]
async fn a_crash_costs_only_its_answer_and_the_third_in_a_minute_is_the_last() {
    let fake = Fake::new("crash");
    for _ in 0..3 {
        let events = fake.ask("small", "x").await;
        assert_eq!(text(&events), "half an answer", "what was written is kept");
        let error = error(&events);
        assert_eq!(error.code(), ErrorCode::EngineFailed);
        assert!(error.to_string().contains("haunted"), "{error}");
        let EngineState::Failed { log, .. } = fake.engine.state() else {
            panic!("{:?}", fake.engine.state())
        };
        assert_eq!(log.last().unwrap(), "fatal: the weights are haunted");
    }
    let refused = error(&fake.ask("small", "x").await);
    assert!(
        refused.to_string().contains("three times") && refused.to_string().contains("haunted"),
        "{refused}"
    );
    assert!(fake.processes().is_empty());
    fake.end().await;
}

#[tokio::test]
async fn a_runner_that_the_system_killed_is_told_as_short_of_memory_and_comes_back() {
    let fake = Fake::new("stall");
    let mut answer = fake.engine.complete(request("small", "x"));
    while !matches!(answer.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    let pid = fake.engine.loaded().unwrap().pid;
    assert!(std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
    let last = answer.next().await.unwrap().unwrap_err();
    assert!(
        matches!(&last, Error::Engine { code: ErrorCode::EngineFailed, message } if message.contains("memory ran out")),
        "{last}"
    );
    assert!(answer.next().await.is_none());
    assert_ne!(fake.engine.load("small", LoadOptions::default()).await.unwrap().pid, pid);
    fake.end().await;
}

#[tokio::test]
async fn a_runner_that_dies_while_idle_is_noticed_and_started_again() {
    let fake = Fake::new("dies_idle");
    fake.engine.load("small", LoadOptions::default()).await.unwrap();
    fake.state(|state| matches!(state, EngineState::Failed { message, .. } if message.contains("code 4")))
        .await;
    fake.engine.load("small", LoadOptions::default()).await.unwrap();
    fake.end().await;
}

#[tokio::test]
async fn a_line_without_an_end_ends_the_answer_with_bounded_memory() {
    let fake = Fake::new("long_line");
    let events = fake.ask("small", "x").await;
    assert_eq!(text(&events), "half");
    assert_eq!(error(&events).code(), ErrorCode::EngineFailed);
    assert!(fake.processes().is_empty());
    fake.end().await;
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    for (scenario, word) in [("protocol", "another version"), ("cpu", "avx2"), ("stranger", "doesn't speak")]
    {
        let fake = Fake::new(scenario);
        let error = error(&fake.ask("small", "x").await);
        assert_eq!(error.code(), ErrorCode::EngineUnavailable);
        assert!(error.to_string().contains(word), "{error}");
        assert_eq!(fake.engine.test().await.unwrap_err().code(), ErrorCode::EngineUnavailable);
        assert!(fake.processes().is_empty());
        fake.end().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runner");
    std::fs::write(&file, "not a program").unwrap();
    for (runner, word) in [("/nowhere/runner".into(), "isn't there"), (file, "Make it executable")] {
        let fake = Fake::with("", |options| options.runner = runner);
        let error = error(&fake.ask("small", "x").await);
        assert_eq!(error.code(), ErrorCode::EngineUnavailable);
        assert!(error.to_string().contains(word), "{error}");
        fake.end().await;
    }
}

#[tokio::test]
async fn a_load_that_fails_hangs_or_crashes_ends_with_a_sentence() {
    let quick = Patience { load: Duration::from_millis(300), ..Patience::default() };
    for (scenario, code) in [
        ("load_error", ErrorCode::ModelDamaged),
        ("crash_load", ErrorCode::EngineFailed),
        ("hang_load", ErrorCode::EngineFailed),
    ] {
        let fake = Fake::with(scenario, |options| options.patience = quick);
        let error = fake.engine.load("small", LoadOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(matches!(fake.engine.state(), EngineState::Failed { code: told, .. } if told == code));
        assert!(fake.processes().is_empty());
        fake.end().await;
    }
}

#[tokio::test]
async fn unloading_ends_a_load_and_an_answer_at_once() {
    let fake = Fake::new("slow_load");
    let engine = fake.engine.clone();
    let loading = tokio::spawn(async move { engine.load("small", LoadOptions::default()).await });
    fake.state(|state| matches!(state, EngineState::Loading { progress, .. } if *progress > 0.0)).await;
    fake.engine.unload().await;
    assert_eq!(loading.await.unwrap().unwrap_err().code(), ErrorCode::Cancelled);
    assert!(fake.processes().is_empty());
    fake.end().await;

    let fake = Fake::new("slow");
    let mut answer = fake.engine.complete(request("small", "x"));
    while !matches!(answer.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    fake.engine.unload().await;
    assert!(fake.processes().is_empty());
    let rest: Vec<_> = answer.collect().await;
    assert_eq!(error(&rest).code(), ErrorCode::Cancelled);
    assert_eq!(fake.engine.state(), EngineState::Stopped);
    fake.end().await;
}

#[tokio::test]
async fn closing_ends_the_running_answer_and_refuses_the_waiting_ones() {
    let fake = Fake::new("slow");
    let mut running = fake.engine.complete(request("small", "x"));
    while !matches!(running.next().await.unwrap().unwrap(), CompletionEvent::Text(_)) {}
    let waiting = fake.engine.complete(request("small", "y"));
    fake.engine.shutdown().await;
    assert!(fake.processes().is_empty());
    assert_eq!(error(&running.collect::<Vec<_>>().await).code(), ErrorCode::Interrupted);
    assert_eq!(error(&waiting.collect::<Vec<_>>().await).code(), ErrorCode::EngineUnavailable);
    assert_eq!(error(&fake.ask("small", "z").await).code(), ErrorCode::EngineUnavailable);
    fake.engine.unload().await;
    fake.end().await;
}

#[tokio::test]
async fn an_engine_that_is_forgotten_leaves_no_process() {
    let (mut fake, other) = (Fake::new("answer"), Fake::new("answer"));
    fake.engine.load("small", LoadOptions::default()).await.unwrap();
    let mut states = fake.engine.subscribe();
    fake.engine = other.engine.clone();
    let stopped = states.wait_for(|state| *state == EngineState::Stopped);
    tokio::time::timeout(Duration::from_secs(5), stopped).await.unwrap().unwrap();
    assert!(fake.processes().is_empty());
    other.end().await;
}

#[tokio::test]
async fn a_model_that_does_not_fit_is_refused_with_the_numbers_unless_forced() {
    let fake = Fake::with("answer", |options| {
        options.measure = || Hardware {
            total_memory: 1 << 30,
            available_memory: 10 << 20,
            logical_cores: 2,
            physical_cores: 2,
        };
    });
    let refused = fake.engine.load("small", LoadOptions::default()).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::OutOfMemory);
    assert!(refused.to_string().contains("10 MB are free"), "{refused}");
    fake.engine.load("small", LoadOptions { force: true, ..context(512) }).await.unwrap();
    let wrong = fake.engine.load("small", LoadOptions { force: true, ..context(9000) }).await.unwrap_err();
    assert_eq!(wrong.code(), ErrorCode::InvalidInput);
    assert_eq!(fake.engine.loaded().unwrap().context, 512, "what is loaded stays");
    fake.end().await;
}

#[tokio::test]
async fn threads_and_gpu_layers_are_as_chosen_and_an_answer_loads_nothing_again() {
    let fake = Fake::new("gpu");
    let chosen = LocalModel { threads: Some(3), gpu_layers: Some(1), ..support::model("small") };
    fake.engine.set_models(vec![chosen]);
    let loaded = fake.engine.load("small", context(1024)).await.unwrap();
    assert_eq!(loaded.gpu_layers, 1);
    let options = LoadOptions { gpu_layers: Some(1), threads: Some(3), ..LoadOptions::default() };
    assert_eq!(fake.engine.load("small", options).await.unwrap().context, 1024);
    assert_eq!(text(&fake.ask("small", "hello").await), "You said: hello");
    assert_eq!(fake.log().matches("loads with 3 threads").count(), 1);
    let fewer = LoadOptions { gpu_layers: Some(0), threads: Some(2), ..LoadOptions::default() };
    assert_eq!(fake.engine.load("small", fewer).await.unwrap().gpu_layers, 0);
    assert!(fake.log().contains("loads with 2 threads"));
    fake.end().await;
}

#[tokio::test]
async fn an_unused_model_is_unloaded_after_a_while() {
    let fake = Fake::with("answer", |options| options.idle = Some(Duration::from_millis(50)));
    fake.engine.load("small", LoadOptions::default()).await.unwrap();
    fake.state(|state| *state == EngineState::Stopped).await;
    assert!(fake.processes().is_empty());
    fake.end().await;
}

#[tokio::test]
async fn the_shelf_shows_what_each_model_is_and_does() {
    let fake = Fake::new("answer");
    fake.engine.load("small", context(1024)).await.unwrap();
    let models = fake.engine.models().await.unwrap();
    let names: Vec<_> = models.iter().map(|model| model.id.to_string()).collect();
    assert_eq!(names, ["embedded/small", "embedded/other"]);
    assert!(matches!(models[0].state, ModelState::Loaded { context: 1024, memory, .. } if memory > 0));
    assert_eq!(models[1].state, ModelState::OnDisk);
    assert_eq!(models[1].default_context, Some(8192));
    assert!(models[1].memory_estimate.unwrap() > 40 << 20);
    assert_eq!(error(&fake.ask("missing", "x").await).code(), ErrorCode::ModelNotFound);
    assert_eq!(fake.engine.test().await.unwrap().server.as_deref(), Some("fake 1"));
    fake.end().await;
}

#[tokio::test]
async fn counting_embedding_and_a_prompt_that_is_too_long() {
    let fake = Fake::new("context");
    let message = [RequestMessage::text(Role::User, "one two three")];
    let before = fake.engine.count("small", "", &message).await.unwrap();
    assert!(!before.exact && before.tokens >= 3);
    let events = fake.ask("small", "x").await;
    assert!(matches!(error(&events), Error::ContextTooLong { context: Some(8192), .. }));
    let after = fake.engine.count("small", "", &message).await.unwrap();
    assert_eq!((after.tokens, after.exact), (3, true));
    let vectors = fake.engine.embed("small", vec!["ab".into(), "c".into()]).await.unwrap();
    assert_eq!(vectors.vectors, [[2.0, 1.0], [1.0, 1.0]]);
    // As any other provider's, with what was read.
    let asked = llm::Provider::embed(&fake.engine, "small", vec!["ab".into()]).await.unwrap();
    assert_eq!((asked.vectors, asked.tokens.is_some()), (vec![vec![2.0, 1.0]], true));
    let huge = error(&fake.ask("small", &"x".repeat(9 << 20)).await);
    assert_eq!(huge.code(), ErrorCode::ContextTooLong);
    assert!(fake.engine.loaded().is_some(), "the engine is well");
    fake.end().await;
}

fn context(tokens: u32) -> LoadOptions {
    LoadOptions { context: Some(tokens), ..LoadOptions::default() }
}
