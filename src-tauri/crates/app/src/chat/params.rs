//! What the verbs on messages take and answer.

use std::collections::BTreeMap;

use domain::{Conversation, ConversationId, MessageId, ModelRef, Parameters};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::MessageView;

/// Which message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageIdParams {
    /// The message.
    pub id: MessageId,
}

/// Which page of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct MessageListParams {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The oldest message that is already here; absent for the newest page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MessageId>,
    /// 1 to 200; 50 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct MessageSendParams {
    /// Where; absent begins a new conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// What it says: 1 byte to 4 MB.
    pub text: String,
    /// Who answers; absent keeps the conversation's model, or the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// The system prompt of a new conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// The parameters of a new conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// A pipeline to be run from a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct MessageRunParams {
    /// Where; absent begins a new conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<ConversationId>,
    /// The pipeline's id, or what it is called; absent where the text begins with that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<String>,
    /// What it is about: given to its trigger for conversations, or else to its first input that takes text. At most 4 MB.
    #[serde(default)]
    pub text: String,
    /// Inputs by name, beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>")]
    pub inputs: Option<BTreeMap<String, Value>>,
}

/// A message to be written differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageEditParams {
    /// The person's message; the edited one becomes its sibling.
    pub id: MessageId,
    /// What it says instead.
    pub text: String,
}

/// An answer to be written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct MessageRegenerateParams {
    /// The answer; the new one becomes its sibling.
    pub id: MessageId,
    /// By another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
}

/// What sending made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MessageSent {
    /// The conversation, new or changed.
    pub conversation: Conversation,
    /// The messages that are new or changed: the person's, if any, then the answer, which is running.
    pub messages: Vec<MessageView>,
}

/// Whose context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContextMeasureParams {
    /// The conversation.
    pub conversation_id: ConversationId,
}

/// How much of the model's window the next turn would use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ContextMeasure {
    /// Tokens of what would be sent: an estimate.
    pub used: u64,
    /// Tokens that the prompt may have; absent where the model's window is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The model's window, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u64>,
    /// Messages that would not be sent, oldest first.
    pub left_out: Vec<MessageId>,
}
