//! What goes wrong, as the application hears of it: a code and a sentence.

use domain::ErrorCode;

/// A failure of loading or of one request.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The kind.
    pub(crate) code: ErrorCode,
    /// What happened, to what, what to do.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: String) -> Self {
        Self { code, message }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message.into())
    }
}
