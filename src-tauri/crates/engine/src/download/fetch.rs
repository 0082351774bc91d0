//! What a download needs of HTTP, and the rules for redirects.

use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};
use llm::Error;
use url::{Host, Url};

/// A hub sends to its store of files, which may send on.
const MOST_REDIRECTS: u32 = 5;

/// The head of a reply, and its body as it comes.
pub struct FetchReply {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `Content-Length` header.
    pub content_length: Option<u64>,
    /// The `Content-Range` header.
    pub content_range: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The body, exactly as sent. Dropping it closes the connection.
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

/// Gets what is at an address. Credentials are never sent, redirects never followed (they come back as they are), bodies
/// never unpacked.
pub trait Fetch: Send + Sync {
    /// Sends one GET, for what comes from byte `from` on where given (`Range: bytes=FROM-`).
    fn get<'a>(&'a self, url: &'a str, from: Option<u64>) -> BoxFuture<'a, Result<FetchReply, Error>>;
}

/// Gets what is at an address of the hub, wherever it sends.
pub(super) async fn follow(fetch: &dyn Fetch, url: &str, from: Option<u64>) -> Result<FetchReply, Error> {
    let mut at = parse(url)?;
    for _ in 0..=MOST_REDIRECTS {
        let reply = fetch.get(at.as_str(), from).await?;
        if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(reply);
        }
        let target = reply.location.as_deref().and_then(|location| at.join(location).ok());
        at = target.filter(|target| may_go(&at, target)).ok_or_else(|| {
            Error::BadReply(format!(
                "{} sends to an address that isn't safe to follow. Check the address.",
                at.host_str().unwrap_or("The hub")
            ))
        })?;
    }
    Err(Error::BadReply(format!(
        "{} sends around in circles. Try again later.",
        at.host_str().unwrap_or("The hub")
    )))
}

pub(super) fn parse(url: &str) -> Result<Url, Error> {
    Url::parse(url).ok().filter(is_safe).ok_or_else(|| {
        Error::InvalidRequest(
            "The hub's address must begin with https://. Correct it in the settings.".into(),
        )
    })
}

/// Encrypted, or of this computer.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || is_local(url)
}

/// Encrypted anywhere; unencrypted only from this computer to itself.
fn may_go(from: &Url, to: &Url) -> bool {
    to.username().is_empty()
        && to.password().is_none()
        && (to.scheme() == "https" || (is_local(from) && is_local(to)))
}

/// An unencrypted address of this computer.
fn is_local(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn redirects_go_where_it_is_encrypted_or_stay_on_this_computer() {
        let url = |text: &str| Url::parse(text).unwrap();
        let hub = url("https://hub.example/x");
        assert!(may_go(&hub, &url("https://files.example/y?sig=1")));
        assert!(!may_go(&hub, &url("http://files.example/y")));
        assert!(!may_go(&hub, &url("http://127.0.0.1/y")), "from outside into this computer");
        assert!(!may_go(&hub, &url("https://name:word@files.example/y")));
        assert!(!may_go(&hub, &url("file:///etc/passwd")));
        assert!(may_go(&url("http://127.0.0.1:1/x"), &url("http://localhost:2/y")));
        assert!(parse("http://hub.example").is_err() && parse("http://[::1]:80").is_ok());
    }
}
