//! Steps on their own: the real thing of each kind (processes, a git repository, a server), without a run around it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod agents;
mod bench;
mod code;
mod files;
mod git;
mod http;
mod models;
mod shell;
