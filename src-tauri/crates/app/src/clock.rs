//! The one place where the application asks what time it is.

use std::path::PathBuf;

use domain::Timestamp;

/// A source of wall-clock time. Durations are measured with the runtime's monotonic clock instead.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one reader of the wall clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The computer's clock, put forward or back by as many milliseconds as a file says: for tests of clocks that are set while a
/// process runs. Without the file it is right.
#[derive(Debug, Clone)]
pub struct ShiftedClock(pub PathBuf);

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let said = std::fs::read_to_string(&self.0).unwrap_or_default();
        let shift = said.trim().parse::<i64>().unwrap_or(0);
        Timestamp::from_millis(SystemClock.now().millis().saturating_add(shift))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_put_forward_and_back_by_what_a_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ShiftedClock(folder.path().join("shift"));
        let off = || clock.now().millis() - SystemClock.now().millis();
        assert!(off().abs() < 60_000);
        for shift in [3_600_000, -31_536_000_000_i64] {
            std::fs::write(&clock.0, shift.to_string()).unwrap();
            assert!((off() - shift).abs() < 60_000, "{shift}");
        }
    }
}
