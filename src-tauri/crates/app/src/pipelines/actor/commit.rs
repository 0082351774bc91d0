//! Writing a turn, and what is told and begun once it is written.

use std::{sync::Arc, time::Duration};

use domain::{EventRowId, JournalEntry, Timestamp};
use pipeline::Key;
use serde_json::json;
use store::{outbox::OutboxEvent, step_runs::StepRow};
use tokio_util::sync::CancellationToken;

use super::{
    Ahead, Batch, Driver, Message,
    batch::{Announced, Asks, InnerReply},
    writing::Writing,
};
use crate::{
    events::Event,
    pipelines::{kill::kill_point, registry},
};

/// Before each try to write again what a full or failing disk refused.
const AGAIN: Duration = Duration::from_secs(2);

impl Driver {
    /// Writes what happened. False where this task must end without having been able to.
    pub(super) async fn commit(&mut self, shutdown: &CancellationToken) -> bool {
        self.stand();
        if self.batch.is_empty() {
            self.answer();
            return true;
        }
        let now = self.app.clock.now();
        let batch = std::mem::take(&mut self.batch);
        let before = self.row.run.seq;
        let entries = self.entries(&batch, now);
        let rows: Vec<StepRow> = batch.steps.iter().filter_map(|key| self.steps.get(key)).cloned().collect();
        let outbox = batch.outbox.iter().map(|one| self.event(one, before, now)).collect();
        let writing = Arc::new(Writing {
            epoch: self.app.store.epoch(),
            owner: self.row.owner_id,
            run: self.row.run.clone(),
            cancelling: self.row.cancelling,
            rows,
            entries,
            vars: batch.vars.then(|| self.row.vars.clone()),
            fixed: batch.fixed.then(|| json!(self.fixed)),
            outbox,
            now,
            batch,
        });
        loop {
            let again = Arc::clone(&writing);
            match self.app.store.write(move |conn| again.write(conn)).await {
                Ok(()) => break,
                Err(error @ (store::Error::DiskFull | store::Error::Disk(_))) => {
                    tracing::warn!(%error, run = %writing.run.id, "a run's state can't be saved; it is tried again");
                    tokio::select! {
                        () = shutdown.cancelled() => return false,
                        () = tokio::time::sleep(AGAIN) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, run = %writing.run.id, "a run's state could not be saved");
                    return false;
                }
            }
        }
        kill_point!("after_commit");
        if self.ahead == Ahead::Soon {
            self.ahead = Ahead::Yes;
        }
        let Ok(writing) = Arc::try_unwrap(writing).map_err(|_| ()) else { return true };
        self.written(writing);
        true
    }

    fn entries(&mut self, batch: &Batch, now: Timestamp) -> Vec<JournalEntry> {
        let run = &mut self.row.run;
        let mut entries = Vec::with_capacity(batch.journal.len());
        for (kind, body) in &batch.journal {
            run.seq += 1;
            entries.push(JournalEntry {
                seq: run.seq,
                at: now,
                kind: (*kind).to_owned(),
                body: body.clone(),
            });
        }
        entries
    }

    /// The run is told as it stands after the turn, under the number of the entry.
    fn event(&self, one: &Announced, before: u64, now: Timestamp) -> OutboxEvent {
        let mut payload = json!({
            "run": self.run(), "runSeq": before + one.entries as u64, "depth": self.row.depth,
        });
        if !one.detail.is_null() {
            payload["detail"] = one.detail.clone();
        }
        OutboxEvent {
            id: EventRowId::new(now),
            owner_id: self.row.owner_id,
            topic: one.topic.name().to_owned(),
            payload,
            created_at: now,
        }
    }

    /// It is on the disk: told, and begun.
    fn written(&mut self, writing: Writing) {
        let Writing { batch, rows, run, .. } = writing;
        self.written = run;
        let id = self.run().id;
        self.app.pipelines.in_flight.release(&batch.blobs);
        let timers = &self.app.pipelines.timers;
        if batch.all_timers_gone {
            timers.clear_run(id);
        }
        for (scope, node, kind) in &batch.timers_gone {
            timers.clear(id, scope, node, kind);
        }
        for timer in batch.timers {
            timers.set(&self.app, timer);
        }
        for row in rows {
            let key = Key { scope: row.step.scope.clone(), node: row.step.node.clone() };
            if row.step.status.is_final() {
                self.steps.remove(&key);
                self.lists.remove(&key);
            }
            self.changed.insert(key, row.step);
        }
        self.recent.written();
        if !batch.calls.is_empty() {
            self.app.bus.publish(Event::UsageChanged);
        }
        for child in batch.children {
            child.admitted(&self.app);
        }
        if !batch.stops.is_empty() {
            kill_point!("before_abort");
        }
        for stop in batch.stops {
            stop.cancel();
        }
        for run in batch.cancel_runs {
            registry::tell(&self.app, run, Message::Cancel(None));
        }
        if let Some((parent, ..)) = self.row.parent.as_ref().filter(|_| self.run().status.is_final()) {
            registry::tell(&self.app, *parent, Message::Child(id));
        }
        let outbox = !batch.outbox.is_empty();
        self.batch.replies.extend(batch.replies);
        self.batch.inner_replies.extend(batch.inner_replies);
        self.answer();
        kill_point!("before_publish");
        self.tell_run();
        for Asks { key, question, decision } in batch.asks {
            self.app.bus.publish(Event::RunAsks {
                run: Box::new(self.written.clone()),
                scope: key.scope,
                node: key.node,
                question,
                decision,
            });
        }
        if outbox {
            self.app.pipelines.outbox.notify_one();
        }
        kill_point!("before_begin");
        let launches = std::mem::take(&mut self.launches);
        self.launch(launches);
    }

    /// Answers those whose wishes are written.
    fn answer(&mut self) {
        let run = self.row.run.clone();
        for reply in self.batch.replies.drain(..) {
            let _gone = reply.send(Ok(run.clone()));
        }
        for reply in self.batch.inner_replies.drain(..) {
            match reply {
                InnerReply::Begun(reply, begun) => drop(reply.send(Ok(begun))),
                InnerReply::Ended(reply) => drop(reply.send(Ok(()))),
            }
        }
    }
}
