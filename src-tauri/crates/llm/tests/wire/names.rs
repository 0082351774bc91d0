//! Names: none, no answer, an answer at last, and addresses of which only some work (W17).

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use llm::{Error, Http, HttpOptions, Resolver, RetryAdvice};
use test_support::FaultServer;

use crate::{
    answer, failure, found_at, http,
    kinds::{ALL, Kind},
    options,
    stalls::fill,
    unknown, unused_address,
};

async fn answering(text: &str) -> FaultServer {
    let kind = Kind::Chat;
    FaultServer::always(kind.head().bytes(kind.piece(text)).bytes(kind.end())).await.unwrap()
}

fn asking(resolver: Resolver, connect_timeout: Duration) -> Http {
    Http::new(HttpOptions { resolver, connect_timeout, ..options() }).unwrap()
}

#[tokio::test]
async fn w17_a_name_that_does_not_exist_is_named() {
    let http = asking(unknown(), Duration::from_secs(10));
    // RFC 6761: never exists, so no resolver finds it.
    let error = failure(Kind::Chat, http, "https://no-such-host.invalid").await;
    assert!(
        matches!(&error, Error::Unreachable { message, retry: false } if message.contains("no-such-host.invalid") && message.contains("name")),
        "{error:?}"
    );
}

#[tokio::test]
async fn w17_localhost_is_tried_on_ipv4_without_delay() {
    let kind = Kind::Ollama;
    let server = FaultServer::always(kind.head().bytes(kind.piece("Here")).bytes(kind.end())).await.unwrap();
    let began = Instant::now();
    let url = format!("http://localhost:{}", server.address().port());
    let got = answer(kind, http(), &url).await;
    assert_eq!(got, Ok("Here".to_owned()));
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
async fn w17_a_name_server_that_never_answers_is_told_within_the_time_to_connect() {
    let patience = Duration::from_secs(1);
    let http = asking(Resolver::new(|_| Box::pin(std::future::pending())), patience);
    for url in ["http://models.example.com", "https://models.example.com"] {
        let began = Instant::now();
        let error = failure(Kind::Chat, http.clone(), url).await;
        let told = matches!(&error, Error::TimedOut { message, sent: false }
            if message.contains("models.example.com") && message.contains("name server"));
        assert!(told, "{url}: {error:?}");
        assert!(began.elapsed() < patience + Duration::from_millis(500), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn w17_a_name_that_is_found_at_the_second_time_is_worth_asking_again() {
    let server = answering("At last").await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let resolver = Resolver::new(move |_| {
        let first = count.fetch_add(1, SeqCst) == 0;
        Box::pin(async move {
            // As glibc words EAI_AGAIN.
            let lost = "failed to lookup address information: Temporary failure in name resolution";
            if first { Err(io::Error::other(lost)) } else { Ok(vec![(Ipv4Addr::LOCALHOST, 0).into()]) }
        })
    });
    let http = asking(resolver, Duration::from_secs(10));
    let url = format!("http://models.example.com:{}", server.address().port());
    let error = failure(Kind::Chat, http.clone(), &url).await;
    assert!(
        matches!(&error, Error::Unreachable { message, retry: true } if message.contains("models.example.com")),
        "{error:?}"
    );
    assert_eq!(error.retry(), RetryAdvice::BackOff);
    assert_eq!(answer(Kind::Chat, http, &url).await, Ok("At last".to_owned()));
    assert_eq!(asked.load(SeqCst), 2);
}

#[tokio::test]
async fn w17_a_broken_ipv6_costs_a_third_of_a_second_at_most() {
    let server = answering("By four").await;
    let port = server.address().port();
    // The same port on ::1, its queue full: what is sent there is dropped without a word.
    let Some(_full) = fill(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port)) else { return };
    let both: [IpAddr; 2] = [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
    let http = asking(found_at(&both), Duration::from_secs(10));
    let began = Instant::now();
    let got = answer(Kind::Chat, http, &format!("http://models.example.com:{port}")).await;
    let took = began.elapsed();
    assert_eq!(got, Ok("By four".to_owned()));
    // 300 ms are waited for IPv6; the rest is what a busy computer takes.
    assert!(took > Duration::from_millis(250) && took < Duration::from_millis(600), "{took:?}");
}

#[tokio::test]
async fn w17_an_address_without_a_way_to_it_is_left_for_the_next_at_once() {
    let server = answering("By four").await;
    // Documentation and discard prefixes: nobody routes them.
    let all: [IpAddr; 2] = ["100::1".parse().unwrap(), Ipv4Addr::LOCALHOST.into()];
    let http = asking(found_at(&all), Duration::from_secs(10));
    let began = Instant::now();
    let url = format!("http://models.example.com:{}", server.address().port());
    assert_eq!(answer(Kind::Chat, http, &url).await, Ok("By four".to_owned()));
    assert!(began.elapsed() < Duration::from_millis(600), "{:?}", began.elapsed());
}

#[tokio::test]
async fn w17_localhost_is_this_computer_whatever_a_name_server_says() {
    let server = answering("Here").await;
    let resolver = Resolver::new(|name| Box::pin(async move { Err(io::Error::other(name)) }));
    let http = asking(resolver, Duration::from_secs(10));
    let url = format!("http://localhost:{}", server.address().port());
    assert_eq!(answer(Kind::Chat, http, &url).await, Ok("Here".to_owned()));
}
