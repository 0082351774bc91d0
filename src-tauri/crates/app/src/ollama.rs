//! The Ollama on this computer as the application has it: started with it, ended with it, its models watched, its verbs.
//!
//! The row of the provider "ollama" stands for whatever `engine::ollama` supervises: where that answers is known only while it
//! runs. Other rows of that kind are servers elsewhere, which are asked and never looked after. Deliberately not here: finding,
//! starting and ending it (`engine::ollama`), and what a person does with its models (`models`).

mod address;
mod begin;
mod client;
mod damage;
mod folder;
mod load;
mod managed;
mod memory;
mod notes;
mod options;
mod room;
mod runners;
mod verbs;
mod watch;

pub use engine::ollama::{OllamaState, Ownership};
pub use options::OllamaOptions;
pub use verbs::{
    OllamaConfigured, OllamaLog, OllamaLogParams, configure, log, look, restart, settings, start, state,
    stop, trust, variables,
};

pub(crate) use address::ready;
pub(crate) use begin::{begin, kept, seen};
pub(crate) use client::client;
pub(crate) use load::{Wanted, load, unload};
pub(crate) use managed::{Kept, Managed};
pub(crate) use room::{
    check_call as check_room, options as load_options, running as running_settings, usual_context,
};

/// The slug of the provider that stands for it.
pub(crate) const SLUG: &str = "ollama";
/// The setting that holds `OllamaSettings`.
pub(crate) const SETTING: &str = "ollama";
