//! Certificates: what is trusted, and what each fault is called (W16).

use std::{net::SocketAddr, sync::Arc};

use llm::{Error, Http, HttpOptions, ProxyChoice};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use test_support::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

use crate::{answer, failure, http, kinds::Kind, options};

/// An authority of its own, and the certificates that it signs.
pub(crate) struct Authority {
    pub(crate) root: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Example Inspection");
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// A server that answers every connection; its address is "https://127.0.0.1:PORT".
    pub(crate) async fn serve(&self, name: &str, years: (i32, i32)) -> String {
        format!("https://{}", self.listen(name, years).await)
    }

    /// The same; where it listens.
    pub(crate) async fn listen(&self, name: &str, years: (i32, i32)) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 8192]).await;
                let kind = Kind::Chat;
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
                let _ = stream
                    .write_all(format!("{head}{}{}", kind.piece("Sealed"), kind.end()).as_bytes())
                    .await;
                let _ = stream.shutdown().await;
            }
        });
        address
    }

    /// What a certificate store holds of it.
    pub(crate) fn pem(&self) -> String {
        let text = base64(&self.root);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

/// The answer of a server, its authority trusted or not.
async fn ask(url: &str, trusted: Option<&Authority>) -> Result<String, Error> {
    let extra_roots = trusted.map(|authority| authority.root.clone()).into_iter().collect();
    let http = Http::new(HttpOptions { extra_roots, ..options() }).unwrap();
    answer(Kind::Chat, http, url).await
}

pub(crate) const NOW: (i32, i32) = (2020, 4000);

#[tokio::test]
async fn w16_an_authority_that_was_added_is_trusted() {
    let authority = Authority::new();
    assert_eq!(
        ask(&authority.serve("127.0.0.1", NOW).await, Some(&authority)).await,
        Ok("Sealed".to_owned())
    );
}

#[tokio::test]
async fn w16_every_fault_of_a_certificate_is_named_and_never_overlooked() {
    let authority = Authority::new();
    let cases = [
        (
            authority.serve("127.0.0.1", NOW).await,
            None,
            "\"Example Inspection\", an issuer that this computer doesn't trust",
        ),
        (
            authority.serve("127.0.0.1", (2001, 2002)).await,
            Some(&authority),
            "has expired: it was good until 2002-01-01",
        ),
        (
            authority.serve("127.0.0.1", (3000, 4000)).await,
            Some(&authority),
            "isn't valid yet: it is good from 3000-01-01",
        ),
        (authority.serve("models.example.com", NOW).await, Some(&authority), "another name"),
    ];
    for (url, trusted, words) in &cases {
        let error = ask(url, *trusted).await.unwrap_err();
        let host = url.strip_prefix("https://").unwrap();
        assert!(
            matches!(&error, Error::Unreachable { message, retry: false } if message.contains(words) && message.contains(host)),
            "{words}: {error:?}"
        );
    }
}

#[tokio::test]
async fn w16_a_proxy_that_reads_along_is_named_by_its_issuer() {
    // It answers in the server's place, with a certificate of its own making.
    let authority = Authority::new();
    let proxy = Proxy::to(authority.listen("models.example.com", NOW).await).await.unwrap();
    for (trusted, expected) in [(false, "Example Inspection"), (true, "Sealed")] {
        let extra_roots = if trusted { vec![authority.root.clone()] } else { Vec::new() };
        let choice = ProxyChoice::Url(proxy.url());
        let http = Http::new(HttpOptions { proxy: choice, extra_roots, ..options() }).unwrap();
        let told = match answer(Kind::Chat, http, "https://models.example.com").await {
            Ok(text) => text,
            Err(Error::Unreachable { message, retry: false }) => message,
            Err(other) => panic!("{other:?}"),
        };
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn w16_an_added_certificate_that_is_none_is_refused() {
    let error = Http::new(HttpOptions { extra_roots: vec![b"none".to_vec()], ..options() }).unwrap_err();
    assert!(matches!(&error, Error::InvalidRequest(text) if text.contains("certificate")), "{error:?}");
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
