//! The embedded engine's near side: starts `webplus-runner`, keeps at most one model loaded, and answers as a provider.
//!
//! One task (the worker) owns the process and takes what is asked of it in order; everything here only sends it jobs. Its
//! crash costs nothing but the answer that was being written. Deliberately not here: computing, and choosing models.

mod answer;
mod count;
mod crash;
mod gpu;
mod hello;
mod job;
mod lines;
mod load;
mod log;
mod memory;
mod model;
mod options;
mod process;
mod provider;
mod reply;
mod runner;
mod state;
mod worker;

use std::sync::{Arc, PoisonError, RwLock};

use domain::{ErrorCode, RunnerMessage};
use llm::{Error, RequestMessage};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::failure::failure;
use job::{Control, Job};
use worker::Worker;

pub use count::TokenCount;
pub use model::LocalModel;
pub use options::{EngineOptions, KEPT_ENVIRONMENT, LoadOptions, Patience};
pub use runner::find_runner;
pub use state::{Embeddings, EngineState, LoadedModel};

/// The slug that begins this engine's models' names.
pub const PROVIDER: &str = "embedded";

/// The models on disk, shared between the engine's faces and its worker.
type Shelf = Arc<RwLock<Arc<[LocalModel]>>>;

/// The engine that comes with Web+. Cheap to clone; all clones are the same engine. When the last one is dropped its
/// process ends.
#[derive(Clone)]
pub struct EmbeddedEngine {
    shelf: Shelf,
    jobs: mpsc::UnboundedSender<Job>,
    control: mpsc::UnboundedSender<Control>,
    state: watch::Receiver<EngineState>,
    closing: CancellationToken,
    tasks: TaskTracker,
    options: Arc<EngineOptions>,
}

impl EmbeddedEngine {
    /// An engine with nothing loaded; no process is started before the first model is. Call it within a tokio runtime.
    pub fn new(options: EngineOptions) -> Self {
        let options = Arc::new(options);
        let shelf: Shelf = Arc::new(RwLock::new(Arc::from([])));
        let (jobs, job_queue) = mpsc::unbounded_channel();
        let (control, control_queue) = mpsc::unbounded_channel();
        let (state_sender, state) = watch::channel(EngineState::Stopped);
        let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
        let worker = Worker::new(
            options.clone(),
            shelf.clone(),
            job_queue,
            control_queue,
            state_sender,
            closing.clone(),
        );
        tasks.spawn(worker.run());
        Self { shelf, jobs, control, state, closing, tasks, options }
    }

    /// Replaces the list of models that can be loaded. A loaded one stays loaded: unload it before its file is removed.
    pub fn set_models(&self, models: Vec<LocalModel>) {
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = models.into();
    }

    /// The models that can be loaded.
    pub fn local_models(&self) -> Arc<[LocalModel]> {
        shelved(&self.shelf)
    }

    /// Loads a model and answers when it is ready. Waits for a running answer to end, then takes the place of what is
    /// loaded. Fails with `out_of_memory` when it won't fit (unless forced), `model_not_found`, `model_damaged`,
    /// `engine_unavailable` or `engine_failed`.
    pub async fn load(&self, name: &str, options: LoadOptions) -> Result<LoadedModel, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Load { name: name.to_owned(), options, reply })?;
        answer.await.map_err(|_| closed())?
    }

    /// Ends the process; what was being answered ends with `cancelled`, what is being loaded too. Answers when the memory
    /// is free.
    pub async fn unload(&self) {
        let (reply, done) = oneshot::channel();
        if self.control.send(Control::Unload { reply }).is_ok() {
            // An answer that never comes means that the engine is closed, and so is its process.
            let _ = done.await;
        }
    }

    /// What is in memory.
    pub fn loaded(&self) -> Option<LoadedModel> {
        if let EngineState::Loaded { model } = &*self.state.borrow() { Some(model.clone()) } else { None }
    }

    /// What the engine does now.
    pub fn state(&self) -> EngineState {
        self.state.borrow().clone()
    }

    /// Tells every change of what the engine does.
    pub fn subscribe(&self) -> watch::Receiver<EngineState> {
        self.state.clone()
    }

    /// How many tokens the prompt has: counted by the model where it is loaded, else estimated. Never loads anything.
    pub async fn count(
        &self,
        name: &str,
        system: &str,
        messages: &[RequestMessage],
    ) -> Result<TokenCount, Error> {
        let messages = runner_messages(messages);
        if self.loaded().is_none_or(|loaded| loaded.name != name) {
            return Ok(TokenCount::estimate(system, &messages));
        }
        let (reply, answer) = oneshot::channel();
        self.send(Job::Count { name: name.to_owned(), system: system.to_owned(), messages, reply })?;
        answer.await.map_err(|_| closed())?
    }

    /// Makes one vector for each text; loads the model if it isn't. Dropping the future lets the work end unheard.
    pub async fn embed(&self, name: &str, texts: Vec<String>) -> Result<Embeddings, Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Embed { name: name.to_owned(), texts, reply })?;
        answer.await.map_err(|_| closed())?
    }

    /// Ends everything and answers when the process is gone. Nothing can be loaded afterwards.
    pub async fn shutdown(&self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        self.jobs.send(job).map_err(|_| closed())
    }
}

fn shelved(shelf: &Shelf) -> Arc<[LocalModel]> {
    shelf.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn closed() -> Error {
    failure(ErrorCode::EngineUnavailable, "The engine has been closed with Web+. Start Web+ again.")
}

/// Text only: what a model of this machine is told.
fn runner_messages(messages: &[RequestMessage]) -> Vec<RunnerMessage> {
    messages.iter().map(|message| RunnerMessage { role: message.role, text: message.plain() }).collect()
}
