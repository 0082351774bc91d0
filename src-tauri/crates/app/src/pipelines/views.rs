//! What the verbs of pipelines and runs answer.

use std::collections::BTreeMap;

use domain::{Attempt, Call, Run, RunId, StepRun, StepStatus, Timestamp, WaitReason};
use pipeline::{Capability, Fault};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A pipeline in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineSummary {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its definition's hash; absent while it can't be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// How many faults keep it from running.
    pub faults: u32,
    /// When it was last saved.
    pub updated_at: Timestamp,
    /// Its newest run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<Run>,
    /// How many triggers it has.
    pub triggers: u32,
    /// The file that it is read from and written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What keeps that file and the pipeline from saying the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_problem: Option<FileProblem>,
}

/// What is the matter with a definition's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileTrouble {
    /// What it says can't be run: what it said last goes on.
    Broken,
    /// It is gone from the disk: what it said last goes on.
    Gone,
    /// Its id is that of another pipeline.
    Taken,
}

/// Why a definition's file isn't what the library has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileProblem {
    /// What it is.
    pub kind: FileTrouble,
    /// What happened and what to do, as a sentence or two.
    pub message: String,
    /// What is wrong inside of it, where it could be read.
    pub faults: Vec<Fault>,
}

/// A definition's file in a watched folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineOnDisk {
    /// The whole path.
    pub path: String,
    /// The pipeline that it is; absent for one that never could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// What is the matter with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<FileProblem>,
}

/// A folder whose definitions are in the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PipelineFolder {
    /// The whole path.
    pub path: String,
    /// Why it can't be read, with what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Its files by path, those in folders inside of it too.
    pub files: Vec<PipelineOnDisk>,
}

/// What a definition needs before it can run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "PipelineRequires")]
pub struct Requires {
    /// Models that it names literally.
    pub models: Vec<String>,
    /// Secrets by name.
    pub secrets: Vec<String>,
    /// What it must be allowed.
    pub capabilities: Vec<Capability>,
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineView {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// The whole file as it was last saved.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// Names what is kept, layout and pins included, and how its file stands: the `base` of the next save.
    pub revision: String,
    /// The definition's hash; absent while it can't be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// The newest version's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What it needs.
    pub requires: Requires,
    /// What it is allowed.
    pub allowed: Vec<Capability>,
    /// The file that it is read from and written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What keeps that file and the pipeline from saying the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_problem: Option<FileProblem>,
}

/// What a look at a definition found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PipelineCheck {
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// Its hash; absent where it can't be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What it needs.
    pub requires: Requires,
}

/// A pipeline to begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PipelineTemplate {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it does, one line.
    pub summary: String,
    /// The file.
    #[ts(type = "unknown")]
    pub definition: Value,
}

/// A version of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PipelineVersion {
    /// From 1.
    pub number: u32,
    /// The definition's hash.
    pub hash: String,
    /// What it is called; empty for most.
    pub label: String,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// A version's or an export's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PipelineFile {
    /// The file.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// What it needs.
    pub requires: Requires,
}

/// What a run would cost and take, as far as that can be said beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineEstimate {
    /// At least, in nano-USD; absent where a price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub cost_low: Option<i64>,
    /// At most, in nano-USD; absent where a price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub cost_high: Option<i64>,
    /// At least, in seconds.
    pub seconds_low: f64,
    /// At most, in seconds.
    pub seconds_high: f64,
    /// How many model calls, at most.
    pub calls: u32,
    /// What the figures rest on, a sentence each.
    pub basis: Vec<String>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValueView {
    /// It.
    #[ts(type = "unknown")]
    pub value: Value,
}

/// How a definition's own tests went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PipelineTestReport {
    /// Each, in the file's order.
    pub tests: Vec<PipelineTestResult>,
}

/// How one test went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineTestResult {
    /// What it is called.
    pub name: String,
    /// Whether all it expects was so.
    pub passed: bool,
    /// What wasn't, a sentence each.
    pub failures: Vec<String>,
    /// The run that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
}

/// The beginning of a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValuePreview {
    /// Its port's type: text, json, number, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes of the whole, as JSON.
    #[ts(type = "number")]
    pub size: u64,
    /// The value, or the beginning of its text where it is truncated.
    #[ts(type = "unknown")]
    pub preview: Value,
    /// Whether there is more.
    pub truncated: bool,
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct WaitingStep {
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// For whom or what.
    pub kind: WaitReason,
    /// A JSON Schema of what is asked, of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub form: Option<Value>,
    /// What can be answered, of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Vec<String>>,
    /// What is asked, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// When it goes on without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The other run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
}

/// A run with its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// What it is pinned to.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// Its steps at the top, and the newest inside of containers that are under way: at most 500.
    pub steps: Vec<StepRun>,
    /// What it was given.
    #[ts(type = "Record<string, unknown>")]
    pub inputs: BTreeMap<String, Value>,
    /// What it gave back, once it ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<BTreeMap<String, ValuePreview>>,
    /// What it waits for.
    pub waiting: Vec<WaitingStep>,
    /// What may have happened outside of Web+, of one that was cancelled or failed; nothing undoes it. Oldest first, at most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<OutsideEffect>>")]
    pub effects: Vec<OutsideEffect>,
}

/// An attempt at something that must not happen twice, which ended so that it may have happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct OutsideEffect {
    /// The run that made it: the one asked for, or one that a step of it had begun.
    pub run_id: RunId,
    /// The step's scope.
    pub scope: String,
    /// The node; inside an agent's scope, the tool.
    pub node: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// How it ended: `succeeded` and `discarded_after_cancel` happened, `failed` may have in part, of the rest nobody knows.
    pub outcome: domain::AttemptOutcome,
    /// What went wrong, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent while it is still being stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// An item of a map, or an iteration of a loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunItem {
    /// From 0.
    pub index: u32,
    /// How its inside stands.
    pub status: StepStatus,
    /// What its calls cost, in nano-USD.
    #[ts(type = "number")]
    pub cost_nano_usd: i64,
}

/// A step of a run with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct StepView {
    /// The step.
    pub step: StepRun,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// What the newest attempt was given, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub input: Option<Value>,
    /// Its results by port.
    pub outputs: BTreeMap<String, ValuePreview>,
    /// Its model calls, oldest first.
    pub calls: Vec<Call>,
    /// What has come so far, of one that streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct TriggerView {
    /// The pipeline.
    pub pipeline_id: String,
    /// Its id in the definition.
    pub id: String,
    /// schedule, watch, event, webhook, api, chat.
    pub kind: String,
    /// Whether it begins runs.
    pub enabled: bool,
    /// When it does next, of a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// What it does, as a sentence.
    pub description: String,
    /// Where it is reached on this computer, of a webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What a sender signs with, told once: when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
