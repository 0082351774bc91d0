//! Remembers crashes, so that a model that kills its engine each time isn't started for ever.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// So many crashes …
const MOST: usize = 3;
/// … within this time are enough.
const WITHIN: Duration = Duration::from_mins(1);

/// The latest crashes, all with the same model.
#[derive(Debug, Default)]
pub(super) struct Crashes {
    name: String,
    times: VecDeque<Instant>,
}

impl Crashes {
    /// Another one.
    pub(super) fn record(&mut self, name: &str, now: Instant) {
        if self.name != name {
            self.times.clear();
            name.clone_into(&mut self.name);
        }
        self.times.push_back(now);
        while self.times.len() > MOST {
            self.times.pop_front();
        }
    }

    /// How long to wait before that model may be started again; `None` if it may now.
    pub(super) fn wait(&self, name: &str, now: Instant) -> Option<Duration> {
        if self.name != name || self.times.len() < MOST {
            return None;
        }
        let until = *self.times.front()? + WITHIN;
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_crash_within_a_minute_is_enough() {
        let (mut crashes, start) = (Crashes::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        crashes.record("a", at(0));
        crashes.record("a", at(10));
        assert_eq!(crashes.wait("a", at(11)), None);
        crashes.record("a", at(20));
        assert_eq!(crashes.wait("a", at(21)), Some(Duration::from_secs(39)));
        assert_eq!(crashes.wait("b", at(21)), None, "another model is not to blame");
        assert_eq!(crashes.wait("a", at(60)), None);
        crashes.record("a", at(61));
        assert_eq!(crashes.wait("a", at(62)), Some(Duration::from_secs(8)));
    }
}
