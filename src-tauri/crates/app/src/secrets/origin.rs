//! What a key is bound to: its provider and the origin that it was entered for.
//!
//! The origin is part of the handle, so a key can't follow a changed address: under the new one there is no key yet.

use domain::{ErrorCode, ProviderId};
use url::Url;

/// An address that has no origin which a key could be bound to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "This is not the address of a server. Enter one that begins with https:// or http://, such as https://api.example.com/v1."
)]
pub struct OriginError;

impl OriginError {
    /// What a client can branch on.
    pub fn code(&self) -> ErrorCode {
        ErrorCode::InvalidInput
    }
}

/// Scheme, host and port of an address, as one text ("https://api.example.com", "http://127.0.0.1:8080"). A scheme's
/// own port is left out, names are in lower case.
pub fn origin_of(base_url: &str) -> Result<String, OriginError> {
    let url = Url::parse(base_url).map_err(|_| OriginError)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(OriginError);
    }
    Ok(url.origin().ascii_serialization())
}

/// The name under which a provider's key for this origin is kept.
pub fn handle(provider: ProviderId, origin: &str) -> String {
    format!("provider/{provider}/{origin}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]

    use domain::Timestamp;

    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        for (base, origin) in [
            ("https://API.Example.com/v1", "https://api.example.com"),
            ("https://api.example.com:443/v1?x=1#y", "https://api.example.com"),
            ("https://person:word@api.example.com", "https://api.example.com"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(origin_of(base).unwrap(), origin);
        }
        for base in [
            "",
            "api.example.com",
            "file:///etc/passwd",
            "ftp://example.com",
            "data:text/plain,x",
            "https://",
        ] {
            assert_eq!(origin_of(base), Err(OriginError), "{base}");
        }
    }

    #[test]
    fn another_scheme_host_port_or_provider_is_another_handle() {
        let provider = ProviderId::new(Timestamp::from_millis(1));
        let ours = handle(provider, &origin_of("https://api.example.com/v1").unwrap());
        assert_eq!(ours, handle(provider, &origin_of("https://api.example.com/v2").unwrap()));
        for base in
            ["http://api.example.com", "https://api.example.com:8443", "https://api.example.com.evil.example"]
        {
            assert_ne!(ours, handle(provider, &origin_of(base).unwrap()));
        }
        let other = ProviderId::new(Timestamp::from_millis(1));
        assert_ne!(ours, handle(other, "https://api.example.com"));
    }
}
