//! How a turn, or one of its calls, can end.

use domain::{Call, ErrorCode, FinishReason, MessageStatus};

use crate::Error;

/// How a turn ended.
pub(super) struct End {
    pub status: MessageStatus,
    pub finish_reason: Option<FinishReason>,
    pub error: Option<(ErrorCode, String)>,
    pub call: Option<Call>,
}

impl End {
    /// Before anything was sent.
    pub(super) fn failed(error: &Error) -> Self {
        Self {
            status: MessageStatus::Failed,
            finish_reason: None,
            error: Some((error.code, error.message.clone())),
            call: None,
        }
    }
}

/// How one call of a turn ended.
pub(super) enum Streamed {
    /// With the turn.
    Ended(End),
    /// The prompt was refused as too long; less may be sent.
    TooLong { call: Call, prompt_tokens: Option<u64>, context: Option<u64>, message: String },
}

/// By the person.
pub(super) fn stopped(call: Option<Call>) -> End {
    End { status: MessageStatus::Cancelled, finish_reason: None, error: None, call }
}

/// By the application's end.
pub(super) fn cut(call: Option<Call>) -> End {
    let error = Some((
        ErrorCode::Interrupted,
        "Web+ was closed while this was being written. Continue it, or try again.".to_owned(),
    ));
    End { status: MessageStatus::Interrupted, finish_reason: None, error, call }
}
