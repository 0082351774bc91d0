//! When a refused request is sent again: the only layer that does. Never after the first piece of an answer.

use std::time::Duration;

use llm::{Error, RetryAdvice};

/// The most times one call is sent.
pub(super) const MAX_ATTEMPTS: u32 = 3;
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// How long to wait before try number `attempt + 1`, or `None` to give up. `random` is 0 to 1: full jitter.
pub(super) fn delay(error: &Error, attempt: u32, random: f64) -> Option<Duration> {
    if attempt >= MAX_ATTEMPTS {
        return None;
    }
    match error.retry() {
        RetryAdvice::Never => None,
        RetryAdvice::After(after) => Some(after),
        RetryAdvice::BackOff => {
            let ceiling = FIRST.saturating_mul(1 << attempt.min(8)).min(LONGEST);
            Some(ceiling.mul_f64(random.clamp(0.0, 1.0)).max(Duration::from_millis(50)))
        }
    }
}

/// 0 to 1.
pub(crate) fn random() -> f64 {
    let mut bytes = [0; 4];
    if getrandom::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(after: Option<u64>) -> Error {
        Error::RateLimited { message: String::new(), retry_after: after.map(Duration::from_secs) }
    }

    #[test]
    fn a_named_time_is_honoured_and_three_tries_are_enough() {
        assert_eq!(delay(&limited(Some(7)), 1, 0.0), Some(Duration::from_secs(7)));
        assert_eq!(delay(&limited(Some(7)), MAX_ATTEMPTS, 0.0), None);
        assert_eq!(delay(&Error::Auth(String::new()), 1, 0.0), None);
    }

    #[test]
    fn back_off_grows_with_full_jitter_up_to_a_ceiling() {
        assert_eq!(delay(&limited(None), 1, 1.0), Some(Duration::from_secs(1)));
        assert_eq!(delay(&limited(None), 2, 1.0), Some(Duration::from_secs(2)));
        assert_eq!(delay(&limited(None), 2, 0.0), Some(Duration::from_millis(50)));
    }
}
