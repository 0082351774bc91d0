//! Other Unix systems, as far as `sysinfo` knows them: macOS shows a person the environment of their own processes, those of
//! the system apart.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use super::Marked;

/// The processes of this person whose environment holds one of the entries.
pub(super) fn find(entries: &[String]) -> Vec<Marked> {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let here = std::process::id();
    let processes = system.processes().iter().filter(|(pid, _)| pid.as_u32() != here);
    processes
        .filter_map(|(pid, process)| {
            let entry = process.environ().iter().find_map(|variable| {
                entries.iter().position(|entry| variable.to_str() == Some(entry.as_str()))
            })?;
            Some(Marked { pid: pid.as_u32(), entry })
        })
        .collect()
}

/// Whether it was killed. Looked at a moment ago; this system has nothing to hold a process by.
#[allow(unsafe_code, reason = "the standard library doesn't send signals")]
pub(super) fn kill(process: &Marked, _entries: &[String]) -> bool {
    // SAFETY: touches no memory.
    unsafe { libc::kill(process.pid as libc::pid_t, libc::SIGKILL) == 0 }
}

/// The leader alone: this system's list doesn't tell who is in which session.
pub(super) fn of_session(leader: u32, started: u64) -> Vec<u32> {
    start_time(leader).filter(|found| *found == started).map(|_| leader).into_iter().collect()
}

/// Whether it was killed, with its group.
#[allow(unsafe_code, reason = "the standard library doesn't send signals")]
pub(super) fn kill_of_session(leader: u32, _session: u32, started: u64) -> bool {
    // SAFETY: touches no memory.
    start_time(leader) == Some(started) && unsafe { libc::killpg(leader as libc::pid_t, libc::SIGKILL) == 0 }
}

/// Seconds since 1970.
pub(in super::super) fn start_time(pid: u32) -> Option<u64> {
    let (mut system, pid) = (System::new(), Pid::from_u32(pid));
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, ProcessRefreshKind::nothing());
    system.process(pid).map(sysinfo::Process::start_time)
}
