//! Shared pieces of the integration tests: the real application with fake edges, the real programs, and clients of both.
//!
//! Deliberately not here: servers that do what a script says (`test-support`, which every crate may use).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it is surprised, and plays the part of a main program and of a client"
)]

mod app;
mod client;
mod clock;
mod folder;
mod gguf;
mod leftovers;
#[cfg(unix)]
mod ollama;
mod program;
pub mod raw;
mod runs;

pub use app::{Opened, Sent, TestApp, fake_model};
pub use client::{Client, Events, Problem};
pub use clock::TestClock;
pub use folder::{files_holding, git, question_text, rows};
pub use gguf::Gguf;
pub use leftovers::processes_of;
#[cfg(unix)]
pub use ollama::{OllamaHome, another_user, free_address, model, ollama_is, terminate};
pub use program::{Finished, Program, Served};
pub use runs::pipeline;

use std::time::{Duration, Instant};

/// The longest that anything here may take: long, because builds and other tests may run on the same cores.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Looks until it is so and says how long that took. Panics, naming what was waited for, when `within` is over.
pub async fn eventually(what: &str, within: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < within, "in {within:?} it did not happen that {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

/// Asks until there is an answer. Panics, naming what was waited for, when [`PATIENCE`] is over.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it never happened: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
