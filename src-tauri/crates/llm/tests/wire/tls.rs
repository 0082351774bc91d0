//! Certificates: what is trusted, and what each fault is called (W16).

use std::sync::Arc;

use llm::{Error, Http, HttpOptions};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

use crate::{collect, kinds::Kind, options, question, text};

/// An authority of its own, and the certificates that it signs.
struct Authority {
    root: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Example Inspection");
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// A server that answers every connection; its address is "https://127.0.0.1:PORT".
    async fn serve(&self, name: &str, years: (i32, i32)) -> String {
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
        format!("https://{address}")
    }
}

/// The answer of a server, its authority trusted or not.
async fn ask(url: &str, trusted: Option<&Authority>) -> Result<String, Error> {
    let extra_roots = trusted.map(|authority| authority.root.clone()).into_iter().collect();
    let http = Http::new(HttpOptions { extra_roots, ..options() }).unwrap();
    let (events, error) = collect(Kind::Chat.provider(http, url).complete(question("m"))).await;
    error.map_or_else(|| Ok(text(&events)), Err)
}

const NOW: (i32, i32) = (2020, 4000);

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
        (authority.serve("127.0.0.1", NOW).await, None, "doesn't trust"),
        (authority.serve("127.0.0.1", (2001, 2002)).await, Some(&authority), "has expired"),
        (authority.serve("127.0.0.1", (3000, 4000)).await, Some(&authority), "date and time"),
        (authority.serve("models.example.com", NOW).await, Some(&authority), "another name"),
    ];
    for (url, trusted, words) in cases {
        let error = ask(&url, trusted).await.unwrap_err();
        assert!(
            matches!(&error, Error::Unreachable { message, retry: false } if message.contains(words)),
            "{words}: {error:?}"
        );
    }
}
