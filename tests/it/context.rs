//! `context/measure`, and what is left out where a conversation is longer than its model's window.

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
async fn without_a_model_or_a_message_there_is_still_a_measure() {
    let app = TestApp::start().await;
    let created = app.call("conversation/create", json!({})).await;
    let measure = measured(&app, created["id"].as_str().unwrap()).await;
    assert_eq!((&measure["limit"], &measure["leftOut"]), (&Value::Null, &json!([])));
    app.finish().await;
}
