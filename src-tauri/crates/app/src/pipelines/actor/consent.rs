//! A person's word on what an agent wants to do. It is kept as a step inside the agent's, in the transaction that takes the
//! answer in; the agent then goes on with what it was given, behind all that had ended, and reads it there.

use std::collections::BTreeMap;

use domain::{AttemptOutcome, StepStatus};
use pipeline::{Event, Key};
use serde_json::{Value, json};

use super::{Driver, Live};
use crate::pipelines::{scope, step::Consent, topic::Topic};

impl Driver {
    /// An agent's attempt ends here, and isn't what it was begun for: it costs no try, and nothing was done outside by it.
    pub(super) fn asks_for_consent(&mut self, key: &Key, live: &Live) {
        let why = "It waits for a person's word and goes on after it.".to_owned();
        self.end_attempt(key, live.number, AttemptOutcome::Interrupted, Some(why));
        let row = self.step_row(key);
        row.step.tries = row.step.tries.saturating_sub(1);
    }

    /// Somebody answered. What was said of something else counts for nothing.
    pub(super) async fn consented(&mut self, key: &Key, consent: Consent, said: &Value) {
        if said["about"] != consent.about.as_str() {
            return;
        }
        let inside = Key { scope: scope::inner(key, consent.index), node: Consent::node(&consent.tool) };
        let values: BTreeMap<String, Value> = [
            ("answer".to_owned(), said["answer"].clone()),
            ("about".to_owned(), json!(consent.about)),
            ("comment".to_owned(), said["values"]["comment"].clone()),
        ]
        .into();
        let kept = match self.keep(values).await {
            Ok(kept) => kept,
            Err(error) => return self.failed_for_good(key, error).await,
        };
        let now = self.app.clock.now();
        let mut row = super::begin::blank(&inside);
        row.step.status = StepStatus::Succeeded;
        row.step.port = Some("ok".to_owned());
        (row.step.started_at, row.step.finished_at) = (Some(now), Some(now));
        row.result = Some(kept);
        self.batch.inner.push(row);
        let told = json!({ "answer": said["answer"], "tool": consent.tool, "about": consent.about });
        self.journal_step("human.answered", key, told);
        self.announce_step(Topic::HumanAnswered, key, json!({ "answer": said["answer"] }));
        let (run, at, node) = (self.run().id, key.scope.clone(), key.node.clone());
        let given = self.app.store.read(move |conn| store::attempts::newest_input(conn, run, &at, &node));
        if let Ok(Some(given)) = given.await {
            self.resend.insert(key.clone(), given);
        }
        self.happened(Event::Again(key.clone()));
    }
}
