//! What one turn of a run writes: all of it in one transaction, and only then is anything told or begun.

use std::collections::BTreeSet;

use domain::{Call, RunId, StoredValue};
use pipeline::Key;
use serde_json::{Value, json};
use store::{
    attempts::{AttemptEnd, AttemptRow},
    runs::Values,
    step_cache::Cached,
    step_runs::StepRow,
    timers::Timer,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Driver, Reply};
use crate::pipelines::{
    accept::Accepted,
    step::StepError,
    topic::{Topic, is_of_a_step},
    values::{self, OnFull},
};

/// So many rows are enough for one transaction.
const LARGE: usize = 512;
/// The longest question that is told, in characters; all of it stands at the step.
const QUESTION: usize = 500;

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
    /// Steps whose text so far is void.
    pub texts_gone: Vec<Key>,
    /// Large values that the rows name; one that was kept twice stands here twice.
    pub blobs: Vec<String>,
    pub vars: bool,
    pub fixed: bool,
    pub outputs: Option<Values>,
    pub signals: Vec<String>,
    pub cache: Vec<(String, Cached)>,
    pub cache_hits: Vec<String>,
    /// What others are told.
    pub outbox: Vec<Announced>,
    /// What a person is asked.
    pub asks: Vec<Asks>,
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

/// Something that others are told of, and the entry of the journal that it belongs to: who hears it twice knows by that.
pub(super) struct Announced {
    pub topic: Topic,
    pub detail: Value,
    /// How many of this turn's entries there were with it.
    pub entries: usize,
}

/// A step that begins to wait for a person.
pub(super) struct Asks {
    pub key: Key,
    /// In the step's own words.
    pub question: Option<String>,
    /// Whether it is to be said what became of an attempt.
    pub decision: bool,
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

    pub(super) fn is_empty(&self) -> bool {
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

impl Driver {
    /// Adds an entry to the run's journal.
    pub(super) fn journal(&mut self, kind: &'static str, body: Value) {
        self.batch.journal.push((kind, body));
    }

    /// Tells others of what was journaled last. One entry is told of once: its number is what they know it by.
    pub(super) fn announce(&mut self, topic: Topic, detail: Value) {
        let entries = self.batch.journal.len();
        self.batch.outbox.push(Announced { topic, detail, entries });
    }

    /// The same of a step. Of single steps only who named that is told, so that the outbox doesn't grow for nobody.
    pub(super) fn announce_step(&mut self, topic: Topic, key: &Key, mut detail: Value) {
        let run = &self.row.run;
        let listened = self.app.pipelines.listeners.any(self.row.owner_id, topic, &run.pipeline_id);
        if is_of_a_step(topic.name()) && !listened {
            return;
        }
        detail["node"] = json!(key.node);
        if !key.scope.is_empty() {
            detail["scope"] = json!(key.scope);
        }
        self.announce(topic, detail);
    }

    /// Asks a person: others are told as one topic, whoever looks at the page or the desktop as one event.
    pub(super) fn asks(&mut self, topic: Topic, key: &Key, question: Option<String>) {
        let question = question.map(|text| text.chars().take(QUESTION).collect::<String>());
        self.announce_step(topic, key, json!({ "question": question }));
        let decision = topic == Topic::RunDecisionNeeded;
        self.batch.asks.push(Asks { key: key.clone(), question, decision });
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
        let kept = values::keep(&self.app, what, OnFull::Wait).await?;
        self.batch.blobs.extend(values::blobs_of(&kept).cloned());
        Ok(kept)
    }

    /// Keeps one value.
    pub(super) async fn keep_one(&mut self, name: &str, value: Value) -> Result<StoredValue, StepError> {
        let kept = values::keep_one(&self.app, name, value, OnFull::Wait).await?;
        if let StoredValue::Blob { hash, .. } = &kept {
            self.batch.blobs.push(hash.clone());
        }
        Ok(kept)
    }
}
