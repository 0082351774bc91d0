//! The processes of this person that carry a mark.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other as system;

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use uuid::Uuid;

pub(super) use system::start_time;

use super::entry;

/// How long a killed process may take to be gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often is looked meanwhile.
const LOOK: Duration = Duration::from_millis(3);

/// What became of some marks.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The processes that were killed.
    pub(super) killed: BTreeSet<u32>,
    /// The marks that some process carried.
    pub(super) found: BTreeSet<Uuid>,
    /// The marks that some process still carries.
    pub(super) left: BTreeSet<Uuid>,
}

/// Kills what carries one of the marks, again and again until nothing does: a process may have made another meanwhile.
pub(super) fn end(marks: &[Uuid]) -> Ended {
    let mut ended = Ended::default();
    if marks.is_empty() {
        return ended;
    }
    let entries = entries(marks);
    let until = Instant::now() + PATIENCE;
    loop {
        let found = system::find(&entries);
        ended.left = found.iter().filter_map(|process| marks.get(process.entry).copied()).collect();
        if ended.left.is_empty() || Instant::now() > until {
            return ended;
        }
        ended.found.extend(&ended.left);
        ended.killed.extend(
            found.iter().filter(|process| system::kill(process, &entries)).map(|process| process.pid),
        );
        thread::sleep(LOOK);
    }
}

/// Kills all of the session whose leader had started then, again and again until nothing is left of it.
pub(super) fn end_session(leader: u32, started: u64) -> Vec<u32> {
    let mut killed = BTreeSet::new();
    let until = Instant::now() + PATIENCE;
    loop {
        // Whoever leads a session of that number and started at another time is somebody else.
        if start_time(leader).is_some_and(|found| found != started) {
            break;
        }
        let found = system::of_session(leader, started);
        if found.is_empty() || Instant::now() > until {
            break;
        }
        killed.extend(found.into_iter().filter(|pid| system::kill_of_session(*pid, leader, started)));
        thread::sleep(LOOK);
    }
    killed.into_iter().collect()
}

/// Whether anything carries the mark.
pub(super) fn any(mark: Uuid) -> bool {
    !system::find(&entries(&[mark])).is_empty()
}

fn entries(marks: &[Uuid]) -> Vec<String> {
    marks.iter().map(|mark| entry(*mark)).collect()
}

/// A process, and which of the entries looked for its environment holds.
struct Marked {
    pid: u32,
    entry: usize,
}
