//! Requests to addresses that somebody else may have chosen: a name is looked up once, every address that it has must be one of
//! the public internet (or of a host that was allowed by name), and exactly those are connected to. One parser reads the
//! address for all of this.
//!
//! Deliberately not here: following redirects. Whoever does asks again, and everything is looked at again.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{
    HttpCall, HttpReply, Instant, builder, built, failure, failure::Way, host_of, nets::is_public, proxy,
};
use crate::Error;

/// How far a request may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Hosts beyond the public internet that may be asked, as "name" or "name:port"; without a port, any.
    pub hosts: Vec<String>,
}

impl Reach {
    fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        self.hosts
            .iter()
            .map(|allowed| allowed.trim())
            .any(|allowed| allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(&with_port))
    }
}

/// Why there is no reply.
#[derive(Debug)]
pub struct Failed {
    /// What went wrong.
    pub error: Error,
    /// Whether the request may have arrived all the same.
    pub sent: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, sent: false }
    }
}

impl super::Http {
    /// Sends once and waits for the head of the reply, whatever its status: a redirect comes back as it is.
    pub async fn open_public(&self, call: HttpCall, reach: &Reach) -> Result<HttpReply, Failed> {
        let HttpCall { method, url, headers, body, key } = call;
        let host = host_of(&url);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::InvalidRequest(format!(
                "The address of {host} has a user name in it. Put what signs you in into a header, as a secret."
            ))
            .into());
        }
        let addresses = self.addresses(&url, &host, reach).await?;
        let proxy = self.clients.proxies.route(&url)?;
        if [Some(&url), proxy.as_ref()].into_iter().flatten().any(|url| url.scheme() == "https") {
            self.clients.trust.read().await?;
        }
        let way = Way { proxy: proxy.as_ref().map(proxy::name), automatic: self.clients.proxies.automatic() };
        // A proxy looks names up itself; what it is asked for was looked at, too.
        let client = match (&proxy, url.host()) {
            (Some(_), _) => self.clients.remote.clone(),
            (None, Some(Host::Domain(name))) => {
                let fixed = builder(&self.options, &self.clients.trust)?.no_proxy();
                built(fixed.resolve_to_addrs(name, &addresses))?
            }
            (None, _) => built(builder(&self.options, &self.clients.trust)?.no_proxy())?,
        };
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let sent_at = Instant::now();
        let patience = self.options.first_byte_timeout;
        match tokio::time::timeout(patience, request.send()).await {
            Ok(Ok(response)) => Ok(HttpReply::new(response, host, sent_at, key)),
            Ok(Err(error)) => {
                let sent = !error.is_connect() && !error.is_builder();
                Err(Failed { error: failure::sending(&error, &host, &way, &self.options), sent })
            }
            Err(_) => {
                let message = format!(
                    "{host} took the request and sent nothing for {} seconds.",
                    patience.as_secs_f32()
                );
                Err(Failed { error: Error::TimedOut { message, sent: true }, sent: true })
            }
        }
    }

    /// What the name stands for, all of it allowed.
    async fn addresses(&self, url: &Url, host: &str, reach: &Reach) -> Result<Vec<SocketAddr>, Error> {
        let port = url.port_or_known_default().unwrap_or_default();
        let found: Vec<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => {
                let patience = self.options.connect_timeout;
                let looked_up =
                    tokio::time::timeout(patience, self.options.resolver.lookup(name.to_owned())).await;
                let addresses = looked_up.map_err(|_| Error::TimedOut {
                    message: format!(
                        "The name of {host} could not be looked up within {} seconds.",
                        patience.as_secs_f32()
                    ),
                    sent: false,
                })?;
                let addresses = addresses.map_err(|_| not_found(host))?;
                addresses.into_iter().map(|address| address.ip()).collect()
            }
            None => Vec::new(),
        };
        if found.is_empty() {
            return Err(not_found(host));
        }
        if !reach.allows(url) && !found.iter().all(|address| is_public(*address)) {
            return Err(Error::InvalidRequest(format!(
                "{host} is an address of this computer or of your own network. Allow it under \"hosts\" if that is meant."
            )));
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }
}

fn not_found(host: &str) -> Error {
    Error::Unreachable {
        message: format!("The name of {host} can't be found. Check the address, and whether you are online."),
        retry: true,
    }
}
