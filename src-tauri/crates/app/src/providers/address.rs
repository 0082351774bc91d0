//! Addresses, names and variables as a person types them: checked before a key goes anywhere.

use crate::{Error, secrets};

pub(super) fn check_url(text: &str) -> Result<String, Error> {
    let text = text.trim().trim_end_matches('/');
    let url = url::Url::parse(text)
        .map_err(|_| Error::invalid("That is not an address. Write it like https://api.example.com/v1."))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Error::invalid("The address must begin with https:// or http://."));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(Error::invalid(
            "The address must not hold a user, a password, a ? or a #. Enter the key in its own field.",
        ));
    }
    let local = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !local && !private(&url) {
        return Err(Error::invalid(
            "Over the internet the address must begin with https://, so that nobody can read the key on the way.",
        ));
    }
    Ok(text.to_owned())
}

/// Whether the address is on the local network, where plain HTTP is usual.
fn private(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(url::Host::Domain(name)) => {
            name.rsplit_once('.').is_none_or(|(_, last)| matches!(last, "local" | "lan"))
        }
        None => false,
    }
}

pub(super) fn check_variable(name: &str) -> Result<(), Error> {
    let fine = !name.is_empty()
        && name.len() <= 128
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if fine {
        Ok(())
    } else {
        Err(Error::invalid("Give the variable's name only, for example OPENAI_API_KEY."))
    }
}

pub(super) fn host_of(base_url: &str) -> String {
    url::Url::parse(base_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "server".to_owned())
}

pub(super) fn slug_of(name: &str) -> String {
    let slug: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "provider".to_owned() } else { slug.chars().take(40).collect() }
}

/// The origin (scheme, host, port) that a key is bound to.
pub(super) fn origin(base_url: &str) -> Result<String, Error> {
    secrets::origin_of(base_url).map_err(|_| {
        Error::invalid("The provider's address can't be read. Correct it under Settings, Providers.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_before_a_key_goes_there() {
        assert_eq!(
            check_url(" https://api.example.com/v1/ ").ok(),
            Some("https://api.example.com/v1".to_owned())
        );
        assert_eq!(check_url("http://127.0.0.1:8080").ok(), Some("http://127.0.0.1:8080".to_owned()));
        assert_eq!(check_url("http://192.168.1.5:11434").ok(), Some("http://192.168.1.5:11434".to_owned()));
        for bad in [
            "",
            "api.example.com",
            "ftp://x",
            "http://api.example.com",
            "https://u:p@x.com",
            "https://x.com/?key=1",
            "file:///etc",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_made_of_plain_letters() {
        assert_eq!(
            (slug_of("My Büro  Server!"), slug_of("日本")),
            ("my-b-ro-server".to_owned(), "provider".to_owned())
        );
    }
}
