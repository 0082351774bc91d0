//! How a turn begins: claimed, committed, told, started. In this order, so that nothing runs that isn't kept, and nothing
//! that is kept as running doesn't run.

use domain::{
    Actor, Conversation, ConversationId, ErrorCode, FinishReason, Message, MessageId, MessageStatus, Part,
    Role, Timestamp,
};
use llm::Continuation;
use store::Connection;

use super::{MessageSent, fold::Fold, keep, turn::Turn, turns::Claim, view};
use crate::{App, Error, conversations::missing, events::Event};

/// What a verb has committed: an answer that is to be written now.
pub(super) struct Begun {
    conversation: Conversation,
    /// The person's new message.
    user: Option<MessageId>,
    answer: Message,
    continuation: Continuation,
}

/// Claims a conversation for a new turn.
pub(super) fn claim(app: &App, id: ConversationId) -> Result<Claim<'_>, Error> {
    app.turns.claim(id).ok_or_else(|| {
        if app.turns.waits_to_be_kept(id) {
            return keep::waits_for_room();
        }
        Error::new(
            ErrorCode::Conflict,
            "An answer is still being written here. Stop it first, or wait for its end.",
        )
    })
}

/// A message of the role. What it says is read again once its conversation is claimed.
pub(super) async fn find(app: &App, actor: Actor, id: MessageId, role: Role) -> Result<Message, Error> {
    let message = app
        .store
        .read(move |conn| store::messages::get(conn, actor.user_id, id))
        .await
        .map_err(|error| missing(error, "message"))?;
    if message.role != role {
        return Err(Error::invalid(
            "This works on the other kind of message. Choose an answer to write again, or your own message to edit.",
        ));
    }
    Ok(message)
}

/// The conversation, unless it was deleted.
pub(super) fn alive(
    conn: &Connection,
    actor: Actor,
    id: ConversationId,
) -> Result<Conversation, store::Error> {
    let conversation = store::conversations::get(conn, actor.user_id, id)?;
    if conversation.deleted_at.is_some() { Err(store::Error::NotFound) } else { Ok(conversation) }
}

/// Commits a person's message and the empty answer to it.
pub(super) fn question(
    conn: &Connection,
    actor: Actor,
    conversation: Conversation,
    parent: Option<MessageId>,
    text: String,
    now: Timestamp,
) -> Result<Begun, store::Error> {
    let user = add(conn, actor, &conversation, parent, Role::User, vec![Part::Text { text }], now)?;
    answer(conn, actor, conversation, Some(user.id), Some(user.id), now)
}

/// Commits an empty answer below a message, shown from now on.
pub(super) fn answer(
    conn: &Connection,
    actor: Actor,
    mut conversation: Conversation,
    user: Option<MessageId>,
    parent: Option<MessageId>,
    now: Timestamp,
) -> Result<Begun, store::Error> {
    conversation.updated_at = now;
    store::conversations::update(conn, actor.user_id, &conversation)?;
    let answer = add(conn, actor, &conversation, parent, Role::Assistant, Vec::new(), now)?;
    store::threads::set_head(conn, actor.user_id, conversation.main_thread_id, Some(answer.id))?;
    Ok(Begun { conversation, user, answer, continuation: Continuation::Answer })
}

/// Commits that an unfinished answer is written on; `None` for one that is complete.
pub(super) fn continued(
    conn: &Connection,
    actor: Actor,
    conversation: ConversationId,
    id: MessageId,
    now: Timestamp,
) -> Result<Option<Begun>, store::Error> {
    let mut conversation = alive(conn, actor, conversation)?;
    let mut answer = store::messages::get(conn, actor.user_id, id)?;
    let unfinished = match answer.status {
        MessageStatus::Interrupted | MessageStatus::Cancelled | MessageStatus::Failed => true,
        // Without a turn, as the claim shows: what a crash left and nobody could mark.
        MessageStatus::Running => true,
        MessageStatus::Succeeded => answer.finish_reason == Some(FinishReason::Length),
    };
    if !unfinished {
        return Ok(None);
    }
    let continuation = if answer.text().is_empty() { Continuation::Answer } else { Continuation::Extend };
    if continuation == Continuation::Answer {
        answer.parts.clear();
    }
    answer.status = MessageStatus::Running;
    (answer.finish_reason, answer.error_code, answer.error_message) = (None, None, None);
    answer.model = answer.model.or_else(|| conversation.model.clone());
    store::messages::finish(conn, actor.user_id, &answer)?;
    conversation.updated_at = now;
    store::conversations::touch(conn, actor.user_id, conversation.id, now)?;
    Ok(Some(Begun { conversation, user: None, answer, continuation }))
}

fn add(
    conn: &Connection,
    actor: Actor,
    conversation: &Conversation,
    parent_id: Option<MessageId>,
    role: Role,
    parts: Vec<Part>,
    now: Timestamp,
) -> Result<Message, store::Error> {
    let answer = role == Role::Assistant;
    let message = Message {
        id: MessageId::new(now),
        conversation_id: conversation.id,
        parent_id,
        seq: store::messages::next_seq(conn, actor.user_id, conversation.id)?,
        role,
        status: if answer { MessageStatus::Running } else { MessageStatus::Succeeded },
        parts,
        model: conversation.model.clone().filter(|_| answer),
        finish_reason: None,
        error_code: None,
        error_message: None,
        created_at: now,
    };
    store::messages::insert(conn, actor.user_id, &message)?;
    Ok(message)
}

/// Starts the turn, then tells everybody. From the commit to here nothing can fail in between.
pub(super) async fn start(app: &App, actor: Actor, begun: Begun) -> Result<MessageSent, Error> {
    let Begun { conversation, user, answer, continuation } = begun;
    let id = answer.id;
    let live = app.turns.insert(id, conversation.id, Fold::resume(answer.parts.clone()));
    let turn = Turn {
        app: app.clone(),
        actor,
        parameters: conversation.parameters.clone(),
        conversation: conversation.clone(),
        message: answer,
        continuation,
        live: live.clone(),
    };
    app.tasks.spawn("turn", |shutdown| turn.run(shutdown));
    // Deleted between the commit and the line that made the turn known to whoever deletes.
    let deleted = app.store.read(move |conn| Ok(alive(conn, actor, conversation.id).is_err())).await;
    if deleted.unwrap_or(false) {
        live.stop.cancel();
    }
    let mut messages = Vec::new();
    for id in user.into_iter().chain([id]) {
        messages.push(view::one(app, actor, id).await?);
    }
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    for message in &messages {
        app.bus.publish(Event::MessageChanged { message: Box::new(message.clone()) });
    }
    Ok(MessageSent { conversation, messages })
}
