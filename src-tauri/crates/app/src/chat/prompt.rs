//! What is sent of a conversation: the path to the message, cut to what fits.

use domain::{Actor, Conversation, Message, MessageId, Parameters, Role};
use llm::RequestMessage;

use super::window;
use crate::{App, Error, gateway::Resolved};

/// The most messages that are looked at; more never fit a context anyway.
pub(super) const LONGEST_PATH: u32 = 4000;

/// What is sent.
pub(super) struct Prompt {
    pub messages: Vec<RequestMessage>,
    /// Tokens, estimated.
    pub used: u64,
    /// What may be used.
    pub limit: u64,
    /// What the model's window is, where known.
    pub context: Option<u64>,
    /// Older messages that are not sent.
    pub left_out: Vec<MessageId>,
    /// Whether sending less is possible.
    pub can_shrink: bool,
}

/// Builds the prompt that ends before `message` (or in it, when it is continued). `scale` makes the limit smaller when
/// the model has counted more tokens than we estimated.
pub(super) async fn build(
    app: &App,
    actor: Actor,
    conversation: &Conversation,
    message: &Message,
    resolved: &Resolved,
    parameters: &Parameters,
    scale: f64,
) -> Result<Prompt, Error> {
    let head = if message.parts.is_empty() { message.parent_id } else { Some(message.id) };
    let mut path = match head {
        Some(head) => {
            let page = app
                .store
                .read(move |conn| store::messages::path_to(conn, actor.user_id, head, LONGEST_PATH, None))
                .await?;
            page.messages
        }
        None => Vec::new(),
    };
    // An answer of which nothing came says nothing; a vendor would refuse it.
    path.retain(|message| message.role == Role::User || !message.text().is_empty());
    Ok(cut(
        conversation,
        path,
        resolved.model.default_context.or(resolved.model.context_window),
        parameters,
        scale,
    ))
}

/// Cuts a path to what fits a window of `context` tokens.
pub(super) fn cut(
    conversation: &Conversation,
    path: Vec<Message>,
    context: Option<u32>,
    parameters: &Parameters,
    scale: f64,
) -> Prompt {
    let context = parameters.context_size.or(context).map(u64::from);
    let limit = context
        .map_or(u64::MAX, |context| window::prompt_limit(context, parameters.max_tokens.map(u64::from)));
    let sizes: Vec<u64> = path.iter().map(|message| llm::tokens::estimate(&message.text())).collect();
    let system = if conversation.system_prompt.is_empty() {
        0
    } else {
        llm::tokens::estimate(&conversation.system_prompt)
    };
    let scaled = if limit == u64::MAX { limit } else { ((limit as f64) * scale) as u64 };
    let chosen = window::choose(system, &sizes, scaled);
    let left_out = path.iter().take(chosen.first).map(|message| message.id).collect();
    let can_shrink = path.len() - chosen.first > 1;
    let messages = path
        .into_iter()
        .skip(chosen.first)
        .map(|message| RequestMessage { role: message.role, parts: message.parts })
        .collect();
    Prompt { messages, used: chosen.used, limit, context, left_out, can_shrink }
}

/// The next scale after a refusal: so that what we estimated would have fitted, as the model counts.
pub(super) fn shrink(scale: f64, estimated: u64, counted: Option<u64>, context: Option<u64>) -> Option<f64> {
    let ratio = match (counted, context) {
        (Some(counted), _) if counted > 0 => estimated as f64 / counted as f64,
        _ => 0.7,
    };
    Some(scale * ratio.min(0.9) * 0.95).filter(|next| *next > 0.01)
}
