//! Finds what an engine of ours left behind when everything that should have ended it was killed too.
//!
//! An orphan has another parent than it was born with, and its number may be anybody's by tomorrow; but it keeps its
//! environment. Every engine that the guard starts carries a mark in it that is used once and never again, and so do its
//! children. The mark is written down before there is a process that carries it, and forgotten once none is left.
//!
//! Deliberately not here: ending a process that carries no mark of ours, whatever its name or port.
//!
//! On Linux a process's environment is read from `/proc`, on other Unix systems the way `sysinfo` knows; where the system
//! shows it to nobody, nothing is found. On Windows the guard's Job Object leaves nothing; elsewhere no engine is started.

mod record;
#[cfg(unix)]
mod running;
#[cfg(not(unix))]
#[path = "leftovers/nowhere.rs"]
mod running;
mod trace;

use std::path::Path;

use uuid::Uuid;

#[cfg(unix)]
pub(crate) use record::Record;
pub use trace::Trace;

/// The variable that marks an engine and its children.
pub const MARK: &str = "WEBPLUS_ENGINE";

/// What `sweep` did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// The processes that were killed.
    pub killed: Vec<u32>,
    /// How many records had nothing left to end, and were removed.
    pub stale: usize,
}

/// Kills every process of this person that carries a mark recorded in `folder` since the computer started, and no other;
/// forgets what is dealt with. For the start of the application, before its first engine, by whoever owns the folder alone.
/// Blocks: for milliseconds where there is nothing to do, for up to 2 s where a process doesn't die, whose record then stays.
pub fn sweep(folder: &Path) -> Swept {
    let (records, unreadable) = record::all(folder);
    let boot = record::boot();
    let (now, before): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.boot == boot);
    let marks: Vec<Uuid> = now.iter().map(|record| record.mark).collect();
    let ended = running::end(&marks);
    for record in now.iter().filter(|record| !ended.left.contains(&record.mark)).chain(&before) {
        forget(folder, record.mark);
    }
    let dealt_with = now.iter().filter(|record| !ended.left.contains(&record.mark));
    let stale = dealt_with.filter(|record| !ended.found.contains(&record.mark)).count();
    Swept { killed: ended.killed.into_iter().collect(), stale: stale + before.len() + unreadable }
}

/// Kills what carries this mark, and forgets it unless something lives on. Blocks, as `sweep` does.
pub(crate) fn clear(folder: &Path, mark: Uuid) {
    if running::end(&[mark]).left.is_empty() {
        forget(folder, mark);
    }
}

/// Whether anything that carries this mark runs. Blocks for milliseconds.
pub(crate) fn any(mark: Uuid) -> bool {
    running::any(mark)
}

/// Removes a record.
pub(crate) fn forget(folder: &Path, mark: Uuid) {
    record::remove(folder, mark);
}

/// The mark as it stands in an environment.
#[cfg(unix)]
pub(crate) fn entry(mark: Uuid) -> String {
    format!("{MARK}={mark}")
}
