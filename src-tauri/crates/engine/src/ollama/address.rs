//! Addresses as people and `OLLAMA_HOST` give them. Ollama itself takes a port that doesn't parse for 11434 without a word.

use super::Invalid;

/// Where an Ollama listens that was told nothing else.
pub const USUAL: &str = "http://127.0.0.1:11434";
/// Its port.
pub const USUAL_PORT: u16 = 11_434;

/// The base address ("http://127.0.0.1:11434") that a text means: a host, a port or both, with or without "http://".
/// An address that is only good for listening (0.0.0.0) becomes this computer's own.
pub fn parse(text: &str) -> Result<String, Invalid> {
    let wrong = || {
        Invalid(format!(
            "“{text}” is no address. Write host and port, such as 127.0.0.1:11434; a port is 1 to 65535."
        ))
    };
    let text = text.trim().trim_matches(['"', '\'']);
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let rest = rest.trim_end_matches('/');
    let port = match scheme {
        None => USUAL_PORT,
        Some("http") => 80,
        Some("https") => 443,
        Some(_) => return Err(wrong()),
    };
    let (host, port) = match rest.rsplit_once(':') {
        // A bare IPv6 address is full of colons.
        Some((host, _)) if host.contains(':') && !host.ends_with(']') => (rest, port),
        Some((host, digits)) if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            (host, digits.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?)
        }
        Some(_) if !rest.ends_with(']') => return Err(wrong()),
        _ => (rest, port),
    };
    let host = match host.trim_start_matches('[').trim_end_matches(']') {
        "" | "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_ascii_lowercase(),
    };
    let base = format!("{}://{host}:{port}", scheme.unwrap_or("http"));
    let url = url::Url::parse(&base).map_err(|_| wrong())?;
    let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    if plain && url.host_str().is_some_and(|host| !host.is_empty()) { Ok(base) } else { Err(wrong()) }
}

/// Whether an address is this computer's own.
pub fn is_here(base: &str) -> bool {
    use url::Host;
    let Ok(url) = url::Url::parse(base) else { return false };
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The port of an address.
pub fn port(base: &str) -> Option<u16> {
    url::Url::parse(base).ok()?.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_understood() {
        for (text, address) in [
            ("127.0.0.1", "http://127.0.0.1:11434"),
            ("127.0.0.1:1234", "http://127.0.0.1:1234"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            (":1234", "http://127.0.0.1:1234"),
            ("http://box.local:8080/", "http://box.local:8080"),
            ("https://box", "https://box:443"),
            ("http://box", "http://box:80"),
            ("[::1]:5000", "http://[::1]:5000"),
            ("::1", "http://[::1]:11434"),
            (" \"localhost\" ", "http://localhost:11434"),
            ("[::]", "http://[::1]:11434"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(address), "{text}");
        }
    }

    #[test]
    fn a_port_that_doesn_t_parse_is_refused_and_never_the_usual_one() {
        for text in [
            "127.0.0.1:99999",
            "127.0.0.1:abc",
            "127.0.0.1:",
            "127.0.0.1:0",
            "ftp://x",
            "a b",
            "http://x/y",
            "u@x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn this_computer_is_told_from_others() {
        assert!(is_here("http://127.0.0.1:1") && is_here("http://localhost:1") && is_here("http://[::1]:1"));
        assert!(!is_here("http://192.168.1.2:1") && !is_here("http://box:1"));
        assert_eq!((port("http://x:81"), port("https://x")), (Some(81), Some(443)));
    }
}
