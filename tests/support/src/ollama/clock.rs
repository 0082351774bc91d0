//! Times and durations as Go writes and reads them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time now.
#[allow(clippy::disallowed_methods, reason = "a server of its own, with its own clock")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// Seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// "2026-11-22T22:08:07.270166901Z".
pub(super) fn precise(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (date, clock) = parts(since.as_secs());
    format!("{}T{clock}.{:09}Z", date.join("-"), since.subsec_nanos())
}

/// "2026-11-22T22:08:07.270Z", of log lines.
pub(super) fn logged(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (date, clock) = parts(since.as_secs());
    format!("{}T{clock}.{:03}Z", date.join("-"), since.subsec_millis())
}

/// "2026/11/22 - 22:08:07", of the lines about requests.
pub(super) fn requested(time: SystemTime) -> String {
    let (date, clock) = parts(seconds(time));
    format!("{} - {clock}", date.join("/"))
}

/// "Sun, 22 Nov 2026 22:08:07 GMT".
pub(super) fn http(time: SystemTime) -> String {
    let total = seconds(time);
    let (date, clock) = parts(total);
    let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(total / 86_400 % 7) as usize];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = date[1].parse::<usize>().ok().and_then(|month| months.get(month - 1)).unwrap_or(&"Jan");
    format!("{day}, {} {month} {} {clock} GMT", date[2], date[0])
}

/// Year, month and day, and the time of day.
fn parts(seconds: u64) -> ([String; 3], String) {
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let rest = seconds % 86_400;
    let clock = format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    ([format!("{year:04}"), format!("{month:02}"), format!("{day:02}")], clock)
}

/// How long a model stays after its last request; for ever is Go's longest duration, 292 years.
pub(super) const FOR_EVER: Duration = Duration::from_nanos(i64::MAX as u64);

/// Reads `keep_alive` of a request: a number of seconds or a Go duration; what is below zero is for ever.
pub(super) fn keep_alive(value: &serde_json::Value) -> Result<Duration, String> {
    match value {
        serde_json::Value::Number(number) => {
            let seconds = number.as_f64().unwrap_or_default();
            Ok(if seconds < 0.0 { FOR_EVER } else { Duration::from_secs_f64(seconds.min(9e9)) })
        }
        serde_json::Value::String(text) => duration(text),
        other => Err(format!("json: cannot unmarshal {other} into Go value of type api.Duration")),
    }
}

/// Reads a Go duration such as "1h30m" or "-1m"; what is below zero is for ever.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let quoted = serde_json::Value::from(text);
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut total = 0.0;
    if rest.is_empty() {
        return Err(format!("time: invalid duration {quoted}"));
    }
    while !rest.is_empty() {
        let digits =
            rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| format!("time: invalid duration {quoted}"))?;
        let letters =
            after.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        total += number
            * match unit {
                "" => return Err(format!("time: missing unit in duration {quoted}")),
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                _ => {
                    let unit = serde_json::Value::from(unit);
                    return Err(format!("time: unknown unit {unit} in duration {quoted}"));
                }
            };
        rest = after;
    }
    Ok(if negative { FOR_EVER } else { Duration::from_secs_f64(total.min(9e9)) })
}

/// "1.109185504s", "195.757µs".
pub(super) fn go(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos() as f64;
    match duration.as_nanos() {
        0..1_000 => format!("{nanoseconds}ns"),
        1_000..1_000_000 => format!("{}µs", nanoseconds / 1e3),
        1_000_000..1_000_000_000 => format!("{}ms", nanoseconds / 1e6),
        _ => format!("{}s", nanoseconds / 1e9),
    }
}
