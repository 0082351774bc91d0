//! The start and the end of our own.

use std::time::Duration;

use super::{
    Effect, End, Machine,
    machine::HANG,
    phase::{Phase, Then},
    starts::MOST,
};
use crate::ollama::{OllamaFailure, address::USUAL_PORT};

impl Machine {
    pub(super) fn spawn(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        if self.own {
            // Ours hangs where nothing ends it; a second one would take its place beside it.
            return self.fail(OllamaFailure::DriverHang, HANG.to_owned(), Vec::new());
        }
        if self.plan.port == Some(USUAL_PORT) && self.finding.service {
            let message = format!(
                "Port {USUAL_PORT} belongs to the Ollama that is installed on this computer. Start that one, or choose another port."
            );
            return self.fail(OllamaFailure::PortHeld, message, Vec::new());
        }
        let allowed = self.starts.allowed_at(now);
        if allowed > now {
            let message = format!("Ollama was started {MOST} times within a minute. The next start waits.");
            return self.wait(allowed.saturating_sub(now), message, Vec::new(), now);
        }
        self.starts.record(now);
        let attempt = self.starts.recent(now) as u32;
        (self.own, self.own_pid, self.folder) = (true, None, None);
        self.devices.clear();
        effects.push(Effect::Spawn { attempt });
        let until = now + self.patience.start;
        self.enter(Phase::Starting { attempt, until, address: None, ask_at: None }, Some(until));
    }

    pub(super) fn exited(&mut self, end: End, now: Duration, effects: &mut Vec<Effect>) {
        if !self.own {
            return;
        }
        (self.own, self.own_pid) = (false, None);
        let phase = self.phase.clone();
        match phase {
            Phase::Stopping { then } => match then {
                Then::Rest => self.enter(Phase::Installed, None),
                Then::Off => self.enter(Phase::Off, None),
                Then::Start => self.spawn(now, effects),
                Then::Look => self.look(effects),
                Then::Fail { failure, message } => self.fail(failure, message, end.log),
                Then::Again { message } => self.again(message, end.log, now),
            },
            Phase::Starting { .. } | Phase::Ready(_) => match end.cause {
                Some((failure, message)) => self.fail(failure, message, end.log),
                None => self.again(how(&end), end.log, now),
            },
            _ => {}
        }
    }

    /// Our own ended without being told to: it starts again after a pause, but not for ever.
    pub(super) fn again(&mut self, message: String, log: Vec<String>, now: Duration) {
        let recent = self.starts.recent(now);
        if recent >= MOST {
            let message = format!(
                "{message} It was started {MOST} times within a minute, and Web+ leaves it at that. Look at its log, or try again."
            );
            return self.fail(OllamaFailure::Crashed, message, log);
        }
        let factor = if recent < 2 { 1 } else { 5 };
        self.wait(self.patience.back_off * factor, message, log, now);
    }

    pub(super) fn wait(&mut self, after: Duration, message: String, log: Vec<String>, now: Duration) {
        let attempt = self.starts.recent(now + after) as u32 + 1;
        self.enter(Phase::Waiting { attempt, after, message, log }, Some(now + after));
    }

    /// The only place that ends anything, and only ours.
    pub(super) fn end_own(&mut self, then: Then, now: Duration, effects: &mut Vec<Effect>) {
        if self.own {
            effects.push(Effect::StopEngine);
            self.enter(Phase::Stopping { then }, Some(now + self.patience.stop));
        }
    }
}

fn how(end: &End) -> String {
    match (end.signal, end.code) {
        (Some(9), _) => {
            "Ollama was killed, perhaps because memory ran out. A smaller context or model needs less."
                .to_owned()
        }
        (Some(signal), _) => format!("Ollama was ended by signal {signal}."),
        (None, Some(0)) => "Ollama ended by itself.".to_owned(),
        (None, Some(code)) => format!("Ollama ended with an error (exit code {code})."),
        (None, None) => "Ollama ended.".to_owned(),
    }
}
