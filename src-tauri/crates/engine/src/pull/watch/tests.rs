#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
use proptest::prelude::*;

use super::*;

const HEX: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

fn digest() -> BlobDigest {
    BlobDigest::from_hex(HEX).unwrap()
}

fn layer(completed: u64) -> Event {
    Event::Line(OllamaProgress::Layer { digest: digest().to_string(), total: 100, completed })
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A machine that has asked at 0 s.
fn asked() -> Watch {
    let mut watch = Watch::new(PullPatience::default(), false);
    let effects = watch.step(Event::Start, Duration::ZERO);
    assert_eq!(effects.last(), Some(&Effect::Ask));
    watch
}

fn gone() -> Event {
    Event::Fault(Fault::EngineGone(Error::Interrupted("It ended.".into())))
}

#[test]
fn six_seconds_without_progress_and_it_is_asked_again() {
    let mut watch = asked();
    watch.step(layer(0), seconds(1));
    watch.step(layer(20), seconds(2));
    watch.step(layer(20), seconds(5));
    // A part that the engine began again is no progress.
    watch.step(layer(10), seconds(6));
    assert_eq!(watch.wake(), Some(seconds(8)));
    assert_eq!(watch.step(Event::Tick, seconds(7)), []);
    assert_eq!(watch.step(Event::Tick, seconds(8)), [Effect::Close]);
    assert!(watch.interrupted());
    let again = watch.wake().unwrap();
    assert_eq!(watch.step(Event::Tick, again), [Effect::Ask]);
}

#[test]
fn three_asks_without_a_byte_are_the_network() {
    let mut watch = asked();
    let mut now = Duration::ZERO;
    let mut waits = Vec::new();
    for _ in 0..9 {
        watch.step(layer(0), now);
        now = watch.wake().unwrap();
        let effects = watch.step(Event::Tick, now);
        let wait = effects.iter().find_map(|effect| match effect {
            Effect::Show(PullPhase::WaitingForNetwork { seconds, .. }) => Some(*seconds),
            _ => None,
        });
        waits.push(wait.unwrap_or(0));
        now = watch.wake().unwrap();
        assert_eq!(watch.step(Event::Tick, now), [Effect::Ask]);
    }
    assert_eq!(waits, [0, 0, 5, 10, 20, 40, 60, 60, 60]);
    watch.step(layer(0), now);
    watch.step(layer(1), now);
    now += seconds(6);
    assert_eq!(watch.step(Event::Tick, now), [Effect::Close], "a byte came: asked at once again");
}

#[test]
fn an_engine_that_verifies_is_left_alone() {
    let mut watch = asked();
    watch.step(layer(100), seconds(1));
    watch.step(Event::Line(OllamaProgress::Verifying), seconds(2));
    assert_eq!(watch.wake(), None);
    assert_eq!(watch.step(Event::Tick, seconds(2000)), []);
    let effects = watch.step(Event::Line(OllamaProgress::Success), seconds(2000));
    assert_eq!(effects, [Effect::Close, Effect::Check]);
    assert!(!watch.interrupted());
    assert_eq!(watch.step(Event::Checked(vec![]), seconds(2001)), [Effect::Finish]);
}

#[test]
fn wrong_content_is_fetched_twice_more_and_then_given_up() {
    let mut watch = asked();
    for round in 0..3 {
        watch.step(layer(100), seconds(1));
        watch.step(Event::Line(OllamaProgress::Success), seconds(1));
        let effects = watch.step(Event::Checked(vec![digest()]), seconds(1));
        assert!(effects.contains(&Effect::RemoveBlobs(vec![digest()])));
        assert_eq!(effects.contains(&Effect::Fail(Failure::Damaged)), round == 2);
        assert_eq!(watch.bytes().0, 0, "what was wrong doesn't count");
        if round < 2 {
            watch.step(Event::Mended(true), seconds(1));
            let now = watch.wake().unwrap();
            assert_eq!(watch.step(Event::Tick, now), [Effect::Ask]);
        }
    }
}

#[test]
fn what_an_earlier_download_left_is_removed_but_not_for_ever() {
    let mut watch = asked();
    for _ in 0..3 {
        let effects = watch.step(Event::Fault(Fault::Partials(Some(digest()))), seconds(1));
        assert_eq!(effects.last(), Some(&Effect::RemovePartials(Some(digest()))));
        watch.step(Event::Mended(true), seconds(1));
        let now = watch.wake().unwrap();
        watch.step(Event::Tick, now);
    }
    let effects = watch.step(Event::Fault(Fault::Partials(None)), seconds(1));
    assert_eq!(effects.last(), Some(&Effect::Fail(Failure::Stuck)));
}

#[test]
fn an_engine_that_is_gone_is_asked_for_ten_seconds() {
    let mut watch = asked();
    let (mut now, mut asks) = (Duration::ZERO, 0);
    loop {
        let effects = watch.step(gone(), now);
        if matches!(effects.last(), Some(Effect::Fail(_))) {
            break;
        }
        now = watch.wake().unwrap();
        assert_eq!(watch.step(Event::Tick, now), [Effect::Ask]);
        // It begins and dies again: that is no life.
        watch.step(Event::Line(OllamaProgress::Manifest), now);
        asks += 1;
    }
    assert!((20..50).contains(&asks) && now >= seconds(10), "{asks} asks until {now:?}");
}

#[test]
fn a_full_disk_and_an_unknown_name_end_it_at_once() {
    for fault in [Fault::DiskFull, Fault::Missing, Fault::Refused("no".into())] {
        let effects = asked().step(Event::Fault(fault.clone()), seconds(1));
        assert_eq!(effects, [Effect::Close, Effect::Fail(Failure::Fault(fault))]);
    }
}

/// What an engine may do next, with the time until then in milliseconds.
fn happenings() -> impl Strategy<Value = (Event, u64)> {
    let line = |line| Just(Event::Line(line));
    let fault = |fault| Just(Event::Fault(fault));
    let event = prop_oneof![
        6 => (0_u64..=100).prop_map(layer),
        2 => line(OllamaProgress::Manifest),
        1 => line(OllamaProgress::Verifying),
        1 => line(OllamaProgress::Step("writing manifest".into())),
        1 => line(OllamaProgress::Success),
        1 => fault(Fault::Cancelled),
        2 => fault(Fault::Network("no such host".into())),
        1 => fault(Fault::Partials(None)),
        1 => fault(Fault::Mismatch(Some(digest()))),
        1 => Just(gone()),
        4 => Just(Event::Tick),
    ];
    (event, 0_u64..20_000)
}

/// A driver with what it must hold to.
struct Driven {
    watch: Watch,
    looks: std::iter::Cycle<std::vec::IntoIter<bool>>,
    removals: std::iter::Cycle<std::vec::IntoIter<bool>>,
    out: bool,
    over: bool,
    /// Asks since a byte came.
    vain: u32,
    last_ask: Option<Duration>,
}

impl Driven {
    /// Takes an event at its time and does what follows, held to it at that same time.
    fn step(&mut self, event: Event, now: Duration) -> Result<(), TestCaseError> {
        let verifying = self.watch.state == State::Verifying;
        let mut todo = std::collections::VecDeque::from(self.watch.step(event, now));
        while let Some(effect) = todo.pop_front() {
            prop_assert!(!self.over, "{effect:?} after the end");
            match effect {
                Effect::Ask => {
                    prop_assert!(!self.out, "two requests at once");
                    prop_assert!(!verifying, "asked while it verifies");
                    if let Some(last) = self.last_ask {
                        prop_assert!(now >= last + self.watch.patience.again, "asked in haste");
                    }
                    (self.out, self.last_ask, self.vain) = (true, Some(now), self.vain + 1);
                }
                Effect::Close => self.out = false,
                Effect::Check => {
                    let wrong = if self.looks.next().unwrap() { vec![] } else { vec![digest()] };
                    todo.extend(self.watch.step(Event::Checked(wrong), now));
                }
                Effect::RemovePartials(_) => {
                    let removed = self.removals.next().unwrap();
                    todo.extend(self.watch.step(Event::Mended(removed), now));
                }
                Effect::RemoveBlobs(_) => todo.extend(self.watch.step(Event::Mended(true), now)),
                Effect::Finish | Effect::Fail(_) => self.over = true,
                Effect::Show(_) => {}
            }
        }
        if self.watch.moved {
            self.vain = 0;
        }
        let Self { watch, out, over, vain, .. } = self;
        prop_assert!(*vain <= 200);
        prop_assert!(*over || *out || watch.wake().is_some(), "nothing goes on: {:?}", watch.state);
        prop_assert!(!*over || (!*out && watch.wake().is_none()), "over, and still at it");
        Ok(())
    }
}

proptest! {
    /// Whatever an engine does: one request at a time, none while it verifies or we look, none after the end, never two without
    /// a pause between them, and always something that goes on: a request, a time, or a look of ours.
    #[test]
    fn asks_are_bounded_and_it_always_ends_or_waits(
        happenings in proptest::collection::vec(happenings(), 1..200),
        looks in proptest::collection::vec(any::<bool>(), 40),
        removals in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let mut driven = Driven {
            watch: Watch::new(PullPatience::default(), false),
            looks: looks.into_iter().cycle(),
            removals: removals.into_iter().cycle(),
            out: false,
            over: false,
            vain: 0,
            last_ask: None,
        };
        let mut now = Duration::ZERO;
        driven.step(Event::Start, now)?;
        for (event, wait) in happenings {
            now += Duration::from_millis(wait);
            // A driver ticks each time that it is time, however late the engine's next word is.
            while let Some(due) = driven.watch.wake().filter(|due| *due < now) {
                driven.step(Event::Tick, due)?;
            }
            driven.step(event, now)?;
        }
    }

    /// Against a source that never gives a byte, asks come no more often than the back-off says.
    #[test]
    fn a_dead_source_is_asked_ever_more_seldom(hours in 1_u64..5) {
        let mut watch = asked();
        let (end, mut asks) = (Duration::from_hours(hours), 1);
        while let Some(now) = watch.wake().filter(|now| *now < end) {
            asks += watch.step(Event::Tick, now).iter().filter(|effect| **effect == Effect::Ask).count();
            watch.step(Event::Line(OllamaProgress::Manifest), now);
        }
        // A minute of waiting and twenty seconds of asking each.
        prop_assert!(asks as u64 <= 10 + hours * 3600 / 80, "{asks} asks");
    }
}
