//! The rules, one by one.

use std::time::Duration;

use super::{Effect, End, Event, Finding, Machine, Patience, Plan, Program, Wish};
use crate::ollama::{
    Mode, NoticeCode, OllamaFailure, OllamaState, Ownership, PortHolder,
    identity::{Identity, Trust},
};

const USUAL: &str = "http://127.0.0.1:11434";

fn plan(mode: Mode) -> Plan {
    Plan { mode, port: None, address: None, program: None, cloud: false }
}

fn finding() -> Finding {
    let program = Program { path: "/bin/ollama".into(), version: Some("0.33.0".into()), problem: None };
    Finding { program: Some(program), addresses: vec![USUAL.into()], ..Finding::default() }
}

fn who(trust: Trust) -> Identity {
    let holder = PortHolder { user: Some("eve".into()), ..PortHolder::default() };
    Identity { version: "0.33.0".into(), trust, holder }
}

fn answered(trust: Trust) -> Event {
    Event::Answered { address: USUAL.into(), identity: who(trust) }
}

fn unanswered() -> Event {
    Event::Unanswered { address: USUAL.into(), stranger: None }
}

fn healthy() -> Event {
    Event::Healthy { identity: who(Trust::Known), lost_gpu: Vec::new() }
}

fn silent() -> Event {
    Event::Unhealthy { uninterruptible: false, message: "no answer".into() }
}

fn killed() -> Event {
    Event::Exited(End { signal: Some(9), log: vec!["the last line".into()], ..End::default() })
}

/// A machine with its clock.
struct Run {
    machine: Machine,
    now: Duration,
}

impl Run {
    fn new(plan: Plan) -> Self {
        let mut run = Self { machine: Machine::new(plan, Patience::default()), now: Duration::ZERO };
        run.step(Event::Wish(Wish::Look));
        run
    }

    fn found(plan: Plan, finding: Finding) -> Self {
        let mut run = Self::new(plan);
        run.step(Event::Found(finding));
        run
    }

    fn owned() -> Self {
        let mut run = Self::found(plan(Mode::Auto), finding());
        run.step(unanswered());
        run.ready();
        run
    }

    fn ready(&mut self) {
        self.step(Event::Spawned { pid: 7 });
        self.step(Event::Listening { port: 4000 });
        self.step(healthy());
        assert!(matches!(self.state(), OllamaState::Ready { ownership: Ownership::Owned, .. }));
    }

    fn adopted() -> Self {
        let mut run = Self::found(plan(Mode::Auto), finding());
        run.step(answered(Trust::Known));
        assert!(matches!(run.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }));
        run
    }

    fn step(&mut self, event: Event) -> Vec<Effect> {
        self.machine.step(event, self.now)
    }

    fn later(&mut self, milliseconds: u64) -> Vec<Effect> {
        self.now += Duration::from_millis(milliseconds);
        self.step(Event::Timer)
    }

    fn state(&self) -> OllamaState {
        self.machine.state()
    }

    fn notices(&self) -> Vec<NoticeCode> {
        let OllamaState::Ready { notices, .. } = self.state() else { panic!("{:?}", self.state()) };
        notices.into_iter().map(|notice| notice.code).collect()
    }

    fn failure(&self) -> OllamaFailure {
        let OllamaState::Failed { failure, message, .. } = self.state() else { panic!("{:?}", self.state()) };
        assert!(message.ends_with('.') && !message.contains('!'), "{message}");
        failure
    }
}

#[test]
fn left_overs_are_swept_before_anything_else() {
    let mut machine = Machine::new(plan(Mode::Auto), Patience::default());
    let effects = machine.step(Event::Wish(Wish::Look), Duration::ZERO);
    assert_eq!(effects, [Effect::SweepLeftovers, Effect::Look]);
    let mut run = Run::owned();
    run.step(Event::Swept { killed: 2 });
    assert!(run.notices().contains(&NoticeCode::Orphans));
}

#[test]
fn o2_one_that_runs_and_is_known_is_adopted_and_never_stopped() {
    let mut run = Run::adopted();
    assert!(run.notices().contains(&NoticeCode::PhonesOut));
    for wish in [Wish::Stop, Wish::Restart, Wish::Start, Wish::Settings(plan(Mode::Off))] {
        assert!(!run.step(Event::Wish(wish)).contains(&Effect::StopEngine));
    }
    assert_eq!(run.state(), OllamaState::Off);
}

#[test]
fn o3_a_stranger_s_answer_is_left_alone_and_one_of_our_own_runs() {
    let mut run = Run::found(plan(Mode::Auto), finding());
    assert!(run.step(answered(Trust::Foreign)).contains(&Effect::Spawn { attempt: 1 }));
    let mut run = Run::found(plan(Mode::Auto), Finding { program: None, ..finding() });
    run.step(answered(Trust::Foreign));
    let OllamaState::Unsure { holder, .. } = run.state() else { panic!() };
    assert_eq!(holder.user.as_deref(), Some("eve"));
    // It is asked again who it is: another may have taken its place since.
    run.step(Event::Wish(Wish::Trust));
    run.step(Event::Found(Finding { program: None, ..finding() }));
    let mut other = who(Trust::Foreign);
    other.holder.user = Some("mallory".into());
    run.step(Event::Answered { address: USUAL.into(), identity: other });
    assert!(matches!(run.state(), OllamaState::Unsure { .. }));
    run.step(Event::Wish(Wish::Look));
    run.step(Event::Found(Finding { program: None, ..finding() }));
    run.step(answered(Trust::Foreign));
    assert!(matches!(run.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }));
}

#[test]
fn o3_where_nobody_tells_whose_it_is_the_person_is_asked() {
    let mut run = Run::found(plan(Mode::Auto), finding());
    run.step(answered(Trust::Unknown));
    assert!(matches!(run.state(), OllamaState::Unsure { .. }));
    // Whoever wants one of their own gets it.
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(finding()));
    assert!(run.step(answered(Trust::Unknown)).contains(&Effect::Spawn { attempt: 1 }));
    // An address that the person gave is as good as a yes, unless the system knows better.
    let chosen = Plan { address: Some(USUAL.into()), ..plan(Mode::Adopt) };
    let mut run = Run::found(chosen.clone(), finding());
    run.step(answered(Trust::Unknown));
    assert!(matches!(run.state(), OllamaState::Ready { .. }));
    let mut run = Run::found(chosen, finding());
    run.step(answered(Trust::Foreign));
    assert!(matches!(run.state(), OllamaState::Unsure { .. }));
}

#[test]
fn o3_another_one_in_the_place_of_an_adopted_one_gets_nothing_before_a_yes() {
    let mut run = Run::adopted();
    run.later(5000);
    let mut other = who(Trust::Foreign);
    other.holder.user = Some("mallory".into());
    run.step(Event::Healthy { identity: other, lost_gpu: Vec::new() });
    assert!(matches!(run.state(), OllamaState::Unsure { .. }));
}

#[test]
fn an_installed_service_that_is_stopped_is_offered_and_not_doubled() {
    let mut run = Run::found(plan(Mode::Auto), Finding { service: true, ..finding() });
    assert!(!run.step(unanswered()).iter().any(|effect| matches!(effect, Effect::Spawn { .. })));
    assert!(matches!(run.state(), OllamaState::Installed { service: true, .. }));
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(Finding { service: true, ..finding() }));
    assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt: 1 }));
    let usual_port = Plan { port: Some(11_434), ..plan(Mode::Own) };
    let run = Run::found(usual_port, Finding { service: true, ..finding() });
    assert_eq!(run.failure(), OllamaFailure::PortHeld);
}

#[test]
fn o4_an_old_version_is_used_with_a_banner() {
    let mut run = Run::found(plan(Mode::Auto), finding());
    let identity = Identity { version: "0.17.0".into(), ..who(Trust::Known) };
    run.step(Event::Answered { address: USUAL.into(), identity });
    assert!(run.notices().contains(&NoticeCode::Outdated));
    assert!(!Run::adopted().notices().contains(&NoticeCode::Outdated));
}

#[test]
fn o5_after_three_starts_within_a_minute_it_is_left_with_its_last_lines() {
    let mut run = Run::owned();
    for attempt in [2, 3] {
        run.step(killed());
        let OllamaState::Waiting { attempt: next, after_ms, message, .. } = run.state() else { panic!() };
        assert_eq!((next, after_ms), (attempt, if attempt == 2 { 200 } else { 1000 }));
        assert!(message.contains("memory"), "{message}");
        assert!(run.later(after_ms).contains(&Effect::Identify(USUAL.into())));
        assert_eq!(run.state(), OllamaState::Starting { attempt });
        assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt }));
        run.ready();
    }
    run.step(killed());
    assert_eq!(run.failure(), OllamaFailure::Crashed);
    let OllamaState::Failed { log, .. } = run.state() else { panic!() };
    assert_eq!(log, ["the last line"]);
    // The person may ask for more, but not at once.
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(finding()));
    run.step(unanswered());
    let OllamaState::Waiting { after_ms, .. } = run.state() else { panic!("{:?}", run.state()) };
    assert_eq!(after_ms, 58_800);
    run.later(after_ms);
    assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt: 3 }));
}

#[test]
fn one_that_ran_long_starts_at_once_after_a_crash() {
    let mut run = Run::owned();
    run.now += Duration::from_hours(1);
    run.step(killed());
    assert!(matches!(run.state(), OllamaState::Waiting { attempt: 1, after_ms: 200, .. }));
}

#[test]
fn ours_killed_and_another_answers_then_that_one_is_used() {
    let mut run = Run::owned();
    run.step(killed());
    run.later(200);
    run.step(answered(Trust::Known));
    assert!(matches!(run.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }));
    assert!(!run.machine.own);
}

#[test]
fn an_adopted_one_that_vanishes_is_asked_for_ten_seconds_and_then_lost() {
    let mut run = Run::adopted();
    assert!(run.later(5000).contains(&Effect::Probe(USUAL.into())));
    let begin = run.now;
    run.step(silent());
    assert!(run.notices().contains(&NoticeCode::Retrying));
    while run.now < begin + Duration::from_secs(10) {
        assert!(matches!(run.state(), OllamaState::Ready { .. }));
        assert!(run.later(500).contains(&Effect::Probe(USUAL.into())));
        run.step(silent());
    }
    assert!(matches!(run.state(), OllamaState::Lost { .. }));
    // Nothing is done but looking; and when it is back it is used again.
    assert_eq!(run.later(5000), [Effect::Identify(USUAL.into()), Effect::Wait(Duration::from_secs(5))]);
    run.step(answered(Trust::Known));
    assert!(matches!(run.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }));
}

#[test]
fn a_start_that_never_listens_ends() {
    let mut run = Run::found(plan(Mode::Own), finding());
    assert_eq!(run.state(), OllamaState::Starting { attempt: 1 });
    run.step(Event::Spawned { pid: 7 });
    assert!(run.later(30_000).contains(&Effect::StopEngine));
    run.step(Event::Exited(End::default()));
    assert_eq!(run.failure(), OllamaFailure::NotAnswering);
}

#[test]
fn ours_that_hangs_is_ended_and_starts_again_with_its_reason() {
    let mut run = Run::owned();
    for miss in 0..3 {
        run.later(if miss == 0 { 5000 } else { 500 });
        run.step(silent());
    }
    assert_eq!(run.state(), OllamaState::Stopping);
    run.step(killed());
    let OllamaState::Waiting { message, .. } = run.state() else { panic!() };
    assert!(message.contains("stopped answering"), "{message}");
}

#[test]
fn o13_a_process_that_hangs_in_a_driver_is_named_and_nothing_is_started_beside_it() {
    let hang = Event::Unhealthy { uninterruptible: true, message: "no answer".into() };
    let mut run = Run::owned();
    for miss in 0..3 {
        run.later(if miss == 0 { 5000 } else { 500 });
        assert!(!run.step(hang.clone()).contains(&Effect::StopEngine));
    }
    assert_eq!(run.failure(), OllamaFailure::DriverHang);
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(finding()));
    run.step(unanswered());
    assert_eq!(run.failure(), OllamaFailure::DriverHang);
    // One that was killed and is still there is the same.
    let mut run = Run::owned();
    run.step(Event::Wish(Wish::Stop));
    run.step(Event::Stuck);
    assert_eq!(run.failure(), OllamaFailure::DriverHang);
    run.step(killed());
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(finding()));
    assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt: 2 }));
}

#[test]
fn after_a_sleep_it_is_asked_at_once() {
    for mut run in [Run::owned(), Run::adopted()] {
        run.now += Duration::from_secs(1);
        assert!(run.step(Event::Resumed).iter().any(|effect| matches!(effect, Effect::Probe(_))));
    }
}

#[test]
fn o10_a_graphics_card_that_was_lost_is_told() {
    let mut run = Run::owned();
    run.later(5000);
    run.step(Event::Healthy { identity: who(Trust::Known), lost_gpu: vec!["smol:latest".into()] });
    assert!(run.notices().contains(&NoticeCode::GpuLost));
    run.later(5000);
    run.step(healthy());
    assert!(!run.notices().contains(&NoticeCode::GpuLost));
}

#[test]
fn what_the_person_stops_stays_stopped_and_starts_again_when_asked() {
    let mut run = Run::owned();
    assert!(run.step(Event::Wish(Wish::Stop)).contains(&Effect::StopEngine));
    assert_eq!(run.state(), OllamaState::Stopping);
    run.step(killed());
    assert!(matches!(run.state(), OllamaState::Installed { .. }));
    run.step(Event::Wish(Wish::Start));
    run.step(Event::Found(finding()));
    assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt: 2 }));
    run.ready();
    run.step(Event::Wish(Wish::Restart));
    assert!(run.step(killed()).contains(&Effect::Spawn { attempt: 3 }));
}

#[test]
fn other_settings_hold_without_a_needless_restart() {
    let mut run = Run::owned();
    let effects = run.step(Event::Wish(Wish::Settings(Plan { cloud: true, ..plan(Mode::Auto) })));
    assert_eq!(effects, [Effect::Publish], "a notice, and nothing else");
    assert!(run.notices().contains(&NoticeCode::CloudOn));
    assert!(run.step(Event::Wish(Wish::Settings(plan(Mode::Adopt)))).contains(&Effect::StopEngine));
    assert!(run.step(killed()).contains(&Effect::Look));
    run.step(Event::Found(finding()));
    run.step(unanswered());
    assert!(matches!(run.state(), OllamaState::Installed { .. }));
    run.step(Event::Wish(Wish::Settings(plan(Mode::Off))));
    assert_eq!(run.state(), OllamaState::Off);
    assert_eq!(run.step(Event::Wish(Wish::Start)), []);
    assert!(run.step(Event::Wish(Wish::Settings(plan(Mode::Auto)))).contains(&Effect::Look));
}

#[test]
fn a_restart_ends_with_none_where_the_settings_change_meanwhile() {
    let mut run = Run::owned();
    run.step(Event::Wish(Wish::Restart));
    run.step(Event::Wish(Wish::Settings(plan(Mode::Adopt))));
    run.step(Event::Wish(Wish::Restart));
    let effects = run.step(killed());
    assert!(effects.contains(&Effect::Look) && !effects.contains(&Effect::Spawn { attempt: 2 }));
}

#[test]
fn a_restart_after_another_program_was_chosen_looks_for_that_one() {
    let mut run = Run::owned();
    let other = Plan { program: Some("/opt/ollama".into()), ..plan(Mode::Auto) };
    run.step(Event::Wish(Wish::Settings(other)));
    run.step(Event::Wish(Wish::Restart));
    assert!(run.step(killed()).contains(&Effect::Look));
    let program = Program { path: "/opt/ollama".into(), version: None, problem: None };
    run.step(Event::Found(Finding { program: Some(program), ..finding() }));
    assert!(run.step(unanswered()).contains(&Effect::Spawn { attempt: 2 }));
    assert_eq!(run.machine.program(), Some("/opt/ollama"));
}

#[test]
fn one_that_somebody_starts_later_is_adopted_unless_the_person_wanted_none() {
    let mut run = Run::found(plan(Mode::Adopt), finding());
    run.step(unanswered());
    assert!(matches!(run.state(), OllamaState::Installed { .. }));
    assert!(run.later(5000).contains(&Effect::Identify(USUAL.into())));
    run.step(unanswered());
    assert!(run.later(5000).contains(&Effect::Identify(USUAL.into())));
    run.step(answered(Trust::Known));
    assert!(matches!(run.state(), OllamaState::Ready { ownership: Ownership::Adopted, .. }));
    let mut run = Run::owned();
    run.step(Event::Wish(Wish::Stop));
    run.step(killed());
    assert_eq!(run.later(60_000), []);
    run.step(answered(Trust::Known));
    assert!(matches!(run.state(), OllamaState::Installed { .. }));
}

#[test]
fn o17_another_port_than_the_one_asked_for_is_told() {
    let mut run = Run::found(Plan { port: Some(11_500), ..plan(Mode::Own) }, finding());
    run.ready();
    assert!(run.notices().contains(&NoticeCode::Clamped));
}
