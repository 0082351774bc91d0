//! A process without any network: a namespace of its own in which there is none. Ordinary users can have one on Linux, inside of
//! a namespace of users in which they are who they were.

use std::io;

/// Cuts this process, and all that it starts, off from every network. Safe after a fork of a process with one thread.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the standard library has no namespaces")]
pub(super) fn leave_the_network() -> io::Result<()> {
    // SAFETY: takes nothing and touches no memory.
    let (user, group) = unsafe { (libc::getuid(), libc::getgid()) };
    // SAFETY: touches no memory of ours.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // Without these it would be nobody, and own none of its files.
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// No other system that we know lets a program do that to itself.
#[cfg(not(target_os = "linux"))]
pub(super) fn leave_the_network() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
