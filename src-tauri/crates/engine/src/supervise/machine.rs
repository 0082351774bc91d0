//! The machine: what it remembers, and which rule an event belongs to.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Effect, End, Event, Finding, Patience, Plan,
    phase::{Intent, Phase, Then},
    starts::Starts,
};
use crate::ollama::{Device, Mode, ModelsFolder, OllamaFailure, OllamaState};

pub(super) const HANG: &str =
    "Ollama's process hangs in a driver, where nothing can end it. Restart the computer.";

/// The supervisor without hands: state and event give effects.
#[derive(Debug)]
pub struct Machine {
    pub(super) plan: Plan,
    pub(super) patience: Patience,
    pub(super) phase: Phase,
    pub(super) intent: Intent,
    /// Whether a process of ours may run. Only then is anything ever ended.
    pub(super) own: bool,
    pub(super) own_pid: Option<u32>,
    pub(super) starts: Starts,
    pub(super) finding: Finding,
    /// Whether the settings name other places than those that were looked at.
    pub(super) stale: bool,
    pub(super) trusted: BTreeSet<(String, Option<String>, Option<String>)>,
    pub(super) due: Option<Duration>,
    told: Option<Duration>,
    pub(super) devices: Vec<Device>,
    pub(super) folder: Option<ModelsFolder>,
    pub(super) swept: Option<usize>,
    shown: OllamaState,
}

impl Machine {
    /// At its beginning nothing is known and nothing runs; a first `Wish::Look` sets it going.
    pub fn new(plan: Plan, patience: Patience) -> Self {
        let phase = if plan.mode == Mode::Off { Phase::Off } else { Phase::Looking };
        let mut machine = Self {
            plan,
            patience,
            phase,
            intent: Intent::Usual,
            own: false,
            own_pid: None,
            starts: Starts::default(),
            finding: Finding::default(),
            stale: false,
            trusted: BTreeSet::new(),
            due: None,
            told: None,
            devices: Vec::new(),
            folder: None,
            swept: None,
            shown: OllamaState::Off,
        };
        machine.shown = machine.state();
        machine
    }

    /// Takes an event at a time, counted from the beginning and never going back; what is to be done comes in its order.
    pub fn step(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.swept.is_none() {
            self.swept = Some(0);
            effects.push(Effect::SweepLeftovers);
        }
        self.act(event, now, &mut effects);
        if self.due != self.told {
            self.told = self.due;
            effects.extend(self.due.map(|due| Effect::Wait(due.saturating_sub(now))));
        }
        let state = self.state();
        if state != self.shown {
            self.shown = state;
            effects.push(Effect::Publish);
        }
        effects
    }

    /// The program that `Effect::Spawn` means.
    pub fn program(&self) -> Option<&str> {
        self.finding.program.as_ref().map(|program| program.path.as_str())
    }

    fn act(&mut self, event: Event, now: Duration, effects: &mut Vec<Effect>) {
        match event {
            Event::Wish(wish) => self.wish(wish, now, effects),
            Event::Found(finding) => {
                if self.phase == Phase::Looking {
                    self.finding = finding;
                    self.ask(0, None, None, now, effects);
                }
            }
            Event::Answered { address, identity } => self.answered(address, identity, now, effects),
            Event::Unanswered { address, stranger } => self.unanswered(&address, stranger, now, effects),
            Event::Spawned { pid } => {
                if self.own {
                    self.own_pid = Some(pid);
                }
            }
            Event::NotSpawned { failure, message } => {
                let end = End { cause: Some((failure, message)), ..End::default() };
                self.exited(end, now, effects);
            }
            Event::Listening { port } => {
                if let Phase::Starting { address, ask_at, .. } = &mut self.phase {
                    let base = format!("http://127.0.0.1:{port}");
                    *address = Some(base.clone());
                    *ask_at = None;
                    effects.push(Effect::Probe(base));
                    self.set_due();
                }
            }
            Event::Exited(end) => self.exited(end, now, effects),
            Event::Stuck => {
                if self.own {
                    self.fail(OllamaFailure::DriverHang, HANG.to_owned(), Vec::new());
                }
            }
            Event::Healthy { identity, lost_gpu } => self.healthy(identity, lost_gpu, now),
            Event::Unhealthy { uninterruptible, message } => {
                self.unhealthy(uninterruptible, &message, now, effects);
            }
            Event::Device(device) => {
                if self.own && !self.devices.contains(&device) {
                    self.devices.push(device);
                }
            }
            Event::Folder(folder) => {
                if matches!(self.phase, Phase::Ready(_)) {
                    self.folder = Some(folder);
                }
            }
            Event::Swept { killed } => self.swept = Some(killed),
            Event::Resumed => {
                // Whoever waited for an answer before the sleep needn't wait for it any longer.
                if let Phase::Ready(ready) = &mut self.phase {
                    ready.misses = 0;
                    Self::probe(ready, effects);
                    self.due = Some(now + self.patience.answer);
                }
            }
            Event::Timer => self.timer(now, effects),
        }
    }

    fn timer(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let Some(due) = self.due else { return };
        if now < due {
            // Too early: to be waited for again.
            self.told = None;
            return;
        }
        self.due = None;
        let patience = self.patience;
        match &mut self.phase {
            Phase::Asking { at, .. } => {
                let address = self.finding.addresses.get(*at).cloned().unwrap_or_default();
                self.unanswered(&address, None, now, effects);
            }
            Phase::Starting { until, .. } if now >= *until => {
                let seconds = patience.start.as_secs_f32();
                let message = format!(
                    "Ollama was started and didn't answer within {seconds} seconds. Look at its log, or try again."
                );
                self.end_own(Then::Fail { failure: OllamaFailure::NotAnswering, message }, now, effects);
            }
            Phase::Starting { address, ask_at, .. } => {
                *ask_at = None;
                effects.extend(address.clone().map(Effect::Probe));
                self.set_due();
            }
            Phase::Ready(ready) if ready.probing => {
                self.unhealthy(false, "it took the question and didn't answer", now, effects);
            }
            Phase::Ready(ready) => {
                Self::probe(ready, effects);
                self.due = Some(now + patience.answer);
            }
            // The one that was killed, or another, may answer by now.
            Phase::Waiting { .. } => self.ask(0, None, None, now, effects),
            Phase::Absent | Phase::Installed => {
                effects.extend(self.finding.addresses.iter().cloned().map(Effect::Identify));
                self.due = self.listen(now);
            }
            Phase::Lost { address } => {
                effects.push(Effect::Identify(address.clone()));
                self.due = Some(now + patience.probe);
            }
            Phase::Stopping { .. } => self.fail(OllamaFailure::DriverHang, HANG.to_owned(), Vec::new()),
            _ => {}
        }
    }

    pub(super) fn fail(&mut self, failure: OllamaFailure, message: String, log: Vec<String>) {
        self.enter(Phase::Failed { failure, message, log }, None);
    }

    pub(super) fn enter(&mut self, phase: Phase, due: Option<Duration>) {
        (self.phase, self.due) = (phase, due);
    }

    pub(super) fn set_due(&mut self) {
        if let Phase::Starting { until, ask_at, .. } = &self.phase {
            self.due = Some(ask_at.map_or(*until, |ask_at| ask_at.min(*until)));
        }
    }
}
