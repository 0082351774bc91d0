//! Error codes: one exists only if some client acts on it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure a client can branch on. The sentence for the person travels beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter or a file isn't what was asked for.
    InvalidInput,
    /// No valid token.
    Unauthorized,
    /// The actor may not do this.
    Forbidden,
    /// The thing doesn't exist, or isn't the actor's.
    NotFound,
    /// The thing is in a state that doesn't allow this (a turn is already running, say).
    Conflict,
    /// Larger than we take.
    TooLarge,
    /// No such model at its provider.
    ModelNotFound,
    /// The provider refused the key, or there is none.
    ProviderAuth,
    /// The provider can't be reached: name, connection, TLS, proxy.
    ProviderUnreachable,
    /// The provider answered with something that isn't its protocol (a web page, say).
    ProviderBadReply,
    /// The provider failed (5xx, overloaded).
    ProviderFailed,
    /// The provider asks to wait.
    RateLimited,
    /// The request is longer than the model's context window.
    ContextTooLong,
    /// The answer broke off before its end.
    Interrupted,
    /// Nothing came for too long.
    TimedOut,
    /// Stopped by the person.
    Cancelled,
    /// The local engine is missing or can't run on this computer.
    EngineUnavailable,
    /// The local engine failed or died.
    EngineFailed,
    /// The model's file is damaged.
    ModelDamaged,
    /// Not enough memory for the model.
    OutOfMemory,
    /// The keychain is there, but locked or refusing.
    KeychainLocked,
    /// There is no keychain on this computer.
    KeychainMissing,
    /// The disk is full.
    DiskFull,
    /// The data folder can't be written.
    ReadOnly,
    /// The database is damaged; what can be read is shown.
    DatabaseDamaged,
    /// The database was written by a newer version, which alone can read it.
    DatabaseNewer,
    /// Another process owns the data folder and can't be reached.
    Busy,
    /// The same key was used before for something else.
    IdempotencyConflict,
    /// So many runs wait already that no more are taken.
    QueueFull,
    /// A step's value is larger than we take.
    ValueTooLarge,
    /// The next call would cost more than may be spent.
    BudgetExceeded,
    /// A fault of ours.
    Internal,
}

impl ErrorCode {
    /// The code as it stands on the wire, in the database and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::ModelNotFound => "model_not_found",
            Self::ProviderAuth => "provider_auth",
            Self::ProviderUnreachable => "provider_unreachable",
            Self::ProviderBadReply => "provider_bad_reply",
            Self::ProviderFailed => "provider_failed",
            Self::RateLimited => "rate_limited",
            Self::ContextTooLong => "context_too_long",
            Self::Interrupted => "interrupted",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::EngineUnavailable => "engine_unavailable",
            Self::EngineFailed => "engine_failed",
            Self::ModelDamaged => "model_damaged",
            Self::OutOfMemory => "out_of_memory",
            Self::KeychainLocked => "keychain_locked",
            Self::KeychainMissing => "keychain_missing",
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "read_only",
            Self::DatabaseDamaged => "database_damaged",
            Self::DatabaseNewer => "database_newer",
            Self::Busy => "busy",
            Self::IdempotencyConflict => "idempotency_conflict",
            Self::QueueFull => "queue_full",
            Self::ValueTooLarge => "value_too_large",
            Self::BudgetExceeded => "budget_exceeded",
            Self::Internal => "internal",
        }
    }
}
