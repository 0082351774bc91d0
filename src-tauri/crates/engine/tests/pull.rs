//! Pulls against a fake Ollama and a registry that do what pulls die of: each ends, keeps what came, and is what was promised.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test stops where it is surprised, and its tasks end with its runtime"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/shelf.rs"]
mod shelf;

#[path = "pull/damage.rs"]
mod damage;
#[path = "pull/faults.rs"]
mod faults;
#[path = "pull/measure.rs"]
mod measure;
#[path = "pull/pauses.rs"]
mod pauses;
#[path = "pull/place.rs"]
mod place;
#[cfg(target_os = "linux")]
#[path = "pull/processes.rs"]
mod processes;
#[cfg(unix)]
#[path = "pull/real.rs"]
mod real;
#[path = "pull/stalls.rs"]
mod stalls;
