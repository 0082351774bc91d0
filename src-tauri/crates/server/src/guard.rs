//! Who may come in: looked at before any route, and before the body is read.
//!
//! A page of another site can make a browser send requests to this computer, and can make a name point here. So the Host
//! must be exactly one of ours, the Origin (where there is one) too, and the token must be in a header that no other
//! site's page can set. There are no cookies and no CORS headers at all.

use std::{net::SocketAddr, sync::Arc};

use app::Error;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::ErrorCode;

use crate::{problem, token::Token};

/// What the page may do: its own scripts, styles and fonts, its own server; nothing of anybody else's.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The names under which this listener may be asked, and the token.
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
    token: Token,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, token: Token) -> Self {
        let port = address.port();
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts: Vec<String> = names.map(|name| format!("{name}:{port}")).into();
        if port == 80 {
            // Browsers leave the usual port out.
            hosts.extend(names.map(str::to_owned));
        }
        let origins = hosts.iter().map(|host| format!("http://{host}")).collect();
        Self { hosts, origins, token }
    }

    fn refusal(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        let host = single(headers, &header::HOST);
        if !host.is_some_and(|host| self.hosts.iter().any(|ours| ours == host)) {
            return Some(refuse(
                StatusCode::MISDIRECTED_REQUEST,
                "This address is not served here. Open the address that Web+ printed.",
            ));
        }
        // An absolute request target must name us too.
        if request
            .uri()
            .authority()
            .is_some_and(|authority| !self.hosts.iter().any(|ours| ours == authority.as_str()))
        {
            return Some(refuse(
                StatusCode::MISDIRECTED_REQUEST,
                "This address is not served here. Open the address that Web+ printed.",
            ));
        }
        if headers.contains_key(header::ORIGIN) {
            let origin = single(headers, &header::ORIGIN);
            if !origin.is_some_and(|origin| self.origins.iter().any(|ours| ours == origin)) {
                return Some(refuse(StatusCode::FORBIDDEN, "Pages of other sites may not talk to Web+."));
            }
        }
        let safe = matches!(*request.method(), Method::GET | Method::HEAD);
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if !safe && site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return Some(refuse(StatusCode::FORBIDDEN, "Pages of other sites may not talk to Web+."));
        }
        if !request.uri().path().starts_with("/api/") {
            return None;
        }
        if !self.has_token(headers) {
            return Some(unauthorized());
        }
        if !safe && !request.uri().path().starts_with("/api/v1/files") && !is_json(headers) {
            return Some(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json."));
        }
        // An announced size is enough to refuse: nothing of the body is read.
        if request.uri().path().starts_with("/api/v1/rpc/")
            && announced(headers).is_some_and(|size| size > crate::MAX_BODY as u64)
        {
            return Some(problem::too_large().into_response());
        }
        None
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        single(headers, &header::AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .is_some_and(|given| self.token.matches(given))
    }
}

/// The header's value if it stands there exactly once and is text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// How long the body will be, as it was announced.
fn announced(headers: &HeaderMap) -> Option<u64> {
    single(headers, &header::CONTENT_LENGTH).and_then(|length| length.parse().ok())
}

fn is_json(headers: &HeaderMap) -> bool {
    single(headers, &header::CONTENT_TYPE)
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The middleware.
pub(crate) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.refusal(&request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn refuse(status: StatusCode, message: &str) -> Response {
    let code = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::InvalidInput,
        _ => ErrorCode::Forbidden,
    };
    (status, problem::body(&Error::new(code, message))).into_response()
}

fn unauthorized() -> Response {
    let error = Error::new(
        ErrorCode::Unauthorized,
        "The token is missing or wrong. Open the address that Web+ printed when it started; it holds the token.",
    );
    (StatusCode::UNAUTHORIZED, problem::body(&error)).into_response()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use axum::body::Body;

    use super::*;

    fn ask(method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
        let token = Token::generate().unwrap();
        let bearer = format!("Bearer {}", token.expose());
        let guard = Guard::new("127.0.0.1:4100".parse().unwrap(), token);
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, if *value == "TOKEN" { bearer.as_str() } else { *value });
        }
        guard
            .refusal(&request.body(Body::empty()).unwrap())
            .map_or(200, |response| response.status().as_u16())
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:4100");
    const TOKEN: (&str, &str) = ("authorization", "TOKEN");
    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

    #[test]
    fn only_exact_names_of_this_listener_are_served() {
        for host in ["127.0.0.1:4100", "localhost:4100", "[::1]:4100"] {
            assert_eq!(ask("GET", "/", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1",
            "127.0.0.1:4101",
            "localhost.evil.example:4100",
            "printer.local:4100",
            "LOCALHOST:4100 ",
        ] {
            assert_eq!(ask("GET", "/", &[("host", host)]), 421, "{host}");
        }
        assert_eq!(ask("GET", "/", &[]), 421);
        assert_eq!(ask("GET", "/", &[HOST, ("host", "evil.example")]), 421);
        assert_eq!(ask("GET", "http://evil.example/", &[HOST]), 421);
    }

    #[test]
    fn pages_of_other_sites_are_refused_even_with_the_token() {
        for origin in ["http://evil.example", "null", "http://localhost:4101", "https://127.0.0.1:4100", ""] {
            assert_eq!(
                ask("POST", "/api/v1/rpc/system/status", &[HOST, TOKEN, JSON, ("origin", origin)]),
                403,
                "{origin}"
            );
        }
        for site in ["cross-site", "same-site"] {
            assert_eq!(
                ask("POST", "/api/v1/rpc/system/status", &[HOST, TOKEN, JSON, ("sec-fetch-site", site)]),
                403
            );
        }
        assert_eq!(
            ask(
                "POST",
                "/api/v1/rpc/system/status",
                &[HOST, TOKEN, JSON, ("origin", "http://127.0.0.1:4100")]
            ),
            200
        );
    }

    #[test]
    fn calls_need_the_token_in_its_header_and_json() {
        assert_eq!(ask("POST", "/api/v1/rpc/system/status", &[HOST, JSON]), 401);
        assert_eq!(ask("GET", "/api/v1/events", &[HOST, ("cookie", "token=TOKEN")]), 401);
        assert_eq!(
            ask("POST", "/api/v1/rpc/system/status", &[HOST, JSON, ("authorization", "Bearer 0000")]),
            401
        );
        for kind in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
        {
            assert_eq!(
                ask("POST", "/api/v1/rpc/system/status", &[HOST, TOKEN, ("content-type", kind)]),
                415,
                "{kind}"
            );
        }
        assert_eq!(ask("POST", "/api/v1/files", &[HOST, TOKEN]), 200);
        assert_eq!(ask("POST", "/api/v1/files", &[HOST]), 401);
    }
}
