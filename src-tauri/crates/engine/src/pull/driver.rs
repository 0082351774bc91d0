//! Does what the machine says: requests and waits, and tells how far it is. What it does in the folder is `files`.

use std::collections::{BTreeSet, VecDeque};

use futures_util::StreamExt;
use llm::{Error, Ollama, OllamaProgress, OllamaProgressStream};
use tokio::time::{Instant, sleep_until};

use super::{
    Checked, Effect, Event, Fault, PullOptions, PullOutcome, PullPhase, PullProgress, Watch, check::Before,
    outcome, speed::Speed,
};
use crate::{
    import::blocking,
    library::{Library, Reference},
};

pub(super) struct Driver<'a, F> {
    ollama: &'a Ollama,
    pub(super) library: Option<&'a Library>,
    pub(super) reference: &'a Reference,
    pub(super) options: PullOptions,
    on_progress: F,
    pub(super) watch: Watch,
    pub(super) stream: Option<OllamaProgressStream>,
    started: Instant,
    pub(super) before: Before,
    /// Layers whose space was checked.
    pub(super) spaced: BTreeSet<String>,
    pub(super) checked: Checked,
    /// What the manifest says, once it is here.
    pub(super) size: Option<u64>,
    pub(super) repairing: bool,
    phase: PullPhase,
    told: Option<Instant>,
    speed: Speed,
}

impl<'a, F: FnMut(PullProgress) + Send> Driver<'a, F> {
    pub(super) async fn new(
        ollama: &'a Ollama,
        library: Option<&'a Library>,
        reference: &'a Reference,
        options: &PullOptions,
        on_progress: F,
    ) -> Result<Self, Error> {
        let mut before = Before::default();
        if let Some(library) = library.cloned() {
            before = blocking(move |_| Ok(Before::look(&library))).await?;
        }
        Ok(Self {
            ollama,
            library,
            reference,
            options: *options,
            on_progress,
            watch: Watch::new(options.patience, options.interrupted),
            stream: None,
            started: Instant::now(),
            before,
            spaced: BTreeSet::new(),
            checked: Checked::ByEngine,
            size: None,
            repairing: false,
            phase: PullPhase::Manifest,
            told: None,
            speed: Speed::default(),
        })
    }

    pub(super) async fn run(mut self) -> Result<PullOutcome, Error> {
        self.check_space_before().await?;
        let mut event = Event::Start;
        loop {
            let now = self.started.elapsed();
            let mut effects: VecDeque<Effect> = self.watch.step(event, now).into();
            while let Some(effect) = effects.pop_front() {
                let answer = match effect {
                    Effect::Ask => {
                        self.stream =
                            Some(self.ollama.pull(&self.reference.wire(), self.reference.insecure()));
                        None
                    }
                    Effect::Close => {
                        self.stream = None;
                        None
                    }
                    Effect::Show(phase) => {
                        self.show(phase);
                        None
                    }
                    Effect::RemovePartials(digest) => {
                        Some(Event::Mended(self.remove_partials(digest).await?))
                    }
                    Effect::RemoveBlobs(wrong) => {
                        self.remove_blobs(wrong).await?;
                        Some(Event::Mended(true))
                    }
                    Effect::Check => Some(Event::Checked(self.check().await?)),
                    Effect::Finish => {
                        self.tell();
                        let size = self.size.unwrap_or_else(|| self.watch.bytes().1);
                        return Ok(PullOutcome { size, checked: self.checked });
                    }
                    Effect::Fail(told) => return Err(self.failed(told).await),
                };
                if let Some(answer) = answer {
                    effects.extend(self.watch.step(answer, self.started.elapsed()));
                }
            }
            event = self.next().await?;
        }
    }

    /// The next line, or the time that the machine waits for.
    async fn next(&mut self) -> Result<Event, Error> {
        let due = self.watch.wake().map(|due| self.started + due);
        let line = async {
            match self.stream.as_mut() {
                Some(stream) => stream.next().await,
                None => std::future::pending().await,
            }
        };
        let tick = async {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        let line = tokio::select! {
            biased;
            line = line => line,
            () = tick => return Ok(Event::Tick),
        };
        match line {
            Some(Ok(line)) => {
                if let OllamaProgress::Layer { digest, total, completed } = &line {
                    self.check_space(digest, *total, *completed).await?;
                }
                Ok(Event::Line(line))
            }
            Some(Err(error)) => Ok(Event::Fault(Fault::of(error))),
            None => Ok(Event::Fault(Fault::EngineGone(Error::Interrupted(
                "The engine ended the pull before it was done. Ask again; what came is kept.".to_owned(),
            )))),
        }
    }

    async fn failed(&mut self, told: super::Failure) -> Error {
        let (reference, library) = (self.reference.clone(), self.library.cloned());
        let (completed, total, _) = self.watch.bytes();
        let rest = total.saturating_sub(completed);
        let repairing = self.repairing;
        let told = blocking(move |_| {
            let error = outcome::failed(told, &reference, library.as_ref(), rest);
            Ok(if repairing { outcome::made_here(&reference, error) } else { error })
        });
        told.await.unwrap_or_else(|error| error)
    }

    /// Tells a new phase at once, the rest now and then.
    pub(super) fn show(&mut self, phase: PullPhase) {
        let same = std::mem::discriminant(&phase) == std::mem::discriminant(&self.phase);
        self.phase = phase;
        let lately = self.told.is_some_and(|told| told.elapsed() < self.options.patience.report);
        if !(same && lately) {
            self.tell();
        }
    }

    fn tell(&mut self) {
        let (completed, total, received) = self.watch.bytes();
        self.speed.note(self.started.elapsed(), received);
        let downloading = self.phase == PullPhase::Downloading;
        let bytes_per_second = if downloading { self.speed.bytes_per_second() } else { 0 };
        let seconds_left =
            (bytes_per_second > 0).then(|| total.saturating_sub(completed).div_ceil(bytes_per_second.max(1)));
        self.told = Some(Instant::now());
        let phase = self.phase.clone();
        (self.on_progress)(PullProgress { phase, completed, total, bytes_per_second, seconds_left });
    }
}
