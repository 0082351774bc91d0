//! Where everything is kept: one SQLite database in a folder that one process owns.
//!
//! `Store::read` and `Store::write` take closures to the threads that own the connections. What a closure does is
//! written with the functions of the table modules, which take a `&Connection` and so compose in one transaction.
//! A write that was answered survives the loss of power. Not here: decisions, ids, clocks; the caller brings them.

mod backup;
mod ballast;
mod connection;
mod error;
mod folder;
mod inspect;
mod migrate;
mod open;
mod queue;
mod readers;
mod writer;

pub mod attempts;
pub mod benchmarks;
pub mod blob_refs;
pub mod calls;
pub mod conversations;
pub mod deliveries;
pub mod idempotency;
pub mod jobs;
pub mod journal;
pub mod kept;
pub mod kill;
pub mod messages;
pub mod models;
pub mod outbox;
pub mod owner;
pub mod partial_texts;
pub mod pipelines;
pub mod presets;
pub mod promises;
pub mod providers;
pub mod row;
pub mod runs;
pub mod settings;
pub mod signals;
pub mod step_cache;
pub mod step_runs;
mod store;
pub mod threads;
pub mod timers;
pub mod triggers;
pub mod users;
pub mod webhooks;

pub use error::Error;
pub use inspect::{Counts, Finding, Inspection, inspect};
pub use open::{Condition, OpenError, Opened, Options};
pub use rusqlite::Connection;
pub use store::Store;
