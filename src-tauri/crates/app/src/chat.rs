//! Talking: messages are sent, stopped, written again, edited and continued. A verb commits and answers at once; the
//! answer's text comes as events.

mod fold;
mod params;
mod prompt;
mod title;
mod turn;
mod turns;
mod view;
mod window;

pub use params::{
    ContextMeasure, ContextMeasureParams, MessageEditParams, MessageIdParams, MessageListParams,
    MessageRegenerateParams, MessageSendParams, MessageSent,
};
pub(crate) use turns::{Claim, Turns};
pub use view::{CallFacts, MessagePage, MessageView};
pub(crate) use view::{PAGE, page};

use domain::{Actor, Conversation, ConversationId, ErrorCode, Message, MessageId, MessageStatus, Part, Role};
use llm::Continuation;

use crate::{
    App, Error,
    api::Nothing,
    conversations::{self, MAX_TEXT, missing},
    events::Event,
    gateway, settings,
};
use fold::Fold;
use turn::Turn;

/// Sends a message and starts the answer.
pub async fn send(app: App, actor: Actor, params: MessageSendParams) -> Result<MessageSent, Error> {
    let text = check_text(params.text)?;
    let default_model = settings::default_model(&app, actor).await?;
    let fresh = params.conversation_id.is_none().then(|| {
        conversations::blank(
            &app,
            title::from_question(&text),
            params.model.clone(),
            params.system_prompt,
            params.parameters,
        )
    });
    let _claim = params.conversation_id.map(|id| claim(&app, id)).transpose()?;
    let (asked, now, model) = (params.conversation_id, app.clock.now(), params.model);
    let (conversation, user, answer) = app
        .store
        .write(move |conn| {
            let mut conversation = if let Some((conversation, thread)) = fresh {
                conversations::insert(conn, actor, &conversation, &thread)?;
                conversation
            } else {
                let id = asked.ok_or(store::Error::NotFound)?;
                store::conversations::get(conn, actor.user_id, id)?
            };
            let head = store::threads::get(conn, actor.user_id, conversation.main_thread_id)?.head_id;
            if head.is_none() && conversation.title == "New chat" {
                conversation.title = title::from_question(&text);
            }
            conversation.model = model.or(conversation.model).or(default_model);
            conversation.draft = String::new();
            conversation.updated_at = now;
            store::conversations::update(conn, actor.user_id, &conversation)?;
            store::conversations::set_draft(conn, actor.user_id, conversation.id, "")?;
            let user = add(conn, actor, &conversation, head, Role::User, vec![Part::Text { text }], now)?;
            let answer = add(conn, actor, &conversation, Some(user.id), Role::Assistant, Vec::new(), now)?;
            store::threads::set_head(conn, actor.user_id, conversation.main_thread_id, Some(answer.id))?;
            Ok((conversation, user, answer))
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    start(&app, actor, conversation, Some(user.id), answer, Continuation::Answer).await
}

/// Writes an answer again, as a sibling. Also how a failed one is tried again.
pub async fn regenerate(
    app: App,
    actor: Actor,
    params: MessageRegenerateParams,
) -> Result<MessageSent, Error> {
    let now = app.clock.now();
    let (mut conversation, old) = open(&app, actor, params.id, Role::Assistant).await?;
    let _claim = claim(&app, conversation.id)?;
    conversation.model = params.model.or(conversation.model).or(old.model);
    let saved = conversation.clone();
    let answer = app
        .store
        .write(move |conn| {
            store::conversations::update(conn, actor.user_id, &saved)?;
            store::conversations::touch(conn, actor.user_id, saved.id, now)?;
            let answer = add(conn, actor, &saved, old.parent_id, Role::Assistant, Vec::new(), now)?;
            store::threads::set_head(conn, actor.user_id, saved.main_thread_id, Some(answer.id))?;
            Ok(answer)
        })
        .await?;
    start(&app, actor, conversation, None, answer, Continuation::Answer).await
}

/// Writes a person's message differently, as a sibling, and starts the answer to it.
pub async fn edit(app: App, actor: Actor, params: MessageEditParams) -> Result<MessageSent, Error> {
    let text = check_text(params.text)?;
    let now = app.clock.now();
    let (conversation, old) = open(&app, actor, params.id, Role::User).await?;
    let _claim = claim(&app, conversation.id)?;
    let saved = conversation.clone();
    let (user, answer) = app
        .store
        .write(move |conn| {
            store::conversations::touch(conn, actor.user_id, saved.id, now)?;
            let user = add(conn, actor, &saved, old.parent_id, Role::User, vec![Part::Text { text }], now)?;
            let answer = add(conn, actor, &saved, Some(user.id), Role::Assistant, Vec::new(), now)?;
            store::threads::set_head(conn, actor.user_id, saved.main_thread_id, Some(answer.id))?;
            Ok((user, answer))
        })
        .await?;
    start(&app, actor, conversation, Some(user.id), answer, Continuation::Answer).await
}

/// Goes on with an answer that was stopped, cut off or ended by the limit of tokens: the same message grows.
pub async fn resume(app: App, actor: Actor, params: MessageIdParams) -> Result<MessageSent, Error> {
    let (conversation, mut answer) = open(&app, actor, params.id, Role::Assistant).await?;
    let _claim = claim(&app, conversation.id)?;
    answer.status = MessageStatus::Running;
    (answer.finish_reason, answer.error_code, answer.error_message) = (None, None, None);
    answer.model = answer.model.or_else(|| conversation.model.clone());
    let saved = answer.clone();
    app.store.write(move |conn| store::messages::finish(conn, actor.user_id, &saved)).await?;
    let continuation = if answer.text().is_empty() { Continuation::Answer } else { Continuation::Extend };
    if continuation == Continuation::Answer {
        answer.parts.clear();
    }
    start(&app, actor, conversation, None, answer, continuation).await
}

/// Stops an answer; what came of it is kept. An answer that isn't being written is left as it is.
pub async fn stop(app: App, actor: Actor, params: MessageIdParams) -> Result<Nothing, Error> {
    app.store
        .read(move |conn| store::messages::get(conn, actor.user_id, params.id))
        .await
        .map_err(|error| missing(error, "message"))?;
    if let Some(live) = app.turns.get(params.id) {
        live.stop.cancel();
    }
    Ok(Nothing {})
}

/// Shows another sibling, with the newest messages below it.
pub async fn select(app: App, actor: Actor, params: MessageIdParams) -> Result<MessagePage, Error> {
    let conversation = app
        .store
        .write(move |conn| {
            let message = store::messages::get(conn, actor.user_id, params.id)?;
            let conversation = store::conversations::get(conn, actor.user_id, message.conversation_id)?;
            let leaf = store::messages::latest_leaf(conn, actor.user_id, params.id)?;
            store::threads::set_head(conn, actor.user_id, conversation.main_thread_id, Some(leaf))?;
            Ok(conversation)
        })
        .await
        .map_err(|error| missing(error, "message"))?;
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    page(&app, actor, &conversation, None, PAGE).await
}

/// One message as it is now.
pub async fn get(app: App, actor: Actor, params: MessageIdParams) -> Result<MessageView, Error> {
    view::one(&app, actor, params.id).await
}

/// A page of the shown thread.
pub async fn list(app: App, actor: Actor, params: MessageListParams) -> Result<MessagePage, Error> {
    let conversation = app
        .store
        .read(move |conn| store::conversations::get(conn, actor.user_id, params.conversation_id))
        .await
        .map_err(|error| missing(error, "conversation"))?;
    let limit = params.limit.map_or(PAGE, |limit| limit.clamp(1, 200));
    page(&app, actor, &conversation, params.before, limit).await
}

/// How much of the window the next turn would use, and what would be left out.
pub async fn measure(app: App, actor: Actor, params: ContextMeasureParams) -> Result<ContextMeasure, Error> {
    let (conversation, path) = app
        .store
        .read(move |conn| {
            let conversation = store::conversations::get(conn, actor.user_id, params.conversation_id)?;
            let head = store::threads::get(conn, actor.user_id, conversation.main_thread_id)?.head_id;
            let path = match head {
                Some(head) => {
                    store::messages::path_to(conn, actor.user_id, head, prompt::LONGEST_PATH, None)?.messages
                }
                None => Vec::new(),
            };
            Ok((conversation, path))
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    let context = match &conversation.model {
        Some(model) => gateway::resolve(&app, actor, model)
            .await
            .ok()
            .and_then(|resolved| resolved.model.default_context.or(resolved.model.context_window)),
        None => None,
    };
    let prompt = prompt::cut(&conversation, path, context, &conversation.parameters, prompt::Fit::default());
    let limit = prompt.context.map(|_| prompt.limit);
    Ok(ContextMeasure { used: prompt.used, limit, context: prompt.context, left_out: prompt.left_out })
}

fn add(
    conn: &store::Connection,
    actor: Actor,
    conversation: &Conversation,
    parent_id: Option<MessageId>,
    role: Role,
    parts: Vec<Part>,
    now: domain::Timestamp,
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

/// A message of the role, with its conversation.
async fn open(app: &App, actor: Actor, id: MessageId, role: Role) -> Result<(Conversation, Message), Error> {
    let (conversation, message) = app
        .store
        .read(move |conn| {
            let message = store::messages::get(conn, actor.user_id, id)?;
            Ok((store::conversations::get(conn, actor.user_id, message.conversation_id)?, message))
        })
        .await
        .map_err(|error| missing(error, "message"))?;
    if message.role != role {
        return Err(Error::invalid(
            "This works on the other kind of message. Choose an answer to write again, or your own message to edit.",
        ));
    }
    Ok((conversation, message))
}

fn claim(app: &App, id: ConversationId) -> Result<Claim<'_>, Error> {
    app.turns.claim(id).ok_or_else(|| {
        Error::new(
            ErrorCode::Conflict,
            "An answer is still being written here. Stop it first, or wait for its end.",
        )
    })
}

fn check_text(text: String) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Err(Error::invalid("Write something first."));
    }
    if text.len() > MAX_TEXT {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "The message is longer than 4 MB. Shorten it, or send it in parts.",
        ));
    }
    Ok(text)
}

/// The answer is committed: tell everybody, start the turn.
async fn start(
    app: &App,
    actor: Actor,
    conversation: Conversation,
    user: Option<MessageId>,
    answer: Message,
    continuation: Continuation,
) -> Result<MessageSent, Error> {
    let live = app.turns.insert(answer.id, conversation.id, Fold::resume(answer.parts.clone()));
    let id = answer.id;
    let turn = Turn {
        app: app.clone(),
        actor,
        parameters: conversation.parameters.clone(),
        conversation: conversation.clone(),
        message: answer,
        continuation,
        live,
    };
    let mut messages = Vec::new();
    for id in user.into_iter().chain([id]) {
        messages.push(view::one(app, actor, id).await?);
    }
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    for message in &messages {
        app.bus.publish(Event::MessageChanged { message: Box::new(message.clone()) });
    }
    app.tasks.spawn("turn", |shutdown| turn.run(shutdown));
    Ok(MessageSent { conversation, messages })
}
