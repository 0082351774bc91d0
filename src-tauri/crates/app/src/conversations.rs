//! Conversations: listed, opened, renamed, deleted and brought back.

use domain::{
    Actor, Conversation, ConversationId, ErrorCode, ModelRef, Page, Parameters, Thread, ThreadId, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::{
    App, Error,
    api::Nothing,
    chat::{self, MessagePage},
    events::Event,
    pipelines::{happening, topic::Topic},
};

/// The longest title, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest draft, message or system prompt, in bytes.
pub const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Which conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationIdParams {
    /// The conversation.
    pub id: ConversationId,
}

/// Which page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct ConversationListParams {
    /// Where the page before ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only those whose title holds this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// What a new conversation begins with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct ConversationCreateParams {
    /// Its title; "New chat" unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// Its system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Its parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// What to change; absent fields stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ConversationUpdateParams {
    /// The conversation.
    pub id: ConversationId,
    /// 1 to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The model of the next turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// Sent before the messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// All parameters of the next turns: what is absent in it goes back to its default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// What stands unsent in the composer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationDraftParams {
    /// The conversation.
    pub id: ConversationId,
    /// The text; empty for none.
    pub draft: String,
}

/// An opened conversation: itself, its threads and the newest page of the main one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ConversationView {
    /// The conversation.
    pub conversation: Conversation,
    /// Its threads.
    pub threads: Vec<Thread>,
    /// The newest messages of the main thread.
    pub messages: MessagePage,
}

/// A page of the list, newest changed first.
pub async fn list(
    app: App,
    actor: Actor,
    params: ConversationListParams,
) -> Result<Page<Conversation>, Error> {
    let limit = params.limit.unwrap_or(50).clamp(1, 200);
    let cursor = params.cursor.as_deref().map(parse_cursor).transpose()?;
    let title = params.title.filter(|title| !title.trim().is_empty());
    let mut items = app
        .store
        .read(move |conn| match title {
            Some(title) => {
                store::conversations::find_by_title(conn, actor.user_id, title.trim(), cursor, limit + 1)
            }
            None => store::conversations::list(conn, actor.user_id, cursor, limit + 1),
        })
        .await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| format!("{}.{}", last.updated_at.millis(), last.id));
    Ok(Page { items, next })
}

fn parse_cursor(text: &str) -> Result<(Timestamp, ConversationId), Error> {
    let bad = || Error::invalid("The list's cursor is off. Reload the list.");
    let (millis, id) = text.split_once('.').ok_or_else(bad)?;
    Ok((Timestamp::from_millis(millis.parse().map_err(|_| bad())?), id.parse().map_err(|_| bad())?))
}

/// A new, empty conversation.
pub async fn create(app: App, actor: Actor, params: ConversationCreateParams) -> Result<Conversation, Error> {
    let title = params.title.as_deref().map_or(Ok("New chat".to_owned()), check_title)?;
    let (conversation, thread) = blank(&app, title, params.model, params.system_prompt, params.parameters);
    let saved = conversation.clone();
    app.store.write(move |conn| insert(conn, actor, &saved, &thread)).await?;
    happening::told(&app);
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    Ok(conversation)
}

/// A conversation and its main thread, not saved yet.
pub(crate) fn blank(
    app: &App,
    title: String,
    model: Option<ModelRef>,
    system_prompt: Option<String>,
    parameters: Option<Parameters>,
) -> (Conversation, Thread) {
    let now = app.clock.now();
    let id = ConversationId::new(now);
    let thread =
        Thread { id: ThreadId::new(now), conversation_id: id, name: "main".to_owned(), head_id: None };
    let conversation = Conversation {
        id,
        title,
        main_thread_id: thread.id,
        model,
        system_prompt: system_prompt.unwrap_or_default(),
        parameters: parameters.unwrap_or_default(),
        draft: String::new(),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    (conversation, thread)
}

pub(crate) fn insert(
    conn: &store::Connection,
    actor: Actor,
    conversation: &Conversation,
    thread: &Thread,
) -> Result<(), store::Error> {
    store::conversations::insert(conn, actor.user_id, conversation)?;
    store::threads::insert(conn, actor.user_id, thread)?;
    tell(conn, actor, conversation, conversation.created_at)
}

/// Tells whoever begins runs that one is new or different; its draft is nobody's business.
fn tell(
    conn: &store::Connection,
    actor: Actor,
    conversation: &Conversation,
    now: Timestamp,
) -> Result<(), store::Error> {
    let Conversation { id, title, model, .. } = conversation;
    let payload = json!({ "conversation": { "id": id, "title": title, "model": model } });
    happening::tell(conn, actor.user_id, Topic::ConversationChanged, payload, 0, now)
}

/// Opens a conversation.
pub async fn get(app: App, actor: Actor, params: ConversationIdParams) -> Result<ConversationView, Error> {
    let (conversation, threads) = app
        .store
        .read(move |conn| {
            let conversation = store::conversations::get(conn, actor.user_id, params.id)?;
            let threads = store::threads::list(conn, actor.user_id, params.id)?;
            Ok((conversation, threads))
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    let messages = chat::page(&app, actor, &conversation, None, chat::PAGE).await?;
    Ok(ConversationView { conversation, threads, messages })
}

/// Renames it, or changes what its next turns use.
pub async fn update(app: App, actor: Actor, params: ConversationUpdateParams) -> Result<Conversation, Error> {
    let title = params.title.as_deref().map(check_title).transpose()?;
    check_prompt(params.system_prompt.as_deref())?;
    let now = app.clock.now();
    let conversation = app
        .store
        .write(move |conn| {
            let mut conversation = store::conversations::get(conn, actor.user_id, params.id)?;
            if let Some(title) = title {
                conversation.title = title;
            }
            if let Some(model) = params.model {
                conversation.model = Some(model);
            }
            if let Some(prompt) = params.system_prompt {
                conversation.system_prompt = prompt;
            }
            if let Some(parameters) = params.parameters {
                conversation.parameters = parameters;
            }
            store::conversations::update(conn, actor.user_id, &conversation)?;
            tell(conn, actor, &conversation, now)?;
            Ok(conversation)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    happening::told(&app);
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    Ok(conversation)
}

/// Keeps what stands unsent in the composer.
pub async fn draft(app: App, actor: Actor, params: ConversationDraftParams) -> Result<Nothing, Error> {
    if params.draft.len() > MAX_TEXT {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "The draft is longer than 4 MB. Shorten it, or attach it as a file.",
        ));
    }
    app.store
        .write(move |conn| store::conversations::set_draft(conn, actor.user_id, params.id, &params.draft))
        .await
        .map_err(|error| missing(error, "conversation"))?;
    Ok(Nothing {})
}

/// Deletes it; `restore` brings it back for 30 days. A turn that is running in it is stopped.
pub async fn delete(app: App, actor: Actor, params: ConversationIdParams) -> Result<Nothing, Error> {
    let now = app.clock.now();
    app.store
        .write(move |conn| {
            store::conversations::mark_deleted(conn, actor.user_id, params.id, now)?;
            let payload = json!({ "id": params.id });
            happening::tell(conn, actor.user_id, Topic::ConversationRemoved, payload, 0, now)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    happening::told(&app);
    app.turns.stop_conversation(params.id);
    app.bus.publish(Event::ConversationRemoved { id: params.id });
    Ok(Nothing {})
}

/// Brings a deleted one back.
pub async fn restore(app: App, actor: Actor, params: ConversationIdParams) -> Result<Conversation, Error> {
    let now = app.clock.now();
    let conversation = app
        .store
        .write(move |conn| {
            store::conversations::undelete(conn, actor.user_id, params.id)?;
            let conversation = store::conversations::get(conn, actor.user_id, params.id)?;
            tell(conn, actor, &conversation, now)?;
            Ok(conversation)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    happening::told(&app);
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    Ok(conversation)
}

pub(crate) fn check_prompt(prompt: Option<&str>) -> Result<(), Error> {
    if prompt.is_some_and(|prompt| prompt.len() > MAX_TEXT) {
        return Err(Error::new(ErrorCode::TooLarge, "The system prompt is longer than 4 MB. Shorten it."));
    }
    Ok(())
}

fn check_title(title: &str) -> Result<String, Error> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > MAX_TITLE {
        return Err(Error::invalid(format!("Give it a title of 1 to {MAX_TITLE} characters.")));
    }
    Ok(title.to_owned())
}

pub(crate) fn missing(error: store::Error, what: &str) -> Error {
    if matches!(error, store::Error::NotFound) {
        Error::not_found(what).caused_by(error)
    } else {
        error.into()
    }
}
