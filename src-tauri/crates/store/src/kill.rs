//! Named places between what is durable and what isn't, at which a test can end the process as a power cut would.
//!
//! In a release build there are none. In others they do nothing until a main armed them: with a place to end at, or with a
//! file to write down the places that are met, a line each, so that a test can go through all of them.
//! A meeting is called "NAME STEP N": which place, at which step (`-` where it isn't about one), for which time since the start.

use std::{
    collections::HashMap,
    fs::File,
    io::Write as _,
    sync::{Mutex, OnceLock, PoisonError},
};

/// Marks a place, by name and, where it is about one, by step.
#[macro_export]
macro_rules! kill_point {
    ($name:literal) => {
        $crate::kill_point!($name, "-")
    };
    ($name:literal, $step:expr) => {
        if cfg!(debug_assertions) {
            $crate::kill::reached($name, || ::std::string::ToString::to_string(&$step));
        }
    };
}

static ARMED: OnceLock<Mutex<Armed>> = OnceLock::new();

struct Armed {
    at: Option<String>,
    record: Option<File>,
    /// How often each place was met at each step.
    met: HashMap<String, u32>,
}

/// From now on the process ends at the meeting of this name, and all are written down in that file. Only the first call counts.
pub fn arm(at: Option<String>, record: Option<File>) {
    let _armed_before = ARMED.set(Mutex::new(Armed { at, record, met: HashMap::new() }));
}

/// For `kill_point!`.
#[doc(hidden)]
pub fn reached(name: &str, step: impl FnOnce() -> String) {
    let Some(armed) = ARMED.get() else { return };
    let mut armed = armed.lock().unwrap_or_else(PoisonError::into_inner);
    let place = format!("{name} {}", step());
    let times = armed.met.entry(place.clone()).or_default();
    *times += 1;
    let meeting = format!("{place} {times}");
    if let Some(record) = &mut armed.record {
        // One that can't be written is missing in the list, where the test misses it.
        let _ = writeln!(record, "{meeting}");
    }
    if armed.at.as_ref() == Some(&meeting) {
        end();
    }
}

/// Ends the process at once: nothing is flushed, dropped or told.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library has no way out that nothing can catch")]
fn end() -> ! {
    // SAFETY: takes no pointers; the signal is for this process and can't be caught.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
    }
    // The signal may be a moment behind.
    loop {
        std::thread::park();
    }
}

#[cfg(not(unix))]
fn end() -> ! {
    std::process::abort()
}
