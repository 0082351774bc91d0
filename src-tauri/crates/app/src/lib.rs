//! The verbs of Web+. Every door (desktop window, HTTP, command line) calls these, through one table (`api`), and decides
//! nothing itself. Deliberately not here: SQL (`store`), wire formats (`llm`), processes (`engine`), parsing (`markup`).

pub mod api;
mod backups;
pub mod bindings;
pub mod chat;
mod clients;
pub mod clock;
pub mod code;
pub mod conversations;
pub mod doctor;
pub mod engine_state;
mod environment;
mod error;
pub mod events;
pub mod files;
pub mod formatting;
pub mod gateway;
pub mod jobs;
pub mod models;
pub mod ollama;
mod open;
pub mod pipelines;
pub mod presets;
pub mod providers;
pub mod secrets;
pub mod settings;
mod shelf;
mod signal;
pub mod system;
pub mod tasks;
pub mod threads;
pub mod usage;
pub mod vault;
pub mod webhooks;

pub use api::call;
pub use backups::BackupTimes;
pub use environment::environment_options;
pub use error::{Error, ErrorBody};
pub use open::{AppOptions, Drives, OpenError, ScriptedProviders};
pub use signal::asked_to_end;

use std::{ffi::OsString, ops::Deref, process::ExitCode, sync::Arc, time::Duration};

use domain::ErrorCode;
use engine::EmbeddedEngine;

use crate::{clock::Clock, engine_state::EngineState, events::Bus, secrets::Secrets, tasks::Tasks};

/// How long tasks may take to end when the application does.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// The running application: one per data folder. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the verbs work with.
pub struct Inner {
    /// The database.
    pub store: store::Store,
    /// Who is told what happened.
    pub bus: Bus,
    /// Background tasks.
    pub tasks: Tasks,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// API keys.
    pub secrets: Secrets,
    /// Files that a person chose, by one-use handle.
    pub files: files::Files,
    pub(crate) http: llm::Http,
    pub(crate) options: AppOptions,
    pub(crate) highlighter: Arc<markup::Highlighter>,
    pub(crate) turns: chat::Turns,
    pub(crate) shelf: shelf::Shelf,
    pub(crate) clients: clients::Clients,
    pub(crate) jobs: jobs::Jobs,
    pub(crate) pipelines: pipelines::Pipelines,
    pub(crate) webhooks: webhooks::Webhooks,
    /// Seconds.
    first_token_timeout: std::sync::atomic::AtomicU32,
    engine: Result<EmbeddedEngine, String>,
    pub(crate) ollama: ollama::Managed,
    pub(crate) worker: pipelines::Worker,
    pub(crate) learned: models::Learned,
    pub(crate) folder: models::Folder,
    condition: store::Condition,
    /// What was mended at this or an earlier start, until it was seen.
    notice: std::sync::Mutex<Option<String>>,
}

/// The whole life of the guard (see `engine::guard`) or of the worker for steps' small programs, where the arguments (the
/// program's own name first) say that this process is one. The first thing that every main does, before there is a second
/// thread.
pub fn as_guard(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    match arguments.nth(1)? {
        role if role == engine::guard::SUBCOMMAND => Some(engine::guard::guard_main(arguments)),
        role if role == pipelines::WORKER => Some(pipelines::work()),
        role if role == pipelines::selftest::SUBCOMMAND => Some(pipelines::selftest::live(arguments)),
        _ => None,
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// How the database was found at the start, with its sentence if anything was wrong.
    pub fn condition(&self) -> &store::Condition {
        &self.condition
    }

    /// What to tell the person about the database: that nothing can be saved, or what was mended and nobody has seen yet.
    pub fn database_notice(&self) -> Option<String> {
        if self.condition.is_writable() {
            self.notice.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
        } else {
            self.condition.sentence()
        }
    }

    /// How long a model may take to its first token.
    pub(crate) fn first_token_timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.first_token_timeout.load(std::sync::atomic::Ordering::Relaxed)))
    }

    pub(crate) fn set_first_token_timeout(&self, seconds: u32) {
        if self.first_token_timeout.swap(seconds, std::sync::atomic::Ordering::Relaxed) != seconds {
            self.clients.forget_all();
        }
    }

    /// Where programs of steps leave what ends them after a crash.
    pub(crate) fn command_marks(&self) -> std::path::PathBuf {
        self.options.data_dir.join("commands")
    }

    /// The embedded engine, or why there is none.
    pub(crate) fn embedded(&self) -> Result<EmbeddedEngine, Error> {
        self.engine.clone().map_err(|message| Error::new(ErrorCode::EngineUnavailable, message))
    }

    /// What the embedded engine is doing.
    pub fn engine_state(&self) -> EngineState {
        match &self.engine {
            Ok(engine) => engine_state::convert(&engine.state()),
            Err(message) => EngineState::Unavailable { message: message.clone() },
        }
    }

    /// Ends every task (running answers are kept as interrupted), the engine and the writer, in that order.
    pub async fn shutdown(&self) {
        if !self.tasks.shutdown(SHUTDOWN).await {
            tracing::warn!(alive = self.tasks.alive(), "some tasks did not end in time");
        }
        pipelines::end_worker(self).await;
        if let Ok(engine) = &self.engine {
            engine.shutdown().await;
        }
        self.ollama.shutdown().await;
        self.store.close().await;
    }
}
