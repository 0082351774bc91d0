//! `context/measure`, and what is left out where a conversation is longer than its model's window.

use domain::{Message, MessageId, MessageStatus, Part, Role, Timestamp, UserId};
use llm::Error;
use serde_json::{Value, json};
use webplus_tests::{Sent, TestApp};

async fn measured(app: &TestApp, conversation: &str) -> Value {
    app.call("context/measure", json!({"conversationId": conversation})).await
}

#[tokio::test]
async fn a_short_conversation_fits_and_says_how_much_it_uses() {
    let app = TestApp::start().await;
    let sent = app.exchange(None, "What is one?", "It is one.").await;
    let measure = measured(&app, &sent.conversation).await;
    assert_eq!(measure["context"], 8192);
    assert_eq!(measure["leftOut"], json!([]));
    let used = measure["used"].as_u64().unwrap();
    assert!((5..100).contains(&used) && used < measure["limit"].as_u64().unwrap(), "{measure}");
    app.finish().await;
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_is_exactly_what_is_not_sent() {
    let app = TestApp::start().await;
    app.call("settings/update", json!({"defaultModel": "fake/small"})).await;
    let words = "a word and another one, ".repeat(20);
    let first = app.exchange(None, &words, &words).await;
    for _ in 0..3 {
        app.exchange(Some(&first.conversation), &words, &words).await;
    }
    let before = app.thread(&first.conversation).await;
    let (next, call) = app.send(Some(&first.conversation), "and now?").await;
    let sent = call.request.messages.len();
    let texts: Vec<_> = call.request.messages.iter().map(llm::RequestMessage::plain).collect();
    assert_eq!(texts.last().unwrap(), "and now?");
    assert!(sent < before.len() + 1, "all was sent");
    call.finish();
    app.ended(&next.answer).await;
    let measure = measured(&app, &first.conversation).await;
    let left_out = measure["leftOut"].as_array().unwrap();
    assert_eq!(left_out.len(), before.len() + 1 - sent);
    for (id, message) in left_out.iter().zip(&before) {
        assert_eq!(*id, message["id"], "the oldest are left out, in order");
    }
    assert!(measure["used"].as_u64().unwrap() <= measure["limit"].as_u64().unwrap());
    app.finish().await;
}

#[tokio::test]
async fn a_prompt_that_the_model_counts_as_too_long_is_cut_and_sent_again() {
    let app = TestApp::start().await;
    let first = app.exchange(None, &"one ".repeat(300), &"two ".repeat(300)).await;
    app.exchange(Some(&first.conversation), &"three ".repeat(300), &"four ".repeat(300)).await;
    let (sent, call) = app.send(Some(&first.conversation), "five").await;
    assert_eq!(call.request.messages.len(), 5);
    let too_long = || Error::ContextTooLong {
        message: "The conversation is longer than the model's window. Begin a new one.".to_owned(),
        prompt_tokens: Some(20_000),
        context: Some(8192),
    };
    call.fail(too_long());
    let call = app.next_call().await;
    assert!(call.request.messages.len() < 5);
    assert_eq!(call.request.messages.last().unwrap().plain(), "five");
    call.text("good");
    call.finish();
    assert_eq!(app.ended(&sent.answer).await["status"], "succeeded");
    assert_eq!(
        app.rows("SELECT outcome FROM calls ORDER BY started_at DESC LIMIT 2"),
        ["succeeded", "failed"]
    );
    // What alone is too long can't be cut.
    let alone = Sent::of(&app.call("message/send", json!({"text": "x"})).await);
    app.next_call().await.fail(too_long());
    let ended = app.ended(&alone.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("context_too_long"))
    );
    app.finish().await;
}

#[tokio::test]
async fn the_numbers_of_a_refusal_are_those_of_the_meter_from_then_on() {
    let app = TestApp::start().await;
    let first = app.exchange(None, &"one ".repeat(300), &"two ".repeat(300)).await;
    let before = measured(&app, &first.conversation).await;
    assert_eq!((&before["context"], &before["leftOut"]), (&json!(8192), &json!([])));
    let (sent, call) = app.send(Some(&first.conversation), "three").await;
    call.fail(Error::ContextTooLong {
        message: "The conversation is longer than the model's window. Begin a new one.".to_owned(),
        prompt_tokens: Some(20_000),
        context: Some(4096),
    });
    let call = app.next_call().await;
    call.text("good");
    call.finish();
    app.ended(&sent.answer).await;
    let after = measured(&app, &first.conversation).await;
    assert_eq!(after["context"], 4096, "what the engine was really started with: {after}");
    assert!(after["limit"].as_u64().unwrap() < before["limit"].as_u64().unwrap(), "{after}");
    assert!(!after["leftOut"].as_array().unwrap().is_empty(), "by its own count: {after}");
    app.finish().await;
}

#[tokio::test]
async fn without_a_model_or_a_message_there_is_still_a_measure() {
    let app = TestApp::start().await;
    let created = app.call("conversation/create", json!({})).await;
    let measure = measured(&app, created["id"].as_str().unwrap()).await;
    assert_eq!((&measure["limit"], &measure["leftOut"]), (&Value::Null, &json!([])));
    app.finish().await;
}

/// A conversation of so many messages, written past the application: "word word word" and the like, by turns.
async fn long(app: &TestApp, length: i64) -> Vec<String> {
    let created = app.call("conversation/create", json!({})).await;
    let id = created["id"].as_str().unwrap().parse().unwrap();
    let thread = created["mainThreadId"].as_str().unwrap().parse().unwrap();
    let fill = move |connection: &store::Connection| {
        let mut ids: Vec<MessageId> = Vec::new();
        for seq in 1..=length {
            let message = Message {
                id: MessageId::new(Timestamp::from_millis(seq)),
                conversation_id: id,
                parent_id: ids.last().copied(),
                seq,
                role: if seq % 2 == 1 { Role::User } else { Role::Assistant },
                status: MessageStatus::Succeeded,
                parts: vec![Part::Text { text: "word ".repeat(8) }],
                model: None,
                finish_reason: None,
                error_code: None,
                error_message: None,
                created_at: Timestamp::from_millis(seq),
            };
            store::messages::insert(connection, UserId::LOCAL, &message)?;
            ids.push(message.id);
        }
        store::threads::set_head(connection, UserId::LOCAL, thread, ids.last().copied())?;
        Ok(ids)
    };
    let ids = app.app.store.write(fill).await.unwrap();
    std::iter::once(created["id"].as_str().unwrap().to_owned())
        .chain(ids.iter().map(ToString::to_string))
        .collect()
}

#[tokio::test]
async fn of_a_conversation_of_any_length_all_messages_count() {
    let app = TestApp::start().await;
    app.call("settings/update", json!({"defaultModel": null})).await;
    let made = long(&app, 4500).await;
    let (id, messages) = made.split_first().unwrap();
    // Without a model there is no limit, and all would be sent.
    let all = measured(&app, id).await;
    assert_eq!((&all["limit"], &all["leftOut"]), (&Value::Null, &json!([])));
    let each = all["used"].as_u64().unwrap() / 4500;
    assert!((14..20).contains(&each), "{each} tokens each");
    app.call("conversation/update", json!({"id": id, "model": "fake/small"})).await;
    let measure = measured(&app, id).await;
    let left_out = measure["leftOut"].as_array().unwrap();
    assert!(left_out.len() > 4450, "{}", left_out.len());
    assert!(left_out.iter().zip(messages).all(|(id, message)| id == message), "the oldest, in order");
    let sent = Sent::of(&app.call("message/send", json!({"conversationId": id, "text": "and now?"})).await);
    let call = app.next_call().await;
    let before = measure["used"].as_u64().unwrap() / each;
    assert!((before - 2..=before + 2).contains(&(call.request.messages.len() as u64)));
    assert_eq!(call.request.messages.last().unwrap().plain(), "and now?");
    call.finish();
    app.ended(&sent.answer).await;
    app.finish().await;
}
