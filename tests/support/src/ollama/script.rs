//! What a fake Ollama does besides behaving: every field has a default, which is the recorded behaviour.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The script of one fake Ollama. As JSON it may leave out every field; an unknown one is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub struct Script {
    /// The version that it says it has.
    pub version: String,
    /// The faults below hold for so many starts with this script file (counted in a file beside it); then it behaves.
    pub faulty_starts: Option<u32>,
    /// Writes a line and ends instead of serving.
    pub exit_at_start: Option<Exit>,
    /// Waits so many milliseconds before it listens.
    pub start_delay_ms: u64,
    /// Ends with code 2, as a panic does, so many milliseconds after it listens; its runners live on.
    pub crash_after_ms: Option<u64>,
    /// Ends in the middle of the n-th answer (from 1) of chat or generate; its runners live on.
    pub crash_on_chat: Option<usize>,
    /// After so many requests, takes connections and never answers again.
    pub hang_after_requests: Option<usize>,
    /// Takes no notice of SIGTERM and SIGINT.
    pub hang_on_sigterm: bool,
    /// Is no Ollama: takes the port, accepts connections and never says a word.
    pub hold_port: bool,
    /// Answers `/api/version` and nothing else.
    pub impostor: bool,
    /// Lines written to its log once it listens.
    pub log: Vec<String>,
    /// What it finds to compute with, as the log says it; none is the recorded processor.
    pub gpus: Vec<Gpu>,
    /// The `buffer size` lines of each load; none computes them from the file and the context.
    pub buffers: Vec<Buffer>,
    /// How long a load takes, in milliseconds.
    pub load_ms: u64,
    /// Refuses every load with status 500 and this text.
    pub load_error: Option<String>,
    /// How long reading the prompt takes, in milliseconds.
    pub prefill_ms: u64,
    /// How fast it answers.
    pub tokens_per_second: f64,
    /// What it answers; the first that fits the last message, else a sentence of its own.
    pub answers: Vec<Answer>,
    /// What its models can do: "completion", "tools", "thinking", "vision", "insert", "embedding".
    pub capabilities: Vec<String>,
    /// The size in bytes that `/api/ps` says; none computes it.
    pub size: Option<u64>,
    /// The part of it that `/api/ps` says is on a GPU, in bytes.
    pub size_vram: u64,
    /// What each further load says instead, one after the other: a GPU that was lost.
    pub size_vram_later: Vec<u64>,
    /// Bytes of context memory for each token of context, for the computed sizes.
    pub context_bytes: u64,
    /// How much memory a runner holds, in MiB.
    pub runner_memory_mib: usize,
    /// How long a runner takes to end after SIGTERM, in milliseconds.
    pub runner_term_ms: u64,
    /// A runner dies in the middle of an answer.
    pub runner_crash: Option<RunnerFault>,
    /// A runner stops in the middle of an answer: not another byte, and `/api/ps` says loaded.
    pub runner_stop: Option<RunnerFault>,
    /// A model that shall be unloaded stays in `/api/ps`, its time over, until its runner is dead.
    pub unload_stuck: bool,
    /// The length of the vectors of `/api/embed`; 0 refuses as a chat model does.
    pub embedding_dimensions: usize,
    /// How it pulls.
    pub pull: PullScript,
}

/// How a fake Ollama pulls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PullScript {
    /// Where names without a host are asked for, "http://127.0.0.1:PORT"; none: there is no network.
    pub registry: Option<String>,
    /// The size of a part in bytes; none is a sixteenth of the file, between 100 and 1,000 MB.
    pub part_bytes: Option<u64>,
    /// After how many milliseconds without a byte a part is started again.
    pub stall_ms: u64,
    /// The wait before a part that was cut is asked for again, in milliseconds; doubles each time.
    pub retry_ms: u64,
    /// The pause between progress lines in milliseconds.
    pub tick_ms: u64,
    /// Free space in bytes; a larger file ends in the recorded error line and leaves its partial.
    pub disk_free: Option<u64>,
    /// Error lines of the first pulls, one each, after "pulling manifest".
    pub errors: Vec<String>,
    /// Whether SIGTERM saves what came so far; the real one does by luck.
    pub saves_on_sigterm: bool,
}

/// An end at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// The last line of the log.
    pub line: String,
    /// The exit code.
    #[serde(default = "one")]
    pub code: u8,
}

/// A fault of a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunnerFault {
    /// After so many tokens of an answer.
    #[serde(default)]
    pub after_tokens: usize,
    /// In so many answers, from the first.
    #[serde(default = "once")]
    pub times: usize,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answer {
    /// For messages that contain this; none is for all.
    pub when: Option<String>,
    /// The text.
    pub text: String,
    /// What is thought before, where thinking was asked for.
    pub thinking: String,
    /// The tools called, as `message.tool_calls` has them.
    pub tool_calls: Option<serde_json::Value>,
}

/// Something to compute with, as the log line `inference compute` says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    /// "GPU-…".
    pub id: String,
    /// "CUDA", "ROCm", "Vulkan", "Metal".
    pub library: String,
    /// "NVIDIA GeForce RTX 4090".
    pub name: String,
    /// "24.0 GiB".
    pub total: String,
    /// "22.1 GiB".
    pub available: String,
}

/// A buffer, as a line of the log says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buffer {
    /// "CPU", "CUDA0".
    pub device: String,
    /// "model", "KV", "output" or "compute".
    pub kind: String,
    /// Its size in MiB.
    pub mib: f64,
}

fn one() -> u8 {
    1
}

fn once() -> usize {
    1
}

impl Default for Script {
    fn default() -> Self {
        Self {
            version: "0.33.0-rc2".to_owned(),
            faulty_starts: None,
            exit_at_start: None,
            start_delay_ms: 0,
            crash_after_ms: None,
            crash_on_chat: None,
            hang_after_requests: None,
            hang_on_sigterm: false,
            hold_port: false,
            impostor: false,
            log: Vec::new(),
            gpus: Vec::new(),
            buffers: Vec::new(),
            load_ms: 0,
            load_error: None,
            prefill_ms: 1,
            tokens_per_second: 500.0,
            answers: Vec::new(),
            capabilities: vec!["completion".to_owned()],
            size: None,
            size_vram: 0,
            size_vram_later: Vec::new(),
            context_bytes: 23_040,
            runner_memory_mib: 0,
            runner_term_ms: 1_500,
            runner_crash: None,
            runner_stop: None,
            unload_stuck: false,
            embedding_dimensions: 0,
            pull: PullScript::default(),
        }
    }
}

impl Default for PullScript {
    fn default() -> Self {
        Self {
            registry: None,
            part_bytes: None,
            stall_ms: 30_000,
            retry_ms: 1_000,
            tick_ms: 60,
            disk_free: None,
            errors: Vec::new(),
            saves_on_sigterm: false,
        }
    }
}

impl Script {
    /// Reads a script file, and counts this start where the script limits its faults to the first.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let script: Self =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let Some(faulty) = script.faulty_starts else { return Ok(script) };
        let counter = Self::counter(file);
        let starts = Self::starts(file);
        std::fs::write(&counter, (starts + 1).to_string())
            .map_err(|error| format!("{}: {error}", counter.display()))?;
        Ok(if starts < faulty { script } else { script.without_faults() })
    }

    /// How often `serve` was started with this script file; counted only where `faulty_starts` is set.
    pub fn starts(file: &Path) -> u32 {
        std::fs::read_to_string(Self::counter(file)).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn counter(file: &Path) -> PathBuf {
        file.with_extension("starts")
    }

    fn without_faults(self) -> Self {
        Self {
            exit_at_start: None,
            start_delay_ms: 0,
            crash_after_ms: None,
            crash_on_chat: None,
            hang_after_requests: None,
            hang_on_sigterm: false,
            hold_port: false,
            impostor: false,
            load_error: None,
            runner_crash: None,
            runner_stop: None,
            unload_stuck: false,
            ..self
        }
    }
}
