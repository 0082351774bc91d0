//! The integration tests, one binary: laid out as the method table, then the doors, then the journeys, and the shape of the
//! code itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test stops where it is surprised, and plays the part of a main program and of a client"
)]

mod architecture;

mod agents;
mod consent;
mod context;
mod conversations;
mod definition_files;
mod details;
mod doctor;
mod drawing;
mod estimates;
mod happenings;
mod jobs;
mod ledger;
mod limits;
mod made;
mod messages;
mod models;
mod moving;
#[cfg(unix)]
mod ollama;
#[cfg(unix)]
mod ollama_models;
#[cfg(target_os = "linux")]
mod ollama_others;
#[cfg(unix)]
mod ollama_vectors;
mod one_step;
mod owners;
mod providers;
mod runs;
mod settings;
mod shelf;
mod steering;
mod told;
mod tree;
mod triggers;
mod turns;
mod uncertain;
mod webhooks;

mod backups;
mod bad_input;
mod bad_pipelines;
mod budgets;
mod clocks;
#[cfg(unix)]
mod code_factory;
mod command_line;
mod events;
mod http_door;
mod pipeline_commands;
#[cfg(unix)]
mod programs;
mod secrecy;
#[cfg(unix)]
mod self_test;
#[cfg(unix)]
mod socket;
#[cfg(unix)]
mod takeover;

mod endings;
#[cfg(unix)]
mod kill;
#[cfg(unix)]
mod kill_matrix;
#[cfg(unix)]
mod ollama_kills;
mod real_memory;
mod real_model;
#[cfg(unix)]
mod real_ollama;
mod real_templates;
