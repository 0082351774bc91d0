//! `webplus.pipeline/1`: what stands in a definition file. Reading one, strictly and with all its faults at once, is `read`'s
//! affair; these are the values that come of it.

use std::collections::BTreeMap;

use domain::EffectClass;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// The format that this version reads and writes.
pub const FORMAT: &str = "webplus.pipeline/1";

/// A pipeline. All durations are milliseconds here and text such as "30s" in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its slug; dashes allowed.
    pub id: String,
    /// What a person calls it; the id where absent. Not part of the hash.
    pub name: String,
    /// Not part of the hash.
    pub description: String,
    /// What a run is given, by name.
    pub inputs: BTreeMap<String, Input>,
    /// What a run gives back, by name.
    pub outputs: BTreeMap<String, Output>,
    /// Start values of the run's variables.
    pub vars: BTreeMap<String, Value>,
    /// What holds for steps that don't say otherwise.
    pub defaults: Defaults,
    /// How many runs at once.
    pub concurrency: Concurrency,
    /// The steps, those inside containers too.
    pub nodes: Vec<Node>,
    /// Who comes after whom.
    pub edges: Vec<Edge>,
    /// What begins runs by itself.
    pub triggers: Vec<Trigger>,
    /// JSON Schemas, named by `#/schemas/NAME`.
    pub schemas: BTreeMap<String, Value>,
    /// Names of secrets that steps may refer to.
    pub secrets: Vec<String>,
    /// Another pipeline, run when a run of this one failed.
    pub on_failure: Option<String>,
    /// The file's own tests.
    pub tests: Vec<PipelineTest>,
    /// Where boxes stand, notes, groups. Not part of the hash.
    pub ui: Value,
    /// Pinned outputs for trying steps out. Not part of the hash.
    pub pins: Pins,
}

/// Outputs by node, then port.
pub type Pins = BTreeMap<String, BTreeMap<String, Value>>;

/// An input of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "PipelineInput", optional_fields)]
pub struct Input {
    /// A port type: text, markdown, json:NAME, number, bool, list<T>, file, dir, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a run can't begin without it.
    #[serde(default)]
    pub required: bool,
    /// What it is when it isn't given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub default: Option<Value>,
    /// What the run form calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the run form says below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// An output of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "PipelineOutput", optional_fields)]
pub struct Output {
    /// A port type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// "node.port".
    pub from: String,
}

/// What holds for every step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Defaults {
    /// How failed tries are repeated.
    pub retry: Retry,
    /// How long things may take.
    pub timeout: Timeouts,
    /// What a run may spend.
    pub budget: Option<Budget>,
}

/// How failed tries are repeated. The delay before try n+1 is random between 0 and min(max, initial·factor^(n-1)).
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Tries in all, 1 to 100.
    pub max_attempts: u32,
    /// Milliseconds.
    pub initial: u64,
    /// 1 or more.
    pub factor: f64,
    /// Milliseconds.
    pub max: u64,
    /// Whether the delay is random ("full") or exact ("none").
    pub jitter: bool,
    /// Of: timeout, rate_limit, 5xx, network, invalid_output.
    pub retry_on: Vec<String>,
    /// An expression over `error` and `output`: try again where it holds.
    pub retry_if: Option<String>,
    /// Whether the run is paused, and not failed, when no try is left.
    pub pause: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial: 1000,
            factor: 2.0,
            max: 60_000,
            jitter: true,
            retry_on: ["timeout", "rate_limit", "5xx", "network", "invalid_output"].map(str::to_owned).into(),
            retry_if: None,
            pause: false,
        }
    }
}

/// Milliseconds; absent where unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeouts {
    /// One attempt.
    pub attempt: Option<u64>,
    /// A step with all its tries.
    pub node: Option<u64>,
    /// A run, waiting for people and timers apart.
    pub run: Option<u64>,
    /// Between two pieces of a stream, from the first on; 120 s unless told.
    pub idle: Option<u64>,
    /// In the queue.
    pub schedule: Option<u64>,
    /// Whether waiting counts into `run`.
    pub include_waits: bool,
}

/// What a run may spend, looked at before each call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// In nano-USD.
    pub nano_usd: Option<i64>,
    /// In and out.
    pub tokens: Option<u64>,
    /// What happens before the call that would exceed it.
    pub on_exceed: OnExceed,
}

/// What an exceeded budget does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnExceed {
    /// The run is paused and says so.
    #[default]
    Pause,
    /// The step fails.
    Fail,
}

/// How many runs at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Concurrency {
    /// At most so many runs of this pipeline.
    pub max_runs: Option<u32>,
    /// A template over inputs: at most `max_runs` of runs with the same text.
    pub key: Option<String>,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its id: `[a-z][a-z0-9_]*`.
    pub id: String,
    /// Which kind.
    pub kind: String,
    /// Which version of the kind.
    pub version: u32,
    /// What a person calls it. Part of the file's `ui`-like matter: not part of the hash.
    pub label: Option<String>,
    /// Whether it is switched off: what comes before goes on to what comes after, and it has no results.
    pub off: bool,
    /// What repeating it does, where the definition says otherwise than the kind.
    pub effect: Option<EffectClass>,
    /// By kind.
    pub config: Map<String, Value>,
    /// Named inputs; a step's templates see them as `in.NAME`.
    pub inputs: BTreeMap<String, Source>,
    /// Types of its data ports, where the definition says more than the kind.
    pub outputs: BTreeMap<String, String>,
    /// Whether a result is looked for before it is made again.
    pub cache: Cache,
    /// How failed tries are repeated; the defaults where absent.
    pub retry: Option<Retry>,
    /// How long it may take; each absent one is the default's.
    pub timeout: Timeouts,
    /// What its failure does.
    pub on_error: OnError,
    /// What becomes of an attempt whose end isn't known.
    pub on_ambiguous: OnAmbiguous,
    /// Of a container: the nodes inside.
    pub body: Vec<String>,
    /// Of a loop: what one iteration hands to the next, as expressions.
    pub carry: LoopCarry,
}

/// Name to expression.
pub type LoopCarry = BTreeMap<String, String>;

/// Where a named input comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A data port of an ancestor.
    Port {
        /// The node.
        node: String,
        /// The port.
        port: String,
    },
    /// An input of the pipeline.
    Input(String),
    /// What the loop's iteration before handed on; none at first.
    Carry(String),
    /// An expression.
    Expression(String),
    /// A constant.
    Value(Value),
}

/// Whether a result is looked for before it is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cache {
    /// No.
    #[default]
    Off,
    /// By kind, version, model and rendered input.
    Content,
}

/// What a step's failure does.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum OnError {
    /// Fails the run (of a body: the iteration). Where an edge leaves from its port `error`: `Branch`.
    #[default]
    Fail,
    /// It is left by `error`.
    Branch,
    /// It counts as succeeded with these values by port.
    Default(Map<String, Value>),
    /// It counts as skipped.
    Skip,
}

/// What becomes of an `at_most_once` attempt whose end isn't known.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum OnAmbiguous {
    /// The run waits for somebody to say.
    #[default]
    Ask,
    /// The step fails.
    Fail,
    /// It is done again.
    Retry,
    /// It counts as done, with these values by port.
    AssumeDone(Map<String, Value>),
}

/// Control: `to` comes after `from` was left by `port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The node before.
    pub from: String,
    /// Its control port: `ok`, `error`, `skipped`, or a branch.
    pub port: String,
    /// The node after.
    pub to: String,
    /// An expression that must hold too.
    pub when: Option<String>,
}

/// What begins runs by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Its id.
    pub id: String,
    /// schedule, watch, event, webhook, api, chat.
    pub kind: String,
    /// By kind: `cron`, `tz`, `missed` (skip | once | all); `glob`, `debounce`; `topic`, `filter`; `verify`.
    pub config: Map<String, Value>,
    /// The run's inputs as templates over `event`.
    pub inputs: BTreeMap<String, String>,
    /// When a run of this trigger is still under way.
    pub on_overlap: OverlapPolicy,
}

/// When a run of the same trigger is still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OverlapPolicy {
    /// The new one waits.
    #[default]
    Queue,
    /// The new one isn't begun.
    Skip,
    /// The old one is cancelled.
    CancelPrevious,
    /// Both run.
    Allow,
}

/// One of the file's own tests.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineTest {
    /// What it is called.
    pub name: String,
    /// The run's inputs.
    pub inputs: Map<String, Value>,
    /// Outputs by node and port: those nodes aren't run.
    pub mocks: Pins,
    /// Expressions over `outputs`, `nodes` and `run` that must hold.
    pub expect: Vec<String>,
}
