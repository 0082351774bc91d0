//! What goes past the proxies (W15): every form of NO_PROXY, seen from a proxy and a server that count. The forms as a
//! table are tested beside the list itself.

use std::net::Ipv4Addr;

use llm::{Http, HttpOptions, ProxyChoice, ProxyVariables};
use test_support::{FaultServer, Proxy};

use crate::{answer, found_at, kinds::Kind, options};

#[tokio::test]
async fn w15_what_no_proxy_lists_goes_past_the_proxy_in_every_form() {
    let kind = Kind::Chat;
    let reply = |text| kind.head().bytes(kind.piece(text)).bytes(kind.end());
    let direct = FaultServer::always(reply("Direct")).await.unwrap();
    let relayed = FaultServer::always(reply("Relayed")).await.unwrap();
    let proxy = Proxy::to(relayed.address()).await.unwrap();
    let port = direct.address().port();
    let (ours, other) = (format!("models.example.com:{port}"), format!("models.example.com:{}", port ^ 1));
    let cases = [
        ("", "models.example.com", "Relayed"),
        ("models.example.com", "models.example.com", "Direct"),
        ("models.example.com", "notmodels.example.com", "Relayed"),
        (".example.com", "models.example.com", "Direct"),
        ("other.test, .example.com", "models.example.com", "Direct"),
        ("*", "models.example.com", "Direct"),
        (ours.as_str(), "models.example.com", "Direct"),
        (other.as_str(), "models.example.com", "Relayed"),
        // Linux connects to itself for this address, which is otherwise like any other.
        ("0.0.0.0", "0.0.0.0", "Direct"),
        ("0.0.0.0/8", "0.0.0.0", "Direct"),
        ("192.0.2.0/24", "0.0.0.0", "Relayed"),
    ];
    let mut by_proxy = 0;
    for (none, host, expected) in cases {
        if host == "0.0.0.0" && !cfg!(target_os = "linux") {
            continue;
        }
        let all = ProxyVariables { all: proxy.url(), none: none.to_owned(), ..ProxyVariables::default() };
        let resolver = found_at(&[Ipv4Addr::LOCALHOST.into()]);
        let http =
            Http::new(HttpOptions { proxy: ProxyChoice::Variables(all), resolver, ..options() }).unwrap();
        let got = answer(kind, http, &format!("http://{host}:{port}")).await;
        assert_eq!(got, Ok(expected.to_owned()), "{none:?} {host}");
        by_proxy += usize::from(expected == "Relayed");
        assert_eq!(proxy.asked().len(), by_proxy, "{none:?} {host}");
    }
}
