//! What goes past every proxy: the list of NO_PROXY, in the forms that are in use.

use std::net::IpAddr;

use url::{Host, Url};

/// The list. Entries stand between commas or blanks; one that is nothing of what is known here matches nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Bypass(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    what: What,
    /// Only at this port.
    port: Option<u16>,
}

#[derive(Debug, Clone)]
enum What {
    Everything,
    /// All addresses that begin with so many bits.
    Network(IpAddr, u8),
    /// The name itself and every name below it, without a dot at either end.
    Name(String),
}

impl Bypass {
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        Self(entries.filter_map(entry).collect())
    }

    /// Whether a request to this address goes past the proxies.
    pub(super) fn covers(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        self.0.iter().any(|entry| entry.port.is_none_or(|only| port == Some(only)) && entry.what.is(url))
    }
}

impl What {
    fn is(&self, url: &Url) -> bool {
        match (self, url.host()) {
            (Self::Everything, _) => true,
            (Self::Network(network, bits), Some(Host::Ipv4(address))) => {
                begins_alike(*network, address.into(), *bits)
            }
            (Self::Network(network, bits), Some(Host::Ipv6(address))) => {
                begins_alike(*network, address.to_canonical(), *bits)
            }
            (Self::Name(name), Some(Host::Domain(host))) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            _ => false,
        }
    }
}

fn entry(text: &str) -> Option<Entry> {
    if let Some(what) = what(text) {
        return Some(Entry { what, port: None });
    }
    let (host, port) = text.rsplit_once(':')?;
    Some(Entry { what: what(host)?, port: Some(port.parse().ok()?) })
}

/// One entry without its port; nothing where a port may stand at its end.
fn what(text: &str) -> Option<What> {
    if text == "*" {
        return Some(What::Everything);
    }
    if let Some((network, bits)) = text.split_once('/') {
        let (network, bits) = (address(network)?, bits.parse().ok()?);
        return (bits <= width(network)).then_some(What::Network(network, bits));
    }
    if let Some(address) = address(text) {
        return Some(What::Network(address, width(address)));
    }
    let name = text.strip_prefix("*.").unwrap_or(text).trim_matches('.').to_ascii_lowercase();
    (!name.is_empty() && !name.contains([':', '*', '['])).then_some(What::Name(name))
}

fn address(text: &str) -> Option<IpAddr> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn begins_alike(network: IpAddr, address: IpAddr, bits: u8) -> bool {
    let (one, other, width) = match (network, address) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(one.to_bits()), u128::from(other.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    // Nothing of the address counts: shifting by its whole width is no shift at all.
    bits == 0 || (one ^ other) >> (width - u32::from(bits)) == 0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_entry_covers_what_it_says_and_no_more() {
        let cases = [
            ("models.example.com", "https://models.example.com", true),
            ("models.example.com", "https://eu.models.example.com", true),
            ("models.example.com", "https://othermodels.example.com", false),
            ("Models.Example.COM", "https://models.example.com.", true),
            (".example.com", "https://models.example.com", true),
            (".example.com", "https://example.com", true),
            (".example.com", "https://notexample.com", false),
            ("*.example.com", "https://models.example.com", true),
            ("*", "https://anything.test", true),
            ("*", "http://192.0.2.1", true),
            ("192.0.2.1", "http://192.0.2.1:8080", true),
            ("192.0.2.1", "http://192.0.2.10", false),
            ("192.0.2.0/24", "http://192.0.2.200", true),
            ("192.0.2.0/24", "http://192.0.3.1", false),
            ("10.0.0.0/7", "http://11.255.0.1", true),
            ("0.0.0.0/0", "http://198.51.100.7", true),
            ("0.0.0.0/0", "http://[2001:db8::1]", false),
            ("192.0.2.0/33", "http://192.0.2.1", false),
            ("2001:db8::1", "http://[2001:db8::1]", true),
            ("[2001:db8::1]", "http://[2001:db8::1]", true),
            ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080", true),
            ("[2001:db8::1]:8080", "http://[2001:db8::1]", false),
            ("2001:db8::/32", "http://[2001:db8:ffff::1]", true),
            ("2001:db8::/32", "http://[2001:db9::1]", false),
            ("192.0.2.1", "http://[::ffff:192.0.2.1]", true),
            ("models.example.com:8080", "http://models.example.com:8080", true),
            ("models.example.com:8080", "http://models.example.com:8081", false),
            ("models.example.com:443", "https://models.example.com", true),
            ("192.0.2.1:80", "http://192.0.2.1", true),
            ("192.0.2.1:81", "http://192.0.2.1", false),
            ("a.test, b.test", "http://b.test", true),
            ("a.test b.test,,", "http://b.test", true),
            ("", "http://b.test", false),
            ("models.example.com:port", "http://models.example.com", false),
            ("...", "http://b.test", false),
        ];
        for (list, url, expected) in cases {
            assert_eq!(Bypass::parse(list).covers(&Url::parse(url).unwrap()), expected, "{list:?} {url}");
        }
    }
}
