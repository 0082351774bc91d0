use serde_json::json;

use super::*;

const BERLIN: &str = "Europe/Berlin";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

fn schedule(cron: &str, missed: &str) -> Schedule {
    Schedule::parse(&json!({"cron": cron, "tz": BERLIN, "missed": missed})).unwrap()
}

fn at(text: &str) -> Timestamp {
    let zone = TimeZone::get(BERLIN).unwrap();
    let civil: jiff::civil::DateTime = text.parse().unwrap();
    Timestamp::from_millis(civil.to_zoned(zone).unwrap().timestamp().as_millisecond())
}

fn plus(time: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(time.millis() + millis)
}

/// As Berlin's clocks show it, with the offset.
fn shown(time: Timestamp) -> String {
    let zoned =
        jiff::Timestamp::from_millisecond(time.millis()).unwrap().to_zoned(TimeZone::get(BERLIN).unwrap());
    zoned.strftime("%Y-%m-%d %H:%M %:z").to_string()
}

fn all_shown(due: &Due) -> Vec<String> {
    due.instants.iter().map(|instant| shown(*instant)).collect()
}

/// Looks at the clock at each of those times, as the scheduler does, and gives what was begun; each name once.
fn begun(schedule: &Schedule, from: Timestamp, looks: impl IntoIterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut cursor = from;
    let mut accepted = Vec::new();
    for now in looks {
        for instant in schedule.due(cursor, now).instants {
            if !accepted.contains(&instant) {
                accepted.push(instant);
            }
        }
        cursor = now;
    }
    accepted
}

#[test]
fn a_schedule_is_due_once_at_each_of_its_instants() {
    let daily = schedule("0 7 * * 1-5", "once");
    let friday = at("2026-11-27T06:59:00");
    let looks = (0..5 * 24 * 60).map(|minute| plus(friday, minute * 60_000));
    let shown: Vec<_> = begun(&daily, friday, looks).into_iter().map(shown).collect();
    assert_eq!(shown, ["2026-11-27 07:00 +01:00", "2026-11-30 07:00 +01:00", "2026-12-01 07:00 +01:00"]);
}

#[test]
fn sunday_is_seven_as_well_as_nought() {
    for cron in ["0 0 * * 0", "0 0 * * 7"] {
        let next = schedule(cron, "once").next(at("2026-11-25T12:00:00")).unwrap();
        assert_eq!(shown(next), "2026-11-29 00:00 +01:00");
    }
}

#[test]
fn what_was_missed_is_skipped_done_once_or_done_each() {
    let (left, back) = (at("2026-11-20T12:00:00"), at("2026-11-25T12:00:00"));
    assert_eq!(schedule("0 7 * * *", "skip").due(left, back).instants, []);
    assert_eq!(all_shown(&schedule("0 7 * * *", "once").due(left, back)), ["2026-11-25 07:00 +01:00"]);
    assert_eq!(schedule("0 7 * * *", "all").due(left, back).instants.len(), 5);
    // Back just when it is due anyhow: one run and not two.
    let due = schedule("0 12 * * *", "once").due(left, plus(back, 20_000));
    assert_eq!(all_shown(&due), ["2026-11-25 12:00 +01:00"]);
    assert_eq!(schedule("0 12 * * *", "skip").due(left, plus(back, 20_000)).instants.len(), 1);
}

#[test]
fn at_most_a_hundred_are_made_up_for_the_newest() {
    let back = at("2026-11-25T12:00:00");
    let due = schedule("* * * * *", "all").due(plus(back, -DAY), back);
    assert_eq!((due.instants.len(), due.left_out), (MOST, true));
    assert_eq!(shown(due.instants[0]), "2026-11-25 10:21 +01:00");
    assert_eq!(due.instants.last(), Some(&back));
}

#[test]
fn a_clock_that_jumps_loses_nothing_and_does_nothing_twice() {
    let start = at("2026-06-01T10:30:00");
    let hourly = schedule("0 * * * *", "once");
    for jump in [HOUR, -HOUR, YEAR, -YEAR, 3 * DAY, -3 * DAY] {
        // An hour as it should be, the jump, two hours, and back.
        let before = (0..60).map(|minute| plus(start, minute * 60_000));
        let there = (60..180).map(|minute| plus(start, minute * 60_000 + jump));
        let after = (180..300).map(|minute| plus(start, minute * 60_000));
        let begun = begun(&hourly, start, before.chain(there).chain(after));
        let mut names = begun.clone();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), begun.len(), "{jump}: an instant twice");
        for wanted in ["2026-06-01T11:00:00", "2026-06-01T14:00:00", "2026-06-01T15:00:00"] {
            assert!(begun.contains(&at(wanted)), "{jump}: {wanted} is missing");
        }
        assert!(begun.len() <= 8, "{jump}: {}", begun.len());
    }
}

#[test]
fn an_hour_that_is_left_out_or_comes_twice_is_due_once() {
    // On 2026-03-29 clocks go from 02:00 to 03:00, on 2026-10-25 from 03:00 to 02:00.
    let half_past_two = schedule("30 2 * * *", "all");
    let spring = half_past_two.due(at("2026-03-28T12:00:00"), at("2026-03-30T12:00:00"));
    assert_eq!(all_shown(&spring).len(), 2, "{:?}", all_shown(&spring));
    let autumn = half_past_two.due(at("2026-10-24T12:00:00"), at("2026-10-26T12:00:00"));
    assert_eq!(all_shown(&autumn).len(), 2, "{:?}", all_shown(&autumn));
    // What is due every hour is due in the hour that comes twice, too.
    let hourly = schedule("0 * * * *", "all");
    assert_eq!(hourly.due(at("2026-10-24T23:30:00"), at("2026-10-25T23:30:00")).instants.len(), 25);
    assert_eq!(hourly.due(at("2026-03-28T23:30:00"), at("2026-03-29T23:30:00")).instants.len(), 23);
}

#[test]
fn a_leap_day_comes_when_it_comes() {
    let leap = schedule("0 0 29 2 *", "once");
    assert_eq!(leap.next(at("2025-03-01T00:00:00")).map(shown), Some("2028-02-29 00:00 +01:00".to_owned()));
    assert_eq!(schedule("0 0 30 2 *", "once").next(at("2025-03-01T00:00:00")), None);
    assert_eq!(
        schedule("0 0 30 2 *", "all").due(at("2020-03-01T00:00:00"), at("2025-03-01T00:00:00")),
        Due::default()
    );
}

#[test]
fn looking_back_finds_what_looking_ahead_would_have_found() {
    for cron in ["*/7 * * * *", "30 2 * * *", "0 */2 * * *", "15 1-3 * * 0", "59 23 31 * *", "0 0 1 1 *"] {
        let schedule = schedule(cron, "all");
        for (from, hours) in
            [("2026-03-28T00:00:00", 60), ("2026-10-24T00:00:00", 60), ("2027-12-30T00:00:00", 60)]
        {
            let (from, mut ahead) = (at(from), Vec::new());
            let until = plus(from, hours * HOUR);
            let mut next = schedule.next(from);
            while let Some(instant) = next.filter(|instant| *instant <= until) {
                ahead.push(instant);
                next = schedule.next(instant);
            }
            let skipped = ahead.len().saturating_sub(MOST);
            assert_eq!(schedule.due(from, until).instants, ahead[skipped..], "{cron} from {}", shown(from));
        }
    }
}

#[test]
fn what_is_no_schedule_is_told_with_an_example() {
    for cron in ["", "* * * *", "* * * * * *", "61 * * * *", "@daily", "x"] {
        assert!(Schedule::parse(&json!({"cron": cron})).unwrap_err().contains("0 7 * * 1-5"), "{cron}");
    }
    let error = Schedule::parse(&json!({"cron": "* * * * *", "tz": "Moon/Tycho"})).unwrap_err();
    assert!(error.contains("Europe/Berlin"), "{error}");
}
