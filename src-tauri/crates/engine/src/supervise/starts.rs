//! How often our own was started of late.

use std::{collections::VecDeque, time::Duration};

/// At most so many starts in any `WINDOW`.
pub(super) const MOST: usize = 3;
/// See `MOST`.
pub(super) const WINDOW: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub(super) struct Starts(VecDeque<Duration>);

impl Starts {
    pub(super) fn record(&mut self, now: Duration) {
        self.forget(now);
        self.0.push_back(now);
    }

    /// How many in the last `WINDOW`.
    pub(super) fn recent(&self, now: Duration) -> usize {
        self.0.iter().filter(|start| now < **start + WINDOW).count()
    }

    /// When the next one may be; now is fine where this is not after now.
    pub(super) fn allowed_at(&self, now: Duration) -> Duration {
        let limiting = self.0.len().checked_sub(MOST).and_then(|index| self.0.get(index));
        limiting.map_or(now, |start| *start + WINDOW).max(now)
    }

    fn forget(&mut self, now: Duration) {
        while self.0.front().is_some_and(|start| now >= *start + WINDOW) {
            self.0.pop_front();
        }
    }
}
