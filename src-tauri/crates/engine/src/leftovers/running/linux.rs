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

/// Whether it was killed: it is held first and looked at again, so that it can't be another of the same number.
pub(super) fn kill(process: &Marked, entries: &[String]) -> bool {
    match hold(process.pid) {
        Ok(held) => {
            if carries(process.pid, entries).is_none() {
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
            unsafe { libc::kill(process.pid as libc::pid_t, libc::SIGKILL) == 0 }
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
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may hold anything; the start time is the 22nd.
    line.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
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
