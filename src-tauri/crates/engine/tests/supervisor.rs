//! The supervisor with real processes: a scripted Ollama under the real guard. The figures are printed: `-- --nocapture`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test stops where it is surprised"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "supervisor/desk.rs"]
mod desk;

#[path = "supervisor/own.rs"]
mod own;

#[path = "supervisor/others.rs"]
mod others;

#[path = "supervisor/real.rs"]
mod real;
