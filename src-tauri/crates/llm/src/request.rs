//! What a provider is asked.

use domain::{Parameters, Part, Role};

/// One message of the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestMessage {
    /// Who wrote it.
    pub role: Role,
    /// What it consists of. Signed reasoning of the same provider goes back unmodified.
    pub parts: Vec<Part>,
}

impl RequestMessage {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text { text: text.into() }] }
    }

    /// The text parts, joined.
    pub fn plain(&self) -> String {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Text { text } = part { Some(text.as_str()) } else { None })
            .collect()
    }
}

/// Whether the last message is a partial answer to be gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Continuation {
    /// A new answer to the messages.
    #[default]
    Answer,
    /// The last message is the assistant's partial answer: extend it. A provider whose server can't extend a rendered
    /// prompt sends the partial followed by an instruction to go on exactly where it ended.
    Extend,
}

/// What a provider is asked: a model, messages and parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletionRequest {
    /// The model's name at its provider (without the provider's slug).
    pub model: String,
    /// Sent first as the vendor's protocol has it; empty for none.
    pub system: String,
    /// The conversation, oldest first.
    pub messages: Vec<RequestMessage>,
    /// What to sample with. Only parameters that the model supports (`Model::parameters`) may be set.
    pub parameters: Parameters,
    /// Whether this extends a partial answer.
    pub continuation: Continuation,
    /// Calls with the same key share a prompt cache where the server has one (a conversation's id).
    pub cache_key: Option<String>,
}

/// What asks a server that can't extend a partial answer to go on with it.
pub(crate) const CONTINUE: &str = "Your last message was cut off. Continue it exactly where it ended, in the same language and format. \
     Don't repeat anything and don't comment on the interruption.";

/// A role as every protocol calls it.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}
