//! The system calls of the guard, each with a name.
#![allow(unsafe_code, reason = "system calls that the standard library doesn't have")]

use std::{
    fs::File,
    io,
    mem::MaybeUninit,
    os::fd::{AsRawFd as _, BorrowedFd},
    ptr,
    time::Duration,
};

use libc::{c_int, sigset_t};

/// Leaves the terminal's session, so that its signals don't come here.
pub(super) fn own_session() -> io::Result<()> {
    // SAFETY: takes nothing and touches no memory.
    check(unsafe { libc::setsid() })
}

/// Closes everything but the standard three: what somebody forgot to close on exec must be neither the engine's nor kept
/// open here, the inputs of other guards above all.
pub(super) fn close_inherited() {
    let Ok(entries) = std::fs::read_dir("/dev/fd") else { return };
    let open: Vec<c_int> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in open.into_iter().filter(|number| *number > 2) {
        // SAFETY: nothing of this process is open yet (the list itself is closed again), so that nobody else owns it.
        unsafe { libc::close(number) };
    }
}

/// Holds every signal back; the end of a child still interrupts `pause`.
pub(super) fn hold_signals() -> io::Result<()> {
    extern "C" fn nothing(_signal: c_int) {}
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all zero is a valid action, which is then given a handler that does nothing; both calls only read what they
    // are given.
    unsafe {
        let action = action.assume_init_mut();
        action.sa_sigaction = nothing as extern "C" fn(c_int) as libc::sighandler_t;
        action.sa_flags = libc::SA_NOCLDSTOP;
        check(libc::sigaction(libc::SIGCHLD, action, ptr::null_mut()))?;
        check(libc::sigprocmask(libc::SIG_SETMASK, &all_signals(), ptr::null_mut()))
    }
}

fn all_signals() -> sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: fills the set that it is given.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        set.assume_init()
    }
}

/// Every signal does what it does by default, and none is held back: both would be inherited. Safe after a fork.
pub(super) fn default_signals() {
    let mut none = MaybeUninit::uninit();
    // SAFETY: changes what this process does with signals, and fills and reads a set of its own.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
    }
}

/// SIGTERM for this process when the guard dies. Not SIGKILL: the engine has children to end. Safe after a fork.
pub(super) fn die_with(guard: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: touches no memory.
    check(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) })?;
    // It may have died before that call.
    if std::os::unix::process::parent_id() == guard {
        Ok(())
    } else {
        Err(io::ErrorKind::NotConnected.into())
    }
}

/// Waits until there is something to read (true), a child ended, or the time is over; may also return for nothing.
pub(super) fn pause(input: Option<BorrowedFd<'_>>, at_most: Option<Duration>) -> io::Result<bool> {
    let mut readable = MaybeUninit::<libc::fd_set>::zeroed();
    #[allow(clippy::cast_lossless, reason = "narrower on some systems")]
    let timeout = at_most.map(|time| libc::timespec {
        tv_sec: time.as_secs() as libc::time_t,
        tv_nsec: time.subsec_nanos() as libc::c_long,
    });
    let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
    let number = input.map_or(-1, |input| input.as_raw_fd());
    if number >= libc::FD_SETSIZE as c_int {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: all zero is an empty set; the number is open, since it is borrowed, and fits the set; everything that is
    // pointed to lives during the call.
    let found = unsafe {
        let readable = readable.assume_init_mut();
        if number >= 0 {
            libc::FD_SET(number, readable);
        }
        let mut held = all_signals();
        libc::sigdelset(&raw mut held, libc::SIGCHLD);
        libc::pselect(number + 1, readable, ptr::null_mut(), ptr::null_mut(), timeout, &raw const held)
    };
    match found {
        -1 => Err(io::Error::last_os_error()).or_else(unless_interrupted).map(|()| false),
        count => Ok(count > 0),
    }
}

/// Gives these outputs (of 1 and 2) away, so that whoever reads them sees their end.
pub(super) fn close_outputs(outputs: &[c_int]) -> io::Result<()> {
    let null = File::options().write(true).open("/dev/null")?;
    for output in outputs {
        // SAFETY: makes the number another name of an open file; nobody writes to it meanwhile.
        check(unsafe { libc::dup2(null.as_raw_fd(), *output) })?;
    }
    Ok(())
}

/// Whether the child is dead; waits for that if asked to. It is not reaped, so that its number stays its own.
pub(super) fn dead(child: u32, wait: bool) -> io::Result<bool> {
    let options = libc::WEXITED | libc::WNOWAIT | if wait { 0 } else { libc::WNOHANG };
    loop {
        let mut information = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: fills the struct, which starts as zeros and stays so where the child lives.
        let (result, dead) = unsafe {
            let result = libc::waitid(libc::P_PID, child as libc::id_t, information.as_mut_ptr(), options);
            (result, information.assume_init().si_signo != 0)
        };
        if result == 0 {
            return Ok(dead);
        }
        Err(io::Error::last_os_error()).or_else(unless_interrupted)?;
    }
}

fn unless_interrupted(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) }
}

/// Sends a signal to a child of ours that isn't reaped yet.
pub(super) fn signal(child: u32, signal: c_int) {
    // SAFETY: touches no memory. A dead one is no error here.
    unsafe { libc::kill(child as libc::pid_t, signal) };
}

/// Sends a signal to a group, whose leader must not be reaped yet. Never to our own, nor to everybody.
pub(super) fn signal_group(group: u32, signal: c_int) {
    if group > 1 {
        // SAFETY: touches no memory. An empty group is no error here.
        unsafe { libc::killpg(group as libc::pid_t, signal) };
    }
}

fn check(result: c_int) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
