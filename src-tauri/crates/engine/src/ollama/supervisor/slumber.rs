//! Notices that the computer slept: the wall clock went on, ours didn't.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A smaller difference is a clock that was set right.
const JUMP: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Slumber {
    wall: SystemTime,
    ours: Instant,
}

impl Slumber {
    pub(super) fn new() -> Self {
        Self { wall: wall(), ours: Instant::now() }
    }

    /// Whether it slept since the last call.
    pub(super) fn noticed(&mut self) -> bool {
        self.compare(wall(), Instant::now())
    }

    fn compare(&mut self, wall: SystemTime, ours: Instant) -> bool {
        // A clock that was set back tells nothing.
        let passed = wall.duration_since(self.wall).unwrap_or_default();
        let slept = passed > ours.saturating_duration_since(self.ours) + JUMP;
        (self.wall, self.ours) = (wall, ours);
        slept
    }
}

#[allow(clippy::disallowed_methods, reason = "compared with the other clock, and with nothing else")]
fn wall() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_is_told_from_time_that_passes() {
        let (wall, ours) = (wall(), Instant::now());
        let mut slumber = Slumber { wall, ours };
        let (second, hour) = (Duration::from_secs(1), Duration::from_hours(1));
        assert!(!slumber.compare(wall + second, ours + second));
        assert!(slumber.compare(wall + hour, ours + 2 * second));
        assert!(!slumber.compare(wall, ours + 3 * second), "set back");
        assert!(!slumber.compare(wall + hour, ours + hour));
    }
}
