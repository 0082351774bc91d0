//! Redirects, stale sockets and leaving (W18 to W20), and what never leaks (C-20, C-21).

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use llm::{Error, Http, HttpOptions};
use test_support::{FaultServer, Script};

use crate::{
    collect, failure, http,
    kinds::{ALL, Kind},
    options, question, text, unused_address,
};

fn reusing() -> Http {
    Http::new(HttpOptions { reuse_local: true, ..options() }).unwrap()
}

#[tokio::test]
async fn w18_a_redirect_is_refused_and_no_key_follows_it() {
    for kind in ALL {
        let other = FaultServer::always(Script::json(200, "{}")).await.unwrap();
        let target = format!("{}/steal?key=canary-query", other.url());
        let script = Script::reply(307, &[("Location", &target)], "");
        let server = FaultServer::always(script).await.unwrap();
        let provider = kind.provider(http(), &server.url());
        let (_, error) = collect(provider.complete(question("m"))).await;
        let host = other.address().to_string();
        for error in [error.unwrap(), provider.models().await.unwrap_err()] {
            assert!(
                matches!(&error, Error::BadReply(text) if text.contains(&host) && !text.contains("canary")),
                "{kind:?}: {error:?}"
            );
        }
        assert_eq!(other.connections(), 0, "{kind:?}");
    }
}

#[tokio::test]
async fn w19_a_socket_closed_while_idle_is_replaced_without_notice() {
    let kind = Kind::Chat;
    let server = FaultServer::start(|request| {
        let answer =
            Script::sse_chunked().bytes(Kind::Chat.piece("Yes")).bytes(Kind::Chat.end()).end_chunks();
        // The first connection is closed by the server right after its first answer.
        if request.connection == 1 { answer.close() } else { answer }
    })
    .await
    .unwrap();
    let provider = kind.provider(reusing(), &server.url());
    for _ in 0..3 {
        let (events, error) = collect(provider.complete(question("m"))).await;
        assert_eq!((text(&events).as_str(), error), ("Yes", None));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        (server.requests().len(), server.connections()),
        (3, 2),
        "the second connection is used again"
    );
}

#[tokio::test]
async fn w19_a_connection_to_this_computer_is_used_once() {
    // llama.cpp says keep-alive after a stream and closes all the same; a request sent meanwhile would be lost.
    let answer = Script::sse_chunked().bytes(Kind::Chat.piece("Yes")).bytes(Kind::Chat.end()).end_chunks();
    let server = FaultServer::always(answer).await.unwrap();
    let provider = Kind::Chat.provider(http(), &server.url());
    for _ in 0..3 {
        assert_eq!(collect(provider.complete(question("m"))).await.1, None);
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn w19_a_request_that_was_sent_is_never_sent_twice() {
    for kind in ALL {
        let server = FaultServer::start(move |request| {
            if request.method == "GET" {
                Script::json(200, r#"{"data":[],"models":[]}"#)
            } else {
                Script::new().close()
            }
        })
        .await
        .unwrap();
        let provider = kind.provider(reusing(), &server.url());
        // A first request leaves a connection that can be used again; the second dies on it without a byte.
        let _ = provider.models().await;
        let posts = || server.requests().iter().filter(|request| request.method == "POST").count();
        let (_, error) = collect(provider.complete(question("m"))).await;
        assert!(matches!(&error, Some(Error::Unreachable { retry: true, .. })), "{kind:?}: {error:?}");
        assert_eq!(posts(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn w20_dropping_the_stream_closes_the_connection_at_once() {
    for kind in ALL {
        let mut took = Vec::new();
        for _ in 0..5 {
            let server = FaultServer::always(kind.head().bytes(kind.piece("Half")).hold()).await.unwrap();
            let mut stream = kind.provider(http(), &server.url()).complete(question("m"));
            while let Some(Ok(event)) = stream.next().await {
                if text(&[event]) == "Half" {
                    break;
                }
            }
            let began = Instant::now();
            drop(stream);
            assert!(server.wait_for_closes(1, Duration::from_secs(1)).await, "{kind:?}");
            took.push(began.elapsed());
        }
        // One may wait for a busy machine; what is usual may not.
        took.sort_unstable();
        assert!(took[2] < Duration::from_millis(100), "{kind:?} took {took:?}");
    }
}

#[tokio::test]
async fn w20_dropping_before_the_head_closes_the_connection_too() {
    for kind in ALL {
        let server = FaultServer::always(Script::new().hold()).await.unwrap();
        let mut stream = kind.provider(http(), &server.url()).complete(question("m"));
        let waiting = tokio::time::timeout(Duration::from_millis(10), stream.next());
        assert!(waiting.await.is_err());
        while !server.wait_for_requests(1, Duration::from_millis(1)).await {
            let _ = tokio::time::timeout(Duration::from_millis(10), stream.next()).await;
        }
        drop(stream);
        assert!(server.wait_for_closes(1, Duration::from_secs(1)).await, "{kind:?}");
    }
}

#[tokio::test]
async fn c20_no_key_and_no_address_with_its_query_is_in_any_error() {
    let echo = r#"{"error":{"message":"Incorrect API key provided: canary-key-0123456789. See https://x.test/?k=canary-query","type":"canary-key-0123456789"}}"#;
    let statuses = [400, 401, 403, 404, 409, 413, 422, 429, 500, 503];
    for kind in ALL {
        // Ollama has no key that it could repeat.
        let echo =
            if kind == Kind::Ollama { echo.replace("canary-key-0123456789", "x") } else { echo.to_owned() };
        for status in statuses {
            let server = FaultServer::always(Script::json(status, &echo)).await.unwrap();
            let provider = kind.provider(http(), &format!("{}/?secret=canary-base", server.url()));
            let (_, error) = collect(provider.complete(question("m"))).await;
            for error in [error.unwrap(), provider.models().await.unwrap_err()] {
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("canary"), "{kind:?} {status}: {shown}");
            }
        }
        // Told inside of a stream, before and after some of the answer.
        let told = format!("event: error\ndata: {{\"type\":\"error\",{}\n\n", &echo[1..]);
        for before in [String::new(), kind.piece("Half")].iter().filter(|_| kind != Kind::Ollama) {
            let server = FaultServer::always(kind.head().bytes(before).bytes(&told)).await.unwrap();
            let (_, error) = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
            let shown = format!("{:?}", error.unwrap());
            assert!(shown.contains("Incorrect API key") && !shown.contains("canary"), "{kind:?}: {shown}");
        }
        let gone = format!("http://{}/?secret=canary-base", unused_address());
        let shown = format!("{:?}", failure(kind, http(), &gone).await);
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn c21_the_key_goes_in_its_header_and_nowhere_else() {
    for kind in ALL {
        let server = FaultServer::always(kind.head().bytes(kind.piece("x")).bytes(kind.end())).await.unwrap();
        let _ = collect(kind.provider(http(), &server.url()).complete(question("m"))).await;
        let request = server.requests().remove(0);
        let holding: Vec<&str> = request
            .headers
            .iter()
            .filter(|(_, value)| value.contains("canary"))
            .map(|(name, _)| name.as_str())
            .collect();
        let expected: &[&str] = match kind {
            Kind::Chat | Kind::Responses => &["authorization"],
            Kind::Anthropic => &["x-api-key"],
            Kind::Ollama => &[],
        };
        assert_eq!(holding, expected, "{kind:?}");
        assert!(
            !request.target.contains("canary") && !String::from_utf8_lossy(&request.body).contains("canary")
        );
    }
}
