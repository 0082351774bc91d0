//! `call/list`: every model call has its row, reserved before it is sent, settled by what came of it.

use std::time::{Duration, Instant};

use domain::TokenUsage;
use llm::{CompletionEvent, Error};
use serde_json::{Value, json};
use test_support::{FaultServer, Script};
use webplus_tests::{Sent, TestApp, fake_model};

#[tokio::test]
async fn a_call_is_reserved_before_it_is_sent_and_settled_by_its_result() {
    let app = TestApp::start().await;
    let (sent, call) = app.send(None, "How much?").await;
    let row = app.newest_call().await;
    assert_eq!(
        (row["outcome"].as_str(), row["usage"]["estimated"].as_bool()),
        (Some("reserved"), Some(true))
    );
    assert!(row["usage"]["input"].as_u64().unwrap() > 0, "the prompt is estimated");
    assert_eq!((&row["messageId"], &row["surface"]), (&json!(sent.answer), &json!("chat")));
    call.send(CompletionEvent::Started { model: Some("m-2026".to_owned()) });
    call.text("That ");
    call.text("much.");
    let usage = TokenUsage { input: 11, output: 4, ..TokenUsage::default() };
    call.send(CompletionEvent::Usage(usage));
    call.finish();
    let ended = app.ended(&sent.answer).await;
    let row = app.newest_call().await;
    assert_eq!(row["outcome"], "succeeded");
    assert_eq!((row["usage"]["input"].as_u64(), row["usage"]["output"].as_u64()), (Some(11), Some(4)));
    assert_eq!((&row["usage"]["estimated"], &row["responseModel"]), (&json!(false), &json!("m-2026")));
    assert_eq!((&row["chunks"], &row["retries"]), (&json!(2), &json!(0)));
    let (first, total) = (row["firstTokenMs"].as_f64().unwrap(), row["totalMs"].as_f64().unwrap());
    assert!(0.0 < first && first <= total);
    assert_eq!(row["costNanoUsd"], Value::Null, "an unknown price is unknown, not nothing");
    assert_eq!(ended["call"]["usage"], row["usage"], "the message tells the same");
    app.finish().await;
}

#[tokio::test]
async fn a_call_that_is_cut_is_kept_as_an_estimate() {
    let app = TestApp::start().await;
    let (sent, call) = app.send(None, "How much?").await;
    call.text("about this much and a little more");
    drop(call);
    app.ended(&sent.answer).await;
    let row = app.newest_call().await;
    assert_eq!(
        (row["outcome"].as_str(), row["usage"]["estimated"].as_bool()),
        (Some("interrupted"), Some(true))
    );
    assert!(row["usage"]["output"].as_u64().unwrap() >= 8, "{row}");
    assert!(row["usage"]["input"].as_u64().unwrap() > 0);
    app.finish().await;
}

#[tokio::test]
async fn a_known_price_is_reckoned_and_what_runs_here_is_free() {
    let app = TestApp::start().await;
    app.opened.fake.set_models(Ok(vec![fake_model("gpt-4o-mini", 128_000)]));
    let openai =
        app.add_fake("Fake OpenAI", json!({"vendor": "openai", "key": "sk-test-000000000000"})).await;
    let ollama = json!({"kind": "ollama", "baseUrl": "http://127.0.0.1:9"});
    let ollama = app.add_fake("Fake Ollama", ollama).await;
    let usage = TokenUsage { input: 1000, cache_read: 500, output: 100, ..TokenUsage::default() };
    let mut costs = Vec::new();
    for provider in [&openai, &ollama] {
        let model = format!("{}/gpt-4o-mini", provider["slug"].as_str().unwrap());
        let sent = Sent::of(&app.call("message/send", json!({"text": "a", "model": model})).await);
        let call = app.next_call().await;
        call.text("b");
        call.send(CompletionEvent::Usage(usage));
        call.finish();
        app.ended(&sent.answer).await;
        costs.push(app.newest_call().await["costNanoUsd"].clone());
    }
    // 1000 at 150, 500 at 75 and 100 at 600 nano-dollars.
    assert_eq!(costs, [json!(1000 * 150 + 500 * 75 + 100 * 600), json!(0)]);
    let sum = app.call("call/sum", json!({"since": 0})).await;
    assert_eq!(sum, json!({"costNanoUsd": costs[0], "unpriced": 0}));
    app.finish().await;
}

#[tokio::test]
async fn a_sum_counts_from_the_moment_that_the_client_calls_its_midnight() {
    let app = TestApp::start().await;
    app.fake().answer_with("yes");
    let mut begun = Vec::new();
    // A day of 23 hours, one of 25 and one of 24: what counts is when it began, not how long it is.
    for hours in [0, 23, 25, 24] {
        app.opened.clock.advance(Duration::from_hours(hours));
        let sent = Sent::of(&app.call("message/send", json!({"text": "a"})).await);
        app.ended(&sent.answer).await;
        begun.push(app.newest_call().await["startedAt"].as_i64().unwrap());
    }
    let unpriced =
        async |since: i64| app.call("call/sum", json!({ "since": since })).await["unpriced"].clone();
    for (index, at) in begun.iter().enumerate() {
        assert_eq!(unpriced(*at).await, begun.len() - index, "that moment counts");
        assert_eq!(unpriced(at + 1).await, begun.len() - index - 1, "what was before it doesn't");
    }
    assert_eq!(app.refused("call/sum", json!({})).await.code, "invalid_input");
    app.finish().await;
}

#[tokio::test]
async fn tries_before_the_first_word_are_counted_and_the_wait_that_was_asked_for_is_kept_and_shown() {
    let app = TestApp::start().await;
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "please").await;
    let asked = Instant::now();
    call.fail(Error::RateLimited {
        message: "The server asks to wait a second.".to_owned(),
        retry_after: Some(Duration::from_millis(700)),
    });
    let told = events.until(|event| event["progress"]["type"] == "retrying").await;
    assert_eq!((&told["progress"]["afterMs"], &told["progress"]["attempt"]), (&json!(700), &json!(2)));
    assert_eq!(told["progress"]["reason"], "The server asks to wait a second.");
    let joined = app.call("message/get", json!({"id": sent.answer})).await;
    assert_eq!(joined["progress"], told["progress"], "who joins now sees the countdown too");
    let call = app.next_call().await;
    assert!(asked.elapsed() >= Duration::from_millis(700), "it was asked again too soon");
    call.fail(Error::Unreachable { message: "It can't be reached.".to_owned(), retry: true });
    let call = app.next_call().await;
    call.text("thanks");
    call.finish();
    assert_eq!(app.ended(&sent.answer).await["status"], "succeeded");
    assert_eq!(app.newest_call().await["retries"], 2);
    assert_eq!(app.rows("SELECT count(*) FROM calls"), ["1"], "tries are one call");
    app.finish().await;
}

#[tokio::test]
async fn a_wait_can_be_stopped_and_three_tries_are_enough() {
    let app = TestApp::start().await;
    let limited = |after: u64| Error::RateLimited {
        message: "Too much at once.".to_owned(),
        retry_after: Some(Duration::from_millis(after)),
    };
    let mut events = app.events(None).await;
    let (sent, call) = app.send(None, "please").await;
    call.fail(limited(600_000));
    events.until(|event| event["progress"]["type"] == "retrying").await;
    let begun = Instant::now();
    app.call("message/stop", json!({"id": sent.answer})).await;
    assert_eq!(app.ended(&sent.answer).await["status"], "cancelled");
    assert!(begun.elapsed() < Duration::from_secs(1));
    let (sent, mut call) = app.send(Some(&sent.conversation), "please").await;
    for _ in 0..2 {
        call.fail(limited(1));
        call = app.next_call().await;
    }
    call.fail(limited(1));
    let ended = app.ended(&sent.answer).await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("rate_limited"))
    );
    app.finish().await;
}

#[tokio::test]
async fn nothing_is_sent_again_after_the_first_word() {
    let script = || Script::sse().event(r#"{"choices":[{"delta":{"content":"first"}}]}"#);
    let server = FaultServer::start(move |request| {
        if request.target.ends_with("/models") {
            Script::json(200, r#"{"data":[{"id":"m"}]}"#)
        } else {
            script().event(r#"{"error":{"message":"overloaded","type":"overloaded_error"}}"#)
        }
    });
    let server = server.await.unwrap();
    let app = TestApp::start().await;
    let params =
        json!({"kind": "openai_compatible", "name": "Faulty", "baseUrl": format!("{}/v1", server.url())});
    app.call("provider/add", params).await;
    let sent = Sent::of(&app.call("message/send", json!({"text": "a", "model": "faulty/m"})).await);
    let ended = app.ended(&sent.answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("interrupted"), Some("first")));
    let asked = server.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(asked, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_ledger_comes_in_pages_newest_first() {
    let app = TestApp::start().await;
    app.fake().answer_with("yes");
    for number in 0..5 {
        let sent = Sent::of(&app.call("message/send", json!({"text": number.to_string()})).await);
        app.ended(&sent.answer).await;
    }
    let first = app.call("call/list", json!({"limit": 3})).await;
    let second = app.call("call/list", json!({"limit": 3, "cursor": first["next"]})).await;
    let times: Vec<i64> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|call| call["startedAt"].as_i64().unwrap())
        .collect();
    assert_eq!(times.len(), 5);
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "{times:?}");
    assert_eq!(second["next"], Value::Null);
    app.finish().await;
}
