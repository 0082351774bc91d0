//! Which certificates are trusted: the operating system's own judgement, with the name of the issuer added to a refusal.
//!
//! Deliberately not here: any way to trust less carefully. The system's store is read when the first HTTPS connection needs
//! it: reading it would be most of the time that Web+ takes to start, and a computer without one still reaches its own engines.

use std::sync::{Arc, OnceLock};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;

use super::certificate;
use crate::Error;

/// The system's trust, and the authorities that were added to it.
#[derive(Debug)]
pub(super) struct Trust {
    added: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Result<Verifier, rustls::Error>>,
}

impl Trust {
    /// Fails on an added certificate that doesn't parse.
    pub(super) fn new(added: &[Vec<u8>]) -> Result<Arc<Self>, Error> {
        if !added.iter().all(|der| certificate::is_one(der)) {
            return Err(Error::InvalidRequest(
                "An additional certificate can't be read; it must be a DER file.".to_owned(),
            ));
        }
        Ok(Arc::new(Self {
            added: added.iter().map(|der| CertificateDer::from(der.clone())).collect(),
            provider: Arc::new(aws_lc_rs::default_provider()),
            verifier: OnceLock::new(),
        }))
    }

    /// Reads the system's store unless it was read, on a thread for it, to the end, whoever stops waiting meanwhile.
    pub(super) async fn read(self: &Arc<Self>) -> Result<(), Error> {
        if self.verifier.get().is_none() {
            let trust = Arc::clone(self);
            let reading = tokio::task::spawn_blocking(move || trust.verifier().is_ok());
            reading.await.map_err(|_| unusable())?;
        }
        self.verifier().map(|_| ()).map_err(|_| unusable())
    }

    /// The settings of TLS that check certificates here.
    pub(super) fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|_| unusable())?;
        let verifier = Arc::clone(self) as Arc<dyn ServerCertVerifier>;
        let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn verifier(&self) -> Result<&Verifier, rustls::Error> {
        let read = self.verifier.get_or_init(|| {
            Verifier::new_with_extra_roots(self.added.iter().cloned(), Arc::clone(&self.provider))
                .inspect_err(|error| tracing::error!(%error, "the system's certificate store can't be used"))
        });
        read.as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict =
            self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verdict.map_err(|error| {
            if !certificate::is_untrusted(&error) {
                return error;
            }
            let untrusted = Untrusted(certificate::issuer(end_entity, intermediates));
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A certificate that nobody vouches for whom this computer knows; who issued it, where that can be read.
#[derive(Debug, thiserror::Error)]
#[error("the issuer is not trusted")]
pub(super) struct Untrusted(pub(super) Option<String>);

fn unusable() -> Error {
    Error::InvalidRequest(
        "This computer's certificate store can't be read, so no HTTPS server can be trusted. It may be damaged or not \
         installed (a package such as ca-certificates)."
            .to_owned(),
    )
}
