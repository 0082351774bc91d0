//! Whether the one in use answers, and what follows where it doesn't.

use std::time::Duration;

use super::{
    Effect, Machine,
    machine::HANG,
    phase::{Intent, Phase, Then},
    ready::Ready,
};
use crate::ollama::{OllamaFailure, Ownership, identity::Identity};

/// So many answers may fail to come before our own is ended.
const MISSES: u32 = 3;

impl Machine {
    pub(super) fn healthy(&mut self, identity: Identity, lost_gpu: Vec<String>, now: Duration) {
        match &mut self.phase {
            Phase::Starting { address: Some(address), .. } => {
                self.intent = Intent::Usual;
                let ready = Ready::new(Ownership::Owned, address.clone(), identity);
                self.enter(Phase::Ready(ready), Some(now + self.patience.probe));
            }
            Phase::Ready(ready) if ready.probing => {
                let address = ready.address.clone();
                if ready.ownership == Ownership::Owned {
                    // Who it is was settled when we started it.
                    ready.identity.version = identity.version;
                } else if identity.holder == ready.identity.holder || self.is_known(&address, &identity) {
                    if let Phase::Ready(ready) = &mut self.phase {
                        ready.identity = identity;
                    }
                } else {
                    // Another one took its place.
                    return self.enter(Phase::Unsure { address, identity }, None);
                }
                if let Phase::Ready(ready) = &mut self.phase {
                    (ready.probing, ready.misses, ready.lost_gpu) = (false, 0, lost_gpu);
                }
                self.due = Some(now + self.patience.probe);
            }
            _ => {}
        }
    }

    pub(super) fn unhealthy(
        &mut self,
        uninterruptible: bool,
        message: &str,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let patience = self.patience;
        match &mut self.phase {
            Phase::Starting { ask_at, .. } => {
                *ask_at = Some(now + patience.again);
                self.set_due();
            }
            Phase::Ready(ready) if ready.probing => {
                ready.probing = false;
                ready.misses += 1;
                if ready.misses == 1 {
                    ready.silent_since = now;
                }
                let patient = match ready.ownership {
                    Ownership::Owned => ready.misses < MISSES,
                    Ownership::Adopted => now < ready.silent_since + patience.lost,
                };
                if patient {
                    self.due = Some(now + patience.again);
                } else if ready.ownership == Ownership::Adopted {
                    let address = ready.address.clone();
                    self.enter(Phase::Lost { address }, Some(now + patience.probe));
                } else if uninterruptible {
                    self.fail(OllamaFailure::DriverHang, HANG.to_owned(), Vec::new());
                } else {
                    let message = format!("Ollama stopped answering ({message}) and was ended.");
                    self.end_own(Then::Again { message }, now, effects);
                }
            }
            _ => {}
        }
    }

    pub(super) fn probe(ready: &mut Ready, effects: &mut Vec<Effect>) {
        ready.probing = true;
        effects.push(Effect::Probe(ready.address.clone()));
    }
}
