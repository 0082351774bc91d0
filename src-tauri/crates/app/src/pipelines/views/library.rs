//! Of pipelines, their files, versions, tests and triggers.

use domain::{Run, RunId, Timestamp};
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
    /// What is to be known of how it works just now: why a watched folder is only looked at once a minute, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it does, as a sentence.
    pub description: String,
    /// Where it is reached on this computer, of a webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What a sender signs with, told once: when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
