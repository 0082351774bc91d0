//! Of runs.

use std::collections::BTreeMap;

use domain::{RunId, RunOrigin, RunStatus};
use pipeline::Capability;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What to run: a pipeline by its id, or a definition that isn't kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct RunStartParams {
    /// The pipeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// The definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub definition: Option<Value>,
    /// Values by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub inputs: Option<BTreeMap<String, Value>>,
    /// The same key within seven days gives the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// Ends after this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// A test of this node alone: nothing before it is run. What it names is pinned, or what the newest run made; where it is
    /// neither, or the node is inside another, the test is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Outputs by node and port that stand in for running the node; the file's own unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, Record<string, unknown>>")]
    pub pins: Option<BTreeMap<String, BTreeMap<String, Value>>>,
    /// What begins it; a person unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<RunOrigin>,
    /// What a definition that isn't kept may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<Vec<Capability>>,
}

/// Which runs, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct RunListParams {
    /// Of this pipeline only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// That stand so only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// Where the page before ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunIdParams {
    /// Its id.
    pub id: RunId,
}

/// The steps of which scope of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunStepsParams {
    /// The run.
    pub id: RunId,
    /// "each:3": an item's or iteration's inside; empty for the top.
    #[serde(default)]
    pub scope: String,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The items or iterations of which container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunItemsParams {
    /// The run.
    pub id: RunId,
    /// The container's own scope.
    #[serde(default)]
    pub scope: String,
    /// The container.
    pub node: String,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which step of which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunStepParams {
    /// The run.
    pub id: RunId,
    /// Its scope.
    #[serde(default)]
    pub scope: String,
    /// The node.
    pub node: String,
}

/// Which value of which step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunValueParams {
    /// The run.
    pub id: RunId,
    /// The step's scope.
    #[serde(default)]
    pub scope: String,
    /// The node.
    pub node: String,
    /// Its data port.
    pub port: String,
}

/// Which changes of which step are applied where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunApplyParams {
    /// The run.
    pub id: RunId,
    /// The step's scope.
    #[serde(default)]
    pub scope: String,
    /// The node.
    pub node: String,
    /// Its data port, which holds a diff.
    pub port: String,
    /// The input of the run that names the folder.
    pub input: String,
    /// Whether it is only looked at what would be done.
    #[serde(default)]
    pub check: bool,
}

/// Which entries of a run's journal, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunJournalParams {
    /// The run.
    pub id: RunId,
    /// Those after this `seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub after: Option<u64>,
    /// 1 to 1,000; 200 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// From where a run is begun anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunRerunParams {
    /// The run that was.
    pub id: RunId,
    /// The node that is run again, with all that comes after it.
    pub from: String,
    /// Inputs that are different now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub inputs: Option<BTreeMap<String, Value>>,
    /// "node.port" to a value that stands in for what that run had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub edited: Option<BTreeMap<String, Value>>,
    /// Whether the pipeline's newest definition is taken, not that run's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<bool>,
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct RunAnswerParams {
    /// The run.
    pub id: RunId,
    /// The waiting step's scope.
    #[serde(default)]
    pub scope: String,
    /// The node.
    pub node: String,
    /// One of the answers that the step gives to choose from.
    pub answer: String,
    /// What the form was filled in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub values: Option<BTreeMap<String, Value>>,
    /// Made by the client, so that an answer that is sent twice counts once.
    pub signal_id: String,
    /// What the waiting step's `about` said, where it has one: the answer is bound to exactly what was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// What became of an attempt whose end isn't known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunDecision {
    /// It happened; go on.
    Done,
    /// It didn't; do it again.
    Retry,
    /// The step failed.
    Fail,
}

/// What somebody found out about such an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunDecideParams {
    /// The run.
    pub id: RunId,
    /// The step's scope.
    #[serde(default)]
    pub scope: String,
    /// The node.
    pub node: String,
    /// What became of it.
    pub decision: RunDecision,
    /// Its results by port, of `done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub values: Option<BTreeMap<String, Value>>,
}
