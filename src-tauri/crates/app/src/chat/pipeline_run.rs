//! A pipeline run from a conversation: the person's words, an answer that waits, and the run are one transaction; what the run
//! gives is written into that answer, whenever that is and whatever happened to us meanwhile.

use domain::{
    Actor, ErrorCode, Message, MessageId, MessageStatus, Part, Role, Run, RunOrigin, RunStatus, Timestamp,
};
use serde_json::Value;

use super::{MessageRunParams, MessageSent, begin, keep, title, view};
use crate::{
    App, Error,
    conversations::{self, MAX_TEXT},
    events::Event,
    pipelines::{
        Came, accept_with, happening, load_value,
        topic::Topic,
        triggers::{Chosen, FromChat, from_chat},
        value_size,
    },
};

/// More of a run's outputs isn't written into a message, in bytes: the run's page has it.
const SHOWN: u64 = 256 * 1024;

/// Runs a pipeline; its end comes as the answer.
pub async fn run(app: App, actor: Actor, params: MessageRunParams) -> Result<MessageSent, Error> {
    if params.text.len() > MAX_TEXT {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "The message is longer than 4 MB. Shorten it, or give the pipeline a file.",
        ));
    }
    let now = app.clock.now();
    let answer = MessageId::new(now);
    let wanted = FromChat {
        pipeline: params.pipeline,
        text: params.text,
        inputs: params.inputs.unwrap_or_default(),
        message: answer,
    };
    let (checked, asked, Chosen { name, text }) = from_chat(&app, actor, wanted).await?;
    let words = format!("/run {name} {text}").trim_end().to_owned();
    let fresh = params.conversation_id.is_none().then(|| {
        let heading = if text.is_empty() { &name } else { &text };
        conversations::blank(&app, title::from_question(heading), None, None, None)
    });
    let (id, fresh) = match (params.conversation_id, fresh) {
        (Some(id), _) => (id, None),
        (None, Some(fresh)) => (fresh.0.id, Some(fresh)),
        (None, None) => return Err(Error::not_found("conversation")),
    };
    let claim = begin::claim(&app, id)?;
    let (tell, told) = tokio::sync::oneshot::channel();
    let came = accept_with(&app, actor, &checked, asked, move |conn, run| {
        if let Some((conversation, thread)) = fresh {
            conversations::insert(conn, actor, &conversation, &thread)?;
        }
        let mut conversation = begin::alive(conn, actor, id)?;
        let head = store::threads::get(conn, actor.user_id, conversation.main_thread_id)?.head_id;
        (conversation.draft, conversation.updated_at) = (String::new(), now);
        store::conversations::set_draft(conn, actor.user_id, id, "")?;
        store::conversations::update(conn, actor.user_id, &conversation)?;
        let user = message(MessageId::new(now), id, head, Role::User, vec![Part::Text { text: words }], now);
        let user = Message { seq: store::messages::next_seq(conn, actor.user_id, id)?, ..user };
        store::messages::insert(conn, actor.user_id, &user)?;
        let waiting = vec![Part::Run { id: run.id, name, over: false }];
        let waits = message(answer, id, Some(user.id), Role::Assistant, waiting, now);
        let waits = Message { seq: store::messages::next_seq(conn, actor.user_id, id)?, ..waits };
        store::messages::insert(conn, actor.user_id, &waits)?;
        store::threads::set_head(conn, actor.user_id, conversation.main_thread_id, Some(answer))?;
        // Who asked may be gone; what is committed is committed.
        let _gone = tell.send((conversation, user.id));
        Ok(true)
    });
    match came.await {
        Ok(Came::Accepted(_)) => {}
        Ok(_) => {
            return Err(Error::new(
                ErrorCode::Conflict,
                "This run was begun already. Reload the conversation.",
            ));
        }
        Err(error) if error.code == ErrorCode::NotFound => return Err(Error::not_found("conversation")),
        Err(error) => return Err(error),
    }
    drop(claim);
    let (conversation, user) = told
        .await
        .map_err(|_| Error::new(ErrorCode::Interrupted, "Web+ is ending. Reload the conversation."))?;
    let mut messages = Vec::new();
    for id in [user, answer] {
        messages.push(view::one(&app, actor, id).await?);
    }
    app.bus.publish(Event::ConversationChanged { conversation: conversation.clone() });
    for message in &messages {
        app.bus.publish(Event::MessageChanged { message: Box::new(message.clone()) });
    }
    Ok(MessageSent { conversation, messages })
}

fn message(
    id: MessageId,
    conversation: domain::ConversationId,
    parent_id: Option<MessageId>,
    role: Role,
    parts: Vec<Part>,
    now: Timestamp,
) -> Message {
    Message {
        id,
        conversation_id: conversation,
        parent_id,
        seq: 0,
        role,
        status: if role == Role::Assistant { MessageStatus::Running } else { MessageStatus::Succeeded },
        parts,
        model: None,
        finish_reason: None,
        error_code: None,
        error_message: None,
        created_at: now,
    }
}

/// A run is over: if a conversation waits for it, what it gave is written there. May be told twice.
pub(crate) async fn over(app: &App, run: &Run) -> Result<(), Error> {
    let RunOrigin::Chat { message_id: Some(id) } = run.origin else { return Ok(()) };
    let run = run.id;
    let (actor, row) = app
        .store
        .read(move |conn| {
            let row = store::runs::get_whole(conn, run)?;
            Ok((Actor { user_id: row.owner_id, admin: false }, row))
        })
        .await?;
    let mut outputs = Vec::new();
    for (name, stored) in row.outputs.unwrap_or_default() {
        let value = match value_size(&stored) {
            size if size > SHOWN => Value::from("This is too long to stand here. Open the run to see it."),
            _ => load_value(app, &stored).await?,
        };
        outputs.push((name, value));
    }
    let (run, depth) = (row.run, row.depth);
    let text = in_words(&outputs);
    let now = app.clock.now();
    let written = app.store.write(move |conn| {
        let mut message = store::messages::get(conn, actor.user_id, id)?;
        let Some((of, name, false)) = message.run().map(|(of, name, over)| (of, name.to_owned(), over))
        else {
            return Ok(false);
        };
        message.parts = vec![Part::Run { id: of, name, over: true }];
        if !text.is_empty() {
            message.parts.push(Part::Text { text });
        }
        message.status = match run.status {
            RunStatus::Succeeded => MessageStatus::Succeeded,
            RunStatus::Cancelled => MessageStatus::Cancelled,
            _ => MessageStatus::Failed,
        };
        (message.error_code, message.error_message) = match run.status {
            RunStatus::Succeeded => (None, None),
            _ => (run.error_code, run.error_message.clone()),
        };
        store::messages::finish(conn, actor.user_id, &message)?;
        store::conversations::touch(conn, actor.user_id, message.conversation_id, now)?;
        happening::tell(
            conn,
            actor.user_id,
            Topic::MessageChanged,
            happening::message(&message),
            depth,
            now,
        )?;
        Ok(true)
    });
    match written.await {
        Ok(true) => {
            happening::told(app);
            keep::publish(app, actor, id).await;
        }
        // Written already, or its conversation is gone.
        Ok(false) | Err(store::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// One output stands for itself; several have their names above them.
fn in_words(outputs: &[(String, Value)]) -> String {
    match outputs {
        [] => String::new(),
        [(_, value)] => shown(value),
        all => {
            let parts: Vec<String> =
                all.iter().map(|(name, value)| format!("**{name}**\n\n{}", shown(value))).collect();
            parts.join("\n\n")
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        other => format!("```json\n{}\n```", serde_json::to_string_pretty(other).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_output_is_the_answer_and_several_have_names() {
        assert_eq!(in_words(&[("text".into(), json!("Hello"))]), "Hello");
        let both = in_words(&[("a".into(), json!("x")), ("b".into(), json!({"n": 1}))]);
        assert_eq!(both, "**a**\n\nx\n\n**b**\n\n```json\n{\n  \"n\": 1\n}\n```");
        assert_eq!(in_words(&[]), "");
    }
}
