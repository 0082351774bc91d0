//! Linux: the environment is a file, and a process can be held on to before it is killed.
#![allow(unsafe_code, reason = "system calls that the standard library doesn't have")]

use std::{
    fs, io,
    os::{
        fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd},
        unix::fs::MetadataExt as _,
    },
};

use super::Marked;

/// The processes of this person whose environment, as they were started with it, holds one of the entries. A dead one has
/// none any more.
pub(super) fn find(entries: &[String]) -> Vec<Marked> {
    // SAFETY: takes nothing and touches no memory.
    let user = unsafe { libc::geteuid() };
    let here = std::process::id();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok().filter(|pid| *pid != here)?;
            (process.metadata().ok()?.uid() == user).then_some(())?;
            Some(Marked { pid, entry: carries(pid, entries)? })
        })
        .collect()
}

fn carries(pid: u32, entries: &[String]) -> Option<usize> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut variables = environment.split(|byte| *byte == 0);
    variables.find_map(|variable| entries.iter().position(|entry| entry.as_bytes() == variable))
}

/// The processes of a session that began then or later. One that is dead and not yet waited for is none.
pub(super) fn of_session(session: u32, started: u64) -> Vec<u32> {
    let here = std::process::id();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    pids.filter(|pid| *pid != here && is_of_session(*pid, session, started)).collect()
}

fn is_of_session(pid: u32, session: u32, started: u64) -> bool {
    let Some(fields) = fields(pid) else { return false };
    let number = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok());
    let dead = fields.first().is_some_and(|state| matches!(state.as_str(), "Z" | "X"));
    !dead && number(3) == Some(u64::from(session)) && number(19).is_some_and(|time| time >= started)
}

/// Whether it was killed.
pub(super) fn kill_of_session(pid: u32, session: u32, started: u64) -> bool {
    kill_if(pid, || is_of_session(pid, session, started))
}

/// Whether it was killed.
pub(super) fn kill(process: &Marked, entries: &[String]) -> bool {
    kill_if(process.pid, || carries(process.pid, entries).is_some())
}

/// It is held first and looked at again, so that it can't be another of the same number.
fn kill_if(pid: u32, is_it: impl FnOnce() -> bool) -> bool {
    match hold(pid) {
        Ok(held) => {
            if !is_it() {
                return false;
            }
            let nothing = std::ptr::null::<libc::siginfo_t>();
            // SAFETY: the process is held open; no information is passed along.
            unsafe {
                libc::syscall(libc::SYS_pidfd_send_signal, held.as_raw_fd(), libc::SIGKILL, nothing, 0) == 0
            }
        }
        // A kernel before 5.3, or a sandbox that forbids the call.
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {
            // SAFETY: touches no memory.
            unsafe { libc::kill(pid as libc::pid_t, libc::SIGKILL) == 0 }
        }
        Err(_) => false,
    }
}

fn hold(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: touches no memory.
    let number = unsafe { libc::syscall(libc::SYS_pidfd_open, pid as libc::pid_t, 0) };
    if number < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was opened just now, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(number as RawFd) })
}

/// Ticks since the computer started.
pub(in super::super) fn start_time(pid: u32) -> Option<u64> {
    fields(pid)?.get(19)?.parse().ok()
}

/// What the system tells of a process, from its state on: the start time is the 22nd field of all, and here the 19th from 0.
fn fields(pid: u32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may hold anything.
    Some(line.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_started_once_and_is_never_found() {
        let here = std::process::id();
        assert!(start_time(here).is_some_and(|ticks| ticks > 0));
        assert_eq!(start_time(here), start_time(here));
        let environment = fs::read("/proc/self/environ").unwrap_or_default();
        let first = environment.split(|byte| *byte == 0).next().unwrap_or_default();
        let entries = [String::from_utf8_lossy(first).into_owned()];
        assert_eq!(carries(here, &entries), Some(0));
        assert!(find(&entries).iter().all(|process| process.pid != here));
    }
}
