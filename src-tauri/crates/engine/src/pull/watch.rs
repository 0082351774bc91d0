//! When to ask the engine again, when to wait, when to look for ourselves and when to give up: a pure machine. Times come in
//! with the events; it never waits and touches nothing.

use std::time::Duration;

use llm::{Error, OllamaProgress};

use super::{PullPatience, PullPhase, fault::Fault, layers::Layers};
use crate::library::BlobDigest;

/// So many times in a row without a byte, and it is the network.
const VAIN: u32 = 3;
/// So often content that is wrong is fetched again.
const MOST_WRONG: u32 = 2;
/// So often what an earlier download left is removed.
const MOST_MENDED: u32 = 3;
/// How what the engine says about the list of layers begins.
const MANIFEST: &str = "pull model manifest: ";

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The pull begins.
    Start,
    /// The engine said something.
    Line(OllamaProgress),
    /// The request ended without success.
    Fault(Fault),
    /// Time has passed; due at `Watch::wake`.
    Tick,
    /// What was to be removed is gone (true), or there was nothing to remove.
    Mended(bool),
    /// We looked: these blobs are wrong.
    Checked(Vec<BlobDigest>),
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send the request.
    Ask,
    /// Close the connection; the engine saves what came.
    Close,
    /// Remove what unfinished downloads of this blob left, or of those whose state can't be read; answered by `Mended`.
    RemovePartials(Option<BlobDigest>),
    /// Remove these blobs; answered by `Mended`.
    RemoveBlobs(Vec<BlobDigest>),
    /// Compare sizes and digests; answered by `Checked`.
    Check,
    /// Tell the person what is being done.
    Show(PullPhase),
    /// The model is whole.
    Finish,
    /// It can't be had.
    Fail(Failure),
}

/// Why a pull can't be finished.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// As the fault says.
    Fault(Fault),
    /// The content was wrong each time.
    Damaged,
    /// What breaks it could not be found.
    Stuck,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    New,
    /// A request is out. `since`: when something last moved; `named`: whether a layer was named in this ask.
    Fetching {
        since: Duration,
        named: bool,
    },
    /// A request is out and the engine compares, which may take minutes without a word.
    Verifying,
    Waiting {
        until: Duration,
    },
    Mending,
    Checking,
    Over,
}

/// The machine.
#[derive(Debug)]
pub struct Watch {
    patience: PullPatience,
    state: State,
    layers: Layers,
    interrupted: bool,
    /// Asks in a row that brought no byte.
    vain: u32,
    /// Whether the present ask brought one.
    moved: bool,
    cancelled: bool,
    wrong: u32,
    mended: u32,
    /// Since when the engine doesn't answer.
    gone: Option<Duration>,
}

impl Watch {
    /// For one pull; `interrupted` where it goes on with one that broke off.
    pub fn new(patience: PullPatience, interrupted: bool) -> Self {
        Self {
            patience,
            state: State::New,
            layers: Layers::default(),
            interrupted,
            vain: 0,
            moved: false,
            cancelled: false,
            wrong: 0,
            mended: 0,
            gone: None,
        }
    }

    /// Whether it was ever interrupted, so that the engine compared nothing or not all.
    pub fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Bytes here, bytes in all, and bytes that came since the start.
    pub fn bytes(&self) -> (u64, u64, u64) {
        (self.layers.completed(), self.layers.total(), self.layers.received())
    }

    /// When the next `Tick` is due; none while only the engine or a look of ours is waited for.
    pub fn wake(&self) -> Option<Duration> {
        match self.state {
            State::Fetching { since, named } => Some(since + self.limit(named)),
            State::Waiting { until } => Some(until),
            _ => None,
        }
    }

    fn limit(&self, named: bool) -> Duration {
        if named { self.patience.stall } else { self.patience.manifest }
    }

    /// Takes an event and says what to do, in this order. `now` is since the start and never goes backwards.
    pub fn step(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        match (&self.state, event) {
            (State::New, Event::Start) => {
                let mut effects = vec![Effect::Show(PullPhase::Manifest)];
                effects.extend(self.ask(now));
                effects
            }
            (State::Fetching { .. } | State::Verifying, Event::Line(line)) => self.line(line, now),
            (State::Fetching { .. } | State::Verifying, Event::Fault(fault)) => self.fault(fault, now),
            (State::Fetching { since, named }, Event::Tick) if now >= *since + self.limit(*named) => {
                self.interrupted = true;
                self.again(None, now)
            }
            (State::Waiting { until }, Event::Tick) if now >= *until => self.ask(now),
            (State::Mending, Event::Mended(true)) => self.wait(self.patience.again, now),
            // Nothing of ours to mend: then it was the way.
            (State::Mending, Event::Mended(false)) => self.again(Some("EOF".to_owned()), now),
            (State::Checking, Event::Checked(wrong)) => self.checked(wrong),
            _ => Vec::new(),
        }
    }

    fn ask(&mut self, now: Duration) -> Vec<Effect> {
        self.layers.ask();
        self.moved = false;
        self.state = State::Fetching { since: now, named: false };
        vec![Effect::Ask]
    }

    fn line(&mut self, line: OllamaProgress, now: Duration) -> Vec<Effect> {
        match line {
            OllamaProgress::Manifest => Vec::new(),
            OllamaProgress::Layer { digest, total, completed } => {
                let seen = self.layers.see(&digest, total, completed);
                let since = match self.state {
                    State::Fetching { since, named: true } if !seen.first && !seen.moved => since,
                    _ => now,
                };
                self.state = State::Fetching { since, named: true };
                if seen.moved {
                    (self.moved, self.vain, self.cancelled, self.gone) = (true, 0, false, None);
                }
                vec![Effect::Show(PullPhase::Downloading)]
            }
            // Steps follow the comparing; a line that we don't know is no reason to interrupt.
            OllamaProgress::Verifying | OllamaProgress::Step(_) => {
                self.state = State::Verifying;
                vec![Effect::Show(PullPhase::Verifying)]
            }
            OllamaProgress::Success => {
                self.state = State::Checking;
                vec![Effect::Close, Effect::Check]
            }
        }
    }

    fn fault(&mut self, fault: Fault, now: Duration) -> Vec<Effect> {
        // Small layers have no line, so only one that ended at the list of layers has left nothing uncompared.
        self.interrupted |= !matches!(&fault, Fault::Network(words) if words.starts_with(MANIFEST));
        match fault {
            Fault::Cancelled if !self.cancelled => {
                self.cancelled = true;
                let mut effects = vec![Effect::Close];
                effects.extend(self.wait(self.patience.again, now));
                effects
            }
            Fault::Cancelled => self.again(Some("context canceled".to_owned()), now),
            Fault::Network(words) => self.again(Some(words), now),
            Fault::Partials(digest) => {
                self.mended += 1;
                if self.mended > MOST_MENDED {
                    return self.fail(Failure::Stuck);
                }
                self.state = State::Mending;
                vec![Effect::Close, Effect::Show(PullPhase::Mending), Effect::RemovePartials(digest)]
            }
            Fault::Mismatch(digest) => self.anew(digest.into_iter().collect()),
            Fault::EngineGone(error) => self.gone(error, now),
            fault => self.fail(Failure::Fault(fault)),
        }
    }

    /// The engine doesn't answer: it may be starting again.
    fn gone(&mut self, error: Error, now: Duration) -> Vec<Effect> {
        let since = *self.gone.get_or_insert(now);
        if now.saturating_sub(since) >= self.patience.engine {
            return self.fail(Failure::Fault(Fault::EngineGone(error)));
        }
        let mut effects = vec![Effect::Close];
        effects.extend(self.wait(self.patience.again, now));
        effects
    }

    /// Nothing came for too long, or the way was cut.
    fn again(&mut self, reason: Option<String>, now: Duration) -> Vec<Effect> {
        if !self.moved {
            self.vain += 1;
        }
        let mut effects = vec![Effect::Close];
        if self.vain < VAIN {
            effects.extend(self.wait(self.patience.again, now));
            return effects;
        }
        let doubled = self.patience.first_wait.saturating_mul(1 << (self.vain - VAIN).min(16));
        let wait = doubled.min(self.patience.longest_wait);
        let seconds = wait.as_secs_f64().ceil() as u64;
        effects.push(Effect::Show(PullPhase::WaitingForNetwork { seconds, reason }));
        effects.extend(self.wait(wait, now));
        effects
    }

    fn wait(&mut self, wait: Duration, now: Duration) -> Vec<Effect> {
        self.state = State::Waiting { until: now + wait };
        Vec::new()
    }

    fn checked(&mut self, wrong: Vec<BlobDigest>) -> Vec<Effect> {
        if wrong.is_empty() {
            self.state = State::Over;
            return vec![Effect::Finish];
        }
        self.interrupted = true;
        self.anew(wrong)
    }

    /// What is wrong is removed, also at last: an engine would run it.
    fn anew(&mut self, wrong: Vec<BlobDigest>) -> Vec<Effect> {
        self.wrong += 1;
        for digest in &wrong {
            self.layers.forget(&digest.to_string());
        }
        let mut effects = vec![Effect::Close, Effect::Show(PullPhase::Mending), Effect::RemoveBlobs(wrong)];
        if self.wrong > MOST_WRONG {
            effects.extend(self.fail(Failure::Damaged));
        } else {
            self.state = State::Mending;
        }
        effects
    }

    fn fail(&mut self, failure: Failure) -> Vec<Effect> {
        self.state = State::Over;
        vec![Effect::Close, Effect::Fail(failure)]
    }
}

#[cfg(test)]
#[path = "watch/tests.rs"]
mod tests;
