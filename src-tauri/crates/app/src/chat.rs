//! Talking: messages are sent, stopped, written again, edited and continued. A verb commits and answers at once; the
//! answer's text comes as events.

mod begin;
mod fold;
mod keep;
mod outcome;
mod params;
mod path;
mod pipeline_run;
mod prompt;
mod title;
mod turn;
mod turns;
mod view;
mod window;

pub use params::{
    ContextMeasure, ContextMeasureParams, MessageEditParams, MessageIdParams, MessageListParams,
    MessageRegenerateParams, MessageRunParams, MessageSendParams, MessageSent,
};
pub(crate) use pipeline_run::over as run_is_over;
pub use pipeline_run::run;
pub(crate) use turns::Turns;
pub use view::{CallFacts, MessagePage, MessageRun, MessageView};
pub(crate) use view::{PAGE, page};

use domain::{Actor, ErrorCode, Role};

use crate::{
    App, Error,
    api::Nothing,
    conversations::{self, MAX_TEXT, missing},
    events::Event,
    gateway, settings,
};

/// Sends a message and starts the answer.
pub async fn send(app: App, actor: Actor, params: MessageSendParams) -> Result<MessageSent, Error> {
    let text = check_text(params.text)?;
    conversations::check_prompt(params.system_prompt.as_deref())?;
    let default_model = settings::default_model(&app, actor).await?;
    let (now, model) = (app.clock.now(), params.model);
    let fresh = params.conversation_id.is_none().then(|| {
        let title = title::from_question(&text);
        conversations::blank(&app, title, model.clone(), params.system_prompt, params.parameters)
    });
    let (id, fresh) = match (params.conversation_id, fresh) {
        (Some(id), _) => (id, None),
        (None, Some(fresh)) => (fresh.0.id, Some(fresh)),
        (None, None) => return Err(Error::not_found("conversation")),
    };
    let _claim = begin::claim(&app, id)?;
    let begun = app
        .store
        .write(move |conn| {
            if let Some((conversation, thread)) = fresh {
                conversations::insert(conn, actor, &conversation, &thread)?;
            }
            let mut conversation = begin::alive(conn, actor, id)?;
            let head = store::threads::get(conn, actor.user_id, conversation.main_thread_id)?.head_id;
            if head.is_none() && conversation.title == title::UNNAMED {
                conversation.title = title::from_question(&text);
            }
            conversation.model = model.or(conversation.model).or(default_model);
            conversation.draft = String::new();
            store::conversations::set_draft(conn, actor.user_id, id, "")?;
            begin::question(conn, actor, conversation, head, text, now)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    begin::start(&app, actor, begun).await
}

/// Writes an answer again, as a sibling. Also how a failed one is tried again.
pub async fn regenerate(
    app: App,
    actor: Actor,
    params: MessageRegenerateParams,
) -> Result<MessageSent, Error> {
    let old = begin::find(&app, actor, params.id, Role::Assistant).await?;
    by_a_model(&old)?;
    let _claim = begin::claim(&app, old.conversation_id)?;
    let now = app.clock.now();
    let begun = app
        .store
        .write(move |conn| {
            let mut conversation = begin::alive(conn, actor, old.conversation_id)?;
            conversation.model = params.model.or(conversation.model).or(old.model);
            begin::answer(conn, actor, conversation, None, old.parent_id, now)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    begin::start(&app, actor, begun).await
}

/// Writes a person's message differently, as a sibling, and starts the answer to it.
pub async fn edit(app: App, actor: Actor, params: MessageEditParams) -> Result<MessageSent, Error> {
    let text = check_text(params.text)?;
    let old = begin::find(&app, actor, params.id, Role::User).await?;
    let _claim = begin::claim(&app, old.conversation_id)?;
    let now = app.clock.now();
    let begun = app
        .store
        .write(move |conn| {
            let conversation = begin::alive(conn, actor, old.conversation_id)?;
            begin::question(conn, actor, conversation, old.parent_id, text, now)
        })
        .await
        .map_err(|error| missing(error, "conversation"))?;
    begin::start(&app, actor, begun).await
}

/// Goes on with an answer that was stopped, cut off or ended by the limit of tokens: the same message grows.
pub async fn resume(app: App, actor: Actor, params: MessageIdParams) -> Result<MessageSent, Error> {
    let seen = begin::find(&app, actor, params.id, Role::Assistant).await?;
    by_a_model(&seen)?;
    let _claim = begin::claim(&app, seen.conversation_id)?;
    let now = app.clock.now();
    let begun = app
        .store
        .write(move |conn| begin::continued(conn, actor, seen.conversation_id, params.id, now))
        .await
        .map_err(|error| missing(error, "message"))?
        .ok_or_else(|| {
            Error::new(
                ErrorCode::Conflict,
                "This answer is complete; there is nothing to go on with. Write it again instead.",
            )
        })?;
    begin::start(&app, actor, begun).await
}

/// Stops an answer; what came of it is kept. An answer that isn't being written is left as it is.
pub async fn stop(app: App, actor: Actor, params: MessageIdParams) -> Result<Nothing, Error> {
    let message = app
        .store
        .read(move |conn| store::messages::get(conn, actor.user_id, params.id))
        .await
        .map_err(|error| missing(error, "message"))?;
    if let Some((id, _, false)) = message.run() {
        crate::pipelines::runs::cancel(app, actor, crate::pipelines::RunIdParams { id }).await?;
        return Ok(Nothing {});
    }
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
            let conversation = begin::alive(conn, actor, message.conversation_id)?;
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
    let (conversation, head) = app
        .store
        .read(move |conn| {
            let conversation = store::conversations::get(conn, actor.user_id, params.conversation_id)?;
            let head = store::threads::get(conn, actor.user_id, conversation.main_thread_id)?.head_id;
            Ok((conversation, head))
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
    let fit =
        conversation.model.as_ref().map(|model| app.turns.fit(conversation.id, model)).unwrap_or_default();
    let limits = prompt::Limits::new(context, &conversation.parameters, fit);
    let chosen = prompt::choose(&app, actor, &conversation, head, limits).await?;
    let limit = limits.context.map(|_| limits.prompt);
    Ok(ContextMeasure { used: chosen.used, limit, context: limits.context, left_out: chosen.left_out })
}

/// A run is begun again as a run.
fn by_a_model(message: &domain::Message) -> Result<(), Error> {
    match message.run() {
        None => Ok(()),
        Some(_) => Err(Error::new(
            ErrorCode::Conflict,
            "A pipeline wrote this answer. Open its run to go on with it, or run the pipeline again.",
        )),
    }
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
