//! What holds whatever happens.

use std::time::Duration;

use proptest::prelude::*;

use super::{Effect, End, Event, Finding, Machine, Patience, Plan, Program, Wish};
use crate::ollama::{
    Mode, OllamaFailure, OllamaState, PortHolder,
    identity::{Identity, Trust},
};

const ADDRESSES: [&str; 3] = ["http://127.0.0.1:11434", "http://127.0.0.1:9", "http://127.0.0.1:4000"];

fn plan() -> impl Strategy<Value = Plan> {
    let mode = prop_oneof![Just(Mode::Auto), Just(Mode::Own), Just(Mode::Adopt), Just(Mode::Off)];
    let port = prop_oneof![Just(None), Just(Some(11_434)), Just(Some(4_000))];
    let address = prop_oneof![Just(None), Just(Some(ADDRESSES[0].to_owned()))];
    (mode, port, address).prop_map(|(mode, port, address)| Plan {
        mode,
        port,
        address,
        program: None,
        cloud: false,
    })
}

fn identity() -> impl Strategy<Value = Identity> {
    let trust = prop_oneof![3 => Just(Trust::Known), 1 => Just(Trust::Unknown), 1 => Just(Trust::Foreign)];
    let version = prop_oneof![Just("0.33.0"), Just("0.9.0")];
    (trust, version).prop_map(|(trust, version)| Identity {
        version: version.to_owned(),
        trust,
        holder: PortHolder::default(),
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let problem = prop_oneof![
        4 => Just(None),
        1 => Just(Some((OllamaFailure::NotExecutable, "It may not be run.".to_owned())))
    ];
    let program = (prop::bool::weighted(0.8), problem).prop_map(|(there, problem)| {
        there.then(|| Program { path: "/bin/ollama".into(), version: None, problem })
    });
    (program, prop::bool::weighted(0.2), 0_usize..3).prop_map(|(program, service, count)| Finding {
        program,
        service,
        addresses: ADDRESSES.iter().take(count).map(|address| (*address).to_owned()).collect(),
        ..Finding::default()
    })
}

fn event() -> impl Strategy<Value = Event> {
    let wish = prop_oneof![
        4 => Just(Wish::Start),
        2 => Just(Wish::Stop),
        4 => Just(Wish::Restart),
        2 => Just(Wish::Look),
        1 => Just(Wish::Trust),
        2 => plan().prop_map(Wish::Settings),
    ];
    let address = prop::sample::select(ADDRESSES.to_vec()).prop_map(str::to_owned);
    let cause = prop_oneof![
        3 => Just(None),
        1 => Just(Some((OllamaFailure::PortHeld, "The port is held.".to_owned())))
    ];
    let end = (prop::option::of(0..3), prop::option::of(prop::sample::select(vec![9, 15])), cause).prop_map(
        |(code, signal, cause)| Event::Exited(End { code, signal, cause, log: vec!["last".into()] }),
    );
    prop_oneof![
        4 => wish.prop_map(Event::Wish),
        4 => finding().prop_map(Event::Found),
        3 => (address.clone(), identity()).prop_map(|(address, identity)| Event::Answered { address, identity }),
        6 => address.prop_map(|address| Event::Unanswered { address, stranger: None }),
        3 => Just(Event::Spawned { pid: 7 }),
        1 => Just(Event::NotSpawned { failure: OllamaFailure::Missing, message: "It isn't there.".into() }),
        4 => Just(Event::Listening { port: 4_000 }),
        6 => end,
        1 => Just(Event::Stuck),
        4 => identity().prop_map(|identity| Event::Healthy { identity, lost_gpu: Vec::new() }),
        4 => prop::bool::weighted(0.1)
            .prop_map(|uninterruptible| Event::Unhealthy { uninterruptible, message: "no answer".into() }),
        1 => Just(Event::Resumed),
        6 => Just(Event::Timer),
    ]
}

/// More than usual: what breaks a rule is seldom.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(1_000), ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens_starts_are_few_and_only_ours_is_ended(
        plan in plan(),
        events in prop::collection::vec((event(), 0_u64..4_000), 1..120),
    ) {
        let mut mode = plan.mode;
        let mut machine = Machine::new(plan, Patience::default());
        let (mut now, mut starts, mut alive) = (Duration::ZERO, Vec::<Duration>::new(), false);
        for (event, pause) in events {
            now += Duration::from_millis(pause);
            if matches!(event, Event::Exited(_) | Event::NotSpawned { .. }) {
                alive = false;
            }
            if let Event::Wish(Wish::Settings(plan)) = &event {
                mode = plan.mode;
            }
            let effects = machine.step(event, now);
            for effect in &effects {
                match effect {
                    Effect::Spawn { attempt } => {
                        prop_assert!(!alive, "a second one beside the first");
                        prop_assert!(matches!(mode, Mode::Auto | Mode::Own), "{mode:?} never starts one");
                        alive = true;
                        starts.push(now);
                        let recent = starts.iter().filter(|start| now < **start + Duration::from_mins(1)).count();
                        prop_assert!(recent <= 3 && recent as u32 == *attempt);
                    }
                    Effect::StopEngine => prop_assert!(alive, "only ours is ended"),
                    _ => {}
                }
            }
            // What is said is what was decided last.
            if effects.contains(&Effect::Spawn { attempt: 1 }) {
                prop_assert_eq!(machine.state(), OllamaState::Starting { attempt: 1 });
            }
        }
    }

    #[test]
    fn every_start_ends_by_time_alone(
        plan in plan(),
        events in prop::collection::vec((event(), 0_u64..4_000), 1..60),
    ) {
        let mut machine = Machine::new(plan, Patience::default());
        let mut now = Duration::ZERO;
        let mut due = None;
        let mut took = |effects: Vec<Effect>, now: Duration| {
            let waits = effects.into_iter().filter_map(|effect| match effect {
                Effect::Wait(time) => Some(now + time),
                _ => None,
            });
            if let Some(last) = waits.max() {
                due = Some(last);
            }
            due
        };
        for (event, pause) in events {
            now += Duration::from_millis(pause);
            took(machine.step(event, now), now);
        }
        // From here on nobody says anything but the clock.
        let mut rounds = 0;
        while matches!(machine.state(), OllamaState::Starting { .. } | OllamaState::Waiting { .. } | OllamaState::Stopping) {
            rounds += 1;
            prop_assert!(rounds < 60, "{:?}", machine.state());
            let next = took(Vec::new(), now);
            prop_assert!(next.is_some(), "nothing is waited for in {:?}", machine.state());
            now = now.max(next.unwrap_or(now));
            took(machine.step(Event::Timer, now), now);
        }
    }
}
