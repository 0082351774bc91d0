//! One turn's transaction, as it goes to the writer.

use domain::{JournalEntry, Run, Timestamp};
use serde_json::Value;
use store::{outbox::OutboxEvent, runs::Values, step_runs::StepRow};

use super::Batch;
use crate::pipelines::{blobs::holder, kill::kill_point, values};

/// The same, as it goes to the writer; it can be written again.
pub(super) struct Writing {
    pub epoch: u64,
    pub owner: domain::UserId,
    pub run: Run,
    pub cancelling: bool,
    pub rows: Vec<StepRow>,
    pub batch: Batch,
    pub entries: Vec<JournalEntry>,
    pub vars: Option<Values>,
    pub fixed: Option<Value>,
    pub outbox: Vec<OutboxEvent>,
    pub now: Timestamp,
}

impl Writing {
    pub(super) fn write(&self, conn: &store::Connection) -> Result<(), store::Error> {
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
        for key in &batch.texts_gone {
            store::partial_texts::clear(conn, id, &key.scope, &key.node)?;
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
