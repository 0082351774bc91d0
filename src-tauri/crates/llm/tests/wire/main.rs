//! The clients against recorded bytes and against a server that does what a script says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    clippy::disallowed_methods,
    reason = "tests, whose tasks end with their runtime"
)]

// The crate under test by the name that the other crates give it.
extern crate webplus_llm as llm;

mod endings;
mod framing;
mod kinds;
mod limits;
mod lists;
mod names;
mod network;
mod no_proxy;
mod ollama_shelf;
mod proxies;
mod recorded;
mod requests;
mod stalls;
mod think;
mod tls;
mod trust;
mod usage;
mod waits;

use std::time::Duration;

use domain::{Parameters, Role};
use futures_util::StreamExt;
use llm::{
    CompletionEvent, CompletionRequest, CompletionStream, Continuation, Error, Http, HttpOptions,
    ProxyChoice, RequestMessage, Resolver,
};

/// Long enough for a busy computer; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

fn options() -> HttpOptions {
    HttpOptions { proxy: ProxyChoice::Off, ..HttpOptions::default() }
}

fn http() -> Http {
    Http::new(options()).unwrap()
}

/// What a call fails with.
async fn failure(kind: kinds::Kind, http: Http, url: &str) -> Error {
    let (_, error) = collect(kind.provider(http, url).complete(question("m"))).await;
    error.expect("a failure")
}

/// The text of an answer, or what it failed with.
async fn answer(kind: kinds::Kind, http: Http, url: &str) -> Result<String, Error> {
    let (events, error) = collect(kind.provider(http, url).complete(question("m"))).await;
    error.map_or_else(|| Ok(text(&events)), Err)
}

/// An address of this computer where nothing listens.
fn unused_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// A name server that finds every name at these addresses.
fn found_at(addresses: &[std::net::IpAddr]) -> Resolver {
    let all: Vec<_> = addresses.iter().map(|address| std::net::SocketAddr::new(*address, 0)).collect();
    Resolver::new(move |_| {
        let all = all.clone();
        Box::pin(async move { Ok(all) })
    })
}

/// A name server that knows no name, as glibc words it.
fn unknown() -> Resolver {
    let lost = "failed to lookup address information: Name or service not known";
    Resolver::new(move |_| Box::pin(async move { Err(std::io::Error::other(lost)) }))
}

fn question(model: &str) -> CompletionRequest {
    CompletionRequest {
        model: model.to_owned(),
        system: String::new(),
        messages: vec![RequestMessage::text(Role::User, "Name three colours.")],
        parameters: Parameters::default(),
        continuation: Continuation::Answer,
        cache_key: None,
    }
}

/// Everything that a stream gives, and how it ended.
async fn collect(mut stream: CompletionStream) -> (Vec<CompletionEvent>, Option<Error>) {
    let mut events = Vec::new();
    let all = async {
        while let Some(item) = stream.next().await {
            match item {
                Ok(event) => events.push(event),
                Err(error) => return Some(error),
            }
        }
        None
    };
    let error = tokio::time::timeout(PATIENCE, all).await.expect("the stream ends");
    (events, error)
}

/// Neighbouring pieces of the same kind joined: what must not depend on how the bytes were cut.
fn joined(events: Vec<CompletionEvent>) -> Vec<CompletionEvent> {
    let mut out: Vec<CompletionEvent> = Vec::new();
    for event in events {
        match (out.last_mut(), event) {
            (Some(CompletionEvent::Text(before)), CompletionEvent::Text(more)) => before.push_str(&more),
            (Some(CompletionEvent::Reasoning(before)), CompletionEvent::Reasoning(more)) => {
                before.push_str(&more);
            }
            (_, event) => out.push(event),
        }
    }
    out
}

fn text(events: &[CompletionEvent]) -> String {
    events
        .iter()
        .filter_map(|event| if let CompletionEvent::Text(text) = event { Some(text.as_str()) } else { None })
        .collect()
}

fn reasoning(events: &[CompletionEvent]) -> String {
    events
        .iter()
        .filter_map(
            |event| if let CompletionEvent::Reasoning(text) = event { Some(text.as_str()) } else { None },
        )
        .collect()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).expect(name)
}

/// A recorded reply's body.
fn body_of(name: &str) -> Vec<u8> {
    let whole = fixture(name);
    let head = whole.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    whole[head + 4..].to_vec()
}
