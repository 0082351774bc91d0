//! `conversation/…` and `thread/…`: listed, renamed, drafted, deleted and brought back.

use std::time::Duration;

use serde_json::{Value, json};
use webplus_tests::{Sent, TestApp};

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_title_is_the_first_question_shortened_until_it_is_renamed() {
    let app = TestApp::start().await;
    let created = app.call("conversation/create", json!({})).await;
    assert_eq!(created["title"], "New chat");
    let id = created["id"].as_str().unwrap();
    let sent = app.exchange(Some(id), "# What is the capital of France?\nThanks", "Paris.").await;
    let opened = app.call("conversation/get", json!({"id": id})).await;
    assert_eq!(opened["conversation"]["title"], "What is the capital of France?");
    app.call("conversation/update", json!({"id": id, "title": "  Capitals "})).await;
    app.exchange(Some(&sent.conversation), "And of Spain?", "Madrid.").await;
    let opened = app.call("conversation/get", json!({"id": id})).await;
    assert_eq!(opened["conversation"]["title"], "Capitals");
    for title in ["", "   ", &"x".repeat(201)] {
        assert_eq!(app.refused("conversation/update", json!({"id": id, "title": title})).await.status, 400);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_list_is_newest_first_and_comes_in_pages() {
    let app = TestApp::start().await;
    for number in 0..7 {
        app.call("conversation/create", json!({"title": format!("chat {number}")})).await;
    }
    let (mut found, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut params = json!({"limit": 3});
        if cursor != Value::Null {
            params["cursor"] = cursor.clone();
        }
        let page = app.call("conversation/list", params).await;
        found.extend(titles(&page).into_iter().map(str::to_owned));
        cursor = page["next"].clone();
        if cursor == Value::Null {
            break;
        }
    }
    assert_eq!(found, (0..7).rev().map(|number| format!("chat {number}")).collect::<Vec<_>>());
    for cursor in ["", "x", "1.2", "-", "9999999999999999999999.0"] {
        assert_eq!(app.refused("conversation/list", json!({"cursor": cursor})).await.status, 400, "{cursor}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_found_by_its_title_comes_in_pages_too() {
    let app = TestApp::start().await;
    for number in 0..120 {
        let title = if number % 2 == 0 { format!("Möwe {number}") } else { "else".to_owned() };
        app.call("conversation/create", json!({ "title": title })).await;
    }
    let mut params = json!({"title": "MÖWE"});
    let first = app.call("conversation/list", params.clone()).await;
    assert_eq!(titles(&first).len(), 50, "a page is as long as of any list");
    params["cursor"] = first["next"].clone();
    let second = app.call("conversation/list", params).await;
    let found: Vec<_> = titles(&first).into_iter().chain(titles(&second)).collect();
    let all: Vec<_> = (0..120).rev().step_by(2).map(|number| format!("Möwe {}", number - 1)).collect();
    assert_eq!((found, &second["next"]), (all.iter().map(String::as_str).collect(), &Value::Null));
    app.finish().await;
}

#[tokio::test]
async fn a_conversation_that_is_answered_moves_to_the_top() {
    let app = TestApp::start().await;
    let old = app.exchange(None, "old", "a").await;
    app.exchange(None, "new", "b").await;
    assert_eq!(titles(&app.call("conversation/list", json!({})).await), ["new", "old"]);
    app.exchange(Some(&old.conversation), "more", "c").await;
    assert_eq!(titles(&app.call("conversation/list", json!({})).await), ["old", "new"]);
    app.finish().await;
}

#[tokio::test]
async fn one_is_found_by_a_part_of_its_title_whatever_stands_in_it() {
    let app = TestApp::start().await;
    for title in ["Straßen in Köln", "100 % sure", "under_score", "'; DROP TABLE messages; --"] {
        app.call("conversation/create", json!({ "title": title })).await;
    }
    let find = async |title: &str| {
        let page = app.call("conversation/list", json!({ "title": title })).await;
        titles(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(find("köln").await, ["Straßen in Köln"]);
    assert_eq!(find("%").await, ["100 % sure"]);
    assert_eq!(find("_").await, ["under_score"]);
    assert_eq!(find("'; drop").await, ["'; DROP TABLE messages; --"]);
    assert!(find("\" OR 1=1").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_draft_outlives_the_application_and_is_gone_once_it_is_sent() {
    let app = TestApp::start().await;
    let created = app.call("conversation/create", json!({})).await;
    let id = created["id"].as_str().unwrap().to_owned();
    app.call("conversation/draft", json!({"id": id, "draft": "half a thou"})).await;
    let app = app.reopen().await;
    let opened = app.call("conversation/get", json!({"id": id})).await;
    assert_eq!(opened["conversation"]["draft"], "half a thou");
    app.exchange(Some(&id), "half a thought", "yes").await;
    let opened = app.call("conversation/get", json!({"id": id})).await;
    assert_eq!(opened["conversation"]["draft"], "");
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    assert_eq!(app.refused("conversation/draft", json!({"id": id, "draft": long})).await.code, "too_large");
    app.finish().await;
}

#[tokio::test]
async fn deleting_stops_the_answer_and_bringing_back_shows_what_came_of_it() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "long story").await;
    call.text("Once upon a time");
    events.until(|event| event["type"] == "message.delta").await;
    app.call("conversation/delete", json!({"id": sent.conversation})).await;
    tokio::time::timeout(Duration::from_secs(1), call.dropped()).await.expect("upstream goes on");
    events.until(|event| event["type"] == "conversation.removed" && event["id"] == sent.conversation).await;
    assert!(titles(&app.call("conversation/list", json!({})).await).is_empty());
    let missing = json!({"id": sent.conversation});
    for (method, params) in [
        ("message/send", json!({"conversationId": sent.conversation, "text": "more"})),
        ("message/edit", json!({"id": sent.user, "text": "more"})),
        ("message/regenerate", json!({"id": sent.answer})),
        ("message/continue", json!({"id": sent.answer})),
    ] {
        let problem = app.refused(method, params).await;
        // The stopped answer may still be saving its last words.
        assert!(matches!(problem.code.as_str(), "not_found" | "conflict"), "{method}: {problem:?}");
    }
    app.call("conversation/restore", missing).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["text"].as_str()),
        (Some("cancelled"), Some("Once upon a time"))
    );
    assert_eq!(app.texts(&sent.conversation).await, ["long story", "Once upon a time"]);
    app.exchange(Some(&sent.conversation), "more", "and so on").await;
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_one_is_swept_after_thirty_days_and_its_cost_stays_in_the_ledger() {
    let app = TestApp::start().await;
    let sent = app.exchange(None, "gone", "soon").await;
    app.call("conversation/delete", json!({"id": sent.conversation})).await;
    app.opened.clock.advance(Duration::from_hours(24 * 29));
    let app = app.reopen().await;
    app.call("conversation/restore", json!({"id": sent.conversation})).await;
    app.call("conversation/delete", json!({"id": sent.conversation})).await;
    app.opened.clock.advance(Duration::from_hours(24 * 31));
    let app = app.reopen().await;
    assert_eq!(app.refused("conversation/restore", json!({"id": sent.conversation})).await.code, "not_found");
    assert_eq!(app.rows("SELECT count(*) FROM messages"), ["0"]);
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"]);
    app.finish().await;
}

#[tokio::test]
async fn parameters_and_prompt_belong_to_the_conversation() {
    let app = TestApp::start().await;
    let params =
        json!({"text": "a", "systemPrompt": "Be kind.", "parameters": {"temperature": 0.5, "maxTokens": 9}});
    let sent = Sent::of(&app.call("message/send", params).await);
    let call = app.next_call().await;
    assert_eq!(call.request.parameters.temperature, Some(0.5));
    assert_eq!(call.request.parameters.max_tokens, Some(9));
    call.finish();
    app.ended(&sent.answer).await;
    let changed = json!({"id": sent.conversation, "parameters": {"seed": 7}, "model": "fake/small"});
    app.call("conversation/update", changed).await;
    let (next, call) = app.send(Some(&sent.conversation), "b").await;
    assert_eq!((call.request.parameters.seed, call.request.parameters.temperature), (Some(7), None));
    assert_eq!((call.request.model.as_str(), call.request.system.as_str()), ("small", "Be kind."));
    call.finish();
    app.ended(&next.answer).await;
    app.finish().await;
}

#[tokio::test]
async fn a_new_conversation_has_one_thread_whose_head_is_its_newest_message() {
    let app = TestApp::start().await;
    let sent = app.exchange(None, "a", "b").await;
    let threads = app.call("thread/list", json!({"conversationId": sent.conversation})).await;
    assert_eq!(threads.as_array().unwrap().len(), 1);
    assert_eq!(threads[0]["name"], "main");
    assert_eq!(threads[0]["headId"], sent.answer);
    app.finish().await;
}
