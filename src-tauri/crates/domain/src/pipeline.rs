//! Pipelines and their runs: what a run *is*. What a definition says is the crate `pipeline`'s.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ErrorCode, MessageId, RunId, Timestamp};

/// What repeating a step does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// Nothing: it computes. May run any number of times.
    Pure,
    /// Nothing that matters: run at least once, again after a crash, under the same key.
    Idempotent,
    /// Something that must not happen twice: never repeated where it isn't known how it ended.
    AtMostOnce,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Accepted; waits for a slot.
    Queued,
    /// Steps are at work, or ready to be.
    Running,
    /// For a time, a person or a decision; holds no slot.
    Waiting,
    /// Held by a person, a budget, or because its steps kept ending the whole application.
    Paused,
    /// Ended well.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl RunStatus {
    /// Whether nothing comes after it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// What a waiting run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// A point in time: a delay, or the next try.
    Timer,
    /// A person's answer.
    Human,
    /// Somebody must say what became of an attempt whose end isn't known.
    Decision,
    /// Another run.
    Run,
}

/// How a step of a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// What comes before it isn't decided.
    Pending,
    /// May begin.
    Ready,
    /// An attempt is under way; of a container: its inside is.
    Running,
    /// For a time, a person, or another run.
    Waiting,
    /// A try failed; the next has its time.
    RetryWait,
    /// Ended well.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// No way led here.
    Skipped,
    /// Ended by a person, or because another was first.
    Cancelled,
    /// It isn't known whether it happened: somebody must say.
    Ambiguous,
    /// Its result was taken over from an earlier run.
    Reused,
}

impl StepStatus {
    /// Whether nothing comes after it in this run.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Skipped | Self::Cancelled | Self::Reused)
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// It hasn't.
    Running,
    /// With a result.
    Succeeded,
    /// With an error.
    Failed,
    /// By its time-out.
    TimedOut,
    /// By a person.
    Cancelled,
    /// The application ended, or the computer slept: costs no try.
    Interrupted,
    /// Nobody knows whether it happened.
    Ambiguous,
    /// With a result that came after the cancel and counts for nothing but its cost.
    DiscardedAfterCancel,
}

/// What began a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunOrigin {
    /// A person, in the app.
    #[default]
    Manual,
    /// A command.
    Command,
    /// A client of the API.
    Api,
    /// A message of a conversation.
    Chat {
        /// The answer that what it gives is written into.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        message_id: Option<MessageId>,
    },
    /// A trigger of the pipeline.
    Trigger {
        /// Its id in the definition.
        id: String,
    },
    /// A step of another run.
    Step {
        /// That run.
        run_id: RunId,
    },
    /// An earlier run, from one of its steps on.
    Rerun {
        /// That run.
        run_id: RunId,
    },
    /// A test of one step, or of the definition's own tests.
    Test,
    /// Another pipeline's run that failed.
    Failure {
        /// That run.
        run_id: RunId,
    },
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The pipeline's id.
    pub pipeline_id: String,
    /// The pipeline's name when the run began.
    pub pipeline_name: String,
    /// Which definition it is pinned to, 64 hexadecimal digits.
    pub definition_hash: String,
    /// What began it.
    pub origin: RunOrigin,
    /// How it stands.
    pub status: RunStatus,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_reason: Option<WaitReason>,
    /// Why it is paused, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// The sentence that says what failed and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The journal's newest entry; gap-free from 1.
    #[ts(type = "number")]
    pub seq: u64,
    /// What its calls cost so far, in nano-USD, as far as prices are known.
    #[ts(type = "number")]
    pub cost_nano_usd: i64,
    /// Tokens of its calls, in and out.
    #[ts(type = "number")]
    pub tokens: u64,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its first step began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// A step of a run: (run, scope, node).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct StepRun {
    /// Inside which containers: "each:3/fix:0" is item 3 of `each`, iteration 0 of `fix`; empty at the top.
    pub scope: String,
    /// The node's id.
    pub node: String,
    /// How it stands.
    pub status: StepStatus,
    /// Attempts begun, those that were interrupted apart.
    pub tries: u32,
    /// The way it left by: `ok`, `error`, a branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Of a container: items or iterations begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<u32>,
    /// Of a map: items in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// When it goes on, of one that waits for a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// What failed and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// What its calls cost, in nano-USD; 0 for a reused one.
    #[ts(type = "number")]
    pub cost_nano_usd: i64,
    /// Tokens of its calls, in and out.
    #[ts(type = "number")]
    pub tokens: u64,
    /// When its first attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// One try of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Attempt {
    /// From 1, interrupted ones included.
    pub number: u32,
    /// What repeating it does.
    pub effect: EffectClass,
    /// The key that a crash's repetition is sent under, too.
    pub idempotency_key: String,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The sentence, of a failed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The last lines of its log, once it ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub log: Vec<String>,
}

/// A message as it was sent to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SentMessage {
    /// "system", "user" or "assistant".
    pub role: String,
    /// Its words; of very long ones the beginning and how much more there was.
    pub content: String,
}

/// One entry of a run's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// From 1, without gaps.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// "run.started", "step.succeeded", …
    pub kind: String,
    /// What it says, by kind; `scope` and `node` where it is about a step.
    #[ts(type = "Record<string, unknown>")]
    pub body: serde_json::Value,
}

/// A value as it is kept: small ones with their row, large ones as a file named by its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StoredValue {
    /// The value itself.
    Inline {
        /// At most 64 KiB as JSON.
        #[ts(type = "unknown")]
        value: serde_json::Value,
    },
    /// A file of the data folder.
    Blob {
        /// BLAKE3 of its bytes, 64 hexadecimal digits.
        hash: String,
        /// Bytes.
        #[ts(type = "number")]
        size: u64,
    },
}
