//! The one error of every verb: a code for the program, a sentence for the person, a source for the log.

use std::{fmt, io::ErrorKind, time::Duration};

use domain::ErrorCode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::OpenError;

/// What a verb answers instead of its result.
#[derive(Debug)]
pub struct Error {
    /// What a client can branch on.
    pub code: ErrorCode,
    /// What happened, to what, and what to do next.
    pub message: String,
    /// When asking again makes sense.
    pub retry_after: Option<Duration>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None, source: None }
    }

    /// Bad input, with what to do about it.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// The thing isn't there.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no such {what}. It may have been deleted; reload the list."),
        )
    }

    /// With what caused it, for the log.
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The body that every door answers with.
    pub fn body(&self, trace_id: String) -> ErrorBody {
        ErrorBody {
            code: self.code,
            message: self.message.clone(),
            retry_after_ms: self.retry_after.map(|after| after.as_millis() as u64),
            trace_id,
        }
    }
}

/// An error as it travels over IPC and HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// What a client can branch on.
    pub code: ErrorCode,
    /// The sentence for the person.
    pub message: String,
    /// When asking again makes sense, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_ms: Option<u64>,
    /// Finds the chain of causes in the log.
    pub trace_id: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<llm::Error> for Error {
    fn from(error: llm::Error) -> Self {
        let retry_after = match error.retry() {
            llm::RetryAdvice::After(after) => Some(after),
            _ => None,
        };
        let mut ours = Self::new(error.code(), error.to_string());
        ours.retry_after = retry_after;
        ours.caused_by(error)
    }
}

impl From<crate::secrets::SecretError> for Error {
    fn from(error: crate::secrets::SecretError) -> Self {
        Self::new(error.code(), error.to_string()).caused_by(error)
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        let OpenError::Store(store) = error else {
            return Self::new(ErrorCode::Internal, error.to_string());
        };
        let code = match store {
            store::OpenError::Store(error) => return error.into(),
            store::OpenError::Owned { .. } => ErrorCode::Busy,
            store::OpenError::Newer { .. } => ErrorCode::DatabaseNewer,
            store::OpenError::Folder { ref source, .. } => folder_code(source.kind()),
            _ => ErrorCode::Internal,
        };
        Self::new(code, store.to_string()).caused_by(store)
    }
}

/// Why there can be no data folder where one was named.
fn folder_code(kind: ErrorKind) -> ErrorCode {
    match kind {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
        _ => ErrorCode::InvalidInput,
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let code = match &error {
            store::Error::NotFound => ErrorCode::NotFound,
            store::Error::Conflict => ErrorCode::Conflict,
            store::Error::DiskFull => ErrorCode::DiskFull,
            store::Error::ReadOnly => ErrorCode::ReadOnly,
            store::Error::Damaged => ErrorCode::DatabaseDamaged,
            store::Error::NotOwner => ErrorCode::Busy,
            _ => ErrorCode::Internal,
        };
        Self::new(code, error.to_string()).caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn each_reason_not_to_open_has_its_code_and_says_what_to_do() {
        let folder = || PathBuf::from("/data");
        let unusable = |kind: ErrorKind| store::OpenError::Folder { folder: folder(), source: kind.into() };
        let cases = [
            (store::OpenError::Owned { folder: folder() }, ErrorCode::Busy, "Close it"),
            (
                store::OpenError::Newer { folder: folder(), found: 9, known: 1 },
                ErrorCode::DatabaseNewer,
                "Update Web+",
            ),
            (unusable(ErrorKind::PermissionDenied), ErrorCode::ReadOnly, "Choose another"),
            (unusable(ErrorKind::ReadOnlyFilesystem), ErrorCode::ReadOnly, "Choose another"),
            (unusable(ErrorKind::StorageFull), ErrorCode::DiskFull, "Choose another"),
            (unusable(ErrorKind::NotADirectory), ErrorCode::InvalidInput, "Choose another"),
            (store::OpenError::Store(store::Error::DiskFull), ErrorCode::DiskFull, "Free some space"),
            (store::OpenError::Store(store::Error::ReadOnly), ErrorCode::ReadOnly, "Check its permissions"),
            (store::OpenError::Store(store::Error::Damaged), ErrorCode::DatabaseDamaged, "from a backup"),
            (store::OpenError::OldSqlite { found: "3.7".into() }, ErrorCode::Internal, "official build"),
        ];
        for (reason, code, advice) in cases {
            let error = Error::from(OpenError::Store(reason));
            assert_eq!(error.code, code, "{error}");
            assert!(error.message.contains(advice), "{error}");
        }
        let other = Error::from(OpenError::Other("Something broke.".to_owned()));
        assert_eq!((other.code, other.message.as_str()), (ErrorCode::Internal, "Something broke."));
    }
}
