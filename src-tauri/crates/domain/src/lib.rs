//! The nouns of Web+: what a conversation, a model or a call *is*. Every other crate speaks in these.
//!
//! Deliberately not here: I/O, clocks, async, decisions. A value of this crate can be made in a test without anything else.

mod chat;
mod code;
mod event;
mod id;
mod job;
mod model;
mod pipeline;
mod provider;
mod runner;
mod settings;
mod time;
mod usage;
mod user;

pub use chat::{
    Conversation, FinishReason, Message, MessageStatus, Parameters, Part, Preset, ReasoningEffort, Role,
    Thread,
};
pub use code::ErrorCode;
pub use event::{EventId, ParseEventIdError};
pub use id::{
    CallId, ConversationId, EventRowId, JobId, MessageId, ParseIdError, PresetId, ProviderId, RunId,
    ThreadId, UserId, WebhookId,
};
pub use job::{Job, JobState, JobStatus};
pub use model::{Capability, Model, ModelRef, ModelState, ParameterName, ParameterSpec, ParseModelRefError};
pub use pipeline::{
    Attempt, AttemptOutcome, EffectClass, JournalEntry, Run, RunOrigin, RunStatus, SentMessage, StepRun,
    StepStatus, StoredValue, WaitReason,
};
pub use provider::{KeySource, KeyState, Provider, ProviderKind, Secret};
pub use runner::{MAX_LINE, RUNNER_PROTOCOL, RunnerEnd, RunnerMessage, RunnerReply, RunnerRequest};
pub use settings::Setting;
pub use time::Timestamp;
pub use usage::{Call, CallOutcome, Price, Surface, TokenUsage};
pub use user::{Actor, Permission, User};

/// A page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items, in the order that the method names.
    pub items: Vec<T>,
    /// An opaque cursor for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}
