//! What can happen, as it is told to every window, browser and client. How it is told is the bus's affair (`bus`).

mod bus;

pub use bus::{Bus, Subscription};

use domain::{Conversation, ConversationId, EventId, Job, MessageId, Run, RunId, StepRun};
use engine::ollama::OllamaState;
use markup::Patch;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{chat::MessageView, engine_state::EngineState};

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Event {
    /// What came before is no longer known here: fetch anew.
    #[serde(rename = "resync")]
    Resync,
    /// A conversation is new or changed.
    #[serde(rename = "conversation.changed")]
    ConversationChanged {
        /// As it is now.
        conversation: Conversation,
    },
    /// A conversation was deleted.
    #[serde(rename = "conversation.removed")]
    ConversationRemoved {
        /// Which.
        id: ConversationId,
    },
    /// A message is new, or changed otherwise than by deltas (it ended, say).
    #[serde(rename = "message.changed")]
    MessageChanged {
        /// As it is now.
        message: Box<MessageView>,
    },
    /// More of an answer that is being written.
    #[serde(rename = "message.delta")]
    MessageDelta {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
        /// One more than the message's `rev` before; a gap means: fetch the message.
        rev: u64,
        /// Changes of its blocks.
        patches: Vec<Patch>,
        /// More of its text, as it was written.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[ts(optional = nullable)]
        text: String,
        /// More of its reasoning's text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        reasoning: Option<String>,
    },
    /// What an answer waits for while no text comes.
    #[serde(rename = "message.progress")]
    MessageProgress {
        /// The conversation.
        conversation_id: ConversationId,
        /// The message.
        message_id: MessageId,
        /// What is going on.
        progress: TurnProgress,
    },
    /// Models came, went or changed state.
    #[serde(rename = "model.changed")]
    ModelChanged,
    /// Providers came, went or changed.
    #[serde(rename = "provider.changed")]
    ProviderChanged,
    /// Presets came, went or changed.
    #[serde(rename = "preset.changed")]
    PresetChanged,
    /// The embedded engine changed state.
    #[serde(rename = "engine.changed")]
    EngineChanged {
        /// As it is now.
        state: EngineState,
    },
    /// The Ollama on this computer changed state.
    #[serde(rename = "ollama.changed")]
    OllamaChanged {
        /// As it is now.
        state: OllamaState,
    },
    /// A background job changed.
    #[serde(rename = "job.changed")]
    JobChanged {
        /// As it is now.
        job: Job,
    },
    /// Settings changed.
    #[serde(rename = "settings.changed")]
    SettingsChanged,
    /// A call was added to the ledger or settled.
    #[serde(rename = "usage.changed")]
    UsageChanged,
    /// A pipeline is new, changed or gone.
    #[serde(rename = "pipeline.changed")]
    PipelineChanged {
        /// Which.
        id: String,
    },
    /// A run is new or changed.
    #[serde(rename = "run.changed")]
    RunChanged {
        /// As it is now.
        run: Box<Run>,
    },
    /// A run was deleted.
    #[serde(rename = "run.removed")]
    RunRemoved {
        /// Which.
        id: RunId,
    },
    /// A step of a run changed. At most about 30 a second of one run: what came between is left out.
    #[serde(rename = "step.changed")]
    StepChanged {
        /// The run.
        run_id: RunId,
        /// As it is now.
        step: Box<StepRun>,
    },
    /// More of what an attempt makes. Not kept, and not told again.
    #[serde(rename = "step.delta")]
    StepDelta {
        /// The run.
        run_id: RunId,
        /// The step's scope.
        scope: String,
        /// The node.
        node: String,
        /// The attempt, from 1; what an earlier one said is void.
        attempt: u32,
        /// More of its text.
        text: String,
        /// Lines of its log, and sentences for the person.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<String>>")]
        log: Vec<String>,
    },
    /// A step of a run has something to tell the person, best as a notification of the desktop.
    #[serde(rename = "run.notice")]
    RunNotice {
        /// The run, which a click opens.
        run_id: RunId,
        /// One line.
        title: String,
        /// A sentence or two; may be empty.
        message: String,
        /// Whether it should stay until it is seen.
        urgent: bool,
    },
    /// A step of a run begins to wait for a person, whatever else of the run is under way.
    #[serde(rename = "run.asks")]
    RunAsks {
        /// The run, as it is now.
        run: Box<Run>,
        /// Where the step is; empty at the top.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[ts(optional = nullable)]
        scope: String,
        /// The step.
        node: String,
        /// What it asks, in its own words; at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        question: Option<String>,
        /// Whether it must be said what became of an attempt; else it is an answer that is waited for.
        decision: bool,
    },
    /// A pipeline's triggers came, went or changed.
    #[serde(rename = "trigger.changed")]
    TriggerChanged {
        /// The pipeline.
        pipeline_id: String,
    },
    /// Webhooks came, went or changed, or something was sent to one.
    #[serde(rename = "webhook.changed")]
    WebhookChanged,
}

impl Event {
    /// Roughly how many bytes of text it holds.
    fn weight(&self) -> usize {
        match self {
            Self::MessageChanged { message } => 512 + 3 * (message.text.len() + message.reasoning.len()),
            Self::MessageDelta { text, reasoning, .. } => {
                512 + 3 * (text.len() + reasoning.as_ref().map_or(0, String::len))
            }
            Self::ConversationChanged { conversation } => {
                512 + conversation.system_prompt.len() + conversation.draft.len()
            }
            Self::StepDelta { text, log, .. } => {
                512 + text.len() + log.iter().map(String::len).sum::<usize>()
            }
            _ => 512,
        }
    }
}

/// What an answer waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TurnProgress {
    /// The request was sent; nothing came yet.
    Waiting,
    /// The model is being read into memory: 0 to 1.
    Loading {
        /// How far.
        progress: f32,
    },
    /// The prompt is being read.
    Prefill {
        /// Tokens done.
        done: u32,
        /// Tokens in all.
        total: u32,
    },
    /// The provider asked to wait, or failed: it is asked again after a while.
    Retrying {
        /// From now, in milliseconds.
        after_ms: u64,
        /// Which try comes next, from 2.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// Something that the person should know about this answer.
    Notice {
        /// The sentence.
        text: String,
    },
}

/// An event with its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Envelope {
    /// "EPOCH-SEQ".
    pub id: EventId,
    /// What happened.
    pub event: Event,
}
