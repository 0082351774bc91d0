//! The clock that goes on while the computer sleeps. The runtime's own stands still meanwhile, and the wall clock jumps for
//! other reasons, too.

use std::time::Duration;

/// How long ago the computer started, the time that it slept included; none where the system doesn't tell.
#[cfg(unix)]
#[allow(unsafe_code, reason = "a clock that the standard library doesn't have")]
pub fn since_boot() -> Option<Duration> {
    // What other systems call monotonic goes on in sleep, too.
    #[cfg(target_os = "linux")]
    const CLOCK: libc::clockid_t = libc::CLOCK_BOOTTIME;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills the value that it is given.
    let told = unsafe { libc::clock_gettime(CLOCK, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).ok().filter(|_| told == 0)?;
    Some(Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0)))
}

/// How long ago the computer started, the time that it slept included; none where the system doesn't tell.
#[cfg(not(unix))]
pub fn since_boot() -> Option<Duration> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::since_boot;

    #[test]
    fn time_since_the_start_goes_on() {
        let before = since_boot();
        assert!(before.is_some() && since_boot() >= before);
    }
}
