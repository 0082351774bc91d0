//! What the mains say about the Ollama on this computer.

use std::path::PathBuf;

use engine::{ollama::find::Places, supervise::Patience};

/// How an Ollama is looked for and run.
#[derive(Debug, Clone)]
pub struct OllamaOptions {
    /// Our own program, whose main knows `guard` (see `as_guard`).
    pub guard: PathBuf,
    /// The variables of the environment that matter to it: `engine::ollama::environment::KEPT`, `OLLAMA_MODELS` and
    /// `OLLAMA_HOST`.
    pub environment: Vec<(String, String)>,
    /// Where programs are looked for; the search path and the usual places when absent.
    pub places: Option<Places>,
    /// Whether one may be started before anybody needs it.
    pub start: bool,
    /// How long is waited for what.
    pub patience: Patience,
}

impl OllamaOptions {
    /// The usual, with `guard` as our own program and an environment.
    pub fn new(guard: PathBuf, environment: Vec<(String, String)>) -> Self {
        Self { guard, environment, places: None, start: true, patience: Patience::default() }
    }
}
