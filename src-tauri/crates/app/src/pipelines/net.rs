//! Requests of steps: to public servers and to those that the definition allows by name, with caps on size and time, redirects
//! looked at one by one, and secrets that never leave their origin.

use std::time::Duration;

use domain::ErrorCode;
use llm::{Failed, HttpCall, HttpReply, Reach};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::step::{RetryReason, StepError};
use crate::{App, Error};

/// How many redirects are followed.
const REDIRECTS: usize = 3;
/// How long one request may take in all, its body included.
const TIME: Duration = Duration::from_mins(5);

/// A request.
#[derive(Clone)]
pub(crate) struct Request {
    pub method: String,
    pub url: Url,
    /// Those without a secret in them go along to another origin, too.
    pub headers: Vec<(String, String)>,
    /// Only ever sent to the first origin.
    pub secret_headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// Hosts beyond the public internet that may be asked.
    pub hosts: Vec<String>,
    /// The largest body that is read, in bytes.
    pub most: usize,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub retry_after: Option<Duration>,
    /// Host and port that answered.
    pub host: String,
}

/// Asks once, redirects apart. An error says whether the request may have arrived.
pub(crate) async fn send(
    app: &App,
    request: Request,
    cancel: &CancellationToken,
) -> Result<Reply, StepError> {
    let until = Instant::now() + TIME;
    let repeatable = is_reading(&request.method);
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(StepError {
            unknown: !repeatable,
            ..StepError::new(ErrorCode::Cancelled, "The request was stopped before its answer came.")
        }),
        reply = timeout_at(until, follow(app, request)) => reply.unwrap_or_else(|_| Err(StepError {
            unknown: !repeatable,
            ..StepError::new(ErrorCode::TimedOut, "The request took longer than 5 minutes. Try again, or ask for less.")
        })),
    }
}

async fn follow(app: &App, mut request: Request) -> Result<Reply, StepError> {
    let first = request.url.origin();
    let reach = Reach { hosts: request.hosts.clone() };
    for hop in 0..=REDIRECTS {
        let repeatable = is_reading(&request.method);
        let sent = app.http.open_public(call(&request)?, &reach).await;
        let mut reply = sent.map_err(|failed| told(failed, repeatable))?;
        let Some(target) = redirected(&reply) else {
            return whole(&mut reply, request.most)
                .await
                .map_err(|error| StepError { unknown: !repeatable, ..error });
        };
        let target = target?;
        if hop == REDIRECTS {
            break;
        }
        let elsewhere = target.origin() != first;
        if request.url.scheme() == "https" && target.scheme() != "https" {
            return Err(StepError::new(
                ErrorCode::ProviderBadReply,
                format!("{} sends on to an address without encryption, which isn't followed.", reply.host()),
            ));
        }
        match (reply.status(), repeatable) {
            (307 | 308, false) if elsewhere => {
                return Err(StepError::new(
                    ErrorCode::ProviderBadReply,
                    format!(
                        "{} sends the request on to {}, which isn't followed. Use that address if you trust it.",
                        reply.host(),
                        target.host_str().unwrap_or_default()
                    ),
                ));
            }
            (307 | 308, _) | (_, true) => {}
            _ => {
                "GET".clone_into(&mut request.method);
                request.body = None;
            }
        }
        if elsewhere {
            request.secret_headers.clear();
            request.body = None;
        }
        request.url = target;
    }
    Err(StepError::new(
        ErrorCode::ProviderBadReply,
        format!(
            "{} sends on more than {REDIRECTS} times. Use the last address itself.",
            request.url.host_str().unwrap_or_default()
        ),
    ))
}

/// Where the reply sends to, if it does.
fn redirected(reply: &HttpReply) -> Option<Result<Url, StepError>> {
    if !matches!(reply.status(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let target = reply.header("location")?;
    Some(reply.url().join(target).map_err(|_| {
        StepError::new(
            ErrorCode::ProviderBadReply,
            format!("{} sends on to something that is no address.", reply.host()),
        )
    }))
}

fn call(request: &Request) -> Result<HttpCall, StepError> {
    let base = request.url.origin().ascii_serialization();
    let path = request
        .url
        .query()
        .map_or_else(|| request.url.path().to_owned(), |query| format!("{}?{query}", request.url.path()));
    let mut call =
        HttpCall::get(&base, &path).and_then(|call| call.method(&request.method)).map_err(Error::from)?;
    for (name, value) in request.headers.iter().chain(&request.secret_headers) {
        call = call.header(name, value).map_err(Error::from)?;
    }
    if let Some(body) = &request.body {
        call = call.body(body.clone());
    }
    Ok(call)
}

fn told(failed: Failed, repeatable: bool) -> StepError {
    let unknown = failed.sent && !repeatable;
    StepError { unknown, ..Error::from(failed.error).into() }
}

async fn whole(reply: &mut HttpReply, most: usize) -> Result<Reply, StepError> {
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(Error::from)? {
        if body.len() + chunk.len() > most {
            return Err(StepError::new(
                ErrorCode::TooLarge,
                format!(
                    "{} answers with more than {most} bytes. Ask for less, or raise \"max_bytes\".",
                    reply.host()
                ),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply {
        status: reply.status(),
        headers: reply.all_headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body,
        retry_after: reply.retry_after(),
        host: reply.host().to_owned(),
    })
}

/// Whether asking changes nothing.
pub(crate) fn is_reading(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// The error for a status of 400 and more.
pub(crate) fn refused(reply: &Reply) -> StepError {
    let (code, reason) = match reply.status {
        408 => (ErrorCode::TimedOut, RetryReason::Timeout),
        429 => (ErrorCode::RateLimited, RetryReason::RateLimit),
        500.. => (ErrorCode::ProviderFailed, RetryReason::Server),
        401 | 403 => (ErrorCode::Forbidden, RetryReason::Other),
        404 | 410 => (ErrorCode::NotFound, RetryReason::Other),
        _ => (ErrorCode::InvalidInput, RetryReason::Other),
    };
    let said: String = String::from_utf8_lossy(&reply.body).chars().take(300).collect();
    let said = if said.trim().is_empty() { String::new() } else { format!(" It says: {}", said.trim()) };
    StepError {
        reason,
        retry_after: reply.retry_after,
        output: Some(serde_json::json!({"status": reply.status})),
        ..StepError::new(code, format!("{} refuses the request ({}).{said}", reply.host, reply.status))
    }
}
