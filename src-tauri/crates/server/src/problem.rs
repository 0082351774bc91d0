//! Errors as they leave over HTTP: one body, one place that maps codes to statuses.

use std::error::Error as _;

use app::{Error, ErrorBody};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::ErrorCode;

/// An error on its way out.
pub(crate) struct Problem(pub(crate) Error);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = body(&self.0);
        let mut response = (status(self.0.code), body).into_response();
        if let Some(after) = self.0.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

/// The refusal of a body above the limit of calls.
pub(crate) fn too_large() -> Problem {
    let limit = crate::MAX_BODY / (1024 * 1024);
    Problem(Error::new(
        ErrorCode::TooLarge,
        format!("That is more than {limit} MB at once. Send less, or in parts."),
    ))
}

/// The body; the chain of causes goes to the log, once, under the trace id.
pub(crate) fn body(error: &Error) -> Json<ErrorBody> {
    let body = error.body(trace_id());
    if let Some(source) = error.source() {
        tracing::warn!(trace = %body.trace_id, code = error.code.as_str(), message = %error.message, source = %chain(source), "a call failed");
    }
    Json(body)
}

fn chain(source: &(dyn std::error::Error + 'static)) -> String {
    let mut text = source.to_string();
    let mut next = source.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn trace_id() -> String {
    let mut bytes = [0; 8];
    // Without random numbers the id is of no use, but the error still is.
    let _ = getrandom::fill(&mut bytes);
    app::hex(&bytes)
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidInput | ErrorCode::ContextTooLong => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::ModelNotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict | ErrorCode::Cancelled | ErrorCode::IdempotencyConflict => StatusCode::CONFLICT,
        ErrorCode::TooLarge | ErrorCode::ValueTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::RateLimited | ErrorCode::QueueFull => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::BudgetExceeded => StatusCode::PAYMENT_REQUIRED,
        ErrorCode::ProviderAuth
        | ErrorCode::ProviderUnreachable
        | ErrorCode::ProviderBadReply
        | ErrorCode::ProviderFailed
        | ErrorCode::Interrupted => StatusCode::BAD_GATEWAY,
        ErrorCode::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::EngineUnavailable
        | ErrorCode::EngineFailed
        | ErrorCode::OutOfMemory
        | ErrorCode::KeychainLocked
        | ErrorCode::KeychainMissing
        | ErrorCode::ReadOnly
        | ErrorCode::DatabaseDamaged
        | ErrorCode::DatabaseNewer
        | ErrorCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ModelDamaged => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
