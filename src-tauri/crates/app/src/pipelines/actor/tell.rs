//! What the page is told of a run: how it stands at once, its steps and texts about thirty times a second.

use crate::events::Event;

use super::Driver;

/// So many steps are told at a time; where more changed the page asks.
const STEPS: usize = 24;
/// How often the run itself is told while its standing stays the same.
const RUN: std::time::Duration = std::time::Duration::from_secs(1);

impl Driver {
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
            self.told_at = Some(tokio::time::Instant::now());
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
