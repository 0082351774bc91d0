//! A driver of plans that keeps rows as the application does, ends steps as the tape says and loses its memory anywhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::StepStatus;
use proptest::prelude::*;

use super::random::{Tape, random};
use crate::{Definition, Effect, Event, Instance, Key, Limits, Outcome, Plan, RunEnd};

struct Driver {
    definition: Definition,
    plan: Plan,
    rows: BTreeMap<Key, Instance>,
    /// What the plan asked for and nobody has answered.
    asked: Vec<Effect>,
    /// Steps whose start was asked for since they last became ready.
    started: BTreeSet<Key>,
    end: Option<RunEnd>,
    events: usize,
}

impl Driver {
    fn new(definition: Definition) -> Self {
        let plan = Plan::new(&definition, Limits::default());
        let (rows, asked, started) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        let mut driver = Self { definition, plan, rows, asked, started, end: None, events: 0 };
        driver.apply(Event::Begun);
        driver
    }

    fn apply(&mut self, event: Event) {
        let effects = self.plan.apply(event.clone());
        assert!(self.end.is_none() || effects.is_empty(), "something after the end: {event:?} {effects:?}");
        for effect in effects {
            match &effect {
                Effect::Set(key, instance) => {
                    let before = self.rows.insert(key.clone(), instance.clone());
                    let was_final = before.is_some_and(|before| before.status.is_final());
                    assert!(!was_final, "{key:?} ended and was changed by {event:?}");
                    if instance.status == StepStatus::Ready {
                        self.started.remove(key);
                    }
                    if instance.status.is_final() {
                        self.asked.retain(|asked| about(asked) != Some(key));
                    }
                }
                Effect::Start(key) => {
                    let row = self.rows.get(key).expect("a row of what starts");
                    assert_eq!(row.status, StepStatus::Ready, "{key:?} starts but isn't ready");
                    assert!(self.started.insert(key.clone()), "{key:?} starts twice");
                    self.asked.push(effect);
                }
                Effect::Judge(key, _) | Effect::Close(key, _) => {
                    assert!(!self.asked.iter().any(|asked| about(asked) == Some(key)), "{key:?} asked twice");
                    self.asked.push(effect);
                }
                Effect::Abort(key) => assert!(self.rows.get(key).is_some_and(|row| row.status.is_final())),
                Effect::End(end) => self.end = Some(end.clone()),
            }
        }
        // Always while a run is small; of a large one now and then, or this would take its square.
        self.events += 1;
        if self.rows.len() < 60 || self.events.is_multiple_of(31) || self.end.is_some() {
            self.looks_the_same_from_its_rows();
        }
    }

    /// Whatever has happened: the rows say as much as the plan knows.
    fn looks_the_same_from_its_rows(&self) {
        if self.rows.is_empty() {
            return;
        }
        let all = Plan::restore(&self.definition, Limits::default(), self.rows.clone());
        let needed = Plan::restore(&self.definition, Limits::default(), self.needed());
        if self.end.is_none() {
            assert_eq!(all.frames, self.plan.frames);
            assert_eq!(needed.frames, self.plan.frames);
        }
        assert_eq!(all.pending(), self.plan.pending());
        assert_eq!(all.over, self.plan.over);
    }

    /// The rows of the top and of containers, and those of items and iterations that are open.
    fn needed(&self) -> BTreeMap<Key, Instance> {
        let open: BTreeSet<&str> = self
            .rows
            .iter()
            .filter(|(_, row)| !row.status.is_final())
            .map(|(key, _)| key.scope.as_str())
            .collect();
        let container =
            |key: &Key| self.definition.nodes.iter().any(|n| n.id == key.node && !n.body.is_empty());
        let needed = |key: &Key| key.scope.is_empty() || container(key) || open.contains(key.scope.as_str());
        self.rows.iter().filter(|(key, _)| needed(key)).map(|(k, row)| (k.clone(), row.clone())).collect()
    }

    /// All memory is lost; what was under way begins again.
    fn crash(&mut self) {
        if self.rows.is_empty() || self.end.is_some() {
            return;
        }
        let mut asked: Vec<String> = self.asked.iter().map(|effect| format!("{effect:?}")).collect();
        self.plan = Plan::restore(&self.definition, Limits::default(), self.needed());
        self.asked = self.plan.pending();
        let mut again: Vec<String> = self.asked.iter().map(|effect| format!("{effect:?}")).collect();
        asked.sort();
        again.sort();
        assert_eq!(again, asked, "what nobody had answered is asked again");
        self.started =
            self.rows.keys().filter(|key| self.rows[key].status == StepStatus::Ready).cloned().collect();
        for key in self.with_status(&[StepStatus::Running]) {
            self.apply(Event::Again(key));
        }
    }

    fn with_status(&self, any: &[StepStatus]) -> Vec<Key> {
        self.rows.iter().filter(|(_, row)| any.contains(&row.status)).map(|(key, _)| key.clone()).collect()
    }

    /// Answers something that stands open, or ends or moves a step that is under way.
    fn go_on(&mut self, tape: &mut Tape) {
        let steps = self.with_status(&[
            StepStatus::Running,
            StepStatus::Waiting,
            StepStatus::RetryWait,
            StepStatus::Ambiguous,
        ]);
        let steps: Vec<Key> = steps.into_iter().filter(|key| !self.is_container(key)).collect();
        let choice = tape.below(self.asked.len() + steps.len());
        if choice < self.asked.len() {
            let effect = self.asked.remove(choice);
            return self.answer(effect, tape);
        }
        let Some(key) = steps.get(choice - self.asked.len()).cloned() else {
            panic!("stuck: {:#?}", self.rows);
        };
        let event = match (self.rows[&key].status, tape.below(8)) {
            (StepStatus::Running, 4) => Event::Waits(key),
            (StepStatus::Running | StepStatus::Waiting, 5) => Event::RetryLater(key),
            (StepStatus::Running | StepStatus::Waiting, 6) => Event::Unknown(key),
            (StepStatus::RetryWait, 0..=4) => Event::Again(key),
            (StepStatus::Ambiguous, 0..=2) => Event::Again(key),
            _ => Event::Ended(key, outcome(tape)),
        };
        self.apply(event);
    }

    fn answer(&mut self, effect: Effect, tape: &mut Tape) {
        let event = match effect {
            Effect::Start(key) => match tape.below(8) {
                7 => Event::Ended(key, outcome(tape)),
                _ if self.kind(&key) == "map" => Event::Opened(key, tape.below(6) as u32),
                6 if self.kind(&key) == "loop" => Event::Opened(key, tape.below(4) as u32),
                _ => Event::Taken(key),
            },
            Effect::Judge(key, _) => Event::Judged(key, tape.one_in(2)),
            Effect::Close(key, port) if port == "error" => {
                Event::Closed(key, Outcome::Failed { taken: some(tape) })
            }
            Effect::Close(key, port) => Event::Closed(key, Outcome::Succeeded { port, taken: some(tape) }),
            Effect::Set(..) | Effect::Abort(_) | Effect::End(_) => return,
        };
        self.apply(event);
    }

    /// What no correct driver tells.
    fn nonsense(&mut self, tape: &mut Tape) {
        let known: Vec<Key> = self.rows.keys().cloned().collect();
        let mut key = known
            .get(tape.below(known.len()))
            .cloned()
            .unwrap_or(Key { scope: String::new(), node: "n0".into() });
        if tape.one_in(3) {
            key.scope =
                ["", "n1:0", "n1:7/n2:1", ":", "/", "n0:x", "n0:99999999999"][tape.below(7)].to_owned();
        }
        let status = self.rows.get(&key).map(|row| row.status);
        let asked = self.asked.iter().any(|effect| about(effect) == Some(&key));
        let fits = asked || status.is_some_and(|status| !status.is_final());
        if fits {
            return;
        }
        let event = match tape.below(8) {
            0 => Event::Taken(key),
            1 => Event::Waits(key),
            2 => Event::Again(key),
            3 => Event::Opened(key, 3),
            4 => Event::Judged(key, false),
            5 => Event::Closed(key, outcome(tape)),
            6 => Event::Unknown(key),
            _ => Event::Ended(key, outcome(tape)),
        };
        let before = self.rows.clone();
        self.apply(event);
        assert_eq!(before, self.rows, "nonsense changed something");
    }

    fn kind(&self, key: &Key) -> &str {
        self.definition.nodes.iter().find(|n| n.id == key.node).map_or("", |n| n.kind.as_str())
    }

    fn is_container(&self, key: &Key) -> bool {
        matches!(self.kind(key), "map" | "loop")
    }

    /// What must hold of a run that is over.
    fn is_well_ended(&self) {
        let end = self.end.clone().expect("an end");
        assert_eq!(self.plan.is_over(), Some(end.clone()));
        assert!(self.rows.values().all(|row| row.status.is_final()), "something is open: {:#?}", self.rows);
        let lost = |row: &Instance| row.status == StepStatus::Failed && row.port.is_none();
        let failed =
            self.rows.iter().find(|(key, row)| key.scope.is_empty() && lost(row)).map(|(key, _)| key.clone());
        match end {
            RunEnd::Failed(key) => assert_eq!(failed, Some(key)),
            RunEnd::Succeeded | RunEnd::Cancelled => assert_eq!(failed, None),
        }
        self.every_step_had_a_reason();
    }

    /// Looked at from the rows alone: whoever ran had a way to it, whoever was skipped had none.
    fn every_step_had_a_reason(&self) {
        let edges = || self.definition.edges.iter().enumerate();
        for (key, row) in &self.rows {
            let policy =
                self.definition.nodes.iter().find(|n| n.id == key.node).and_then(|n| n.config.get("policy"));
            let least = match policy {
                Some(policy) if policy.is_object() => 2,
                _ => 1,
            };
            let taken = edges().filter(|(index, edge)| {
                let from = self.rows.get(&Key { scope: key.scope.clone(), node: edge.from.clone() });
                edge.to == key.node && from.is_some_and(|row| row.taken.contains(&(*index as u32)))
            });
            let (taken, feeders) = (taken.count(), edges().filter(|(_, edge)| edge.to == key.node).count());
            let ran = matches!(row.status, StepStatus::Succeeded | StepStatus::Failed | StepStatus::Reused);
            if feeders > 0 && ran {
                assert!(taken >= least, "{key:?} ran without a way to it");
            }
            if row.status == StepStatus::Skipped
                && row.port.as_deref() == Some("skipped")
                && !skips_itself(self, key)
            {
                assert!(feeders > 0 && taken < least, "{key:?} was skipped though a way led to it");
            }
        }
    }
}

fn skips_itself(driver: &Driver, key: &Key) -> bool {
    driver.definition.nodes.iter().any(|n| n.id == key.node && n.on_error == crate::OnError::Skip)
}

fn about(effect: &Effect) -> Option<&Key> {
    match effect {
        Effect::Set(key, _)
        | Effect::Start(key)
        | Effect::Judge(key, _)
        | Effect::Close(key, _)
        | Effect::Abort(key) => Some(key),
        Effect::End(_) => None,
    }
}

fn outcome(tape: &mut Tape) -> Outcome {
    match tape.below(12) {
        0..=5 => Outcome::Succeeded { port: "ok".to_owned(), taken: some(tape) },
        6 | 7 => Outcome::Succeeded { port: "yes".to_owned(), taken: some(tape) },
        8 => Outcome::Reused { port: "done".to_owned(), taken: some(tape) },
        _ => Outcome::Failed { taken: some(tape) },
    }
}

/// Any edges, most of them not this step's.
fn some(tape: &mut Tape) -> Vec<u32> {
    (0..tape.below(5)).map(|_| tape.below(12) as u32).collect()
}

fn drive(bytes: Vec<u16>, crashes: bool) -> Driver {
    let mut tape = Tape::new(bytes);
    let mut driver = Driver::new(random(&mut tape));
    let (mut steps, cancel) = (0, tape.one_in(6).then(|| tape.below(40)));
    while driver.end.is_none() {
        steps += 1;
        assert!(steps < 20_000, "it never ends");
        if crashes && tape.one_in(5) {
            driver.crash();
        }
        if tape.one_in(6) {
            driver.nonsense(&mut tape);
        }
        if cancel == Some(steps) {
            driver.apply(Event::Cancel);
            break;
        }
        driver.go_on(&mut tape);
    }
    while !tape.is_over() && steps < 20_000 {
        steps += 1;
        driver.nonsense(&mut tape);
    }
    driver
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_run_ends_well_whatever_happens_and_wherever_it_is_cut_off(
        bytes in proptest::collection::vec(any::<u16>(), 0..600),
    ) {
        drive(bytes, true).is_well_ended();
    }

    #[test]
    fn any_run_ends_well_without_being_cut_off(bytes in proptest::collection::vec(any::<u16>(), 0..600)) {
        drive(bytes, false).is_well_ended();
    }
}
