//! `message/…`: sent, stopped, written again, edited, selected, continued.

use std::time::{Duration, Instant};

use llm::{CompletionEvent, Continuation, Error};
use serde_json::{Value, json};
use webplus_tests::{Sent, TestApp};

fn ids(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_question_is_answered_and_both_are_there_when_it_is_opened_again() {
    let app = TestApp::start().await;
    let sent = app.exchange(None, "What is *one*?", "It is **one**.").await;
    let app = app.reopen().await;
    let opened = app.call("conversation/get", json!({"id": sent.conversation})).await;
    let items = opened["messages"]["items"].as_array().unwrap();
    assert_eq!(items[0]["text"], "What is *one*?");
    assert_eq!(items[0]["blocks"], json!([]), "what a person wrote is shown as it was typed");
    assert_eq!(items[1]["text"], "It is **one**.");
    assert_eq!(items[1]["status"], "succeeded");
    assert_eq!(items[1]["finishReason"], "stop");
    assert_eq!(items[1]["model"], "fake/m");
    assert!(!items[1]["blocks"].as_array().unwrap().is_empty());
    app.finish().await;
}

#[tokio::test]
async fn what_was_answered_before_goes_with_the_next_question() {
    let app = TestApp::start().await;
    let sent = app.exchange(None, "one", "two").await;
    app.call("conversation/update", json!({"id": sent.conversation, "systemPrompt": "Be brief."})).await;
    let (next, call) = app.send(Some(&sent.conversation), "three").await;
    assert_eq!(call.request.system, "Be brief.");
    assert_eq!(call.request.model, "m");
    let texts: Vec<_> = call.request.messages.iter().map(llm::RequestMessage::plain).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    call.finish();
    app.ended(&next.answer).await;
    app.finish().await;
}

#[tokio::test]
async fn the_deltas_add_up_to_the_answer_in_every_window() {
    let app = TestApp::start().await;
    let (mut one, mut two) = (app.events(None).await, app.events(None).await);
    let (sent, call) = app.send(None, "go").await;
    for piece in ["# A ti", "tle\n\nSome *te", "xt* and `co", "de`\n\n- a\n- b"] {
        call.text(piece);
        tokio::task::yield_now().await;
    }
    call.finish();
    let mut seen = Vec::new();
    for events in [&mut one, &mut two] {
        let (mut text, mut blocks, mut revision) = (String::new(), Vec::new(), 0);
        let end = loop {
            let event = events.next().await.unwrap();
            if event["type"] == "message.delta" {
                revision += 1;
                assert_eq!(event["rev"], revision, "no gap");
                text.push_str(event["text"].as_str().unwrap_or_default());
                for patch in event["patches"].as_array().unwrap() {
                    markup::apply(&mut blocks, &serde_json::from_value(patch.clone()).unwrap());
                }
            }
            if event["type"] == "message.changed"
                && event["message"]["id"] == sent.answer
                && event["message"]["status"] == "succeeded"
            {
                break event["message"].clone();
            }
        };
        assert_eq!(end["id"], sent.answer);
        assert_eq!(end["text"], text);
        assert_eq!(text, "# A title\n\nSome *text* and `code`\n\n- a\n- b");
        assert_eq!(
            serde_json::to_value(&blocks).unwrap().as_array().unwrap().len(),
            end["blocks"].as_array().unwrap().len()
        );
        seen.push(end);
    }
    assert_eq!(seen[0], seen[1]);
    drop((one, two));
    app.finish().await;
}

#[tokio::test]
async fn a_stopped_answer_keeps_its_text_and_the_provider_is_let_go_at_once() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let mut took = Vec::new();
    for _ in 0..5 {
        let (sent, call) = app.send(None, "go").await;
        call.text("on and on");
        events.until(|event| event["type"] == "message.delta").await;
        let begun = Instant::now();
        app.call("message/stop", json!({"id": sent.answer})).await;
        tokio::time::timeout(Duration::from_secs(1), call.dropped()).await.expect("upstream goes on");
        took.push(begun.elapsed());
        app.ended(&sent.answer).await;
    }
    took.sort_unstable();
    assert!(took[2] < Duration::from_millis(100), "{took:?}");
    let (sent, call) = app.send(None, "go").await;
    call.text("as far as ");
    events.until(|event| event["type"] == "message.delta").await;
    call.text("this");
    events.until(|event| event["type"] == "message.delta").await;
    let begun = Instant::now();
    app.call("message/stop", json!({"id": sent.answer})).await;
    tokio::time::timeout(Duration::from_secs(1), call.dropped()).await.expect("upstream goes on");
    let ended = app.ended(&sent.answer).await;
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(
        (ended["status"].as_str(), ended["text"].as_str()),
        (Some("cancelled"), Some("as far as this"))
    );
    assert_eq!(app.newest_call().await["outcome"], "cancelled");
    // Once more changes nothing.
    app.call("message/stop", json!({"id": sent.answer})).await;
    assert_eq!(app.ended(&sent.answer).await["status"], "cancelled");
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_stopped_before_its_first_word_is_cancelled_and_free() {
    let app = TestApp::start().await;
    let sent = Sent::of(&app.call("message/send", json!({"text": "go"})).await);
    app.call("message/stop", json!({"id": sent.answer})).await;
    let ended = app.ended(&sent.answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("cancelled"), Some("")));
    app.finish().await;
}

#[tokio::test]
async fn an_answer_written_again_is_a_sibling_and_either_can_be_shown() {
    let app = TestApp::start().await;
    let first = app.exchange(None, "question", "first").await;
    let again = Sent::of(&app.call("message/regenerate", json!({"id": first.answer})).await);
    let call = app.next_call().await;
    let asked: Vec<_> = call.request.messages.iter().map(llm::RequestMessage::plain).collect();
    assert_eq!(asked, ["question"], "the first answer isn't part of the question");
    call.text("second");
    call.finish();
    let ended = app.ended(&again.answer).await;
    assert_eq!(ids(&ended["siblings"]), [&first.answer, &again.answer]);
    assert_eq!(app.texts(&first.conversation).await, ["question", "second"]);
    let page = app.call("message/select", json!({"id": first.answer})).await;
    assert_eq!(page["items"][1]["text"], "first");
    let third = app.exchange(Some(&first.conversation), "go on", "third").await;
    assert_eq!(app.texts(&first.conversation).await, ["question", "first", "go on", "third"]);
    app.call("message/select", json!({"id": again.answer})).await;
    assert_eq!(app.texts(&first.conversation).await, ["question", "second"]);
    app.call("message/select", json!({"id": first.answer})).await;
    assert_eq!(
        app.thread(&first.conversation).await.last().unwrap()["id"],
        third.answer,
        "its newest messages"
    );
    app.finish().await;
}

#[tokio::test]
async fn an_edited_question_is_a_sibling_with_an_answer_of_its_own() {
    let app = TestApp::start().await;
    let first = app.exchange(None, "questoin", "what?").await;
    app.exchange(Some(&first.conversation), "never mind", "fine").await;
    let edited = Sent::of(&app.call("message/edit", json!({"id": first.user, "text": "question"})).await);
    let call = app.next_call().await;
    assert_eq!(call.request.messages.len(), 1, "what came after the old version is not part of it");
    call.text("answer");
    call.finish();
    app.ended(&edited.answer).await;
    let thread = app.thread(&first.conversation).await;
    assert_eq!(ids(&thread[0]["siblings"]), [&first.user, &edited.user]);
    assert_eq!(app.texts(&first.conversation).await, ["question", "answer"]);
    app.call("message/select", json!({"id": first.user})).await;
    assert_eq!(app.texts(&first.conversation).await, ["questoin", "what?", "never mind", "fine"]);
    let problem = app.refused("message/edit", json!({"id": first.answer, "text": "x"})).await;
    assert_eq!((problem.status, problem.code.as_str()), (400, "invalid_input"));
    let problem = app.refused("message/regenerate", json!({"id": first.user})).await;
    assert_eq!(problem.status, 400);
    app.finish().await;
}

#[tokio::test]
async fn a_stopped_answer_goes_on_in_the_same_message() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "count").await;
    call.text("one two");
    events.until(|event| event["type"] == "message.delta").await;
    app.call("message/stop", json!({"id": sent.answer})).await;
    app.ended(&sent.answer).await;
    let gone_on = Sent::of(&app.call("message/continue", json!({"id": sent.answer})).await);
    assert_eq!(gone_on.answer, sent.answer);
    let call = app.next_call().await;
    assert_eq!(call.request.continuation, Continuation::Extend);
    assert_eq!(call.request.messages.last().unwrap().plain(), "one two");
    call.text(" three");
    events.until(|event| event["type"] == "message.delta" && event["text"] == " three").await;
    let joined = app.call("message/get", json!({"id": sent.answer})).await;
    assert_eq!(joined["text"], "one two three", "who joins now sees all of it");
    call.finish();
    let ended = app.ended(&sent.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["text"].as_str()),
        (Some("succeeded"), Some("one two three"))
    );
    assert_eq!(app.thread(&sent.conversation).await.len(), 2);
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["2"], "each part was a call");
    app.finish().await;
}

#[tokio::test]
async fn an_answer_of_which_nothing_came_is_answered_anew_when_it_is_continued() {
    let app = TestApp::start().await;
    let (sent, call) = app.send(None, "go").await;
    app.call("message/stop", json!({"id": sent.answer})).await;
    call.dropped().await;
    app.ended(&sent.answer).await;
    app.call("message/continue", json!({"id": sent.answer})).await;
    let call = app.next_call().await;
    assert_eq!(call.request.continuation, Continuation::Answer);
    assert_eq!(call.request.messages.last().unwrap().plain(), "go");
    call.text("here");
    call.finish();
    assert_eq!(app.ended(&sent.answer).await["text"], "here");
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_interrupted_with_its_text_and_a_failed_one_can_be_tried_again() {
    let app = TestApp::start().await;
    let (cut, call) = app.send(None, "go").await;
    call.text("half");
    drop(call);
    let ended = app.ended(&cut.answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("interrupted"), Some("half")));
    assert!(ended["errorMessage"].as_str().unwrap().ends_with('.'));
    let (failed, call) = app.send(Some(&cut.conversation), "again").await;
    call.fail(Error::Auth("The key was refused. Check it.".to_owned()));
    let ended = app.ended(&failed.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("provider_auth"))
    );
    let retried = Sent::of(&app.call("message/regenerate", json!({"id": failed.answer})).await);
    let call = app.next_call().await;
    call.text("good");
    call.finish();
    assert_eq!(app.ended(&retried.answer).await["text"], "good");
    assert_eq!(app.texts(&cut.conversation).await, ["go", "half", "again", "good"]);
    app.finish().await;
}

#[tokio::test]
async fn of_two_questions_at_once_one_is_taken_and_one_is_told_to_wait() {
    let app = TestApp::start().await;
    let first = app.exchange(None, "one", "two").await;
    let params = json!({"conversationId": first.conversation, "text": "at once"});
    let answers = tokio::join!(
        app.try_call("message/send", params.clone()),
        app.try_call("message/send", params.clone()),
        app.try_call("message/send", params.clone()),
    );
    let answers = [answers.0, answers.1, answers.2];
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert_eq!(refused.len(), 2, "{answers:?}");
    for problem in refused {
        assert_eq!((problem.status, problem.code.as_str()), (409, "conflict"));
    }
    let call = app.next_call().await;
    for (method, params) in [
        ("message/regenerate", json!({"id": first.answer})),
        ("message/edit", json!({"id": first.user, "text": "x"})),
        ("message/continue", json!({"id": first.answer})),
    ] {
        assert_eq!(app.refused(method, params).await.code, "conflict", "{method}");
    }
    call.finish();
    let taken = answers.iter().find_map(|answer| answer.as_ref().ok()).unwrap();
    app.ended(&Sent::of(taken).answer).await;
    assert_eq!(app.thread(&first.conversation).await.len(), 4);
    app.finish().await;
}

#[tokio::test]
async fn reasoning_is_kept_apart_from_the_answer() {
    let app = TestApp::start().await;
    let (sent, call) = app.send(None, "why").await;
    call.send(CompletionEvent::Reasoning("Let me think.".to_owned()));
    call.text("Because.");
    call.finish();
    let ended = app.ended(&sent.answer).await;
    assert_eq!(
        (ended["reasoning"].as_str(), ended["text"].as_str()),
        (Some("Let me think."), Some("Because."))
    );
    app.finish().await;
}

#[tokio::test]
async fn what_cant_be_sent_is_refused_with_a_sentence() {
    let app = TestApp::start().await;
    assert_eq!(app.refused("message/send", json!({"text": " \n"})).await.code, "invalid_input");
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    assert_eq!(app.refused("message/send", json!({"text": long})).await.code, "too_large");
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(
        app.refused("message/send", json!({"text": "a", "conversationId": nobody})).await.code,
        "not_found"
    );
    for method in ["message/stop", "message/get", "message/select", "message/continue", "message/regenerate"]
    {
        let problem = app.refused(method, json!({"id": nobody})).await;
        assert_eq!((problem.status, problem.code.as_str()), (404, "not_found"), "{method}");
    }
    assert_eq!(app.refused("message/get", json!({"id": "../etc/passwd"})).await.code, "invalid_input");
    let sent = Sent::of(&app.call("message/send", json!({"text": "a", "model": "nowhere/x"})).await);
    let ended = app.ended(&sent.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("model_not_found"))
    );
    assert!(ended["errorMessage"].as_str().unwrap().contains("nowhere"));
    app.finish().await;
}

#[tokio::test]
async fn a_parameter_that_the_model_does_not_take_is_refused_by_name_before_the_call() {
    let app = TestApp::start().await;
    for (parameters, word) in [(json!({"topK": 3}), "top-k"), (json!({"temperature": 3.0}), "temperature")] {
        let sent = Sent::of(&app.call("message/send", json!({"text": "a", "parameters": parameters})).await);
        let ended = app.ended(&sent.answer).await;
        assert_eq!(ended["errorCode"], "invalid_input");
        assert!(ended["errorMessage"].as_str().unwrap().contains(word), "{ended}");
    }
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["0"]);
    app.finish().await;
}

#[tokio::test]
async fn a_long_thread_comes_in_pages_without_gap_or_double() {
    let app = TestApp::start().await;
    app.fake().answer_with("yes");
    let first = Sent::of(&app.call("message/send", json!({"text": "0"})).await);
    app.ended(&first.answer).await;
    for number in 1..8 {
        let sent = app
            .call("message/send", json!({"conversationId": first.conversation, "text": number.to_string()}));
        app.ended(&Sent::of(&sent.await).answer).await;
    }
    let (mut found, mut before) = (Vec::new(), Value::Null);
    loop {
        let mut params = json!({"conversationId": first.conversation, "limit": 5});
        if before != Value::Null {
            params["before"] = before.clone();
        }
        let page = app.call("message/list", params).await;
        let items = page["items"].as_array().unwrap();
        found.splice(0..0, items.iter().map(|item| item["seq"].as_i64().unwrap()));
        before = items[0]["id"].clone();
        if page["hasMore"] == false {
            break;
        }
    }
    assert_eq!(found, (1..=16).collect::<Vec<i64>>());
    app.finish().await;
}
