//! The one line in and the one line out.

use std::{ffi::OsString, path::PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{GuardError, GuardOptions, Reach};

/// The guard's exit code where no engine ran.
pub(super) const FAILED: u8 = 125;

/// What the guard is told. System strings, since neither a path nor a variable need be text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Instruction {
    pub(super) mark: Uuid,
    pub(super) marks: OsString,
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) streams: Streams,
    pub(super) folder: Option<OsString>,
    /// Whether it is kept from the network; then it doesn't start where the system can't do that.
    pub(super) offline: bool,
    /// The only files that it can reach.
    pub(super) reach: Option<Reach>,
}

/// What the program reads and where its output goes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Streams {
    /// Nothing to read; both outputs are appended to this file. The answer is written to the guard's standard output.
    Log(OsString),
    /// It reads this file, or nothing; its outputs are the guard's own. The answer goes back where the instruction came from.
    Passed { input: Option<OsString> },
}

/// What the guard answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Started { pid: u32, session: u32, start_time: Option<u64> },
    Refused { obstacle: Obstacle, reason: String },
}

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Obstacle {
    Missing,
    NotExecutable,
    WrongArchitecture,
    Blocked,
    Program,
    Folder,
    Log,
    Input,
    Marks,
    Unconfined,
}

impl Obstacle {
    /// The error that the application gets.
    pub(super) fn error(self, options: GuardOptions, marks: &std::path::Path, reason: String) -> GuardError {
        let GuardOptions { program, log, folder, .. } = options;
        self.of(program, log, folder, marks, reason)
    }

    /// The same of a program that has no log: `input` is the file that it would have read.
    pub(super) fn of(
        self,
        program: PathBuf,
        log: PathBuf,
        folder: Option<PathBuf>,
        marks: &std::path::Path,
        reason: String,
    ) -> GuardError {
        match self {
            Self::Missing => GuardError::NotFound { program },
            Self::NotExecutable => GuardError::NotExecutable { program },
            Self::WrongArchitecture => GuardError::WrongArchitecture { program },
            Self::Blocked => GuardError::Blocked { program, reason },
            Self::Program => GuardError::Program { program, reason },
            Self::Folder => GuardError::Folder { folder: folder.unwrap_or_default(), reason },
            Self::Log => GuardError::Log { log, reason },
            Self::Input => GuardError::Input { reason },
            Self::Unconfined => GuardError::Unconfined { reason },
            Self::Marks => GuardError::Marks { folder: marks.to_owned(), reason },
        }
    }
}
