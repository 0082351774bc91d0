use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::ErrorCode;
use serde_json::{Value, json};
use test_support::{FaultServer, Recorded, Script};

use super::bench::{Bench, Left};
use crate::pipelines::step::StepError;

async fn server() -> FaultServer {
    FaultServer::start(|request: &Recorded| match request.target.as_str() {
        "/json" => Script::json(200, "{\"a\": 1}"),
        "/broken" => Script::reply(503, &[("Retry-After", "7")], "try later"),
        "/large" => Script::head(200, &[]).repeat("0123456789", 1_000_000),
        "/cut" => Script::new(),
        "/round" => Script::reply(302, &[("Location", "/round")], ""),
        "/once" => Script::reply(302, &[("Location", "/json")], ""),
        target if target.starts_with("/to?") => Script::reply(307, &[("Location", &target[4..])], ""),
        _ => Script::reply(200, &[("X-Seen", "yes")], "hello"),
    })
    .await
    .unwrap()
}

fn node(server: &FaultServer, path: &str, more: Value) -> Value {
    let host = server.address().to_string();
    let mut config = json!({"url": format!("{}{path}", server.url()), "hosts": [host]});
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    json!({"id": "x", "kind": "http", "config": config})
}

async fn ask(bench: &Bench, node: Value) -> Result<Left, StepError> {
    bench.left(node, json!({"secrets": ["token"]}), json!({})).await
}

#[tokio::test]
async fn an_answer_comes_with_its_parts_and_a_refusal_with_its_reason() {
    let (bench, server) = (Bench::new().await, server().await);
    let left = ask(&bench, node(&server, "/", json!({"query": {"q": "a b&c"}}))).await.unwrap();
    assert_eq!((&left.values["status"], &left.values["body"]), (&json!(200), &json!("hello")));
    assert_eq!(left.values["headers"]["x-seen"], "yes");
    assert_eq!(server.requests()[0].target, "/?q=a+b%26c");
    assert_eq!(ask(&bench, node(&server, "/json", json!({}))).await.unwrap().values["json"], json!({"a": 1}));
    let error = ask(&bench, node(&server, "/broken", json!({}))).await.unwrap_err();
    assert_eq!((error.code, error.reason.name()), (ErrorCode::ProviderFailed, "5xx"));
    assert_eq!(error.retry_after, Some(std::time::Duration::from_secs(7)));
    let left = ask(&bench, node(&server, "/broken", json!({"fail_on_status": false}))).await.unwrap();
    assert_eq!(left.values["status"], 503);
    let error = ask(&bench, node(&server, "/large", json!({"max_bytes": 1000}))).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TooLarge);
    bench.finish().await;
}

#[tokio::test]
async fn what_changes_something_carries_its_key_and_says_when_nobody_knows_whether_it_arrived() {
    let (bench, server) = (Bench::new().await, server().await);
    let post = |path: &str| node(&server, path, json!({"method": "POST", "json": {"n": "1 + 1"}}));
    ask(&bench, post("/")).await.unwrap();
    let request = server.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.json()), ("POST", json!({"n": 2})));
    assert_eq!(request.header("idempotency-key"), Some("0123456789abcdef0123456789abcdef"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert!(ask(&bench, post("/cut")).await.unwrap_err().unknown);
    assert!(
        !ask(&bench, node(&server, "/cut", json!({}))).await.unwrap_err().unknown,
        "reading changes nothing"
    );
    let gone = json!({"id": "x", "kind": "http", "config": {"url": "http://127.0.0.1:9/", "method": "POST", "hosts": ["127.0.0.1"]}});
    assert!(!ask(&bench, gone).await.unwrap_err().unknown, "it was never sent");
    bench.finish().await;
}

#[tokio::test]
async fn addresses_of_this_computer_are_refused_however_they_are_written() {
    let (bench, server) = (Bench::new().await, server().await);
    let port = server.address().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0.0.0.0",
        "LOCALHOST.",
        "169.254.169.254",
        "[::ffff:a9fe:a9fe]",
        "10.0.0.1",
        "[64:ff9b::7f00:1]",
        "[fd00::1]",
    ] {
        let node = json!({"id": "x", "kind": "http", "config": {"url": format!("http://{host}:{port}/")}});
        let error = ask(&bench, node).await.unwrap_err();
        assert!(
            matches!(error.code, ErrorCode::InvalidInput | ErrorCode::ProviderUnreachable),
            "{host}: {}",
            error.message
        );
    }
    for url in ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.com", "http://", "//example.com"]
    {
        let error =
            ask(&bench, json!({"id": "x", "kind": "http", "config": {"url": url}})).await.unwrap_err();
        assert!(error.message.contains("no web address"), "{url}: {}", error.message);
    }
    assert_eq!(server.connections(), 0);
    bench.finish().await;
}

#[tokio::test]
async fn a_redirect_is_looked_at_anew_and_followed_three_times_at_most() {
    let (bench, server) = (Bench::new().await, server().await);
    assert_eq!(ask(&bench, node(&server, "/once", json!({}))).await.unwrap().values["json"], json!({"a": 1}));
    assert!(
        ask(&bench, node(&server, "/round", json!({})))
            .await
            .unwrap_err()
            .message
            .contains("more than 3 times")
    );
    let other = FaultServer::always(Script::reply(200, &[], "internal")).await.unwrap();
    let target = format!("/to?{}/", other.url());
    let error = ask(&bench, node(&server, &target, json!({}))).await.unwrap_err();
    assert!(error.message.contains("your own network"), "{}", error.message);
    assert_eq!(other.connections(), 0);
    bench.finish().await;
}

#[tokio::test]
async fn a_secret_goes_to_its_origin_only_and_shows_nowhere() {
    let (bench, server) = (Bench::new().await, server().await);
    let other = FaultServer::always(Script::reply(200, &[], "other")).await.unwrap();
    bench.secret(&format!("pipeline/token/{}", server.url()), "canary-secret").await;
    let with = |server: &FaultServer, path: &str| {
        let hosts = json!(["127.0.0.1"]);
        node(
            server,
            path,
            json!({"headers": {"Authorization": "Bearer secret://token", "X-Plain": "plain"}, "hosts": hosts}),
        )
    };
    ask(&bench, with(&server, "/")).await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer canary-secret"));
    let error = ask(&bench, with(&other, "/")).await.unwrap_err();
    assert!(error.message.contains("There is no secret \"token\" for http://127.0.0.1"), "{}", error.message);
    ask(&bench, with(&server, &format!("/to?{}/", other.url()))).await.unwrap();
    let request = other.requests().pop().unwrap();
    assert_eq!((request.header("authorization"), request.header("x-plain")), (None, Some("plain")));
    assert_eq!(bench.tell.redact("it was canary-secret"), "it was [secret]");
    bench.finish().await;
}

/// A client for which a name has these addresses, the first the first time, and how often it was looked up.
fn client(answers: Vec<Vec<SocketAddr>>) -> (llm::Http, Arc<AtomicUsize>) {
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let resolver = llm::Resolver::new(move |_| {
        let look = counted.fetch_add(1, Ordering::SeqCst);
        let found = answers.get(look).cloned().unwrap_or_default();
        Box::pin(async move { Ok(found) })
    });
    let options = llm::HttpOptions { resolver, proxy: llm::ProxyChoice::Off, ..llm::HttpOptions::default() };
    (llm::Http::new(options).unwrap(), looks)
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_all_its_addresses_count() {
    let (meant, other) = (server().await, server().await);
    let call = |port: u16| llm::HttpCall::get(&format!("http://rebind.example:{port}"), "/").unwrap();
    // One good address doesn't excuse the other.
    let public: SocketAddr = ([1, 1, 1, 1], 0).into();
    let (http, _) = client(vec![vec![public, other.address()]]);
    let failed = http.open_public(call(other.address().port()), &llm::Reach::default()).await.unwrap_err();
    assert!(!failed.sent && failed.error.to_string().contains("your own network"), "{}", failed.error);
    // What is looked at is what is connected to.
    let (http, looks) = client(vec![vec![meant.address()], vec![other.address()]]);
    let reach = llm::Reach { hosts: vec!["rebind.example".to_owned()] };
    http.open_public(call(meant.address().port()), &reach).await.unwrap();
    assert_eq!((looks.load(Ordering::SeqCst), meant.connections(), other.connections()), (1, 1, 0));
}

#[tokio::test]
async fn a_webhook_is_signed_as_its_receiver_can_verify() {
    let (bench, server) = (Bench::new().await, server().await);
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    bench.secret("pipeline/token/signing", key).await;
    let node = json!({"id": "x", "kind": "webhook", "config": {
        "url": format!("{}/hook", server.url()), "type": "report.ready", "data": {"n": "6 * 7"}, "secret": "secret://token", "hosts": ["127.0.0.1"],
    }});
    assert_eq!(ask(&bench, node).await.unwrap().values["status"], 200);
    let request = server.requests().pop().unwrap();
    let header = |name: &str| request.header(name).unwrap().to_owned();
    let webhook = standardwebhooks::Webhook::new(key).unwrap();
    let signed = webhook
        .sign(&header("webhook-id"), header("webhook-timestamp").parse().unwrap(), &request.body)
        .unwrap();
    assert_eq!(header("webhook-signature"), signed);
    assert_eq!(
        (&request.json()["type"], &request.json()["data"]),
        (&json!("report.ready"), &json!({"n": 42}))
    );
    assert!(request.json()["timestamp"].as_str().unwrap().ends_with('Z'));
    bench.finish().await;
}
