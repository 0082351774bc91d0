//! What a wish makes of the phases.

use std::time::Duration;

use super::{
    Effect, Machine, Plan, Wish,
    phase::{Intent, Phase, Then},
    who::trusted,
};
use crate::ollama::{Mode, Ownership};

impl Machine {
    pub(super) fn wish(&mut self, wish: Wish, now: Duration, effects: &mut Vec<Effect>) {
        if self.plan.mode == Mode::Off && !matches!(wish, Wish::Settings(_)) {
            return;
        }
        match wish {
            Wish::Start => self.wish_start(effects),
            Wish::Stop => self.wish_stop(now, effects),
            Wish::Restart => self.wish_restart(now, effects),
            Wish::Look => self.wish_look(now, effects),
            Wish::Trust => {
                if let Phase::Unsure { address, identity } = self.phase.clone() {
                    self.trusted.insert(trusted(&address, &identity));
                    // Another may have taken its place since.
                    self.look(effects);
                }
            }
            Wish::Settings(plan) => self.wish_settings(plan, now, effects),
        }
    }

    fn wish_start(&mut self, effects: &mut Vec<Effect>) {
        self.intent = Intent::Start;
        let start = self.start();
        match &mut self.phase {
            Phase::Ready(_) | Phase::Starting { .. } | Phase::Asking { .. } => {}
            Phase::Stopping { then } if *then == Then::Rest => *then = start,
            Phase::Stopping { .. } => {}
            _ => self.look(effects),
        }
    }

    /// What follows the end of ours where one is wanted: a look, should the settings have changed meanwhile.
    fn start(&self) -> Then {
        if self.plan.mode == Mode::Adopt || self.stale { Then::Look } else { Then::Start }
    }

    fn wish_stop(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        self.intent = Intent::Rest;
        match &mut self.phase {
            Phase::Stopping { then } if *then != Then::Off => *then = Then::Rest,
            Phase::Starting { .. } => self.end_own(Then::Rest, now, effects),
            Phase::Ready(ready) if ready.ownership == Ownership::Owned => {
                self.end_own(Then::Rest, now, effects);
            }
            Phase::Waiting { .. } => self.enter(Phase::Installed, None),
            // Somebody else's goes on, and what is being looked at is looked at to its end.
            _ => {}
        }
    }

    fn wish_restart(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        let start = self.start();
        match &mut self.phase {
            Phase::Ready(ready) if ready.ownership == Ownership::Adopted => {}
            Phase::Ready(_) | Phase::Starting { .. } => {
                self.intent = Intent::Start;
                self.end_own(start, now, effects);
            }
            Phase::Stopping { then } if *then != Then::Off => *then = start,
            _ => self.wish_start(effects),
        }
    }

    fn wish_look(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        match &mut self.phase {
            Phase::Ready(ready) => {
                if !ready.probing {
                    ready.probing = true;
                    effects.push(Effect::Probe(ready.address.clone()));
                    self.due = Some(now + self.patience.answer);
                }
            }
            Phase::Starting { .. } | Phase::Stopping { .. } | Phase::Asking { .. } => {}
            _ => {
                self.intent = Intent::Usual;
                self.look(effects);
            }
        }
    }

    fn wish_settings(&mut self, plan: Plan, now: Duration, effects: &mut Vec<Effect>) {
        let old = std::mem::replace(&mut self.plan, plan);
        let other = (old.mode, &old.address, &old.program)
            != (self.plan.mode, &self.plan.address, &self.plan.program);
        self.stale |= other;
        if self.plan.mode == Mode::Off {
            match &mut self.phase {
                Phase::Stopping { then } => *then = Then::Off,
                Phase::Starting { .. } | Phase::Ready(_) if self.own => {
                    self.end_own(Then::Off, now, effects);
                }
                _ => self.enter(Phase::Off, None),
            }
            return;
        }
        match &mut self.phase {
            Phase::Stopping { then } if matches!(then, Then::Off | Then::Start) => *then = Then::Look,
            Phase::Stopping { .. } => {}
            // Ours goes on as it was started, unless ours is no longer wanted.
            Phase::Starting { .. } | Phase::Ready(_) if self.own => {
                if self.plan.mode == Mode::Adopt {
                    self.end_own(Then::Look, now, effects);
                }
            }
            Phase::Ready(_) | Phase::Asking { .. } if !other => {}
            _ => {
                if other {
                    self.intent = Intent::Usual;
                }
                self.look(effects);
            }
        }
    }
}
