//! What is sent of a conversation: the path to the message, cut to what fits.

use domain::{Actor, Conversation, Message, MessageId, Parameters, Part, Role};
use llm::RequestMessage;

use super::{path, window};
use crate::{App, Error, gateway::Resolved};

/// What may be sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// What the model's window is, in tokens, where known.
    pub context: Option<u64>,
    /// What the prompt may have of it.
    pub prompt: u64,
    /// The same in tokens as we count them.
    ours: u64,
}

impl Limits {
    /// For a window of `context` tokens, unless the parameters or a refusal say otherwise.
    pub(super) fn new(context: Option<u32>, parameters: &Parameters, fit: Fit) -> Self {
        let context = fit.context.or(parameters.context_size.or(context).map(u64::from));
        let prompt = context
            .map_or(u64::MAX, |context| window::prompt_limit(context, parameters.max_tokens.map(u64::from)));
        let ours = if prompt == u64::MAX { prompt } else { ((prompt as f64) * fit.scale) as u64 };
        Self { context, prompt, ours }
    }
}

/// Which messages are sent.
pub(super) struct Chosen {
    /// Tokens, estimated.
    pub used: u64,
    /// Older messages that are not sent.
    pub left_out: Vec<MessageId>,
    /// How many messages of the path, from its head back, hold what is sent.
    steps: u32,
    /// Whether sending less is possible.
    can_shrink: bool,
}

/// What is sent.
pub(super) struct Prompt {
    pub messages: Vec<RequestMessage>,
    /// Tokens, estimated.
    pub used: u64,
    /// What the model's window is, where known.
    pub context: Option<u64>,
    /// Older messages that are not sent.
    pub left_out: Vec<MessageId>,
    /// Whether sending less is possible.
    pub can_shrink: bool,
}

/// Builds the prompt that ends before `message` (or in it, when it is continued).
pub(super) async fn build(
    app: &App,
    actor: Actor,
    conversation: &Conversation,
    message: &Message,
    resolved: &Resolved,
    parameters: &Parameters,
    fit: Fit,
) -> Result<Prompt, Error> {
    let head = if message.parts.is_empty() { message.parent_id } else { Some(message.id) };
    let context = resolved.model.default_context.or(resolved.model.context_window);
    let limits = Limits::new(context, parameters, fit);
    let Chosen { used, left_out, steps, can_shrink } = choose(app, actor, conversation, head, limits).await?;
    let messages = match head {
        Some(head) if steps > 0 => {
            let page = app
                .store
                .read(move |conn| store::messages::path_to(conn, actor.user_id, head, steps, None))
                .await?;
            take_turns(page.messages.into_iter().filter(path::speaks))
        }
        _ => Vec::new(),
    };
    Ok(Prompt { messages, used, context: limits.context, left_out, can_shrink })
}

/// Chooses of the path to the head what fits. It begins with the person's words and takes turns: vendors and chat templates
/// refuse anything else.
pub(super) async fn choose(
    app: &App,
    actor: Actor,
    conversation: &Conversation,
    head: Option<MessageId>,
    limits: Limits,
) -> Result<Chosen, Error> {
    let system = if conversation.system_prompt.is_empty() {
        0
    } else {
        llm::tokens::estimate(&conversation.system_prompt)
    };
    let path::Path { lines, mut older } = path::read(app, actor, head, system, limits.ours).await?;
    let sizes: Vec<u64> = lines.iter().map(|line| line.tokens).collect();
    let chosen = window::choose(system, &sizes, limits.ours);
    let question = |line: &path::Line| line.role == Role::User;
    let last_question = lines.iter().rposition(question).unwrap_or(0);
    let first = (chosen.first..last_question)
        .find(|at| lines.get(*at).is_some_and(question))
        .unwrap_or(last_question);
    let skipped = sizes.iter().take(first).skip(chosen.first).sum::<u64>().min(chosen.used);
    older.extend(lines.iter().take(first).map(|line| line.id));
    Ok(Chosen {
        used: chosen.used - skipped,
        left_out: older,
        steps: lines.get(first).map_or(0, |line| line.steps),
        can_shrink: first < last_question,
    })
}

/// Joins neighbours of one role: what stands between two questions may have been an answer of which nothing came.
fn take_turns(path: impl Iterator<Item = Message>) -> Vec<RequestMessage> {
    let mut messages: Vec<RequestMessage> = Vec::new();
    for message in path {
        match messages.last_mut() {
            Some(before) if before.role == message.role => {
                before.parts.push(Part::Text { text: "\n\n".to_owned() });
                before.parts.extend(message.parts);
            }
            _ => messages.push(RequestMessage { role: message.role, parts: message.parts }),
        }
    }
    messages
}

/// What a refusal has taught about the model's counting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fit {
    /// The window that the server really has, where it told.
    pub context: Option<u64>,
    /// Our tokens per token of the model's, less a margin.
    pub scale: f64,
}

impl Default for Fit {
    fn default() -> Self {
        Self { context: None, scale: 1.0 }
    }
}

impl Fit {
    /// What to send next after a refusal of a prompt that we estimated at `used`: always less than that.
    pub(super) fn after(self, prompt: &Prompt, counted: Option<u64>, context: Option<u64>) -> Self {
        let context = context.or(self.context).or(prompt.context);
        let limit =
            context.map_or(prompt.used, |context| window::prompt_limit(context, Some(1))).max(1) as f64;
        let used = prompt.used as f64;
        let told = counted
            .filter(|counted| *counted > 0)
            .map_or(self.scale * 0.8, |counted| used / counted as f64 * 0.95);
        // Whatever the numbers say: at least a tenth less than what was refused.
        Self { context: context.or(Some(prompt.used)), scale: told.min(used * 0.9 / limit).max(0.001) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(used: u64, context: Option<u64>) -> Prompt {
        Prompt { messages: Vec::new(), used, context, left_out: Vec::new(), can_shrink: true }
    }

    #[test]
    fn the_servers_own_numbers_decide_what_is_sent_next() {
        // The model was said to have 128k, the server was started with 4k and counted 6,686 where we estimated 7,000.
        let fit = Fit::default().after(&refused(7000, Some(131_072)), Some(6686), Some(4096));
        let limit = window::prompt_limit(4096, None) as f64 * fit.scale;
        assert_eq!(fit.context, Some(4096));
        assert!((2500.0..3200.0).contains(&limit), "{limit}");
    }

    #[test]
    fn without_numbers_it_is_still_less_than_before() {
        let fit = Fit::default().after(&refused(1000, None), None, None);
        assert!(fit.context.is_some_and(|context| (context as f64 * fit.scale) < 1000.0));
    }
}
