//! What the supervisor is made of.

use std::path::{Path, PathBuf};

use llm::Http;

use super::super::{OllamaSettings, find::Places};
use crate::supervise::Patience;

/// What the supervisor is given once.
#[derive(Debug, Clone)]
pub struct SupervisorOptions {
    /// What the person chose.
    pub settings: OllamaSettings,
    /// Our own program, which becomes the guard (`guard::SUBCOMMAND`).
    pub guard: PathBuf,
    /// The folder for the log and the marks; made if it isn't there. Ours alone.
    pub state_dir: PathBuf,
    /// The application's environment. Our own Ollama gets what `environment::KEPT` names.
    pub environment: Vec<(String, String)>,
    /// Where programs are looked for; the settings' program goes before.
    pub places: Places,
    /// The client.
    pub http: Http,
    /// How long is waited for what.
    pub patience: Patience,
    /// Whether a pull isn't finished at the beginning (see `OllamaSupervisor::keep_partials`).
    pub keep_partials: bool,
}

impl SupervisorOptions {
    /// The usual: places and search path as this environment and this system have them.
    pub fn new(
        settings: OllamaSettings,
        guard: PathBuf,
        state_dir: PathBuf,
        environment: Vec<(String, String)>,
        http: Http,
    ) -> Self {
        let value =
            |name: &str| environment.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
        let home = value(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let places = Places::usual(value("PATH").unwrap_or_default(), home.map(Path::new));
        Self {
            settings,
            guard,
            state_dir,
            environment,
            places,
            http,
            patience: Patience::default(),
            keep_partials: false,
        }
    }
}
