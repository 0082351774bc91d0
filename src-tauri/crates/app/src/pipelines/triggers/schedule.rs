//! When a schedule is due: from its text, how far it is and what time it is, and from nothing else. The wall clock may jump
//! either way, sleep and be set; a nominal instant is due once all the same, since who accepts it does so under its name.

use croner::{
    Cron, Direction,
    parser::{CronParser, Seconds, Year},
};
use domain::Timestamp;
use jiff::{Zoned, tz::TimeZone};
use serde_json::Value;

/// What is this late, in milliseconds, wasn't missed: the clock is looked at once a minute at least.
const ON_TIME: i64 = 90_000;
/// The most that are made up for at once.
pub(crate) const MOST: usize = 100;

/// A schedule.
#[derive(Debug)]
pub(crate) struct Schedule {
    cron: Cron,
    /// The person's own, looked up each time, since people travel.
    zone: Option<TimeZone>,
    missed: Missed,
}

/// What becomes of instants that passed while Web+ was off or the computer slept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Nothing.
    Skip,
    /// One run for all of them.
    Once,
    /// A run for each, `MOST` at most, the newest.
    All,
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Due {
    /// Nominal instants to begin runs for, oldest first.
    pub instants: Vec<Timestamp>,
    /// Whether there were more than could be made up for.
    pub left_out: bool,
}

impl Schedule {
    /// From a trigger's config: `cron`, `tz` ("local" or an IANA name), `missed`.
    pub(crate) fn parse(config: &Value) -> Result<Self, String> {
        let text = |key: &str| config.get(key).and_then(Value::as_str);
        let cron = text("cron").unwrap_or_default();
        let wrong = |why: &str| {
            format!(
                "\"{cron}\" is no schedule ({why}). It has five fields: minute, hour, day, month, weekday, such as \"0 7 * * 1-5\"."
            )
        };
        // Five fields and nothing more: nicknames such as "@daily" mean something else elsewhere.
        if cron.split_whitespace().count() != 5 {
            return Err(wrong("it hasn't five fields"));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(cron).map_err(|error| wrong(&error.to_string()))?;
        let zone = match text("tz").unwrap_or("local") {
            "local" => None,
            name => Some(TimeZone::get(name).map_err(|_| {
                format!("There is no time zone \"{name}\" on this computer. Write \"local\" or a name such as \"Europe/Berlin\".")
            })?),
        };
        let missed = match text("missed") {
            Some("skip") => Missed::Skip,
            Some("all") => Missed::All,
            _ => Missed::Once,
        };
        Ok(Self { cron, zone, missed })
    }

    /// The first nominal instant after that time; none where there is never one, as of February 30th.
    pub(crate) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_next_occurrence(&self.zoned(after)?, false).ok()?;
        Some(Timestamp::from_millis(found.timestamp().as_millisecond()))
    }

    /// What is due after `cursor` and up to `now`. Nothing where the clock was put back behind the cursor.
    pub(crate) fn due(&self, cursor: Timestamp, now: Timestamp) -> Due {
        let Some(until) = self.zoned(now) else { return Due::default() };
        let mut instants: Vec<Timestamp> = self
            .cron
            .iter_from(until, Direction::Backward)
            .map(|found| Timestamp::from_millis(found.timestamp().as_millisecond()))
            .take_while(|instant| *instant > cursor)
            .take(MOST + 1)
            .collect();
        let left_out = instants.len() > MOST;
        instants.truncate(MOST);
        instants.reverse();
        let on_time = |instant: &Timestamp| now.millis() - instant.millis() <= ON_TIME;
        match self.missed {
            Missed::All => return Due { instants, left_out },
            Missed::Skip => instants.retain(on_time),
            // What is due just now stands for what was missed as well.
            Missed::Once if instants.iter().any(on_time) => instants.retain(on_time),
            Missed::Once => drop(instants.drain(..instants.len().saturating_sub(1))),
        }
        Due { instants, left_out: false }
    }

    /// What it says, for a person.
    pub(crate) fn describe(&self) -> String {
        let zone = self.zone.as_ref().and_then(TimeZone::iana_name);
        let zone = zone.map_or_else(|| "your own time".to_owned(), |name| format!("the time of {name}"));
        format!("{} ({zone})", self.cron.describe().trim_end_matches('.'))
    }

    fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        let zone = self.zone.clone().unwrap_or_else(TimeZone::system);
        Some(jiff::Timestamp::from_millisecond(at.millis()).ok()?.to_zoned(zone))
    }
}

#[cfg(test)]
mod tests;
