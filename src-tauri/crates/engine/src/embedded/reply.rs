//! What became of a runner, in words; and which of its errors means what.

use std::{io, path::Path, process::ExitStatus};

use domain::ErrorCode;
use llm::Error;

use crate::failure::failure;

/// How a runner was lost (or, at the end, why it wasn't asked).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// It ended; why, as the end of "it …".
    Ended(String),
    /// The system killed it: most likely memory.
    Killed,
    /// It says nothing any more.
    Silent,
    /// It says what it shouldn't.
    Protocol(String),
    /// What it was to be told is longer than a line may be.
    TooMuch,
}

impl Loss {
    /// The error of an answer to a model that was lost so.
    pub(super) fn error(&self, model: &str, log: &[String]) -> Error {
        let last = last_line(log);
        let message = match self {
            Self::Ended(how) => format!(
                "The engine stopped while working with {model}: it {how}{last}. What was written is kept; ask again to start it anew."
            ),
            Self::Killed => {
                return failure(
                    ErrorCode::EngineFailed,
                    format!(
                        "The system ended the engine while it worked with {model}, most likely because memory ran out. What was \
                         written is kept; close other programs, or choose a smaller context or a smaller model."
                    ),
                );
            }
            Self::Silent => format!(
                "The engine did not answer any more while working with {model} and was ended{last}. What was written is kept; ask \
                 again to start it anew."
            ),
            Self::Protocol(what) => format!(
                "The engine said something that makes no sense while working with {model} ({what}) and was ended. What was \
                 written is kept; ask again to start it anew."
            ),
            Self::TooMuch => {
                return Error::ContextTooLong {
                    message: format!(
                        "The conversation is too long for {model}. Start a new one, or remove a long message."
                    ),
                    prompt_tokens: None,
                    context: None,
                };
            }
        };
        failure(ErrorCode::EngineFailed, message)
    }
}

fn last_line(log: &[String]) -> String {
    log.last().map_or_else(String::new, |line| format!(" (the last line of its log: {line})"))
}

/// Why a process ended.
#[cfg(unix)]
pub(super) fn cause(status: ExitStatus) -> Loss {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(libc::SIGKILL) => Loss::Killed,
        Some(libc::SIGILL) => Loss::Ended("met an instruction that this processor doesn't have".into()),
        Some(libc::SIGSEGV | libc::SIGBUS) => Loss::Ended("crashed by a wrong access to memory".into()),
        Some(libc::SIGABRT) => Loss::Ended("gave up because of a fault of its own".into()),
        Some(signal) => Loss::Ended(format!("was ended by signal {signal}")),
        None => code(status),
    }
}

/// Why a process ended.
#[cfg(not(unix))]
pub(super) fn cause(status: ExitStatus) -> Loss {
    code(status)
}

fn code(status: ExitStatus) -> Loss {
    Loss::Ended(match status.code() {
        Some(0) => "ended by itself".into(),
        Some(code) => format!("ended with code {code}"),
        None => "ended".into(),
    })
}

/// Why it couldn't even be started.
pub(super) fn not_started(runner: &Path, error: &io::Error) -> Error {
    let path = runner.display();
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!(
            "The engine's program isn't there: {path}. Install Web+ again, or set WEBPLUS_RUNNER to where webplus-runner is; models \
             in the cloud work without it."
        ),
        io::ErrorKind::PermissionDenied => format!(
            "The engine's program may not be run: {path}. Make it executable, or allow it in your system's security settings."
        ),
        io::ErrorKind::ExecutableFileBusy => {
            format!("The engine's program is just being written: {path}. Try again.")
        }
        _ => format!(
            "The engine's program can't be run on this computer ({error}): {path}. Install Web+ for this computer."
        ),
    };
    failure(ErrorCode::EngineUnavailable, message)
}

/// It ran, and isn't what we can talk with.
pub(super) fn not_ours(runner: &Path, loss: &Loss, log: &[String]) -> Error {
    let why = match loss {
        Loss::Ended(how) => format!("it {how}"),
        Loss::Killed => "the system ended it".into(),
        Loss::Silent | Loss::TooMuch => "it says nothing".into(),
        Loss::Protocol(_) => "it doesn't speak as the engine does".into(),
    };
    let last = last_line(log);
    failure(
        ErrorCode::EngineUnavailable,
        format!(
            "The engine could not be started: {why}{last}. Install Web+ again; its program is {}.",
            runner.display()
        ),
    )
}

/// An error that the runner told, as this crate's callers know errors.
pub(super) fn told(code: ErrorCode, message: String, context: u32) -> Error {
    match code {
        ErrorCode::ContextTooLong => {
            Error::ContextTooLong { message, prompt_tokens: None, context: Some(u64::from(context)) }
        }
        ErrorCode::InvalidInput => Error::InvalidRequest(message),
        code => failure(code, message),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn an_end_is_told_with_its_cause() {
        assert_eq!(cause(ExitStatus::from_raw(9)), Loss::Killed);
        assert_eq!(cause(ExitStatus::from_raw(3 << 8)), Loss::Ended("ended with code 3".into()));
        let message = cause(ExitStatus::from_raw(11)).error("m", &["ggml_abort".into()]).to_string();
        assert!(message.contains("wrong access to memory") && message.contains("ggml_abort"), "{message}");
        assert!(Loss::Killed.error("m", &[]).to_string().contains("memory ran out"));
    }
}
