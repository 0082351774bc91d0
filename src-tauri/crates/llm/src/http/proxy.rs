//! Which proxy a request goes by, and what it is called in sentences.

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::Error;

/// Where proxies are taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, and on macOS and Windows the system's settings.
    #[default]
    System,
    /// None.
    Off,
    /// This one, for everything but this computer: http, https, socks5 or socks5h.
    Url(String),
}

pub(super) struct Proxies {
    choice: ProxyChoice,
    matcher: Option<Matcher>,
}

impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Addresses of proxies may hold a password.
        f.write_str("Proxies")
    }
}

impl Proxies {
    pub(super) fn new(choice: &ProxyChoice) -> Result<Self, Error> {
        let matcher = match choice {
            ProxyChoice::System => Some(Matcher::from_system()),
            ProxyChoice::Off => None,
            ProxyChoice::Url(url) => {
                check(url)?;
                Some(Matcher::builder().all(url.as_str()).build())
            }
        };
        Ok(Self { choice: choice.clone(), matcher })
    }

    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
        match &self.choice {
            ProxyChoice::System => Ok(builder),
            ProxyChoice::Off => Ok(builder.no_proxy()),
            ProxyChoice::Url(url) => Ok(builder.proxy(reqwest::Proxy::all(url).map_err(|_| unusable())?)),
        }
    }

    /// Host and port of the proxy that a request to this address goes by.
    pub(super) fn name(&self, url: &Url) -> Option<String> {
        let target = url.as_str().parse().ok()?;
        let intercept = self.matcher.as_ref()?.intercept(&target)?;
        let proxy = intercept.uri();
        let host = proxy.host()?;
        Some(proxy.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }
}

fn check(text: &str) -> Result<(), Error> {
    let url = Url::parse(text.trim()).map_err(|_| unusable())?;
    let automatic = url.scheme().starts_with("pac") || url.path().to_ascii_lowercase().ends_with(".pac");
    if automatic || url.path().to_ascii_lowercase().ends_with("wpad.dat") {
        return Err(Error::InvalidRequest(
            "Automatic proxy configuration (a PAC file) isn't supported. Enter the proxy itself, as http://host:port."
                .to_owned(),
        ));
    }
    if matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.host_str().is_some() {
        Ok(())
    } else {
        Err(unusable())
    }
}

fn unusable() -> Error {
    Error::InvalidRequest(
        "The proxy's address can't be used. Write it as http://host:port or socks5://host:port.".to_owned(),
    )
}
