//! Why a command failed: a sentence, and the exit status that goes with it.

use domain::ErrorCode;

/// A failure on its way to stderr.
#[derive(Debug)]
pub(crate) struct Failure {
    pub code: ErrorCode,
    pub message: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Internal, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, message: message.into() }
    }

    /// 3 where a key can't be kept, 1 otherwise.
    pub(crate) fn status(&self) -> u8 {
        if matches!(self.code, ErrorCode::KeychainMissing | ErrorCode::KeychainLocked) { 3 } else { 1 }
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        Self { code: error.code, message: error.message }
    }
}

impl From<app::ErrorBody> for Failure {
    fn from(body: app::ErrorBody) -> Self {
        Self { code: body.code, message: body.message }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("Writing the output failed: {error}."))
    }
}
