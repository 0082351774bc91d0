//! What can go wrong between us and a model: classified once, here; each error knows whether asking again helps.

use std::time::Duration;

use domain::ErrorCode;

/// Whether and when the same request may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAdvice {
    /// Asking again gives the same.
    Never,
    /// Asking again may help, after our own back-off.
    BackOff,
    /// The server named a time, already capped to something sensible.
    After(Duration),
}

/// A server's refusal, as it told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status, or 0 for an error event inside a stream.
    pub status: u16,
    /// The server's own sentence, shortened and without secrets.
    pub message: String,
    /// The server's type or code ("rate_limit_error", "context_length_exceeded").
    pub kind: Option<String>,
    /// The vendor's id of the request, for its support.
    pub request_id: Option<String>,
    /// What `Retry-After` said.
    pub retry_after: Option<Duration>,
}

/// What went wrong. The display is a sentence for the person: what happened, to what, what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The request can't be made for this model (an unsupported parameter, say).
    #[error("{0}")]
    InvalidRequest(String),
    /// The key was refused, or there is none.
    #[error("{0}")]
    Auth(String),
    /// The model isn't there.
    #[error("{0}")]
    ModelNotFound(String),
    /// Name, connection, TLS or proxy.
    #[error("{message}")]
    Unreachable {
        /// The sentence.
        message: String,
        /// Whether asking again may help (not for a certificate that isn't trusted, say).
        retry: bool,
    },
    /// Not the protocol: a web page, a line beyond the limit, a body that doesn't parse.
    #[error("{0}")]
    BadReply(String),
    /// The server asks to wait.
    #[error("{message}")]
    RateLimited {
        /// The sentence.
        message: String,
        /// How long, capped.
        retry_after: Option<Duration>,
    },
    /// The server failed: 5xx, overloaded.
    #[error("{message}")]
    Server {
        /// The sentence.
        message: String,
        /// What it said.
        refusal: Refusal,
    },
    /// Longer than the model's window.
    #[error("{message}")]
    ContextTooLong {
        /// The sentence.
        message: String,
        /// How many tokens the prompt has, where told.
        prompt_tokens: Option<u64>,
        /// How many fit, where told.
        context: Option<u64>,
    },
    /// The stream ended before its end.
    #[error("{0}")]
    Interrupted(String),
    /// Nothing came for too long.
    #[error("{message}")]
    TimedOut {
        /// The sentence.
        message: String,
        /// Whether the request had been sent in full.
        sent: bool,
    },
    /// A local engine can't do it.
    #[error("{message}")]
    Engine {
        /// The kind, as the page acts on it.
        code: ErrorCode,
        /// The sentence.
        message: String,
    },
}

impl Error {
    /// The code that clients act on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::InvalidRequest(_) => ErrorCode::InvalidInput,
            Self::Auth(_) => ErrorCode::ProviderAuth,
            Self::ModelNotFound(_) => ErrorCode::ModelNotFound,
            Self::Unreachable { .. } => ErrorCode::ProviderUnreachable,
            Self::BadReply(_) => ErrorCode::ProviderBadReply,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Server { .. } => ErrorCode::ProviderFailed,
            Self::ContextTooLong { .. } => ErrorCode::ContextTooLong,
            Self::Interrupted(_) => ErrorCode::Interrupted,
            Self::TimedOut { .. } => ErrorCode::TimedOut,
            Self::Engine { code, .. } => *code,
        }
    }

    /// Whether the same request may be sent again. Only ever asked before the first piece of an answer came.
    pub fn retry(&self) -> RetryAdvice {
        match self {
            Self::RateLimited { retry_after: Some(after), .. } => RetryAdvice::After(*after),
            Self::RateLimited { retry_after: None, .. } => RetryAdvice::BackOff,
            Self::Server { refusal, .. } => {
                refusal.retry_after.map_or(RetryAdvice::BackOff, RetryAdvice::After)
            }
            Self::Unreachable { retry: true, .. } => RetryAdvice::BackOff,
            _ => RetryAdvice::Never,
        }
    }
}
