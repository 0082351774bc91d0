//! `GET /api/v1/events`: resumed where a client was, and told to fetch anew where that can't be.

use serde_json::json;
use webplus_tests::TestApp;

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    app.call("conversation/create", json!({"title": "one"})).await;
    events.until(|event| event["conversation"]["title"] == "one").await;
    let last = events.head.clone();
    drop(events);
    for title in ["two", "three"] {
        app.call("conversation/create", json!({ "title": title })).await;
    }
    let mut again = app.events(Some(&last)).await;
    for title in ["two", "three"] {
        let event = again.next().await.unwrap();
        assert_eq!(
            (&event["type"], &event["conversation"]["title"]),
            (&json!("conversation.changed"), &json!(title))
        );
    }
    app.call("conversation/create", json!({"title": "four"})).await;
    assert_eq!(again.next().await.unwrap()["conversation"]["title"], "four", "then what comes");
    drop(again);
    app.finish().await;
}

#[tokio::test]
async fn who_saw_nothing_yet_can_resume_from_the_beginning_of_its_stream() {
    let app = TestApp::start().await;
    let events = app.events(None).await;
    let head = events.head.clone();
    drop(events);
    app.call("conversation/create", json!({"title": "one"})).await;
    let mut again = app.events(Some(&head)).await;
    assert_eq!(again.next().await.unwrap()["conversation"]["title"], "one");
    drop(again);
    app.finish().await;
}

#[tokio::test]
async fn an_id_of_another_start_or_of_the_future_means_fetch_anew() {
    let app = TestApp::start().await;
    let events = app.events(None).await;
    let old = events.head.clone();
    drop(events);
    let app = app.reopen().await;
    let (epoch, _) = old.split_once('-').unwrap();
    let future = format!("{}-999999", epoch.parse::<u64>().unwrap() + 1);
    for id in [old, future] {
        let mut again = app.events(Some(&id)).await;
        assert_eq!(again.next().await.unwrap(), json!({"type": "resync"}), "{id}");
        app.call("conversation/create", json!({"title": "next"})).await;
        assert_eq!(again.next().await.unwrap()["conversation"]["title"], "next", "and goes on");
    }
    app.finish().await;
}

#[tokio::test]
async fn who_fell_behind_the_buffer_is_told_to_fetch_anew() {
    let app = TestApp::start().await;
    let events = app.events(None).await;
    let head = events.head.clone();
    drop(events);
    for _ in 0..2100 {
        app.app.bus.publish(app::events::Event::ModelChanged);
    }
    let mut again = app.events(Some(&head)).await;
    assert_eq!(again.next().await.unwrap(), json!({"type": "resync"}));
    drop(again);
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    let app = TestApp::start().await;
    for id in ["x", "1", "1-", "-1", "1-2-3", "99999999999999999999-1"] {
        let request = format!(
            "GET /api/v1/events HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nlast-event-id: {id}\r\n\r\n",
            app.address, app.token
        );
        assert_eq!(webplus_tests::raw::send(app.address, request.as_bytes()).await.status, 400, "{id}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_streams_end_with_the_application() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let client = (*app).clone();
    app.finish().await;
    while events.next().await.is_some() {}
    assert!(client.reach("system/status", json!({})).await.is_err(), "the door is closed");
}
