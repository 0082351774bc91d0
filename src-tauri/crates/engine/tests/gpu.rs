//! The engine's near side against a runner whose graphics driver brings it down.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[allow(dead_code, reason = "not every test makes every kind of file")]
#[path = "support/gguf.rs"]
mod gguf;
#[allow(dead_code, reason = "not every test asks everything")]
#[path = "support/engine.rs"]
mod support;

use domain::ErrorCode;
use engine::{EngineState, LoadOptions};
use support::{Fake, error, text};

fn is_said(notices: &[String]) -> bool {
    notices.iter().any(|notice| notice.contains("GPU") && notice.contains("the CPU is used"))
}

#[tokio::test]
async fn all_layers_go_to_the_gpu_of_a_build_that_has_one() {
    let fake = Fake::new("gpu");
    let loaded = fake.engine.load("small", LoadOptions::default()).await.unwrap();
    assert_eq!((loaded.gpu_layers, is_said(&loaded.notices)), (2, false));
    fake.end().await;

    let fake = Fake::with("gpu", |options| options.gpu = false);
    let loaded = fake.engine.load("small", LoadOptions::default()).await.unwrap();
    assert_eq!((loaded.gpu_layers, is_said(&loaded.notices)), (0, false), "the person wants none");
    fake.end().await;
}

#[tokio::test]
async fn a_driver_that_kills_the_load_is_replaced_by_the_cpu_and_that_is_said() {
    let fake = Fake::new("gpu_crash_load");
    let mut states = fake.engine.subscribe();
    let loaded = fake.engine.load("small", LoadOptions::default()).await.unwrap();
    assert_eq!(loaded.gpu_layers, 0);
    assert!(is_said(&loaded.notices), "{:?}", loaded.notices);
    assert!(!matches!(*states.borrow_and_update(), EngineState::Failed { .. }));
    assert_eq!(fake.processes().len(), 1);
    // Another model needs no second crash to learn that.
    let other = fake.engine.load("other", LoadOptions::default()).await.unwrap();
    assert!(other.gpu_layers == 0 && is_said(&other.notices));
    fake.end().await;
}

#[tokio::test]
async fn a_driver_that_kills_an_answer_costs_that_answer_and_the_next_is_the_cpus() {
    let fake = Fake::new("gpu_crash");
    let failed = error(&fake.ask("small", "hello").await);
    assert_eq!(failed.code(), ErrorCode::EngineFailed);
    let events = fake.ask("small", "hello").await;
    assert_eq!(text(&events), "You said: hello");
    let loaded = fake.engine.loaded().unwrap();
    assert!(loaded.gpu_layers == 0 && is_said(&loaded.notices));
    fake.end().await;
}
