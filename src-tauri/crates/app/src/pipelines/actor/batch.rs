//! What one turn of a run writes: all of it in one transaction, and only then is anything told or begun.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    Call, EventRowId, JournalEntry, Run, RunId, RunStatus, StepStatus, StoredValue, Timestamp, WaitReason,
};
use pipeline::Key;
use serde_json::{Value, json};
use store::{
    attempts::{AttemptEnd, AttemptRow},
    outbox::OutboxEvent,
    runs::Values,
    step_cache::Cached,
    step_runs::StepRow,
    timers::Timer,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Driver, Message, Reply};
use crate::pipelines::{accept::Accepted, kill::kill_point, registry, step::StepError, values};

/// Before each try to write again what a full or failing disk refused.
const AGAIN: Duration = Duration::from_secs(2);
/// So many rows are enough for one transaction.
const LARGE: usize = 512;

/// What is written next.
#[allow(clippy::struct_excessive_bools, reason = "each says whether one thing is written")]
#[derive(Default)]
pub(super) struct Batch {
    pub steps: BTreeSet<Key>,
    /// Rows of attempts inside an attempt.
    pub inner: Vec<StepRow>,
    pub attempts: Vec<AttemptRow>,
    pub ends: Vec<AttemptEnd>,
    pub journal: Vec<(&'static str, Value)>,
    pub timers: Vec<Timer>,
    pub timers_gone: Vec<(String, String, &'static str)>,
    pub all_timers_gone: bool,
    pub calls: Vec<Call>,
    /// Large values that the rows name; one that was kept twice stands here twice.
    pub blobs: Vec<String>,
    pub vars: bool,
    pub fixed: bool,
    pub outputs: Option<Values>,
    pub signals: Vec<String>,
    pub cache: Vec<(String, Cached)>,
    pub cache_hits: Vec<String>,
    pub outbox: Vec<(&'static str, Value)>,
    pub children: Vec<Accepted>,
    /// Runs that nobody waits for any more.
    pub cancel_runs: Vec<RunId>,
    /// Attempts that are stopped once it is written that they are.
    pub stops: Vec<CancellationToken>,
    pub run: bool,
    /// Answered once it is written.
    pub replies: Vec<Reply>,
    pub inner_replies: Vec<InnerReply>,
}

/// An answer to an attempt's own question.
pub(super) enum InnerReply {
    Begun(oneshot::Sender<Result<super::InnerBegun, StepError>>, super::InnerBegun),
    Ended(oneshot::Sender<Result<(), StepError>>),
}

impl Batch {
    pub(super) fn is_large(&self) -> bool {
        self.steps.len() > LARGE
    }

    fn is_empty(&self) -> bool {
        !self.run
            && self.steps.is_empty()
            && self.inner.is_empty()
            && self.attempts.is_empty()
            && self.ends.is_empty()
            && self.journal.is_empty()
            && self.timers.is_empty()
            && self.timers_gone.is_empty()
            && !self.all_timers_gone
            && self.calls.is_empty()
            && self.signals.is_empty()
            && self.cache_hits.is_empty()
    }
}

/// The same, as it goes to the writer; it can be written again.
struct Writing {
    epoch: u64,
    owner: domain::UserId,
    run: Run,
    cancelling: bool,
    rows: Vec<StepRow>,
    batch: Batch,
    entries: Vec<JournalEntry>,
    vars: Option<Values>,
    fixed: Option<Value>,
    outbox: Vec<OutboxEvent>,
    now: Timestamp,
}

impl Writing {
    fn write(&self, conn: &store::Connection) -> Result<(), store::Error> {
        let (id, batch) = (self.run.id, &self.batch);
        store::runs::advance(conn, self.epoch, &self.run, self.cancelling)?;
        for row in self.rows.iter().chain(&batch.inner) {
            store::step_runs::put(conn, id, row)?;
        }
        for new in &batch.attempts {
            store::attempts::begin(conn, id, self.epoch, new)?;
        }
        for end in &batch.ends {
            store::attempts::end(conn, id, end)?;
        }
        for entry in &self.entries {
            store::journal::push(conn, id, entry)?;
        }
        if batch.all_timers_gone {
            store::timers::clear_run(conn, id)?;
        }
        for (scope, node, kind) in &batch.timers_gone {
            store::timers::clear(conn, id, scope, node, kind)?;
        }
        for timer in &batch.timers {
            store::timers::set(conn, timer)?;
        }
        for call in &batch.calls {
            match store::calls::settle(conn, self.owner, call) {
                // One that was never reserved has nothing to settle.
                Err(store::Error::NotFound) => {}
                settled => settled?,
            }
        }
        let holder = holder(id);
        for hash in &batch.blobs {
            store::blob_refs::hold(conn, hash, &holder)?;
        }
        if let Some(vars) = &self.vars {
            store::runs::set_vars(conn, id, vars)?;
        }
        if let Some(fixed) = &self.fixed {
            store::runs::set_fixed(conn, id, fixed)?;
        }
        if let Some(outputs) = &batch.outputs {
            store::runs::set_outputs(conn, id, outputs)?;
        }
        for signal in &batch.signals {
            store::signals::applied(conn, signal, self.now)?;
        }
        for (key, cached) in &batch.cache {
            store::step_cache::put(conn, self.owner, key, cached, self.now)?;
            for hash in values::blobs_of(&cached.result) {
                store::blob_refs::hold(conn, hash, &format!("cache:{key}"))?;
            }
        }
        for key in &batch.cache_hits {
            store::step_cache::hit(conn, self.owner, key, self.now)?;
        }
        for event in &self.outbox {
            store::outbox::push(conn, event)?;
        }
        for child in &batch.children {
            child.insert(conn, self.epoch)?;
        }
        kill_point!("before_commit");
        Ok(())
    }
}

/// Who holds a run's large values.
pub(crate) fn holder(run: RunId) -> String {
    format!("run:{run}")
}

impl Driver {
    /// Adds an entry to the run's journal.
    pub(super) fn journal(&mut self, kind: &'static str, body: Value) {
        self.batch.journal.push((kind, body));
    }

    /// The same about a step.
    pub(super) fn journal_step(&mut self, kind: &'static str, key: &Key, mut body: Value) {
        body["node"] = json!(key.node);
        if !key.scope.is_empty() {
            body["scope"] = json!(key.scope);
        }
        self.journal(kind, body);
    }

    /// Keeps values, their files before the row that names them.
    pub(super) async fn keep(
        &mut self,
        what: std::collections::BTreeMap<String, Value>,
    ) -> Result<Values, StepError> {
        let kept = values::keep(&self.app, what).await?;
        self.batch.blobs.extend(values::blobs_of(&kept).cloned());
        Ok(kept)
    }

    /// Keeps one value.
    pub(super) async fn keep_one(&mut self, name: &str, value: Value) -> Result<StoredValue, StepError> {
        let kept = values::keep_one(&self.app, name, value).await?;
        if let StoredValue::Blob { hash, .. } = &kept {
            self.batch.blobs.push(hash.clone());
        }
        Ok(kept)
    }

    /// How the run stands, from how its steps do.
    fn stand(&mut self) {
        if self.row.run.status.is_final() {
            return;
        }
        let status = if self.paused {
            RunStatus::Paused
        } else if self.row.run.started_at.is_none() {
            RunStatus::Queued
        } else if !self.live.is_empty()
            || !self.for_slot.is_empty()
            || !self.launches.is_empty()
            || self.closing
        {
            RunStatus::Running
        } else {
            RunStatus::Waiting
        };
        let reason = (status == RunStatus::Waiting).then(|| self.waits_for()).flatten();
        let status =
            if status == RunStatus::Waiting && reason.is_none() { RunStatus::Running } else { status };
        let run = &mut self.row.run;
        if (run.status, run.wait_reason) == (status, reason) {
            return;
        }
        let was = run.status;
        (run.status, run.wait_reason) = (status, reason);
        if status != RunStatus::Paused {
            run.reason = None;
        }
        self.batch.run = true;
        if status == RunStatus::Waiting {
            self.journal("run.waiting", json!({ "for": reason }));
            match reason {
                Some(WaitReason::Human) => self.batch.outbox.push(("human.requested", Value::Null)),
                Some(WaitReason::Decision) => self.batch.outbox.push(("run.decision_needed", Value::Null)),
                _ => {}
            }
            self.run_clock(false);
        } else if was == RunStatus::Waiting && status == RunStatus::Running {
            self.journal("run.resumed", json!({}));
            self.run_clock(true);
        }
    }

    /// What it waits for, the most pressing first.
    fn waits_for(&self) -> Option<WaitReason> {
        let mut found = None;
        for row in self.steps.values() {
            let reason = match row.step.status {
                StepStatus::Ambiguous => return Some(WaitReason::Decision),
                StepStatus::RetryWait => WaitReason::Timer,
                StepStatus::Waiting => match row.wait.as_ref().and_then(|wait| wait["type"].as_str()) {
                    Some("human") => WaitReason::Human,
                    Some("run") => WaitReason::Run,
                    _ => WaitReason::Timer,
                },
                _ => continue,
            };
            let order = |reason: &WaitReason| match reason {
                WaitReason::Decision => 0,
                WaitReason::Human => 1,
                WaitReason::Run => 2,
                WaitReason::Timer => 3,
            };
            if found.as_ref().is_none_or(|before| order(&reason) < order(before)) {
                found = Some(reason);
            }
        }
        found
    }

    /// Writes what happened. False where this task must end without having been able to.
    pub(super) async fn commit(&mut self, shutdown: &CancellationToken) -> bool {
        self.stand();
        if self.batch.is_empty() {
            self.answer();
            return true;
        }
        let now = self.app.clock.now();
        let batch = std::mem::take(&mut self.batch);
        let entries = self.entries(&batch, now);
        let rows: Vec<StepRow> = batch.steps.iter().filter_map(|key| self.steps.get(key)).cloned().collect();
        let outbox = batch.outbox.iter().map(|(topic, body)| self.event(topic, body, now)).collect();
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

    fn event(&self, topic: &str, body: &Value, now: Timestamp) -> OutboxEvent {
        let mut payload = json!({
            "run": self.run(), "runSeq": self.run().seq, "depth": self.row.depth,
        });
        if !body.is_null() {
            payload["detail"] = body.clone();
        }
        OutboxEvent {
            id: EventRowId::new(now),
            owner_id: self.row.owner_id,
            topic: topic.to_owned(),
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
        self.recent.trim();
        if !batch.calls.is_empty() {
            self.app.bus.publish(crate::events::Event::UsageChanged);
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
        if outbox {
            self.app.pipelines.outbox.notify_one();
        }
        kill_point!("before_begin");
        self.launch();
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

/// Removes files that nobody holds: looked at once more on the writer, so that none is taken from who has just come to hold it.
pub(crate) async fn release(app: &crate::App, hashes: Vec<String>) {
    if hashes.is_empty() {
        return;
    }
    let (data, of_writer) = (app.store.folder().to_owned(), app.clone());
    let gone = app
        .store
        .write(move |conn| {
            for hash in &hashes {
                if !store::blob_refs::is_held(conn, hash)? {
                    kill_point!("before_unlink");
                    of_writer.pipelines.in_flight.remove(&data, hash);
                }
            }
            Ok(())
        })
        .await;
    if let Err(error) = gone {
        tracing::warn!(%error, "values that nobody holds could not be removed");
    }
}
