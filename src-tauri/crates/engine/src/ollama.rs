//! An Ollama on this computer: finding it, telling whose it is, running one of our own, and reading its log.
//!
//! Deliberately not here: what its models are (`llm::Ollama` asks, `library` reads the folder), how a process dies with us
//! (`guard`), and what follows from what (`supervise`, which has no clock and touches nothing).

pub mod address;
pub mod advanced;
pub mod environment;
pub mod find;
pub mod identity;
pub mod log;
pub mod runners;
mod settings;
mod state;
mod supervisor;

pub use settings::{Invalid, KvCache, Mode, OllamaSettings};
pub use state::{
    Device, ModelsFolder, Notice, NoticeCode, OllamaFailure, OllamaState, Ownership, PortHolder,
};
pub use supervisor::{OllamaSupervisor, SupervisorOptions};
