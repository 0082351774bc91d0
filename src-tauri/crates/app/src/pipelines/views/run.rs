//! Of runs, their steps and values.

use std::collections::BTreeMap;

use domain::{Attempt, Call, Run, RunId, SentMessage, StepRun, StepStatus, Timestamp, WaitReason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ValueView {
    /// It.
    #[ts(type = "unknown")]
    pub value: Value,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RunFile {
    /// "image/png", …: by its bytes, whatever it is called.
    pub mime: String,
    /// Its bytes in Base64; at most 8 MiB of them.
    pub data: String,
}

/// Changes that were applied, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RunApplied {
    /// Where.
    pub folder: String,
    /// The commit that they were made for, which is checked out there; absent where the run doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The files concerned.
    pub files: Vec<String>,
    /// Whether they had been applied before.
    pub already: bool,
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
    /// Exactly what an agent wants to do, to be shown as it is and not as Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// What the answer to that is bound to: sent back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
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
    /// What it was made with less safety for than its settings ask, a sentence each: a program that isn't confined, say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub cautions: Vec<String>,
    /// What a model was asked last, word for word, where that is more than what the step was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<SentMessage>>")]
    pub sent: Vec<SentMessage>,
    /// What an agent used, in the order in which it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<ToolUse>>")]
    pub uses: Vec<ToolUse>,
}

/// What an agent used once. Its details are those of a step of that scope and node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ToolUse {
    /// The tool, as a step inside of the agent.
    pub step: StepRun,
    /// What the model gave it: the beginning of its JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<String>,
}
