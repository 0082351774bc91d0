//! Which proxy a request goes by, and what it is called in sentences. One decision serves both, so that a sentence never
//! names another proxy than the one that was asked.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::{bypass::Bypass, is_local};
use crate::Error;

/// Where proxies are taken from. Its `Debug` hides addresses, because they may hold a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// The variables of this process, and on macOS and Windows the system's settings for what they leave open.
    #[default]
    System,
    /// These variables and nothing else.
    Variables(ProxyVariables),
    /// None.
    Off,
    /// This one, for everything but this computer: http, https, socks5 or socks5h.
    Url(String),
}

impl std::fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Variables(_) => "Variables",
            Self::Off => "Off",
            Self::Url(_) => "Url",
        })
    }
}

/// What the environment says about proxies; empty where it says nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxyVariables {
    /// HTTP_PROXY: for addresses that begin with http.
    pub http: String,
    /// HTTPS_PROXY: for addresses that begin with https.
    pub https: String,
    /// ALL_PROXY: for what the two others leave open.
    pub all: String,
    /// NO_PROXY: what goes past them, as names, .suffixes, addresses, networks (192.0.2.0/24) or *, each also with a :port.
    pub none: String,
    /// `auto_proxy`: a PAC file, which isn't supported and therefore told where a connection fails.
    pub automatic: String,
}

impl ProxyVariables {
    /// Reads them by name, upper case before lower case.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |name: &str| {
            let found = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            found.unwrap_or_default().trim().to_owned()
        };
        Self {
            http: first("HTTP_PROXY"),
            https: first("HTTPS_PROXY"),
            all: first("ALL_PROXY"),
            none: first("NO_PROXY"),
            automatic: first("AUTO_PROXY"),
        }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "on Linux the environment of the process is the system's setting of proxies"
    )]
    fn of_this_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }
}

/// The proxies as they are set. Cheap to clone.
#[derive(Clone)]
pub(super) struct Proxies(Arc<Rules>);

#[derive(Default)]
struct Rules {
    /// A proxy, or why what is set can't be used; told when something would go by it.
    http: Option<Result<Url, Error>>,
    https: Option<Result<Url, Error>>,
    bypass: Bypass,
    /// The operating system's own settings, for what the variables leave open.
    system: Option<Matcher>,
    automatic: bool,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Addresses of proxies may hold a password.
        f.write_str("Proxies")
    }
}

impl Proxies {
    /// Fails on a proxy of ours that can't be used; one of the environment is told when it is needed.
    pub(super) fn new(choice: &ProxyChoice) -> Result<Self, Error> {
        let rules = match choice {
            ProxyChoice::System => Rules {
                system: Some(Matcher::from_system()),
                ..Rules::from_variables(&ProxyVariables::of_this_process())
            },
            ProxyChoice::Variables(variables) => Rules::from_variables(variables),
            ProxyChoice::Off => Rules::default(),
            ProxyChoice::Url(text) => {
                let url = usable(text).map_err(|unusable| unusable.told("The proxy's address"))?;
                Rules { http: Some(Ok(url.clone())), https: Some(Ok(url)), ..Rules::default() }
            }
        };
        Ok(Self(Arc::new(rules)))
    }

    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let proxies = self.clone();
        // What can't be used was told before: the client is never asked then.
        builder.proxy(reqwest::Proxy::custom(move |url| proxies.route(url).ok().flatten()))
    }

    /// The proxy that a request to this address goes by. Never one for this computer itself.
    pub(super) fn route(&self, url: &Url) -> Result<Option<Url>, Error> {
        if is_local(url) || self.0.bypass.covers(url) {
            return Ok(None);
        }
        let set = if url.scheme() == "https" { &self.0.https } else { &self.0.http };
        match set {
            Some(proxy) => proxy.clone().map(Some),
            None => Ok(self.system(url)),
        }
    }

    fn system(&self, url: &Url) -> Option<Url> {
        let intercept = self.0.system.as_ref()?.intercept(&url.as_str().parse().ok()?)?;
        Url::parse(&intercept.uri().to_string()).ok()
    }

    /// Whether the environment names a PAC file and no proxy that would make it needless.
    pub(super) fn automatic(&self) -> bool {
        self.0.automatic
    }
}

impl Rules {
    fn from_variables(variables: &ProxyVariables) -> Self {
        let set = |text: &str, name: &str| {
            (!text.is_empty()).then(|| usable(text).map_err(|unusable| unusable.told(name)))
        };
        let all = set(&variables.all, "ALL_PROXY");
        let http = set(&variables.http, "HTTP_PROXY").or_else(|| all.clone());
        let https = set(&variables.https, "HTTPS_PROXY").or(all);
        let automatic = !variables.automatic.is_empty() && http.is_none() && https.is_none();
        Self { http, https, bypass: Bypass::parse(&variables.none), system: None, automatic }
    }
}

/// Host and port, the only part of a proxy's address that ever stands in a sentence.
pub(super) fn name(proxy: &Url) -> String {
    let port = proxy.port_or_known_default().unwrap_or(1080);
    format!("{}:{port}", proxy.host_str().unwrap_or_default())
}

enum Unusable {
    Automatic,
    Malformed,
}

impl Unusable {
    /// As a sentence about what was set: a variable's name, or our own setting.
    fn told(self, what: &str) -> Error {
        Error::InvalidRequest(match self {
            Self::Automatic => format!(
                "{what} names a PAC file; automatic proxy configuration isn't supported. Enter the proxy itself, as \
                 http://host:port."
            ),
            Self::Malformed => format!(
                "{what} can't be used as a proxy. Write it as http://host:port or socks5://host:port."
            ),
        })
    }
}

/// A proxy's address; one without a scheme is an HTTP proxy, as everywhere.
fn usable(text: &str) -> Result<Url, Unusable> {
    let text = text.trim();
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&full).map_err(|_| Unusable::Malformed)?;
    let path = url.path().to_ascii_lowercase();
    if url.scheme().starts_with("pac") || [".pac", "wpad.dat"].iter().any(|end| path.ends_with(end)) {
        return Err(Unusable::Automatic);
    }
    let known = matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h");
    if known && url.host_str().is_some_and(|host| !host.is_empty()) {
        Ok(url)
    } else {
        Err(Unusable::Malformed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_in_both_spellings_and_the_upper_one_wins() {
        let set = [
            ("HTTP_PROXY", "upper:1"),
            ("http_proxy", "lower:1"),
            ("https_proxy", " lower:2 "),
            ("no_proxy", "a.test"),
        ];
        let read =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let expected = ProxyVariables {
            http: "upper:1".to_owned(),
            https: "lower:2".to_owned(),
            none: "a.test".to_owned(),
            ..ProxyVariables::default()
        };
        assert!(ProxyVariables::read(read) == expected);
    }

    #[test]
    fn a_proxy_is_named_by_host_and_port_and_never_with_its_password() {
        let cases = [
            ("proxy.example.com:3128", "proxy.example.com:3128"),
            ("http://proxy.example.com", "proxy.example.com:80"),
            ("http://me:canary@proxy.example.com:80/", "proxy.example.com:80"),
            ("socks5h://proxy.example.com", "proxy.example.com:1080"),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        ];
        for (text, expected) in cases {
            let proxies = Proxies::new(&ProxyChoice::Url(text.to_owned())).unwrap();
            let route = proxies.route(&Url::parse("https://models.example.com").unwrap()).unwrap();
            assert_eq!(name(&route.unwrap()), expected, "{text}");
        }
        let shown = format!("{:?}", ProxyChoice::Url("http://me:canary@x".to_owned()));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
