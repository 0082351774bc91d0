//! How long a server asks to wait: seconds, a date, or milliseconds, never more than five minutes.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Absurd waits (a billion seconds was seen) are cut to this.
pub(crate) const LONGEST: Duration = Duration::from_mins(5);

/// What the headers say. A date is reckoned against the reply's own `Date`, so our clock doesn't matter.
pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return capped(millis / 1000.0);
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse::<f64>() {
        return capped(seconds);
    }
    let then = unix_seconds(after)?;
    let now = text(DATE.as_str()).and_then(unix_seconds)?;
    capped((then - now) as f64)
}

fn capped(seconds: f64) -> Option<Duration> {
    if seconds.is_nan() {
        return None;
    }
    Some(Duration::from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64())))
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7) as seconds since 1970; the two obsolete forms aren't read.
fn unix_seconds(text: &str) -> Option<i64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|month| *month == name)? as i64 + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    if words.next() != Some("GMT") || !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    // Days from the civil calendar, years beginning in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_read() {
        assert_eq!(from_headers(&headers(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        let both = [("retry-after", "7"), ("retry-after-ms", "1500")];
        assert_eq!(from_headers(&headers(&both)), Some(Duration::from_millis(1500)));
        let dates =
            [("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")];
        assert_eq!(from_headers(&headers(&dates)), Some(Duration::from_secs(30)));
        assert_eq!(unix_seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix_seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
    }

    #[test]
    fn nonsense_is_nothing_and_absurd_waits_are_capped() {
        assert_eq!(from_headers(&headers(&[])), None);
        assert_eq!(from_headers(&headers(&[("retry-after", "soon")])), None);
        assert_eq!(from_headers(&headers(&[("retry-after", "-5")])), Some(Duration::ZERO));
        assert_eq!(from_headers(&headers(&[("retry-after", "NaN")])), None);
        assert_eq!(from_headers(&headers(&[("retry-after", "1000000000")])), Some(LONGEST));
    }
}
