//! One request, before it is sent.

use bytes::Bytes;
use domain::Secret;
use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use url::Url;

use crate::Error;

/// A request. Its `Debug` shows neither headers nor body.
#[derive(Clone)]
pub struct HttpCall {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) key: Option<Secret>,
}

impl std::fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}{}", self.method, super::host_of(&self.url), self.url.path())
    }
}

impl HttpCall {
    /// A request for what is at `path` below the base address; fails when the two don't make an http or https address.
    pub fn get(base: &str, path: &str) -> Result<Self, Error> {
        Ok(Self {
            method: Method::GET,
            url: address(base, path)?,
            headers: HeaderMap::new(),
            body: None,
            key: None,
        })
    }

    /// A request that sends JSON.
    pub fn post(base: &str, path: &str, body: &Value) -> Result<Self, Error> {
        let mut call = Self::get(base, path)?;
        call.method = Method::POST;
        call.body = Some(Bytes::from(body.to_string()));
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(call)
    }

    /// The same with another method ("DELETE", "PUT").
    pub fn method(mut self, name: &str) -> Result<Self, Error> {
        self.method = name
            .parse()
            .map_err(|_| Error::InvalidRequest(format!("\"{name}\" is not the name of an HTTP method.")))?;
        Ok(self)
    }

    /// The same with a header; a name or value that can't be one is refused.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) else {
            return Err(Error::InvalidRequest("A header has characters that can't be sent.".to_owned()));
        };
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The same with these bytes as its body.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// The address that is asked, with its query.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The same with the key in a header, behind `prefix`. It is never logged, and struck out of whatever the server says.
    pub fn key(mut self, header: &'static str, prefix: &str, key: &Secret) -> Result<Self, Error> {
        let text = zeroizing(format!("{prefix}{}", key.expose().trim()));
        let mut value = HeaderValue::from_str(text.expose())
            .map_err(|_| Error::Auth("The key has characters that no key has; enter it again.".to_owned()))?;
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(header), value);
        self.key = Some(key.clone());
        Ok(self)
    }

    /// The same with a header that tells which content is understood.
    pub(crate) fn accept(mut self, value: &'static str) -> Self {
        self.headers.insert(reqwest::header::ACCEPT, HeaderValue::from_static(value));
        self
    }

    /// The key that it carries.
    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// Where it goes, as the person knows it: host and port.
    pub fn host(&self) -> String {
        super::host_of(&self.url)
    }
}

/// The text as something that is overwritten when dropped.
fn zeroizing(text: String) -> Secret {
    Secret::new(text)
}

fn address(base: &str, path: &str) -> Result<Url, Error> {
    let wrong = || {
        Error::InvalidRequest(
            "The provider's address isn't a web address. It begins with https:// (or http:// on this computer).".to_owned(),
        )
    };
    let mut url = Url::parse(base.trim()).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let joined = format!("{}/{}", url.path().trim_end_matches('/'), path.trim_start_matches('/'));
    url.set_path(&joined);
    if query.is_some() {
        url.set_query(query);
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_joined_with_one_slash_and_keeps_the_base_query() {
        for base in ["https://example.com/v1", "https://example.com/v1/"] {
            assert_eq!(address(base, "/models").unwrap().as_str(), "https://example.com/v1/models");
        }
        let url = address("https://example.com/openai?api-version=1", "chat").unwrap();
        assert_eq!(url.as_str(), "https://example.com/openai/chat?api-version=1");
        assert!(address("example.com", "x").is_err());
        assert!(address("file:///etc", "x").is_err());
    }

    #[test]
    fn nothing_secret_shows_in_a_debug_line() {
        let key = Secret::new("canary-key".to_owned());
        let call = HttpCall::get("https://example.com/v1?token=canary-query", "models").unwrap();
        let call = call.key("authorization", "Bearer ", &key).unwrap();
        let shown = format!("{call:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn a_key_with_a_line_break_is_refused_without_being_repeated() {
        let key = Secret::new("canary\nkey".to_owned());
        let error =
            HttpCall::get("https://example.com", "x").unwrap().key("x-api-key", "", &key).unwrap_err();
        assert!(matches!(&error, Error::Auth(text) if !text.contains("canary")));
    }
}
