//! What ends a request for a pull, read from the engine's own words.

use llm::Error;

use crate::library::BlobDigest;

/// Why a request for a pull ended without success.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The engine was still sleeping between its own retries; it is asked once more.
    Cancelled,
    /// The way to the registry, in the engine's words: it may work later.
    Network(String),
    /// What says how far an earlier download came can't be read, or is gone in part.
    Partials(Option<BlobDigest>),
    /// What came isn't what was promised.
    Mismatch(Option<BlobDigest>),
    /// The disk is full.
    DiskFull,
    /// The registry has no such model.
    Missing,
    /// Asking again gives the same; the engine's words.
    Refused(String),
    /// The registry wants to know who asks; the engine's words.
    Locked(String),
    /// The engine itself doesn't answer, or ended in the middle.
    EngineGone(Error),
    /// An error that is a sentence already and that asking again doesn't cure.
    Final(Error),
}

const NETWORK: [&str; 17] = [
    "dial tcp",
    "no such host",
    "i/o timeout",
    "connection reset",
    "connection refused",
    "network is unreachable",
    "no route to host",
    "TLS handshake timeout",
    "deadline exceeded",
    "Client.Timeout",
    "max retries exceeded",
    "unexpected EOF",
    "server misbehaving",
    "broken pipe",
    "too many requests",
    "Bad Gateway",
    "Service Unavailable",
];

impl Fault {
    /// From what ended the lines of a pull.
    pub(super) fn of(error: Error) -> Self {
        match error {
            // Status 0: an error line inside the stream; 5xx: the same before the first line.
            Error::Server { refusal, .. } => Self::said(&refusal.message),
            Error::Interrupted(_) | Error::Unreachable { .. } | Error::TimedOut { .. } => {
                Self::EngineGone(error)
            }
            Error::RateLimited { message, .. } => Self::Network(message),
            other => Self::Final(other),
        }
    }

    /// From the engine's words.
    pub(super) fn said(words: &str) -> Self {
        let has = |part: &str| words.contains(part);
        // The name of a file of ours ("sha256-…") or a digest ("sha256:…") in what it said.
        let digest = |text: &str| {
            text.match_indices("sha256").find_map(|(at, _)| BlobDigest::parse(text.get(at..at + 71)?))
        };
        if has("no space left") || has("not enough space") || has("disk quota exceeded") || has("disk full") {
            return Self::DiskFull;
        }
        if words == "EOF" || words == "unexpected EOF" {
            return Self::Partials(None);
        }
        if has("-partial") && (has("no such file") || has("cannot find the file")) {
            return Self::Partials(digest(words));
        }
        if has("digest mismatch") {
            return Self::Mismatch(digest(words));
        }
        if has("context canceled") {
            return Self::Cancelled;
        }
        if has("file does not exist") || has("manifest unknown") {
            return Self::Missing;
        }
        if has(": 401") || has(": 403") || has("unauthorized") || has("access denied") {
            return Self::Locked(words.to_owned());
        }
        if has("x509") || has("certificate") {
            return Self::Refused(words.to_owned());
        }
        let server = has(": 500") || has(": 502") || has(": 503") || has(": 504") || has(": 429");
        if server || words.ends_with(": EOF") || NETWORK.iter().any(|part| has(part)) {
            return Self::Network(words.to_owned());
        }
        Self::Refused(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_words_are_told_apart() {
        let hex = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
        let digest = BlobDigest::from_hex(hex);
        assert!(digest.is_some());
        let said = Fault::said;
        assert_eq!(
            said(&format!(
                "digest mismatch, file must be downloaded again: want sha256:{hex}, got sha256:7a"
            )),
            Fault::Mismatch(digest.clone())
        );
        assert_eq!(
            said(&format!("remove /m/blobs/sha256-{hex}-partial-0: no such file or directory")),
            Fault::Partials(digest)
        );
        assert_eq!(said("EOF"), Fault::Partials(None));
        assert_eq!(
            said(&format!("write /m/blobs/sha256-{hex}-partial: no space left on device")),
            Fault::DiskFull
        );
        assert_eq!(said("context canceled"), Fault::Cancelled);
        assert_eq!(said("pull model manifest: file does not exist"), Fault::Missing);
        for network in [
            "pull model manifest: Get \"https://registry.ollama.ai/v2/library/x/manifests/latest\": dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: no such host",
            "pull model manifest: Get \"https://127.0.0.1:5055/v2/library/smol/manifests/latest\": EOF",
            "max retries exceeded: unexpected EOF",
            "pull model manifest: 503: ",
        ] {
            assert!(matches!(said(network), Fault::Network(_)), "{network}");
        }
        assert!(matches!(said("pull model manifest: 401: {\"error\":\"gated\"}"), Fault::Locked(_)));
        assert!(matches!(
            said("pull model manifest: 412: a newer version of Ollama is needed"),
            Fault::Refused(_)
        ));
        assert!(matches!(
            said("tls: failed to verify certificate: x509: unknown authority"),
            Fault::Refused(_)
        ));
        assert!(matches!(said("\u{e4}sha256\u{e4}"), Fault::Refused(_)), "no slice inside a letter");
    }
}
