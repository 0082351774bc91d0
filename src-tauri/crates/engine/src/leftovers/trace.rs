//! A program that was started, as it can be found again after everything that should have ended it was killed, and it has
//! thrown away the environment with the mark: by its session, which no other can have before all of it is gone.

use serde::{Deserialize, Serialize};

use super::{record, running};
use crate::guard::Guarded;

/// A program and its session, as they are to be found by a later start of the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The program's process, which leads its session.
    pub pid: u32,
    /// When it started, as its system counts.
    pub start_time: u64,
    /// Which start of the computer that was.
    pub boot: String,
}

impl Trace {
    /// Of a running program; none where the system doesn't tell enough to find it again.
    pub fn of(running: &Guarded) -> Option<Self> {
        let boot = record::boot();
        let start_time =
            running.start_time().filter(|_| !boot.is_empty() && running.session() == running.pid())?;
        Some(Self { pid: running.pid(), start_time, boot })
    }

    /// Kills what is left of it, and gives which processes those were. Nothing of another start of the computer, and nobody
    /// who was given the same number since. Blocks: for milliseconds where nothing is left, for 2 s where something doesn't die.
    pub fn end(&self) -> Vec<u32> {
        if self.boot.is_empty() || self.boot != record::boot() {
            return Vec::new();
        }
        running::end_session(self.pid, self.start_time)
    }
}
