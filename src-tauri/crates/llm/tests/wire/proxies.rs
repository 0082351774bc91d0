//! Proxies: which request goes by which, and what one is called that doesn't do its work (W15).

use std::{net::Ipv4Addr, time::Duration};

use llm::{Error, Http, HttpOptions, ProxyChoice, ProxyVariables};
use test_support::{FaultServer, Proxy, Script};

use crate::{
    answer, failure, found_at,
    kinds::{ALL, Kind},
    options,
    tls::{Authority, NOW},
    unknown, unused_address,
};

const CLEAR: &str = "http://models.example.com";
const SEALED: &str = "https://models.example.com";

fn by_proxy(url: &str) -> Http {
    Http::new(HttpOptions { proxy: ProxyChoice::Url(url.to_owned()), ..options() }).unwrap()
}

fn by_variables(variables: ProxyVariables) -> Http {
    Http::new(HttpOptions { proxy: ProxyChoice::Variables(variables), ..options() }).unwrap()
}

async fn answering(kind: Kind, text: &str) -> FaultServer {
    FaultServer::always(kind.head().bytes(kind.piece(text)).bytes(kind.end())).await.unwrap()
}

#[tokio::test]
async fn w15_this_computer_is_never_reached_by_a_proxy() {
    let proxy = FaultServer::always(Script::json(500, "{}")).await.unwrap();
    let variables = ProxyVariables { http: proxy.url(), all: proxy.url(), ..ProxyVariables::default() };
    for http in [by_proxy(&proxy.url()), by_variables(variables)] {
        for kind in ALL {
            let server = answering(kind, "Direct").await;
            for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
                let url = format!("http://{host}:{}", server.address().port());
                assert_eq!(
                    answer(kind, http.clone(), &url).await,
                    Ok("Direct".to_owned()),
                    "{kind:?} {host}"
                );
            }
        }
        if let Ok(listener) = tokio::net::TcpListener::bind("[::1]:0").await {
            let url = format!("http://{}", listener.local_addr().unwrap());
            let script = Kind::Chat.head().bytes(Kind::Chat.piece("Six")).bytes(Kind::Chat.end());
            let _server = FaultServer::on(listener, move |_| script.clone()).unwrap();
            assert_eq!(answer(Kind::Chat, http.clone(), &url).await, Ok("Six".to_owned()));
        }
    }
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn w15_each_variable_sends_its_scheme_by_its_proxy() {
    let (kind, authority) = (Kind::Chat, Authority::new());
    let clear = answering(kind, "Clear").await;
    let sealed = authority.listen("models.example.com", NOW).await;
    let (one, two) = (Proxy::to(clear.address()).await.unwrap(), Proxy::to(sealed).await.unwrap());
    let sets = [
        ProxyVariables { http: one.name(), https: two.url(), ..ProxyVariables::default() },
        // What stands apart goes before what is for all; and both with nothing but host and port.
        ProxyVariables { http: one.url(), all: two.name(), ..ProxyVariables::default() },
        ProxyVariables { https: two.name(), all: one.name(), ..ProxyVariables::default() },
    ];
    for variables in sets.clone() {
        let extra_roots = vec![authority.root.clone()];
        let proxy = ProxyChoice::Variables(variables);
        let http = Http::new(HttpOptions { proxy, extra_roots, ..options() }).unwrap();
        assert_eq!(answer(kind, http.clone(), CLEAR).await, Ok("Clear".to_owned()));
        assert_eq!(answer(kind, http, SEALED).await, Ok("Sealed".to_owned()));
    }
    let posts = vec!["POST http://models.example.com/v1/chat/completions".to_owned(); sets.len()];
    assert_eq!(one.lines(), posts);
    assert_eq!(two.lines(), vec!["CONNECT models.example.com:443".to_owned(); sets.len()]);
}

#[tokio::test]
async fn w15_a_proxy_that_asks_for_a_password_is_named_and_let_in_with_it() {
    let (kind, authority) = (Kind::Chat, Authority::new());
    let sealed = authority.listen("models.example.com", NOW).await;
    // "me:p@ss" and how it is written in an address.
    let proxy = Proxy::guarded(sealed, "Basic bWU6cEBzcw==").await.unwrap();
    let address = |who: &str| format!("http://{who}{}", proxy.name());
    for who in ["", "me:canary@"] {
        for (url, asked) in [(CLEAR, "POST"), (SEALED, "CONNECT")] {
            for http in [
                by_proxy(&address(who)),
                by_variables(ProxyVariables { all: address(who), ..ProxyVariables::default() }),
            ] {
                let error = failure(kind, http, url).await;
                let named = matches!(&error, Error::Unreachable { message, retry: false }
                    if message.contains(&format!("The proxy {}", proxy.name())) && message.contains("password") && !message.contains("canary"));
                assert!(named, "{url}: {error:?}");
                assert!(proxy.lines().last().unwrap().starts_with(asked));
            }
        }
    }
    let (extra_roots, choice) = (vec![authority.root.clone()], ProxyChoice::Url(address("me:p%40ss@")));
    let http = Http::new(HttpOptions { proxy: choice, extra_roots, ..options() }).unwrap();
    assert_eq!(answer(kind, http, SEALED).await, Ok("Sealed".to_owned()));
}

#[tokio::test]
async fn w15_a_proxy_that_refuses_or_is_gone_or_is_silent_or_unknown_is_named() {
    let refusing = FaultServer::always(Script::reply(403, &[], "")).await.unwrap();
    let name = refusing.address().to_string();
    let error = failure(Kind::Chat, by_proxy(&refusing.url()), SEALED).await;
    assert!(matches!(&error, Error::Unreachable { message, .. } if message.contains(&name)), "{error:?}");

    let gone = unused_address();
    for url in [CLEAR, SEALED] {
        let error = failure(
            Kind::Chat,
            by_variables(ProxyVariables { all: gone.clone(), ..Default::default() }),
            url,
        )
        .await;
        let told = matches!(&error, Error::Unreachable { message, .. } if message.contains(&format!("the proxy {gone}")));
        assert!(told, "{url}: {error:?}");
    }

    let silent = FaultServer::always(Script::new().hold()).await.unwrap();
    let http = Http::new(HttpOptions {
        proxy: ProxyChoice::Url(silent.url()),
        connect_timeout: Duration::from_millis(300),
        ..options()
    });
    let error = failure(Kind::Chat, http.unwrap(), SEALED).await;
    let name = format!("by the proxy {}", silent.address());
    assert!(
        matches!(&error, Error::TimedOut { message, sent: false } if message.contains(&name)),
        "{error:?}"
    );

    let http = Http::new(HttpOptions {
        proxy: ProxyChoice::Url("http://no-such-proxy.invalid:3128".to_owned()),
        resolver: unknown(),
        ..options()
    });
    let error = failure(Kind::Chat, http.unwrap(), SEALED).await;
    assert!(
        matches!(&error, Error::Unreachable { message, .. } if message.contains("The proxy no-such-proxy.invalid:3128")),
        "{error:?}"
    );
}

#[tokio::test]
async fn w15_a_variable_that_cannot_be_a_proxy_is_named_and_nothing_goes_past_it() {
    let server = answering(Kind::Chat, "Past").await;
    for (https, words) in [("gopher://canary:70", "can't be used"), ("http://canary/wpad.dat", "PAC")] {
        let variables = ProxyVariables { https: https.to_owned(), ..ProxyVariables::default() };
        let resolver = found_at(&[Ipv4Addr::LOCALHOST.into()]);
        let proxy = ProxyChoice::Variables(variables);
        let http = Http::new(HttpOptions { proxy, resolver, ..options() }).unwrap();
        let port = server.address().port();
        let error = failure(Kind::Chat, http.clone(), &format!("https://models.example.com:{port}")).await;
        let told = matches!(&error, Error::InvalidRequest(text)
            if text.contains("HTTPS_PROXY") && text.contains(words) && !text.contains("canary"));
        assert!(told, "{https}: {error:?}");
        // What it isn't for is as before.
        let url = format!("http://models.example.com:{port}");
        assert_eq!(answer(Kind::Chat, http, &url).await, Ok("Past".to_owned()));
    }
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
async fn w15_a_pac_file_of_the_environment_is_told_where_no_connection_comes_about() {
    let automatic = "http://wpad.example.com/proxy.pac".to_owned();
    let resolver = found_at(&[Ipv4Addr::LOCALHOST.into()]);
    let gone = unused_address();
    let port = gone.rsplit_once(':').unwrap().1;
    let variables = ProxyVariables { automatic, ..ProxyVariables::default() };
    let proxy = ProxyChoice::Variables(variables);
    let http = Http::new(HttpOptions { proxy, resolver, ..options() }).unwrap();
    let error = failure(Kind::Chat, http.clone(), &format!("http://models.example.com:{port}")).await;
    assert!(
        matches!(&error, Error::Unreachable { message, .. } if message.contains("PAC") && message.contains("HTTPS_PROXY")),
        "{error:?}"
    );
    // It has nothing to do with what runs here.
    let error = failure(Kind::Chat, http, &format!("http://{gone}")).await;
    assert!(matches!(&error, Error::Unreachable { message, .. } if !message.contains("PAC")), "{error:?}");
}
