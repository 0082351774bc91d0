//! How a refusal leaves through this door: the same body as everywhere; its causes go to the log, once, under its trace id.

use std::error::Error as _;

use app::{Error, ErrorBody};

/// The body for the page.
pub(crate) fn body(error: &Error) -> ErrorBody {
    let (trace, _) = uuid::Uuid::new_v4().as_u64_pair();
    let body = error.body(format!("{trace:016x}"));
    if let Some(source) = error.source() {
        let mut causes = vec![source.to_string()];
        let mut next = source.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        tracing::warn!(trace = %body.trace_id, code = error.code.as_str(), message = %error.message, causes = %causes.join(": "), "a call failed");
    }
    body
}
