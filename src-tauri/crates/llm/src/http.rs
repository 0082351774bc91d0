//! The one HTTP client: TLS with the operating system's trust, proxies, time-outs, size limits, and sentences for what
//! goes wrong. Whoever needs HTTP uses this, so that these rules hold everywhere.
//!
//! Deliberately not here: asking again (nothing is sent twice, whatever happened), and following redirects (a key must never
//! travel to another host).

mod bypass;
mod call;
mod certificate;
mod failure;
mod guarded;
mod names;
mod nets;
mod proxy;
mod reply;
mod retry_after;
mod trust;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::time::Instant;
use url::Url;

pub use call::HttpCall;
pub use guarded::{Failed, Reach};
pub use names::Resolver;
pub use proxy::{ProxyChoice, ProxyVariables};
pub use reply::HttpReply;

use self::{failure::Way, names::Names, proxy::Proxies, trust::Trust};
use crate::{Error, json, refusal::Refused};

/// Shorter than the 5 s after which llama.cpp closes.
const LOCAL_POOL_IDLE: Duration = Duration::from_secs(4);
/// Vendors' front ends close after a minute or more.
const REMOTE_POOL_IDLE: Duration = Duration::from_secs(45);

/// How the client behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// For name, connection and TLS together; 10 s.
    pub connect_timeout: Duration,
    /// From sending to the first piece of content; 300 s, because a local model may read a long prompt first.
    pub first_byte_timeout: Duration,
    /// Between two events of a stream; comments and pings don't count. 120 s.
    pub idle_timeout: Duration,
    /// The largest single event or line, in bytes; 8 MiB.
    pub max_event_bytes: usize,
    /// The largest reply that is read whole, in bytes, after decompression; 32 MiB.
    pub max_body_bytes: usize,
    /// The most that a stream may send without an event, and the most it may send in all is 16 times this, in bytes, after
    /// decompression; 64 MiB.
    pub max_barren_bytes: u64,
    /// What we call ourselves.
    pub user_agent: String,
    /// Which proxy; never for this computer itself.
    pub proxy: ProxyChoice,
    /// Whether connections to this computer itself are used again. Off: a new one costs a tenth of a millisecond, and local
    /// engines close theirs without notice (llama.cpp does right after a stream), which loses the next request.
    pub reuse_local: bool,
    /// Certificates (DER) of authorities that are trusted beside the operating system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// Who is asked for the addresses of names.
    pub resolver: Resolver,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_mins(5),
            idle_timeout: Duration::from_mins(2),
            max_event_bytes: 8 << 20,
            max_body_bytes: 32 << 20,
            max_barren_bytes: 64 << 20,
            user_agent: concat!("webplus/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: ProxyChoice::System,
            reuse_local: false,
            extra_roots: Vec::new(),
            resolver: Resolver::default(),
        }
    }
}

/// The client; cheap to clone, and clones share their connections.
#[derive(Debug, Clone)]
pub struct Http {
    clients: Arc<Clients>,
    options: Arc<HttpOptions>,
}

#[derive(Debug)]
struct Clients {
    /// By the proxies that are set.
    remote: reqwest::Client,
    /// For this computer: never by a proxy, `localhost` on IPv4 first.
    local: reqwest::Client,
    proxies: Proxies,
    trust: Arc<Trust>,
}

impl Http {
    /// The client; fails on a proxy that can't be used and on a certificate that doesn't parse.
    pub fn new(options: HttpOptions) -> Result<Self, Error> {
        let (proxies, trust) = (Proxies::new(&options.proxy)?, Trust::new(&options.extra_roots)?);
        let remote = proxies.apply(builder(&options, &trust)?).pool_idle_timeout(REMOTE_POOL_IDLE);
        // Many engines listen on IPv4 only, and `localhost` is ::1 first on many computers.
        let addresses = [([127, 0, 0, 1], 0).into(), (std::net::Ipv6Addr::LOCALHOST, 0).into()];
        let local = builder(&options, &trust)?
            .no_proxy()
            .pool_idle_timeout(LOCAL_POOL_IDLE)
            .pool_max_idle_per_host(if options.reuse_local { usize::MAX } else { 0 })
            .resolve_to_addrs("localhost", &addresses);
        let clients = Clients { remote: built(remote)?, local: built(local)?, proxies, trust };
        Ok(Self { clients: Arc::new(clients), options: Arc::new(options) })
    }

    /// The same client, connections shared, with another wait for the first piece of content.
    pub fn with_first_byte_timeout(&self, timeout: Duration) -> Self {
        let options = HttpOptions { first_byte_timeout: timeout, ..HttpOptions::clone(&self.options) };
        Self { clients: Arc::clone(&self.clients), options: Arc::new(options) }
    }

    /// How it behaves.
    pub fn options(&self) -> &HttpOptions {
        &self.options
    }

    /// Reads the system's store of certificates unless it was read; fails, with a sentence, where no server can be trusted.
    pub async fn read_certificates(&self) -> Result<(), Error> {
        self.clients.trust.read().await
    }

    /// Sends once and waits for the head of the reply, whatever its status. A redirect and a proxy's refusal are errors.
    pub async fn open(&self, call: HttpCall) -> Result<HttpReply, Error> {
        let (reply, way) = self.send(call).await?;
        reply.refuse_detours(way.proxy.as_deref())?;
        Ok(reply)
    }

    /// The same for a download without a key: a redirect comes back as it is, for the caller to judge.
    pub async fn open_download(&self, call: HttpCall) -> Result<HttpReply, Error> {
        if call.key.is_some() {
            return Err(Error::InvalidRequest("A key is never sent with a download.".to_owned()));
        }
        Ok(self.send(call).await?.0)
    }

    /// Sends a body of `size` bytes as it comes, however long that takes, and waits for the head of the reply.
    pub async fn upload<S>(&self, mut call: HttpCall, size: u64, bytes: S) -> Result<HttpReply, Error>
    where
        S: futures_util::Stream<Item = std::io::Result<bytes::Bytes>> + Send + 'static,
    {
        call.headers.insert(reqwest::header::CONTENT_LENGTH, size.into());
        let (reply, way) = self.dispatch(call, Some(reqwest::Body::wrap_stream(bytes)), None).await?;
        reply.refuse_detours(way.proxy.as_deref())?;
        Ok(reply)
    }

    async fn send(&self, call: HttpCall) -> Result<(HttpReply, Way), Error> {
        self.dispatch(call, None, Some(self.options.first_byte_timeout)).await
    }

    async fn dispatch(
        &self,
        call: HttpCall,
        stream: Option<reqwest::Body>,
        patience: Option<Duration>,
    ) -> Result<(HttpReply, Way), Error> {
        let HttpCall { method, url, headers, body, key } = call;
        let host = host_of(&url);
        let Clients { remote, local, proxies, trust } = self.clients.as_ref();
        let proxy = proxies.route(&url)?;
        let sealed = [Some(&url), proxy.as_ref()].into_iter().flatten().any(|url| url.scheme() == "https");
        if sealed {
            trust.read().await?;
        }
        let automatic = proxies.automatic() && !is_local(&url);
        let way = Way { proxy: proxy.as_ref().map(proxy::name), automatic };
        let client = if is_local(&url) { local } else { remote };
        let mut request = client.request(method, url).headers(headers);
        if let Some(body) = stream.or_else(|| body.map(reqwest::Body::from)) {
            request = request.body(body);
        }
        let sent_at = Instant::now();
        let sending = request.send();
        let sent = match patience {
            None => sending.await,
            Some(patience) => tokio::time::timeout(patience, sending).await.map_err(|_| {
                let seconds = patience.as_secs_f32();
                Error::TimedOut {
                    message: format!("{host} took the request and sent nothing for {seconds} seconds."),
                    sent: true,
                }
            })?,
        };
        let response = sent.map_err(|error| failure::sending(&error, &host, &way, &self.options))?;
        Ok((HttpReply::new(response, host, sent_at, key), way))
    }

    /// Sends once and reads the reply as JSON. A refusal (any status but 2xx) is classified.
    pub async fn json(&self, call: HttpCall) -> Result<Value, Error> {
        self.json_or(call, Refused::classify).await
    }

    /// The same, with a vendor's own way of classifying.
    pub(crate) async fn json_or(
        &self,
        call: HttpCall,
        classify: fn(Refused) -> Error,
    ) -> Result<Value, Error> {
        let mut reply = self.open(call).await?;
        if !reply.is_success() {
            return Err(classify(reply.refusal(&self.options).await));
        }
        let body = reply.whole(&self.options).await?;
        let text = String::from_utf8_lossy(&body);
        if reply.is_web_page() || looks_like_web_page(&text) {
            return Err(failure::web_page(reply.host()));
        }
        json::parse(text.trim_start_matches('\u{feff}')).ok_or_else(|| {
            Error::BadReply(format!("{} answered with something that can't be read as JSON.", reply.host()))
        })
    }
}

/// What both clients have in common.
#[allow(clippy::disallowed_methods, reason = "this is the one place that makes the client")]
fn builder(options: &HttpOptions, trust: &Arc<Trust>) -> Result<reqwest::ClientBuilder, Error> {
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(trust.config()?)
        .dns_resolver(Names::new(options.resolver.clone(), options.connect_timeout))
        .user_agent(&options.user_agent)
        .connect_timeout(options.connect_timeout)
        .tcp_nodelay(true)
        // A connection that went away while the computer slept is found out.
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(20))
        .http2_adaptive_window(true)
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false))
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        tracing::error!(error = ?error.without_url(), "the HTTP client can't be built");
        Error::InvalidRequest(
            "The network can't be used for a reason that Web+ doesn't know; the log has it.".to_owned(),
        )
    })
}

/// Whether the address is this computer itself.
pub(crate) fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
        }
        None => false,
    }
}

/// Host and port as the person knows them: the only part of an address that ever stands in a sentence.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a text begins like HTML.
pub(crate) fn looks_like_web_page(text: &str) -> bool {
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(15).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

pub(crate) use failure::web_page;
