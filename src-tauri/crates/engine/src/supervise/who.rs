//! Looking for an Ollama, and deciding about the ones that answer.

use std::time::Duration;

use super::{
    Effect, Machine, Program,
    phase::{Intent, Phase},
    ready::Ready,
};
use crate::ollama::{
    Mode, OllamaFailure, Ownership, PortHolder,
    identity::{Identity, Trust},
};

impl Machine {
    pub(super) fn look(&mut self, effects: &mut Vec<Effect>) {
        self.stale = false;
        self.enter(Phase::Looking, None);
        effects.push(Effect::Look);
    }

    pub(super) fn ask(
        &mut self,
        at: usize,
        unsure: Option<(String, Identity)>,
        stranger: Option<(String, PortHolder)>,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let attempt = match &self.phase {
            Phase::Waiting { attempt, .. } => Some(*attempt),
            Phase::Asking { attempt, .. } => *attempt,
            _ => None,
        };
        match self.finding.addresses.get(at).filter(|_| self.plan.mode != Mode::Own) {
            Some(address) => {
                effects.push(Effect::Identify(address.clone()));
                let until = now + self.patience.ask;
                self.enter(Phase::Asking { at, attempt, unsure, stranger }, Some(until));
            }
            None => self.nobody(unsure, stranger, now, effects),
        }
    }

    pub(super) fn answered(
        &mut self,
        address: String,
        identity: Identity,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let known = self.is_known(&address, &identity);
        match &self.phase {
            Phase::Asking { at, unsure, stranger, .. }
                if self.finding.addresses.get(*at) == Some(&address) =>
            {
                if known {
                    return self.adopt(address, identity, now);
                }
                let (next, stranger) = (at + 1, stranger.clone());
                let unsure = unsure.clone().or(Some((address, identity)));
                self.ask(next, unsure, stranger, now, effects);
            }
            Phase::Absent | Phase::Installed if self.listen(now).is_none() => {}
            Phase::Absent | Phase::Installed if self.finding.addresses.contains(&address) => {
                if known {
                    self.adopt(address, identity, now);
                } else {
                    self.enter(Phase::Unsure { address, identity }, None);
                }
            }
            Phase::Lost { address: lost } if *lost == address => {
                if known {
                    self.adopt(address, identity, now);
                } else {
                    self.enter(Phase::Unsure { address, identity }, None);
                }
            }
            _ => {}
        }
    }

    /// When to ask again whether somebody started one; never where that is none of our business.
    pub(super) fn listen(&self, now: Duration) -> Option<Duration> {
        let wanted = matches!(self.plan.mode, Mode::Auto | Mode::Adopt) && self.intent != Intent::Rest;
        wanted.then(|| now + self.patience.probe)
    }

    pub(super) fn unanswered(
        &mut self,
        address: &str,
        stranger: Option<PortHolder>,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        if let Phase::Asking { at, unsure, stranger: before, .. } = &self.phase
            && self.finding.addresses.get(*at).map_or("", String::as_str) == address
        {
            let stranger = stranger.map(|holder| (address.to_owned(), holder));
            let (next, unsure, stranger) = (at + 1, unsure.clone(), before.clone().or(stranger));
            self.ask(next, unsure, stranger, now, effects);
        }
    }

    pub(super) fn is_known(&self, address: &str, identity: &Identity) -> bool {
        identity.trust == Trust::Known
            || self.plan.address.as_deref() == Some(address) && identity.trust == Trust::Unknown
            || self.trusted.contains(&trusted(address, identity))
    }

    pub(super) fn adopt(&mut self, address: String, identity: Identity, now: Duration) {
        self.folder = None;
        self.intent = Intent::Usual;
        let ready = Ready::new(Ownership::Adopted, address, identity);
        self.enter(Phase::Ready(ready), Some(now + self.patience.probe));
    }

    /// None of the addresses has an Ollama that may be used.
    pub(super) fn nobody(
        &mut self,
        unsure: Option<(String, Identity)>,
        stranger: Option<(String, PortHolder)>,
        now: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let may_own = matches!(self.plan.mode, Mode::Auto | Mode::Own);
        let starts = may_own
            && match self.intent {
                Intent::Start => true,
                Intent::Rest => false,
                // Somebody else's is left alone, and one of our own is safe; where nobody tells whose it is, the person knows.
                Intent::Usual => {
                    let foreign =
                        unsure.as_ref().is_none_or(|(_, identity)| identity.trust == Trust::Foreign);
                    self.plan.mode == Mode::Own || !self.finding.service && foreign
                }
            };
        let fine = self.finding.program.as_ref().is_some_and(|program| program.problem.is_none());
        if starts && fine {
            return self.spawn(now, effects);
        }
        if let Some((address, identity)) = unsure {
            return self.enter(Phase::Unsure { address, identity }, None);
        }
        if let Some((address, holder)) = stranger.filter(|_| self.plan.mode == Mode::Adopt) {
            let message = format!(
                "What answers at {address} isn't Ollama: the port is held by {}. Check the address.",
                holder.describe()
            );
            return self.fail(OllamaFailure::PortHeld, message, Vec::new());
        }
        match &self.finding.program {
            Some(Program { problem: Some((failure, message)), .. }) if may_own => {
                let (failure, message) = (*failure, message.clone());
                self.fail(failure, message, Vec::new());
            }
            Some(_) if fine => self.enter(Phase::Installed, self.listen(now)),
            _ => self.enter(Phase::Absent, self.listen(now)),
        }
    }
}

/// What a trusted one is known by. Its process may be another tomorrow.
pub(super) fn trusted(address: &str, identity: &Identity) -> (String, Option<String>, Option<String>) {
    (address.to_owned(), identity.holder.user.clone(), identity.holder.program.clone())
}
