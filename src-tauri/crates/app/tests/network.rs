//! What the network does, through the whole application with the real client: what the person is left with, how often the
//! server was asked, and what the ledger says. The faults byte for byte are the tests of the client itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may")]

extern crate webplus_app as app;

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use app::{App, AppOptions, events::Subscription, secrets::MemorySecrets};
use domain::Actor;
use serde_json::{Value, json};
use test_support::{FaultServer, Script};

const PATIENCE: Duration = Duration::from_secs(20);

/// An application with one provider, "faulty", whose server this is.
struct Journey {
    app: App,
    _folder: tempfile::TempDir,
}

impl Journey {
    async fn start(server: &FaultServer, adjust: impl FnOnce(&mut AppOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = AppOptions::new(folder.path().join("data"));
        options.keychain = Arc::new(MemorySecrets::new());
        options.ollama = None;
        options.http.proxy = llm::ProxyChoice::Off;
        adjust(&mut options);
        let journey = Self { app: App::open(options).await.unwrap(), _folder: folder };
        let address = format!("{}/v1", server.url());
        journey
            .call("provider/add", json!({"kind": "openai_compatible", "name": "Faulty", "baseUrl": address}))
            .await;
        journey
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        let result = app::call(&self.app, Actor::LOCAL, method, params).await;
        serde_json::from_str(result.unwrap_or_else(|error| panic!("{method}: {error:?}")).get()).unwrap()
    }

    /// Asks; the id of the answer.
    async fn ask(&self) -> String {
        let sent = self.call("message/send", json!({"text": "Go.", "model": "faulty/m"})).await;
        let messages = sent["messages"].as_array().unwrap();
        let answer = messages.iter().find(|message| message["role"] == "assistant").unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Asks, and gives the answer as it is in the end.
    async fn answer(&self) -> Value {
        let mut events = self.app.bus.subscribe(None);
        let answer = self.ask().await;
        until_ended(&mut events, &answer).await
    }

    async fn newest_call(&self) -> Value {
        self.call("call/list", json!({"limit": 1})).await["items"][0].clone()
    }
}

/// The first event of which this is so.
async fn until(events: &mut Subscription, found: impl Fn(&Value) -> bool) -> Value {
    let looking = async {
        loop {
            let event = serde_json::to_value(&events.next().await.expect("the events end").event).unwrap();
            if found(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("the event did not come")
}

async fn until_ended(events: &mut Subscription, answer: &str) -> Value {
    let ended = until(events, |event| {
        event["type"] == "message.changed"
            && event["message"]["id"] == answer
            && event["message"]["status"] != "running"
    });
    ended.await["message"].clone()
}

/// Answers questions with one script after the other, the last one for ever; the list of models is always there.
async fn server(scripts: Vec<Script>) -> FaultServer {
    let asked = AtomicUsize::new(0);
    let start = FaultServer::start(move |request| {
        if request.method == "GET" {
            // Each question then needs a connection of its own, and the name that it goes to.
            let headers = [("Content-Type", "application/json"), ("Connection", "close")];
            return Script::reply(200, &headers, r#"{"data":[{"id":"m"},{"id":"n"}]}"#);
        }
        scripts[asked.fetch_add(1, SeqCst).min(scripts.len() - 1)].clone()
    });
    start.await.unwrap()
}

/// The models that were asked for, in order.
fn asked(server: &FaultServer) -> Vec<String> {
    let posts = server.requests().into_iter().filter(|request| request.method == "POST");
    posts.map(|request| request.json()["model"].as_str().unwrap_or_default().to_owned()).collect()
}

fn piece(text: &str) -> String {
    json!({"choices": [{"delta": {"content": text}}]}).to_string()
}

fn good(text: &str) -> Script {
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}).to_string();
    Script::sse().event(&piece(text)).event(&end).event("[DONE]")
}

fn failing(status: u16) -> Script {
    let headers = [("Content-Type", "application/json"), ("retry-after-ms", "10")];
    Script::reply(status, &headers, r#"{"error":{"message":"Internal trouble"}}"#)
}

#[tokio::test]
async fn w6_an_error_in_mid_answer_leaves_its_text_with_the_reason_and_nothing_is_asked_again() {
    let error = r#"{"error":{"message":"Overloaded for now","type":"overloaded_error"}}"#;
    let server = server(vec![Script::sse().event(&piece("Half")).event(error), good("Twice")]).await;
    let journey = Journey::start(&server, |_| ()).await;
    let ended = journey.answer().await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("interrupted"), Some("Half")));
    assert!(ended["errorMessage"].as_str().unwrap().contains("Overloaded for now"), "{ended}");
    assert_eq!(asked(&server), ["m"]);
    let call = journey.newest_call().await;
    assert_eq!((&call["outcome"], &call["retries"]), (&json!("interrupted"), &json!(0)), "{call}");
    // Continue is offered for it, and asks once more.
    journey.call("message/continue", json!({"id": ended["id"]})).await;
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w8_a_failing_server_is_asked_three_times_and_no_other_model_in_its_place() {
    let server = server(vec![failing(529), failing(503), failing(500), good("Too late")]).await;
    let journey = Journey::start(&server, |_| ()).await;
    let ended = journey.answer().await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("provider_failed"))
    );
    assert_eq!(asked(&server), ["m"; 3]);
    assert_eq!(journey.newest_call().await["retries"], 2);
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w8_after_the_first_word_a_failure_costs_no_second_call() {
    let server =
        server(vec![failing(503), Script::sse().event(&piece("First")).reset(), good("Twice")]).await;
    let journey = Journey::start(&server, |_| ()).await;
    let ended = journey.answer().await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("interrupted"), Some("First")));
    assert_eq!(asked(&server), ["m"; 2], "asked again before the first word and never after it");
    let calls = journey.call("call/list", json!({"limit": 10})).await;
    assert_eq!(calls["items"].as_array().unwrap().len(), 1, "tries are one call");
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w17_a_name_that_is_lost_for_a_moment_is_looked_up_again_and_the_answer_comes() {
    let server = server(vec![good("At last")]).await;
    let lost = Arc::new(AtomicBool::new(false));
    let flap = Arc::clone(&lost);
    let resolver = llm::Resolver::new(move |_| {
        let lost = flap.load(SeqCst);
        Box::pin(async move {
            let told = "failed to lookup address information: Temporary failure in name resolution";
            if lost { Err(io::Error::other(told)) } else { Ok(vec![(Ipv4Addr::LOCALHOST, 0).into()]) }
        })
    });
    let journey = Journey::start(&server, |options| options.http.resolver = resolver).await;
    // A name of the local network may be asked without TLS.
    let providers = journey.call("provider/list", json!({})).await;
    let faulty = providers.as_array().unwrap().iter().find(|provider| provider["slug"] == "faulty").unwrap();
    let provider = faulty["id"].clone();
    let address = format!("http://engine.lan:{}/v1", server.address().port());
    journey.call("provider/update", json!({"id": provider, "baseUrl": address})).await;
    // Its models are known, so that the question is the next thing that needs the name.
    journey.call("model/list", json!({"refresh": true})).await;
    let mut events = journey.app.bus.subscribe(None);
    lost.store(true, SeqCst);
    let answer = journey.ask().await;
    let told = until(&mut events, |event| event["progress"]["type"] == "retrying").await;
    lost.store(false, SeqCst);
    assert!(told["progress"]["reason"].as_str().unwrap().contains("engine.lan"), "{told}");
    let ended = until_ended(&mut events, &answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("succeeded"), Some("At last")));
    assert_eq!(asked(&server).len(), 1, "what was tried without an address never came to the server");
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w19_a_connection_closed_without_a_byte_is_told_and_asked_again_and_one_with_a_byte_never() {
    let closed = server(vec![Script::new().close(), good("Second")]).await;
    let journey = Journey::start(&closed, |_| ()).await;
    let mut events = journey.app.bus.subscribe(None);
    let answer = journey.ask().await;
    until(&mut events, |event| event["progress"]["type"] == "retrying").await;
    let ended = until_ended(&mut events, &answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("succeeded"), Some("Second")));
    assert_eq!(asked(&closed).len(), 2);
    journey.app.shutdown().await;

    let begun = server(vec![Script::sse().close(), good("Second")]).await;
    let journey = Journey::start(&begun, |_| ()).await;
    let ended = journey.answer().await;
    assert_eq!(
        (ended["status"].as_str(), ended["errorCode"].as_str()),
        (Some("failed"), Some("interrupted"))
    );
    assert_eq!(asked(&begun).len(), 1);
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w20_stopping_closes_the_connection_keeps_the_text_and_every_window_sees_the_same() {
    let server = server(vec![Script::sse().event(&piece("As far as this")).hold()]).await;
    let journey = Journey::start(&server, |_| ()).await;
    let (mut one, mut two) = (journey.app.bus.subscribe(None), journey.app.bus.subscribe(None));
    let answer = journey.ask().await;
    until(&mut one, |event| event["type"] == "message.delta").await;
    let closed = server.closed_by_client();
    let began = Instant::now();
    journey.call("message/stop", json!({"id": answer})).await;
    assert!(server.wait_for_closes(closed + 1, Duration::from_secs(1)).await, "upstream goes on");
    let seen = [until_ended(&mut one, &answer).await, until_ended(&mut two, &answer).await];
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        (seen[0]["status"].as_str(), seen[0]["text"].as_str()),
        (Some("cancelled"), Some("As far as this"))
    );
    assert_eq!(journey.call("message/get", json!({"id": answer})).await["text"], "As far as this");
    journey.app.shutdown().await;
}

#[tokio::test]
async fn w20_a_window_that_goes_away_changes_nothing_and_the_end_of_the_application_keeps_the_text() {
    let server = server(vec![Script::sse().event(&piece("Half")).hold()]).await;
    let journey = Journey::start(&server, |_| ()).await;
    let (mut one, mut two) = (journey.app.bus.subscribe(None), journey.app.bus.subscribe(None));
    let answer = journey.ask().await;
    until(&mut one, |event| event["type"] == "message.delta").await;
    drop(one);
    let closed = server.closed_by_client();
    assert_eq!(journey.call("message/get", json!({"id": answer})).await["status"], "running");
    let began = Instant::now();
    journey.app.shutdown().await;
    assert!(server.wait_for_closes(closed + 1, Duration::from_secs(1)).await, "upstream goes on");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let ended = until_ended(&mut two, &answer).await;
    assert_eq!((ended["status"].as_str(), ended["text"].as_str()), (Some("interrupted"), Some("Half")));
}
