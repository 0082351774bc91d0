//! From what the network did to a sentence: classified once, naming the host and nothing else of the address.

use std::{error::Error as _, fmt::Write as _, io, time::Duration};

use super::HttpOptions;
use crate::Error;

/// What went wrong before the head of a reply came.
pub(super) fn sending(
    error: &reqwest::Error,
    host: &str,
    proxy: Option<&str>,
    options: &HttpOptions,
) -> Error {
    if error.is_builder() {
        return Error::InvalidRequest(format!(
            "The request for {host} can't be written; check the provider's address."
        ));
    }
    let chain = chain_of(error);
    if error.is_connect() {
        return connecting(error, &chain, host, proxy, options);
    }
    if error.is_timeout() {
        return stalled(host, options.idle_timeout);
    }
    if chain.contains("invalid HTTP") || chain.contains("message head is too large") {
        return Error::BadReply(format!(
            "What answers at {host} doesn't speak HTTP; check the address and its port."
        ));
    }
    unreachable(format!("{host} closed the connection before it answered."), true)
}

/// What went wrong while the body came.
pub(super) fn reading(error: &reqwest::Error, host: &str) -> Error {
    let chain = chain_of(error);
    // Errors of the connection come wrapped as errors of decoding as well.
    let broken = io_kind(error).is_some_and(|kind| {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        matches!(kind, ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof)
    });
    if error.is_decode()
        && !broken
        && !chain.contains("connection")
        && !chain.contains("end of file before message")
    {
        return Error::BadReply(format!("{host} sent an answer whose compression can't be undone."));
    }
    Error::Interrupted(format!("The connection to {host} broke off before the answer was complete."))
}

/// Nothing came for too long.
pub(crate) fn stalled(host: &str, timeout: Duration) -> Error {
    Error::TimedOut {
        message: format!(
            "{host} began to answer and then sent nothing for {} seconds.",
            timeout.as_secs_f32()
        ),
        sent: true,
    }
}

/// Something on the way answered in the server's place.
pub(crate) fn web_page(host: &str) -> Error {
    Error::BadReply(format!(
        "Your network returned a web page instead of an answer from {host}. Sign in to the network in a browser, or check \
         the provider's address."
    ))
}

/// A proxy wants to know who asks.
pub(super) fn proxy_password(proxy: Option<&str>) -> Error {
    let proxy = proxy.map_or_else(|| "A proxy".to_owned(), |name| format!("The proxy {name}"));
    unreachable(
        format!("{proxy} asks for a user name and a password; put them into the proxy's address."),
        false,
    )
}

fn connecting(
    error: &reqwest::Error,
    chain: &str,
    host: &str,
    proxy: Option<&str>,
    options: &HttpOptions,
) -> Error {
    if error.is_timeout() {
        let seconds = options.connect_timeout.as_secs_f32();
        let via = proxy.map_or_else(String::new, |name| format!(" by the proxy {name}"));
        return Error::TimedOut {
            message: format!("{host} could not be connected{via} within {seconds} seconds."),
            sent: false,
        };
    }
    if chain.contains("proxy authorization required") {
        return proxy_password(proxy);
    }
    if let Some(name) = proxy {
        if error.is_dns() {
            return unreachable(format!("The proxy {name} can't be found; check the proxy settings."), false);
        }
        if chain.contains("tunnel") || chain.contains("socks") {
            return unreachable(format!("The proxy {name} didn't let a connection to {host} through."), true);
        }
    }
    if error.is_dns() {
        return unreachable(
            format!("The name of {host} can't be found. Check the address, and whether you are online."),
            // "Temporary failure in name resolution" (EAI_AGAIN): the network is coming or going.
            chain.to_ascii_lowercase().contains("temporar") || chain.contains("try again"),
        );
    }
    if let Some(error) = tls(chain, host) {
        return error;
    }
    let whom = proxy.map_or_else(|| host.to_owned(), |name| format!("the proxy {name}"));
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => unreachable(
            format!("Nothing answers at {whom}. Check that it is running and that the port is right."),
            true,
        ),
        Some(
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown,
        ) => unreachable(format!("There is no way to {whom} from here. Check whether you are online."), true),
        _ => unreachable(format!("The connection to {whom} was closed while it was being made."), true),
    }
}

/// Sentences for what a certificate can be wrong in. Checking is never turned off.
fn tls(chain: &str, host: &str) -> Option<Error> {
    let has = |words: &[&str]| words.iter().any(|word| chain.contains(word));
    let message = if has(&["UnknownIssuer", "CaUsedAsEndEntity"]) {
        format!(
            "The certificate of {host} comes from an issuer that this computer doesn't trust. A company's network or a \
             virus scanner may be reading along: have its certificate added to this computer's store, or use another network."
        )
    } else if has(&["NotValidYet", "not valid yet"]) {
        format!("The certificate of {host} isn't valid yet. Check this computer's date and time.")
    } else if has(&["certificate expired", "Expired"]) {
        format!(
            "The certificate of {host} has expired. Check this computer's date and time; if they are right, {host} must renew it."
        )
    } else if has(&["NotValidForName", "not valid for name"]) {
        format!(
            "The certificate is for another name than {host}. Check the address; something on the way may answer in its place."
        )
    } else if has(&["Revoked"]) {
        format!(
            "The certificate of {host} was revoked. Don't send it anything until its owner has explained why."
        )
    } else if has(&["invalid peer certificate"]) {
        format!("The certificate of {host} can't be verified.")
    } else if has(&["corrupt message", "InvalidContentType"]) {
        format!(
            "{host} doesn't speak HTTPS at this port. Check the port, or use http:// for a server on this computer."
        )
    } else if has(&["received fatal alert", "HandshakeFailure", "peer is incompatible"]) {
        format!("{host} and this computer found no common kind of encryption.")
    } else {
        return None;
    };
    Some(unreachable(message, false))
}

fn unreachable(message: String, retry: bool) -> Error {
    Error::Unreachable { message, retry }
}

/// The causes' texts, for telling kinds apart; never shown, because they hold addresses.
fn chain_of(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&cause.to_string());
        text.push_str("; ");
        // The kinds of rustls' certificate errors stand in `Debug` only.
        if cause.is::<io::Error>() {
            let _ = write!(text, "{cause:?}; ");
        }
        source = cause.source();
    }
    text
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut found = None;
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<io::Error>() {
            found = Some(io.kind()).filter(|kind| *kind != io::ErrorKind::Other).or(found);
        }
        source = cause.source();
    }
    found
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_certificate_has_its_own_sentence() {
        // As rustls 0.23 words them.
        let cases = [
            ("invalid peer certificate: UnknownIssuer", "doesn't trust"),
            ("Custom { kind: InvalidData, error: InvalidCertificate(UnknownIssuer) }", "doesn't trust"),
            (
                "invalid peer certificate: certificate expired: verification time 2 (UNIX), but certificate is not valid after 1 (1 seconds ago)",
                "has expired",
            ),
            (
                "invalid peer certificate: certificate not valid yet: verification time 1 (UNIX), but certificate is not valid before 2 (1 seconds in future)",
                "date and time",
            ),
            (
                "invalid peer certificate: certificate not valid for name \"a.test\"; certificate is only valid for DnsName(\"b.test\")",
                "another name",
            ),
            ("invalid peer certificate: Revoked", "revoked"),
            ("invalid peer certificate: BadSignature", "can't be verified"),
            ("received corrupt message of type InvalidContentType", "doesn't speak HTTPS"),
            ("received fatal alert: HandshakeFailure", "encryption"),
        ];
        for (chain, words) in cases {
            match tls(chain, "models.example.com") {
                Some(Error::Unreachable { message, retry: false }) => {
                    assert!(
                        message.contains(words) && message.contains("models.example.com"),
                        "{chain}: {message}"
                    );
                    assert!(!message.contains("a.test"), "{message}");
                }
                other => panic!("{chain} became {other:?}"),
            }
        }
        assert_eq!(tls("connection refused", "x"), None);
    }
}
