//! From what the network did to a sentence: classified once, naming the host and nothing else of the address.

use std::{error::Error as _, io, time::Duration};

use super::{HttpOptions, certificate, names::NoAnswer};
use crate::Error;

/// By which way a request went.
pub(super) struct Way {
    /// Host and port of the proxy.
    pub(super) proxy: Option<String>,
    /// Whether a PAC file is set, which might name a proxy that we know nothing of.
    pub(super) automatic: bool,
}

/// What went wrong before the head of a reply came.
pub(super) fn sending(error: &reqwest::Error, host: &str, way: &Way, options: &HttpOptions) -> Error {
    if error.is_builder() {
        return Error::InvalidRequest(format!(
            "The request for {host} can't be written; check the provider's address."
        ));
    }
    let chain = chain_of(error);
    if error.is_connect() {
        let told = connecting(error, &chain, host, way.proxy.as_deref(), options);
        return if way.automatic { with_automatic(told) } else { told };
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

/// The same, with what stands in the environment and isn't followed.
fn with_automatic(told: Error) -> Error {
    const HINT: &str = " A PAC file is set here (auto_proxy), which isn't supported: put the proxy itself into HTTPS_PROXY, \
                        as http://host:port.";
    match told {
        Error::Unreachable { message, retry } => Error::Unreachable { message: message + HINT, retry },
        Error::TimedOut { message, sent } => Error::TimedOut { message: message + HINT, sent },
        other => other,
    }
}

fn connecting(
    error: &reqwest::Error,
    chain: &str,
    host: &str,
    proxy: Option<&str>,
    options: &HttpOptions,
) -> Error {
    if let Some(NoAnswer(patience)) = find(error) {
        let whom = proxy.map_or_else(|| host.to_owned(), |name| format!("the proxy {name}"));
        return Error::TimedOut {
            message: format!(
                "The name of {whom} could not be looked up within {} seconds: no name server answers. Check whether you are \
                 online.",
                patience.as_secs_f32()
            ),
            sent: false,
        };
    }
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
        // A tunnel to a proxy that isn't there fails as a tunnel too.
        if (chain.contains("tunnel") || chain.contains("socks")) && !is_nobody_there(io_kind(error)) {
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
    if let Some(message) = find(error).and_then(|error| certificate::sentence(error, host)) {
        return unreachable(message, false);
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

fn unreachable(message: String, retry: bool) -> Error {
    Error::Unreachable { message, retry }
}

/// The first cause of this kind. An `io::Error` hides the one that it carries from `source`.
pub(super) fn find<'a, T: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        let carried = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = carried.map(|inner| inner as _).or_else(|| cause.source());
    }
    None
}

/// The causes' texts, for telling kinds apart; never shown, because they hold addresses.
fn chain_of(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&cause.to_string());
        text.push_str("; ");
        source = cause.source();
    }
    text
}

fn is_nobody_there(kind: Option<io::ErrorKind>) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    matches!(kind, Some(ConnectionRefused | NetworkUnreachable | HostUnreachable | NetworkDown))
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
