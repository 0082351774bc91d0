//! Points in time as Ollama writes them (RFC 3339, with up to nine digits of a second).

use domain::Timestamp;

/// From this year on a model stays for ever: Ollama says so with a date some three centuries away.
const FOR_EVER: i64 = 2200;

/// The time that a text means; none for what stays for ever, and for what isn't a time.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year >= FOR_EVER || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let digits = fraction.strip_prefix('.').unwrap_or_default();
    let millis: i64 = format!("{digits:0<3}").get(..3)?.parse().ok()?;
    let offset = match zone.strip_prefix(['+', '-']) {
        Some(zone_time) => {
            let (hours, minutes) = zone_time.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
        None => 0,
    };
    let seconds = (days(year, month, day) * 24 + hour) * 3600 + (minute - offset) * 60 + second;
    Some(Timestamp::from_millis(seconds * 1000 + millis))
}

/// Days since 1970-01-01. Years are counted from March, so that the odd day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_zone_and_its_fraction() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2024-02-29T12:00:00.5Z", 1_709_208_000_500),
            ("2026-08-21T10:11:12.123456789+02:00", 1_787_299_872_123),
            ("2026-08-21T10:11:12-00:30", 1_787_308_872_000),
        ] {
            assert_eq!(parse(text).map(Timestamp::millis), Some(millis), "{text}");
        }
    }

    #[test]
    fn what_stays_for_ever_has_no_end_and_nonsense_is_no_time() {
        for text in ["2319-01-01T00:00:00Z", "", "soon", "2026-13-01T00:00:00Z", "2026-08-21T10:11:12"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
