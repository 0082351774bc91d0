//! The head of a reply, and its body piece by piece.

use bytes::Bytes;
use domain::Secret;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use tokio::time::Instant;
use url::Url;

use super::{HttpOptions, failure, host_of, retry_after};
use crate::{Error, refusal::Refused};

/// The most that is read of a refusal.
const REFUSAL_BYTES: usize = 64 << 10;

/// A reply whose body may still be on its way. Dropping it closes the connection, unless the body was read to its end.
#[derive(Debug)]
pub struct HttpReply {
    response: reqwest::Response,
    host: String,
    sent_at: Instant,
    key: Option<Secret>,
}

impl HttpReply {
    pub(super) fn new(
        response: reqwest::Response,
        host: String,
        sent_at: Instant,
        key: Option<Secret>,
    ) -> Self {
        Self { response, host, sent_at, key }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        self.response.status().is_success()
    }

    /// A header's text, where it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers whose values are text, names in small letters; of several with one name the last.
    pub fn all_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        retry_after::from_headers(self.headers())
    }

    /// Host and port that were asked.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The key that was sent: it is struck out of whatever the server says.
    pub(crate) fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// When the request was sent.
    pub(crate) fn sent_at(&self) -> Instant {
        self.sent_at
    }

    /// Whether it calls itself HTML.
    pub(crate) fn is_web_page(&self) -> bool {
        self.media_type() == "text/html"
    }

    /// "application/json" and the like, lower case, without parameters; empty where there is none.
    pub(crate) fn media_type(&self) -> String {
        let full = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        full.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The next piece of the body, decompressed; nothing at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.response.chunk().await.map_err(|error| failure::reading(&error, &self.host))
    }

    /// The whole body, within the limits of size and time.
    pub async fn whole(&mut self, options: &HttpOptions) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        loop {
            let Ok(chunk) = tokio::time::timeout(options.idle_timeout, self.chunk()).await else {
                return Err(failure::stalled(&self.host, options.idle_timeout));
            };
            let Some(chunk) = chunk? else { return Ok(body) };
            if body.len() + chunk.len() > options.max_body_bytes {
                return Err(Error::BadReply(format!(
                    "{} answered with more than {} MiB, which can't be right; nothing of it was used. Check the \
                     provider's address.",
                    self.host,
                    options.max_body_bytes >> 20
                )));
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// What the server says about its refusal. A body that can't be read is an empty one: the status is enough.
    pub(crate) async fn refusal(mut self, options: &HttpOptions) -> Refused {
        let limited = HttpOptions { max_body_bytes: REFUSAL_BYTES, ..options.clone() };
        let body = self.whole(&limited).await.unwrap_or_default();
        let request_id =
            ["x-request-id", "request-id"].iter().find_map(|name| self.header(name)).map(str::to_owned);
        Refused::from_reply(
            &self.host,
            self.status(),
            &body,
            retry_after::from_headers(self.headers()),
            request_id,
            self.key.as_ref(),
        )
    }

    /// An error for replies that aren't the server's own: a redirect elsewhere, a proxy that asks for a password.
    pub(super) fn refuse_detours(&self, proxy: Option<&str>) -> Result<(), Error> {
        if self.status() == 407 {
            return Err(failure::proxy_password(proxy));
        }
        if !self.response.status().is_redirection() {
            return Ok(());
        }
        let target = self.header(LOCATION.as_str()).and_then(|text| self.response.url().join(text).ok());
        let target = target.as_ref().map(host_of).filter(|host| !host.is_empty());
        Err(match target {
            Some(target) if target == self.host => Error::BadReply(format!(
                "{} sends to another address of its own instead of answering. Check the provider's address (http or https, \
                 and its path).",
                self.host
            )),
            Some(target) => Error::BadReply(format!(
                "{} sends to {target} instead of answering. That isn't followed, because your key would go along; enter \
                 {target} as the provider's address if you trust it.",
                self.host
            )),
            None => Error::BadReply(format!("{} sends elsewhere without saying where.", self.host)),
        })
    }

    /// The address that was asked.
    pub fn url(&self) -> &Url {
        self.response.url()
    }

    fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }
}
