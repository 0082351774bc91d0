//! Names, proxies, certificates, redirects, stale sockets and leaving (W15 to W20), and what never leaks (C-20, C-21).

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use llm::{Error, Http, HttpOptions, ProxyChoice};
use test_support::{FaultServer, Script};

use crate::{
    collect, http,
    kinds::{ALL, Kind},
    options, question, text,
};

fn by_proxy(url: &str) -> Http {
    Http::new(HttpOptions { proxy: ProxyChoice::Url(url.to_owned()), ..options() }).unwrap()
}

fn reusing() -> Http {
    Http::new(HttpOptions { reuse_local: true, ..options() }).unwrap()
}

async fn failure(kind: Kind, http: Http, url: &str) -> Error {
    let (_, error) = collect(kind.provider(http, url).complete(question("m"))).await;
    error.expect("a failure")
}

#[tokio::test]
async fn w15_this_computer_is_never_reached_by_a_proxy() {
    let proxy = FaultServer::always(Script::json(500, "{}")).await.unwrap();
    for kind in ALL {
        let server =
            FaultServer::always(kind.head().bytes(kind.piece("Direct")).bytes(kind.end())).await.unwrap();
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("http://{host}:{}", server.address().port());
            let (events, error) =
                collect(kind.provider(by_proxy(&proxy.url()), &url).complete(question("m"))).await;
            assert_eq!((text(&events).as_str(), error), ("Direct", None), "{kind:?} {host}");
        }
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn w15_a_proxy_is_used_and_named_when_it_asks_for_a_password() {
    let proxy = FaultServer::always(Script::reply(407, &[("Proxy-Authenticate", "Basic realm=\"x\"")], ""))
        .await
        .unwrap();
    let name = proxy.address().to_string();
    for url in ["http://models.example.com", "https://models.example.com"] {
        let error = failure(Kind::Chat, by_proxy(&proxy.url()), url).await;
        let named = matches!(&error, Error::Unreachable { message, retry: false } if message.contains(&name) && message.contains("password"));
        assert!(named, "{url}: {error:?}");
    }
    let asked: Vec<String> =
        proxy.requests().iter().map(|request| format!("{} {}", request.method, request.target)).collect();
    assert_eq!(
        asked,
        ["POST http://models.example.com/v1/chat/completions", "CONNECT models.example.com:443"]
    );
}

#[tokio::test]
async fn w15_an_answer_comes_through_a_proxy() {
    let kind = Kind::Anthropic;
    let proxy =
        FaultServer::always(kind.head().bytes(kind.piece("Relayed")).bytes(kind.end())).await.unwrap();
    let (events, error) =
        collect(kind.provider(by_proxy(&proxy.url()), "http://models.example.com").complete(question("m")))
            .await;
    assert_eq!((text(&events).as_str(), error), ("Relayed", None));
}

#[tokio::test]
async fn w15_a_proxy_that_refuses_or_is_gone_is_named() {
    let proxy = FaultServer::always(Script::reply(403, &[], "")).await.unwrap();
    let name = proxy.address().to_string();
    let error = failure(Kind::Chat, by_proxy(&proxy.url()), "https://models.example.com").await;
    assert!(matches!(&error, Error::Unreachable { message, .. } if message.contains(&name)), "{error:?}");
    let gone = unused_address();
    let error = failure(Kind::Chat, by_proxy(&format!("http://{gone}")), "https://models.example.com").await;
    assert!(matches!(&error, Error::Unreachable { message, .. } if message.contains(&gone)), "{error:?}");
}

#[test]
fn w15_automatic_proxy_configuration_is_named_as_unsupported() {
    for url in
        ["http://wpad.example.com/proxy.pac", "pac+http://x/y", "http://x/wpad.dat", "file:///etc/proxy.pac"]
    {
        let error =
            Http::new(HttpOptions { proxy: ProxyChoice::Url(url.to_owned()), ..options() }).unwrap_err();
        assert!(matches!(&error, Error::InvalidRequest(text) if text.contains("PAC")), "{url}: {error:?}");
    }
    let error =
        Http::new(HttpOptions { proxy: ProxyChoice::Url("gopher://x".to_owned()), ..options() }).unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(text) if text.contains("proxy")), "{error:?}");
}

#[tokio::test]
async fn w16_a_port_that_does_not_speak_tls_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            // Read what the client says, so that closing isn't a reset.
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await;
        }
    });
    let error = failure(Kind::Chat, http(), &format!("https://{address}")).await;
    assert!(
        matches!(&error, Error::Unreachable { message, retry: false } if message.contains("HTTPS")),
        "{error:?}"
    );
}

#[tokio::test]
async fn w17_a_name_that_does_not_exist_is_named() {
    // RFC 6761: never exists, so no resolver finds it.
    let error = failure(Kind::Chat, http(), "http://no-such-host.invalid").await;
    assert!(
        matches!(&error, Error::Unreachable { message, .. } if message.contains("no-such-host.invalid") && message.contains("name")),
        "{error:?}"
    );
}

#[tokio::test]
async fn w17_localhost_is_tried_on_ipv4_without_delay() {
    let kind = Kind::Ollama;
    let server = FaultServer::always(kind.head().bytes(kind.piece("Here")).bytes(kind.end())).await.unwrap();
    let began = Instant::now();
    let url = format!("http://localhost:{}", server.address().port());
    let (events, error) = collect(kind.provider(http(), &url).complete(question("m"))).await;
    assert_eq!((text(&events).as_str(), error), ("Here", None));
    assert!(began.elapsed() < Duration::from_millis(300), "{:?}", began.elapsed());
}

#[tokio::test]
async fn w17_nothing_listening_is_said_at_once() {
    let gone = unused_address();
    for kind in ALL {
        let error = failure(kind, http(), &format!("http://{gone}")).await;
        let told = matches!(&error, Error::Unreachable { message, retry: true } if message.contains(&gone) && message.contains("running"));
        assert!(told, "{kind:?}: {error:?}");
    }
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
        assert!(began.elapsed() < Duration::from_millis(500), "{kind:?} took {:?}", began.elapsed());
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

/// An address of this computer where nothing listens.
fn unused_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}
