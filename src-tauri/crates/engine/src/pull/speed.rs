//! Bytes a second over the last few seconds.

use std::{collections::VecDeque, time::Duration};

const WINDOW: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Speed {
    /// When, and how many bytes had come until then.
    samples: VecDeque<(Duration, u64)>,
}

impl Speed {
    pub(super) fn note(&mut self, now: Duration, received: u64) {
        self.samples.push_back((now, received));
        while self.samples.len() > 2
            && self.samples.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// 0 where it can't be told yet.
    pub(super) fn bytes_per_second(&self) -> u64 {
        let (Some((since, before)), Some((until, now))) = (self.samples.front(), self.samples.back()) else {
            return 0;
        };
        let millis = until.saturating_sub(*since).as_millis();
        if millis == 0 {
            return 0;
        }
        let came = u128::from(now.saturating_sub(*before));
        u64::try_from(came * 1000 / millis).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_seconds_count() {
        let mut speed = Speed::default();
        assert_eq!(speed.bytes_per_second(), 0);
        for second in 0..10 {
            speed.note(Duration::from_secs(second), second * 1000);
        }
        assert_eq!(speed.bytes_per_second(), 1000);
        for second in 10..20 {
            speed.note(Duration::from_secs(second), 9000);
        }
        assert_eq!(speed.bytes_per_second(), 0);
    }
}
