//! Background jobs: values with a name and a progress.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ErrorCode, JobId, Timestamp};

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Not begun.
    Queued,
    /// Under way.
    Running,
    /// Paused by the person, or cut off by the application's end; it can go on where it was.
    Waiting,
    /// Done.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Cancelled by the person.
    Cancelled,
}

/// What a job has done so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct JobState {
    /// How far it is.
    pub status: JobStatus,
    /// Units done (bytes of a download).
    #[ts(type = "number")]
    pub completed: u64,
    /// Units in all; 0 while unknown.
    #[ts(type = "number")]
    pub total: u64,
    /// Units a second, lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// The sentence that says what happened and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// A background job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does: "model.download", say.
    pub kind: String,
    /// What the person sees.
    pub title: String,
    /// Its parameters, by kind.
    #[ts(type = "unknown")]
    pub payload: serde_json::Value,
    /// How far it is.
    pub state: JobState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
