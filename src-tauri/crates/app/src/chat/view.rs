//! Messages as the page shows them: rendered, with siblings and the facts of their call.

use std::collections::HashMap;

use domain::{
    Actor, Call, Conversation, ConversationId, ErrorCode, FinishReason, Message, MessageId, MessageStatus,
    ModelRef, Role, RunId, Timestamp, TokenUsage,
};
use markup::Block;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, conversations::missing, events::TurnProgress};

/// How many messages a page has unless told otherwise.
pub(crate) const PAGE: u32 = 50;

/// A message as the page shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The message before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<MessageId>,
    /// Its place in the order of creation.
    pub seq: i64,
    /// Who wrote it.
    pub role: Role,
    /// How far it is.
    pub status: MessageStatus,
    /// An answer's blocks; empty for what a person wrote, which is shown as it was typed.
    pub blocks: Vec<Block>,
    /// Its text as it was written or answered.
    pub text: String,
    /// What the model thought first.
    pub reasoning: String,
    /// Deltas with a higher `rev` continue this.
    pub rev: u64,
    /// The model that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// Why the model stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
    /// What kind of failure ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<ErrorCode>,
    /// What happened and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// All messages with the same parent and role, in the order of creation, this one included.
    pub siblings: Vec<MessageId>,
    /// What the call that wrote it cost and how fast it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallFacts>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<TurnProgress>,
    /// The run of a pipeline that writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<MessageRun>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A run whose end is written into a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageRun {
    /// The run.
    pub id: RunId,
    /// What its pipeline is called.
    pub name: String,
    /// Whether its end stands in the message.
    pub over: bool,
}

/// The facts under an answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct CallFacts {
    /// Tokens by kind.
    pub usage: TokenUsage,
    /// From sending to the first piece, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<f64>,
    /// From sending to the end, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
    /// Output tokens a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// In nano-USD; absent where the price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_nano_usd: Option<i64>,
}

impl From<&Call> for CallFacts {
    fn from(call: &Call) -> Self {
        Self {
            usage: call.usage,
            first_token_ms: call.first_token_ms,
            total_ms: call.total_ms,
            tokens_per_second: call.tokens_per_second,
            cost_nano_usd: call.cost_nano_usd,
        }
    }
}

/// A page of the shown thread, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<MessageView>,
    /// Whether older ones exist; ask with `before` set to the first item's id.
    pub has_more: bool,
}

/// One message as it is shown now.
pub(crate) async fn one(app: &App, actor: Actor, id: MessageId) -> Result<MessageView, Error> {
    let read = async || {
        let found = app.store.read(move |conn| {
            let message = store::messages::get(conn, actor.user_id, id)?;
            let siblings = store::messages::siblings(conn, actor.user_id, id)?;
            let calls = store::calls::get_by_message(conn, actor.user_id, id)?;
            Ok((message, siblings, calls))
        });
        found.await.map_err(|error| missing(error, "message"))
    };
    let mut found = read().await?;
    if is_orphan(app, &found.0) {
        found = read().await?;
    }
    let (message, siblings, calls) = found;
    Ok(view(app, message, siblings, calls.last()))
}

/// A page of the conversation's main thread: the newest, or what came before a message.
pub(crate) async fn page(
    app: &App,
    actor: Actor,
    conversation: &Conversation,
    before: Option<MessageId>,
    limit: u32,
) -> Result<MessagePage, Error> {
    let thread = conversation.main_thread_id;
    let read = async || {
        let found = app.store.read(move |conn| {
            let Some(head) = store::threads::get(conn, actor.user_id, thread)?.head_id else {
                return Ok((Vec::new(), Vec::new(), Vec::new(), false));
            };
            let page = store::messages::path_to(conn, actor.user_id, head, limit, before)?;
            let ids: Vec<_> = page.messages.iter().map(|message| message.id).collect();
            let siblings = store::messages::siblings_of(conn, actor.user_id, &page.messages)?;
            let calls = store::calls::get_by_messages(conn, actor.user_id, &ids)?;
            Ok((page.messages, siblings, calls, page.more))
        });
        found.await.map_err(|error| missing(error, "message"))
    };
    let mut found = read().await?;
    if found.0.iter().any(|message| is_orphan(app, message)) {
        found = read().await?;
    }
    let (items, siblings, calls, has_more) = found;
    // The newest call is the one that wrote what is shown; of two in one millisecond, the later row.
    let mut latest = HashMap::new();
    for call in &calls {
        if let Some(id) = call.message_id {
            let kept = latest.entry(id).or_insert(call);
            if kept.started_at <= call.started_at {
                *kept = call;
            }
        }
    }
    let items = items
        .into_iter()
        .zip(siblings)
        .map(|(message, siblings)| {
            let call = latest.get(&message.id).copied();
            view(app, message, siblings, call)
        })
        .collect();
    Ok(MessagePage { items, has_more })
}

/// Whether the database says that a turn writes it, and none does. Turns commit their end before they go, so one that went
/// between our reading and our looking is seen to have ended when it is read again.
fn is_orphan(app: &App, message: &Message) -> bool {
    message.status == MessageStatus::Running
        && message.run().is_none()
        && app.turns.get(message.id).is_none()
        && !app.turns.is_claimed(message.conversation_id)
}

/// A message that could not be saved as it ended.
pub(super) fn unsaved(app: &App, message: Message) -> MessageView {
    let siblings = vec![message.id];
    view(app, message, siblings, None)
}

fn view(app: &App, mut message: Message, siblings: Vec<MessageId>, call: Option<&Call>) -> MessageView {
    if message.status == MessageStatus::Running
        && let Some(ended) = app.turns.unsaved(message.id)
    {
        message = ended;
    }
    let live = app.turns.snapshot(message.id).filter(|_| message.status == MessageStatus::Running);
    if live.is_none() && is_orphan(app, &message) {
        // No turn writes it: what a crash left where it could not be marked.
        message.status = MessageStatus::Interrupted;
    }
    // A run goes on after a crash, whatever it did to the message.
    if message.run().is_some_and(|(_, _, over)| !over) {
        message.status = MessageStatus::Running;
    }
    if message.status == MessageStatus::Interrupted && message.error_message.is_none() {
        message.error_code = Some(ErrorCode::Interrupted);
        message.error_message =
            Some("Web+ ended while this was being written. Continue it, or try again.".to_owned());
    }
    let (snapshot, progress) = live.map_or((None, None), |(snapshot, progress)| (Some(snapshot), progress));
    let rendered = |message: &Message| {
        if message.role == Role::Assistant { markup::render(&message.text()) } else { Vec::new() }
    };
    let (blocks, text, reasoning, rev) = match snapshot {
        Some(live) => (live.blocks, live.text, live.reasoning, live.rev),
        None => (rendered(&message), message.text(), message.reasoning(), 0),
    };
    let run = message.run().map(|(id, name, over)| MessageRun { id, name: name.to_owned(), over });
    MessageView {
        id: message.id,
        conversation_id: message.conversation_id,
        parent_id: message.parent_id,
        seq: message.seq,
        role: message.role,
        status: message.status,
        blocks,
        text,
        reasoning,
        rev,
        model: message.model,
        finish_reason: message.finish_reason,
        error_code: message.error_code,
        error_message: message.error_message,
        siblings,
        call: call.map(CallFacts::from),
        progress,
        run,
        created_at: message.created_at,
    }
}
