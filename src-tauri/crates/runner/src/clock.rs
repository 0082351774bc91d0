//! The two clocks that the runner reads: one to measure with, one for templates that name the day.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment to measure from.
#[allow(clippy::disallowed_methods, reason = "the runner measures its own speed; nothing is stored")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since `start`.
pub(crate) fn milliseconds_since(start: Instant) -> f64 {
    now().duration_since(start).as_secs_f64() * 1000.0
}

/// Seconds since 1970 in UTC; 0 where the clock stands before that.
#[allow(clippy::disallowed_methods, reason = "chat templates may ask for today's date")]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
