//! The end of the application in the middle of things: what was written is kept, and can be gone on with.

use std::time::Duration;

use llm::Continuation;
use serde_json::json;
use webplus_tests::{Sent, TestApp, eventually, pipeline, rows};

#[tokio::test]
async fn what_comes_is_committed_within_a_second() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "go").await;
    let data = app.data();
    for text in ["first ", "second ", "third "] {
        call.text(text);
        events.until(|event| event["type"] == "message.delta" && event["text"] == text).await;
        let took = eventually("the text is in the database", Duration::from_secs(10), || {
            rows(&data, "SELECT parts FROM messages WHERE status = 'running'").concat().contains(text)
        });
        // A checkpoint is due after half a second; the rest is for a busy computer.
        let took = took.await;
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    call.finish();
    app.ended(&sent.answer).await;
    app.finish().await;
}

#[tokio::test]
async fn an_answer_that_is_being_written_at_the_end_is_interrupted_with_all_of_its_text() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "go").await;
    call.text("Every word that was shown");
    events.until(|event| event["type"] == "message.delta").await;
    call.text(" or just came");
    events.until(|event| event["type"] == "message.delta").await;
    drop(events);
    let app = app.reopen().await;
    assert!(!call.text("more"), "upstream was let go");
    let thread = app.thread(&sent.conversation).await;
    assert_eq!(thread[1]["status"], "interrupted");
    assert_eq!(thread[1]["text"], "Every word that was shown or just came");
    assert_eq!(app.newest_call().await["outcome"], "interrupted");
    let again = Sent::of(&app.call("message/continue", json!({"id": sent.answer})).await);
    assert_eq!(again.answer, sent.answer);
    let call = app.next_call().await;
    assert_eq!(call.request.continuation, Continuation::Extend);
    call.text(".");
    call.finish();
    assert_eq!(app.ended(&sent.answer).await["text"], "Every word that was shown or just came.");
    app.finish().await;
}

#[tokio::test]
async fn after_a_crash_an_unfinished_answer_is_interrupted_with_its_last_checkpoint() {
    let app = TestApp::start().await;
    let (sent, call) = app.send(None, "go").await;
    call.text("half of it");
    let data = app.data();
    eventually("a checkpoint is written", Duration::from_secs(10), || {
        rows(&data, "SELECT parts FROM messages WHERE status = 'running'").concat().contains("half of it")
    })
    .await;
    let crashed = app.after_a_crash().await;
    let thread = crashed.thread(&sent.conversation).await;
    assert_eq!((thread[0]["text"].as_str(), thread[0]["status"].as_str()), (Some("go"), Some("succeeded")));
    assert_eq!(
        (thread[1]["text"].as_str(), thread[1]["status"].as_str()),
        (Some("half of it"), Some("interrupted"))
    );
    let row = crashed.newest_call().await;
    assert_eq!((&row["outcome"], &row["usage"]["estimated"]), (&json!("interrupted"), &json!(true)));
    let next =
        crashed.call("message/send", json!({"conversationId": sent.conversation, "text": "and?"})).await;
    let other = crashed.next_call().await;
    other.finish();
    crashed.ended(&Sent::of(&next).answer).await;
    crashed.finish().await;
    drop(call);
    app.ended(&sent.answer).await;
    app.finish().await;
}

#[tokio::test]
async fn a_retry_that_is_waited_for_does_not_hold_up_the_end() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "go").await;
    call.fail(llm::Error::RateLimited {
        message: "Later.".to_owned(),
        retry_after: Some(Duration::from_mins(10)),
    });
    events.until(|event| event["progress"]["type"] == "retrying").await;
    drop(events);
    let begun = std::time::Instant::now();
    let app = app.reopen().await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(app.ended(&sent.answer).await["status"], "interrupted");
    app.finish().await;
}

/// Sets how large the database may grow, in pages; SQLite takes no limit below the size that it has.
async fn limit(app: &TestApp, pages: u32) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    let set = app.app.store.write(move |conn| Ok(conn.query_row(&sql, [], |_| Ok(()))?));
    set.await.unwrap();
}

#[tokio::test]
async fn an_answer_that_a_full_disk_has_no_room_for_is_shown_in_full_and_kept_once_there_is() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "go").await;
    limit(&app, 1).await;
    let text = "Every word of it stays on the screen. ".repeat(10_000);
    call.text(&text);
    let warned = events.until(|event| event["progress"]["type"] == "notice").await;
    assert!(warned["progress"]["text"].as_str().unwrap().contains("this answer isn't saved yet"), "{warned}");
    call.finish();
    events.until(|event| event["message"]["errorCode"] == "disk_full").await;
    let shown = app.call("message/get", json!({"id": sent.answer})).await;
    assert_eq!(
        (shown["text"].as_str(), shown["status"].as_str()),
        (Some(text.as_str()), Some("interrupted"))
    );
    assert!(shown["errorMessage"].as_str().unwrap().contains("as soon as there is room"), "{shown}");
    let next = json!({"conversationId": sent.conversation, "text": "and?"});
    let refused = app.refused("message/send", next).await;
    assert!(refused.message.contains("The answer before isn't saved yet"), "{refused:?}");

    limit(&app, 1_000_000).await;
    events
        .until(|event| event["message"]["status"] == "succeeded" && event["message"]["id"] == sent.answer)
        .await;
    drop(events);
    let app = app.reopen().await;
    let thread = app.thread(&sent.conversation).await;
    assert_eq!(
        (thread[1]["text"].as_str(), thread[1]["status"].as_str()),
        (Some(text.as_str()), Some("succeeded"))
    );
    assert_eq!(app.newest_call().await["outcome"], "succeeded");
    app.finish().await;
}

/// Who is asked may hear of the end before the run does, so it ends many times.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_in_the_middle_of_an_answer_when_the_application_ends_asks_again() {
    let mut app = TestApp::start().await;
    let ask = json!({"id": "ask", "kind": "llm", "config": {"model": "fake/m", "prompt": "Go"}});
    for _ in 0..12 {
        let id = app.run(&pipeline(json!([ask]), &[]), json!({})).await;
        app.next_call().await.text("half");
        app = app.reopen().await;
        let call = app.next_call().await;
        call.text("whole");
        call.finish();
        let view = app.run_over(&id).await;
        assert_eq!(view["run"]["status"], "succeeded", "{}", view["run"]);
        assert_eq!(TestApp::step_of(&view, "ask")["tries"], 1, "what was cut off cost no try");
    }
    app.finish().await;
}
