//! The guard hears of its engine's end whatever else its process does. The desktop's own libraries start a thread before our
//! first line runs, and the system may hand that thread the signal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, dead_code, reason = "tests")]

#[path = "../src/guard/system.rs"]
mod system;

use std::{
    process::Command,
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

#[test]
fn an_end_that_was_told_to_another_thread_is_not_waited_for_in_vain() {
    // Takes every signal, as a thread that a library started does.
    let (_awake, asleep) = channel::<()>();
    thread::spawn(move || asleep.recv());
    let mut ends = system::hold_signals().unwrap();
    for _ in 0..50 {
        let mut child = Command::new("/bin/true").spawn().unwrap();
        assert!(system::dead(child.id(), true).unwrap());
        let begun = Instant::now();
        assert!(!system::pause(&mut ends, None, Some(Duration::from_mins(1))).unwrap());
        assert!(begun.elapsed() < Duration::from_secs(30), "the pause didn't end with the child");
        child.wait().unwrap();
    }
}
