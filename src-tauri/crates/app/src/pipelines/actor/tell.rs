//! What the page is told of a run: how it stands at once, its steps and texts about thirty times a second.

use std::time::Duration;

use pipeline::Key;
use store::partial_texts::PartialText;
use tokio::time::Instant;

use super::{Driver, Live};
use crate::events::Event;

/// So many steps are told at a time; where more changed the page asks.
const STEPS: usize = 24;
/// How often the run itself is told while its standing stays the same.
const RUN: Duration = Duration::from_secs(1);
/// How often a text that is being made is kept for who looks after a crash.
const SNAPSHOT: Duration = Duration::from_secs(2);
/// How much of it, in bytes: its end.
const KEPT: usize = 256 * 1024;

/// When an attempt's text was last kept.
pub(in crate::pipelines) struct Snapshot {
    at: Instant,
    /// Whether there is one.
    pub any: bool,
}

impl Snapshot {
    /// Of an attempt that begins now.
    pub(super) fn new() -> Self {
        Self { at: Instant::now(), any: false }
    }
}

impl Live {
    /// The text, where it is time to keep it and there is more than the last time.
    fn snapshot(&mut self, key: &Key) -> Option<PartialText> {
        if self.snapshot.at.elapsed() < SNAPSHOT
            || self.teller.last().is_none_or(|last| last < self.snapshot.at)
        {
            return None;
        }
        let text = Some(self.teller.end_of(KEPT)).filter(|text| !text.is_empty())?;
        self.snapshot = Snapshot { at: Instant::now(), any: true };
        Some(PartialText { scope: key.scope.clone(), node: key.node.clone(), attempt: self.number, text })
    }
}

impl Driver {
    /// Keeps what is being made. Nobody waits for that, and where it fails the next one comes soon.
    fn keep_texts(&mut self) {
        let texts: Vec<PartialText> =
            self.live.iter_mut().filter_map(|(key, live)| live.snapshot(key)).collect();
        if texts.is_empty() {
            return;
        }
        let (app, run, now) = (self.app.clone(), self.run().id, self.app.clock.now());
        self.app.tasks.spawn("partial-texts", |_| async move {
            let kept = app.store.write(move |conn| {
                texts.iter().try_for_each(|text| store::partial_texts::put(conn, run, text, now))
            });
            if let Err(error) = kept.await {
                tracing::debug!(%error, "what is being made could not be kept");
            }
        });
    }

    /// How the run stands, where that is new.
    pub(super) fn tell_run(&mut self) {
        let run = &self.written;
        let now = Some((run.status, run.seq));
        if self.told_status.is_none_or(|(status, _)| status != run.status) {
            self.app.bus.publish(Event::RunChanged { run: Box::new(run.clone()) });
            self.told_status = now;
            self.tell();
        }
    }

    /// What changed since the last time.
    pub(super) fn tell(&mut self) {
        self.keep_texts();
        let run_id = self.run().id;
        let changed = std::mem::take(&mut self.changed);
        // What it cost so far changes without its standing otherwise.
        let seq = self.written.seq;
        let late = self.told_at.is_none_or(|at| at.elapsed() > RUN);
        let many = changed.len() > STEPS || (late && self.told_status.is_some_and(|(_, told)| told != seq));
        for (_, step) in changed.into_iter().take(STEPS) {
            self.app.bus.publish(Event::StepChanged { run_id, step: Box::new(step) });
        }
        if many {
            self.told_at = Some(Instant::now());
            self.told_status = Some((self.written.status, seq));
            self.app.bus.publish(Event::RunChanged { run: Box::new(self.written.clone()) });
        }
        for (key, live) in &self.live {
            let (text, log) = live.teller.take();
            if text.is_empty() && log.is_empty() {
                continue;
            }
            self.app.bus.publish(Event::StepDelta {
                run_id,
                scope: key.scope.clone(),
                node: key.node.clone(),
                attempt: live.number,
                text,
                log,
            });
        }
    }
}
