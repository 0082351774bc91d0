//! What a run is told, and what it does about it.

use std::collections::BTreeMap;

use domain::{ErrorCode, StepStatus};
use pipeline::{Event, Key};
use serde_json::{Value, json};

use super::{Driver, Message, Reply, containers::is_human};
use crate::{
    Error,
    pipelines::{
        params::RunDecision,
        step::{StepError, Wait},
        topic::Topic,
    },
};

impl Driver {
    /// Takes a message in.
    pub(super) async fn take(&mut self, message: Message) {
        match message {
            Message::Admitted => self.admitted().await,
            Message::Ended { key, number, result } => self.attempt_ended(key, number, result).await,
            Message::Slot { key, permit } => self.slot(key, permit).await,
            Message::Timer { scope, node, kind } => self.timer(scope, node, &kind).await,
            Message::Signal(reply) => {
                self.signals().await;
                self.batch.replies.extend(reply);
            }
            Message::Child(run) => self.child_ended(run).await,
            Message::Cancel(reply) => {
                self.cancel_run();
                self.batch.replies.extend(reply);
            }
            Message::Pause(reason, reply) => {
                self.pause_for(reason);
                self.batch.replies.extend(reply);
            }
            Message::Resume(reply) => {
                self.resume_run();
                if self.run().started_at.is_none() {
                    self.admitted().await;
                }
                self.batch.replies.push(reply);
            }
            Message::Decide { key, decision, values, reply } => {
                self.decide(key, decision, values, reply).await;
            }
            Message::InnerBegin { key, index, name, effect, input, reply } => {
                self.inner_begin(&key, index, name, effect, input, reply).await;
            }
            Message::InnerEnd { key, index, name, result, paid, reply } => {
                self.inner_end(&key, index, name, result, paid, reply).await;
            }
        }
        // Before the next is taken in, so that it meets the run as it is now.
        self.work().await;
        self.on_failure().await;
    }

    /// Answers that were committed.
    async fn signals(&mut self) {
        let run = self.run().id;
        let Ok(signals) = self.app.store.read(move |conn| store::signals::waiting(conn, run)).await else {
            return;
        };
        for signal in signals {
            self.batch.signals.push(signal.id);
            let key = Key { scope: signal.scope, node: signal.node };
            let wait = self.steps.get(&key).filter(|row| row.step.status == StepStatus::Waiting);
            let Some(Wait::Human { answers, consent, .. }) =
                wait.and_then(|row| row.wait.as_ref()).and_then(is_human)
            else {
                continue;
            };
            let answer = signal.body["answer"].as_str().unwrap_or_default().to_owned();
            if !answers.contains(&answer) {
                continue;
            }
            if let Some(consent) = consent {
                self.consented(&key, consent, &signal.body).await;
                self.work().await;
                continue;
            }
            self.clear_timer(&key, "human");
            self.journal_step("human.answered", &key, json!({ "answer": answer }));
            self.announce_step(Topic::HumanAnswered, &key, json!({ "answer": answer }));
            let mut values: BTreeMap<String, Value> = BTreeMap::new();
            values.insert("answer".to_owned(), json!(answer));
            values.insert("values".to_owned(), signal.body["values"].clone());
            values.insert("comment".to_owned(), signal.body["values"]["comment"].clone());
            self.succeeded_by(&key, answer, values).await;
            self.work().await;
        }
    }

    async fn decide(
        &mut self,
        key: Key,
        decision: RunDecision,
        values: BTreeMap<String, Value>,
        reply: Reply,
    ) {
        let waits = self.steps.get(&key).is_some_and(|row| row.step.status == StepStatus::Ambiguous);
        if !waits {
            let error = Error::new(
                ErrorCode::Conflict,
                "This step doesn't wait for a decision. Reload the run; somebody may have decided already.",
            );
            return drop(reply.send(Err(error)));
        }
        self.journal_step("step.decided", &key, json!({ "decision": decision }));
        match decision {
            RunDecision::Done => self.succeeded_by(&key, "ok".to_owned(), values).await,
            RunDecision::Retry => {
                self.decided.insert(key.clone());
                self.happened(Event::Again(key));
            }
            RunDecision::Fail => {
                let error =
                    StepError::new(ErrorCode::Interrupted, "Somebody decided that this step had failed.");
                self.failed_for_good(&key, error).await;
            }
        }
        self.batch.replies.push(reply);
    }
}
