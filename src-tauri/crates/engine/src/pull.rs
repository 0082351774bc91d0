//! Pulls a model into an Ollama and brings it to its end: asks again where the source stalls, keeps what came, and compares
//! with the digests itself where the engine no longer would.
//!
//! The decisions are a pure machine (`watch`); the rest does what it says. Dropping the future stops the pull: the connection
//! closes and the engine saves how far it came. Deliberately not here: queues and jobs, and restarting an engine (its address
//! may be another one afterwards: the caller pulls again with `interrupted` set).

mod check;
mod driver;
mod fault;
mod files;
mod layers;
mod outcome;
mod speed;
mod watch;

use std::time::Duration;

use llm::{Error, Ollama};
use serde::Serialize;
use ts_rs::TS;

use crate::library::{Library, Reference};
use driver::Driver;

pub use fault::Fault;
pub use watch::{Effect, Event, Failure, Watch};

/// How a pull is done.
#[derive(Debug, Clone, Copy, Default)]
pub struct PullOptions {
    /// Bytes in all where they are known before, from the registry's manifest; the space for them is checked first.
    pub size: Option<u64>,
    /// Whether this goes on with a pull that was interrupted before: then all that came is compared with its digests.
    pub interrupted: bool,
    /// How long what may take.
    pub patience: PullPatience,
}

/// How long a pull waits for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullPatience {
    /// Without net progress for so long while downloading, the engine is asked again; 6 s.
    pub stall: Duration,
    /// The same before the first layer is named; 20 s.
    pub manifest: Duration,
    /// Before the engine is asked again, so that it has saved what came; 300 ms.
    pub again: Duration,
    /// The wait after the third ask without a byte, doubled each time; 5 s.
    pub first_wait: Duration,
    /// The longest wait; 60 s.
    pub longest_wait: Duration,
    /// For so long an engine that doesn't answer is asked again; 10 s.
    pub engine: Duration,
    /// Progress is told no more often than this; 200 ms.
    pub report: Duration,
}

impl Default for PullPatience {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(6),
            manifest: Duration::from_secs(20),
            again: Duration::from_millis(300),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_mins(1),
            engine: Duration::from_secs(10),
            report: Duration::from_millis(200),
        }
    }
}

/// How far a pull is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PullProgress {
    /// What is being done.
    pub phase: PullPhase,
    /// Bytes here, over all layers that are known; never less than before, unless damaged content is fetched anew.
    #[ts(type = "number")]
    pub completed: u64,
    /// Bytes in all, as far as known; 0 before the first layer is named.
    #[ts(type = "number")]
    pub total: u64,
    /// Bytes a second lately; 0 while nothing comes.
    #[ts(type = "number")]
    pub bytes_per_second: u64,
    /// How long the rest takes at this speed; none while nothing comes.
    #[ts(type = "number | null")]
    pub seconds_left: Option<u64>,
}

/// What a pull is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum PullPhase {
    /// The list of layers is being fetched.
    Manifest,
    /// Layers are being fetched.
    Downloading,
    /// Nothing comes; it is asked again in so many seconds.
    WaitingForNetwork {
        /// Seconds until the next ask.
        #[ts(type = "number")]
        seconds: u64,
        /// What the engine said, where it said anything.
        reason: Option<String>,
    },
    /// The engine compares what came with its digests.
    Verifying,
    /// What broke an earlier download is being removed.
    Mending,
    /// We compare what came with its digests.
    Checking {
        /// Bytes compared.
        #[ts(type = "number")]
        checked: u64,
        /// Bytes to compare.
        #[ts(type = "number")]
        of: u64,
    },
}

/// How a pull ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullOutcome {
    /// Bytes of all layers.
    pub size: u64,
    /// Who compared the content with its digests.
    pub checked: Checked,
}

/// Who compared a model's content with its digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The engine, in the one request that fetched it; sizes by us where the folder can be read.
    ByEngine,
    /// We, after an interruption.
    ByUs,
    /// Nobody: it was interrupted, and the folder can't be read.
    NotPossible,
}

/// Pulls a model and answers when it is whole. Without a library (the folder can't be read) nothing is compared after an
/// interruption. Fails with `disk_full`, `model_not_found`, `model_damaged`, `provider_auth`, `invalid_input`, `read_only`
/// (something must be removed and may not), `provider_unreachable` or `interrupted` (the engine is gone) and `provider_failed`
/// with the engine's own words; what came is kept in all cases but damage.
pub async fn pull(
    ollama: &Ollama,
    library: Option<&Library>,
    reference: &Reference,
    options: &PullOptions,
    on_progress: impl FnMut(PullProgress) + Send,
) -> Result<PullOutcome, Error> {
    Driver::new(ollama, library, reference, options, on_progress).await?.run().await
}

/// Removes the damaged files of a model and pulls it again: the engine itself takes a cut file for a whole one. Where all sizes
/// are right, the content is compared first. Fails as `pull` does, and with `read_only` before anything is done where a file
/// must be removed and may not: the sentence names it and the command.
pub async fn repair(
    ollama: &Ollama,
    library: &Library,
    reference: &Reference,
    options: &PullOptions,
    on_progress: impl FnMut(PullProgress) + Send,
) -> Result<PullOutcome, Error> {
    let mut driver = Driver::new(ollama, Some(library), reference, options, on_progress).await?;
    driver.remove_damaged().await?;
    driver.run().await
}
