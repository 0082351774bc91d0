//! Conversations: a tree of messages, with named branches.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ConversationId, ErrorCode, MessageId, ModelRef, PresetId, RunId, ThreadId, Timestamp};

/// A conversation: a tree of messages with one thread shown at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// What the list shows: the first question, shortened, until the person renames it.
    pub title: String,
    /// The thread that is shown when the conversation is opened.
    pub main_thread_id: ThreadId,
    /// The model that the next turn uses; absent until one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub model: Option<ModelRef>,
    /// Sent before the messages; empty for none.
    pub system_prompt: String,
    /// What the next turn is sampled with.
    pub parameters: Parameters,
    /// What stands unsent in the composer.
    pub draft: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a message was last added or changed.
    pub updated_at: Timestamp,
    /// When it was deleted; it can be brought back until it is swept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub deleted_at: Option<Timestamp>,
}

/// A named branch of a conversation: a pointer to its newest message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// "main" for the first.
    pub name: String,
    /// Its newest message; absent while the thread is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub head_id: Option<MessageId>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// A turn is writing it.
    Running,
    /// Complete.
    Succeeded,
    /// Ended by an error; what came before it is kept.
    Failed,
    /// Stopped by the person; what came before is kept.
    Cancelled,
    /// Broken off: the stream ended early, or the application did. What came before is kept and can be continued.
    Interrupted,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done, or met a stop sequence.
    Stop,
    /// It met the limit of tokens.
    Length,
    /// It wants a tool called.
    ToolUse,
    /// The provider's filter or the model refused.
    Refusal,
    /// Something else, as the provider named it in the log.
    Other,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Part {
    /// Text (Markdown in an answer).
    Text {
        /// The text.
        text: String,
    },
    /// What the model thought before it answered.
    Reasoning {
        /// The readable text; may be empty where the provider hides it.
        text: String,
        /// The provider's own signed block, sent back unmodified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "unknown")]
        raw: Option<serde_json::Value>,
    },
    /// A run of a pipeline that the person began here; what it gives follows as text. No model is sent this.
    Run {
        /// The run.
        id: RunId,
        /// What the pipeline is called.
        name: String,
        /// Whether its end stands here.
        over: bool,
    },
}

/// A node of a conversation's tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// The message before it; absent for a first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub parent_id: Option<MessageId>,
    /// Its place in the order of creation within the conversation, from 1. Order is by this, never by the clock.
    #[ts(type = "number")]
    pub seq: i64,
    /// Who wrote it.
    pub role: Role,
    /// How far it is.
    pub status: MessageStatus,
    /// What it consists of.
    pub parts: Vec<Part>,
    /// The model that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub model: Option<ModelRef>,
    /// Why the model stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub finish_reason: Option<FinishReason>,
    /// What kind of failure ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error_code: Option<ErrorCode>,
    /// The sentence that says what happened and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error_message: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Message {
    /// The text parts, joined.
    pub fn text(&self) -> String {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Text { text } = part { Some(text.as_str()) } else { None })
            .collect()
    }

    /// The run that writes it, its pipeline's name, and whether that is over.
    pub fn run(&self) -> Option<(RunId, &str, bool)> {
        self.parts.iter().find_map(|part| match part {
            Part::Run { id, name, over } => Some((*id, name.as_str(), *over)),
            _ => None,
        })
    }

    /// The reasoning parts' readable text, joined.
    pub fn reasoning(&self) -> String {
        self.parts
            .iter()
            .filter_map(
                |part| if let Part::Reasoning { text, .. } = part { Some(text.as_str()) } else { None },
            )
            .collect()
    }
}

/// How much a model should think first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningEffort {
    /// Not at all, where the model can leave it.
    None,
    /// A little.
    Low,
    /// The usual.
    Medium,
    /// A lot.
    High,
}

/// What a turn is sampled with. An absent value leaves the provider's default; a value that a model doesn't support is
/// refused before the call, never silently dropped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct Parameters {
    /// 0 to 2 (Anthropic: 0 to 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// The most tokens that the answer may have, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// The context window to load a local model with, in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_size: Option<u32>,
    /// For repeatable sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub seed: Option<u64>,
    /// Sequences that end the answer; at most 4.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional = nullable)]
    pub stop: Vec<String>,
    /// How much to think first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
    /// A JSON Schema that the answer must follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "unknown")]
    pub json_schema: Option<serde_json::Value>,
}

/// A saved set of model, system prompt and parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Preset {
    /// Its id.
    pub id: PresetId,
    /// What the person calls it.
    pub name: String,
    /// The model, if the preset chooses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub model: Option<ModelRef>,
    /// The system prompt.
    pub system_prompt: String,
    /// The parameters.
    pub parameters: Parameters,
}
