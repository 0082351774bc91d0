//! The system calls of the guard, each with a name.
#![allow(unsafe_code, reason = "system calls that the standard library doesn't have")]

use std::{
    fs::File,
    io::{self, Read as _},
    mem::MaybeUninit,
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, IntoRawFd as _, OwnedFd},
    ptr,
    sync::atomic::{AtomicI32, Ordering},
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

/// Where the ends of children are told. A pipe, and not only a signal: a library may have started a thread before our first
/// line ran, and a signal that comes to that thread, when ours has looked and does not wait yet, would be missed for good.
pub(super) struct ChildEnds(File);

/// What the handler writes to; never closed once it is there.
static TOLD: AtomicI32 = AtomicI32::new(-1);

/// Nearly empty always, since `pause` empties it, so that this neither waits nor fails.
extern "C" fn child_ended(_signal: c_int) {
    // SAFETY: may be called in a handler; reads one byte that lives for ever.
    unsafe { libc::write(TOLD.load(Ordering::Relaxed), ptr::from_ref(&0_u8).cast(), 1) };
}

/// Holds every signal back but the end of a child, which `pause` waits for; ignored as well, for threads that aren't ours.
pub(super) fn hold_signals() -> io::Result<ChildEnds> {
    let (ends, told) = io::pipe()?;
    for end in [ends.as_fd(), told.as_fd()] {
        // SAFETY: changes a property of an open file.
        check(unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) })?;
    }
    TOLD.store(told.into_raw_fd(), Ordering::Relaxed);
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    let mut held = all_signals();
    // SAFETY: all zero is a valid action, which is then given a handler that only writes to the pipe; the calls only read
    // what they are given, or change what this process does with signals.
    unsafe {
        for signal in (1..32).filter(|signal| !FAULTS.contains(signal) && *signal != libc::SIGCHLD) {
            libc::signal(signal, libc::SIG_IGN);
        }
        let action = action.assume_init_mut();
        action.sa_sigaction = child_ended as extern "C" fn(c_int) as libc::sighandler_t;
        action.sa_flags = libc::SA_NOCLDSTOP | libc::SA_RESTART;
        check(libc::sigaction(libc::SIGCHLD, action, ptr::null_mut()))?;
        libc::sigdelset(&raw mut held, libc::SIGCHLD);
        check(libc::sigprocmask(libc::SIG_SETMASK, &raw const held, ptr::null_mut()))?;
    }
    Ok(ChildEnds(File::from(OwnedFd::from(ends))))
}

/// What a process does to itself: whoever ignored these would go on in disorder.
const FAULTS: [c_int; 7] =
    [libc::SIGABRT, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGSEGV, libc::SIGSYS, libc::SIGTRAP];

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
pub(super) fn pause(
    ends: &mut ChildEnds,
    input: Option<BorrowedFd<'_>>,
    at_most: Option<Duration>,
) -> io::Result<bool> {
    let awaited = |number: c_int| libc::pollfd { fd: number, events: libc::POLLIN, revents: 0 };
    // A number below zero is passed over.
    let mut awaited = [awaited(ends.0.as_raw_fd()), awaited(input.map_or(-1, |input| input.as_raw_fd()))];
    let milliseconds =
        at_most.map_or(-1, |time| c_int::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX));
    // SAFETY: a list of two, which lives during the call.
    if unsafe { libc::poll(awaited.as_mut_ptr(), 2, milliseconds) } < 0 {
        return Err(io::Error::last_os_error()).or_else(unless_interrupted).map(|()| false);
    }
    let [child, input] = awaited;
    if child.revents != 0 {
        // How often was told doesn't matter.
        while matches!(ends.0.read(&mut [0; 64]), Ok(1..)) {}
    }
    Ok(input.revents != 0)
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
