//! Silence, and what only looks like life (W4, W9).

use std::time::{Duration, Instant};

use llm::{Error, Http, HttpOptions};
use test_support::{FaultServer, Script};

use crate::{
    collect,
    kinds::{ALL, Kind},
    options, question, text,
};

const SHORT: Duration = Duration::from_millis(400);

fn hasty() -> Http {
    Http::new(HttpOptions { first_byte_timeout: SHORT, idle_timeout: SHORT, ..options() }).unwrap()
}

async fn stalled(kind: Kind, script: Script) -> (String, String, bool) {
    let server = FaultServer::always(script).await.unwrap();
    let began = Instant::now();
    let (events, error) = collect(kind.provider(hasty(), &server.url()).complete(question("m"))).await;
    assert!(began.elapsed() >= SHORT && began.elapsed() < SHORT * 12, "{kind:?} took {:?}", began.elapsed());
    assert!(server.wait_for_closes(1, Duration::from_secs(1)).await, "{kind:?} leaves the connection");
    match error {
        Some(Error::TimedOut { message, sent }) => (text(&events), message, sent),
        other => panic!("{kind:?}: {other:?}"),
    }
}

#[tokio::test]
async fn w9_silence_before_the_head_after_it_and_in_the_middle_are_told_apart() {
    for kind in ALL {
        let (_, before, sent) = stalled(kind, Script::new().hold()).await;
        assert!(before.contains("sent nothing") && sent, "{kind:?}: {before}");
        let (_, after, sent) = stalled(kind, kind.head().hold()).await;
        assert!(after.contains("no answer began") && sent, "{kind:?}: {after}");
        let (kept, middle, sent) = stalled(kind, kind.head().bytes(kind.piece("Half")).hold()).await;
        assert!(kept == "Half" && middle.contains("in the middle") && sent, "{kind:?}: {middle}");
    }
}

#[tokio::test]
async fn w4_pings_are_no_sign_of_life() {
    for kind in ALL {
        let pause = Duration::from_millis(20);
        let script = kind.head().bytes(kind.piece("Half")).drip(kind.ping(), 10_000, pause);
        let (kept, message, _) = stalled(kind, script).await;
        assert!(kept == "Half" && message.contains("in the middle"), "{kind:?}: {message}");
        let (_, message, _) = stalled(kind, kind.head().drip(kind.ping(), 10_000, pause)).await;
        assert!(message.contains("no answer began"), "{kind:?}: {message}");
    }
}

#[tokio::test]
async fn w4_pings_between_and_glued_to_pieces_are_ignored() {
    for kind in ALL {
        let both = format!("{}{}{}", kind.ping(), kind.piece("Yes"), kind.ping());
        let server = FaultServer::always(kind.head().bytes(both).bytes(kind.end())).await.unwrap();
        let (events, error) = collect(kind.provider(hasty(), &server.url()).complete(question("m"))).await;
        assert_eq!((text(&events).as_str(), error), ("Yes", None), "{kind:?}");
    }
}

#[tokio::test]
async fn w9_a_slow_but_steady_answer_is_never_cut_off() {
    for kind in ALL {
        let script = kind.head().drip(kind.piece("x"), 12, SHORT / 8).bytes(kind.end());
        let server = FaultServer::always(script).await.unwrap();
        let (events, error) = collect(kind.provider(hasty(), &server.url()).complete(question("m"))).await;
        assert_eq!((text(&events).as_str(), error), ("xxxxxxxxxxxx", None), "{kind:?}");
    }
}

#[tokio::test]
async fn w9_the_wait_for_the_first_piece_is_set_apart_from_the_wait_between_pieces() {
    let kind = Kind::Ollama;
    let patient = hasty().with_first_byte_timeout(Duration::from_secs(10));
    let gate = test_support::Gate::new();
    let server = FaultServer::always(
        Script::new()
            .wait(&gate)
            .bytes("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n")
            .bytes(kind.piece("Late"))
            .bytes(kind.end()),
    )
    .await
    .unwrap();
    let provider = kind.provider(patient, &server.url());
    let answer = tokio::spawn(async move { collect(provider.complete(question("m"))).await });
    assert!(server.wait_for_requests(1, crate::PATIENCE).await);
    // Longer than the wait between pieces, shorter than the wait for the first.
    tokio::time::sleep(SHORT * 2).await;
    gate.open();
    let (events, error) = answer.await.unwrap();
    assert_eq!((text(&events).as_str(), error), ("Late", None));
}

#[tokio::test]
async fn w9_an_address_that_never_connects_has_a_time_of_its_own() {
    // A listener whose queue is full takes no more connections: the handshake hangs.
    let Some(full) = full_listener() else { return };
    let http = Http::new(HttpOptions { connect_timeout: SHORT, ..options() }).unwrap();
    let (_, error) =
        collect(Kind::Chat.provider(http, &format!("http://{}", full.0)).complete(question("m"))).await;
    assert!(
        matches!(&error, Some(Error::TimedOut { sent: false, message }) if message.contains("connected")),
        "{error:?}"
    );
}

/// A listener that nobody accepts from, filled up; nothing where the system doesn't behave so.
fn full_listener() -> Option<(std::net::SocketAddr, Full)> {
    fill(([127, 0, 0, 1], 0).into())
}

/// Keeps a listener full.
pub(crate) type Full = (std::net::TcpListener, Vec<std::net::TcpStream>);

/// The same at an address of the test's choice.
pub(crate) fn fill(address: std::net::SocketAddr) -> Option<(std::net::SocketAddr, Full)> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let socket =
        if address.is_ipv4() { tokio::net::TcpSocket::new_v4() } else { tokio::net::TcpSocket::new_v6() };
    let socket = socket.ok()?;
    socket.bind(address).ok()?;
    let listener = socket.listen(1).ok()?.into_std().ok()?;
    let address = listener.local_addr().ok()?;
    let mut held = Vec::new();
    for _ in 0..8 {
        match std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
            Ok(stream) => held.push(stream),
            Err(_) => return Some((address, (listener, held))),
        }
    }
    None
}
