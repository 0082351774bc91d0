//! Attempts inside an attempt: an agent's questions and tool calls, each journaled with an effect class of its own under the
//! scope "agent:NUMBER", so that after a crash the agent goes on behind what had ended.

use std::collections::BTreeMap;

use domain::{AttemptOutcome, EffectClass, ErrorCode, RunId, StepStatus};
use futures_util::future::BoxFuture;
use pipeline::Key;
use serde_json::{Value, json};
use store::{attempts::AttemptRow, runs::Values};
use tokio::sync::{mpsc, oneshot};

use super::{Driver, InnerBegun, Message, batch::InnerReply};
use crate::{
    App,
    pipelines::{
        scope,
        step::{InnerAttempts, InnerEnded, Paid, StepError},
        values,
    },
};

/// The door that an attempt has to its run.
pub(super) struct Inside {
    pub app: App,
    pub run: RunId,
    pub sender: mpsc::UnboundedSender<Message>,
    pub key: Key,
}

async fn loaded(app: &App, stored: Values) -> Result<BTreeMap<String, Value>, StepError> {
    let mut found = BTreeMap::new();
    for (port, stored) in stored {
        found.insert(port, values::load(app, &stored).await?);
    }
    Ok(found)
}

fn gone() -> StepError {
    StepError::new(ErrorCode::Interrupted, "The run ended meanwhile.")
}

impl InnerAttempts for Inside {
    fn begin(
        &self,
        index: u32,
        name: String,
        effect: EffectClass,
        input: Value,
    ) -> BoxFuture<'_, Result<InnerBegun, StepError>> {
        Box::pin(async move {
            let (reply, told) = oneshot::channel();
            let key = self.key.clone();
            let message = Message::InnerBegin { key, index, name, effect, input, reply };
            self.sender.send(message).map_err(|_| gone())?;
            told.await.unwrap_or_else(|_| Err(gone()))
        })
    }

    fn ended(&self, index: u32, name: String) -> BoxFuture<'_, Result<Option<InnerEnded>, StepError>> {
        let (run, scope) = (self.run, scope::inner(&self.key, index));
        Box::pin(async move {
            let found = self.app.store.read(move |conn| {
                let row = match store::step_runs::get(conn, run, &scope, &name) {
                    Err(store::Error::NotFound) => return Ok(None),
                    found => found?,
                };
                let newest = store::attempts::of_step(conn, run, &scope, &name)?.pop();
                Ok(Some((row, newest.map(|attempt| attempt.outcome))))
            });
            let Some((row, newest)) = found.await? else { return Ok(None) };
            Ok(match row.step.status {
                StepStatus::Succeeded => {
                    Some(InnerEnded::Done(loaded(&self.app, row.result.unwrap_or_default()).await?))
                }
                // What was broken off, or of which nobody knows how it ended, isn't over.
                StepStatus::Failed
                    if newest == Some(AttemptOutcome::Failed)
                        && row.step.error_code != Some(ErrorCode::Interrupted) =>
                {
                    Some(InnerEnded::Failed(row.step.error_message.unwrap_or_default()))
                }
                _ => None,
            })
        })
    }

    fn end(
        &self,
        index: u32,
        name: String,
        result: Result<BTreeMap<String, Value>, StepError>,
        paid: Paid,
    ) -> BoxFuture<'_, Result<(), StepError>> {
        Box::pin(async move {
            let (reply, told) = oneshot::channel();
            let key = self.key.clone();
            let message = Message::InnerEnd { key, index, name, result, paid, reply };
            self.sender.send(message).map_err(|_| gone())?;
            told.await.unwrap_or_else(|_| Err(gone()))
        })
    }
}

impl Driver {
    pub(super) async fn inner_begin(
        &mut self,
        key: &Key,
        index: u32,
        name: String,
        effect: EffectClass,
        input: Value,
        reply: oneshot::Sender<Result<InnerBegun, StepError>>,
    ) {
        match self.inner_intent(key, index, name, effect, input).await {
            Ok(begun) => self.batch.inner_replies.push(InnerReply::Begun(reply, begun)),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    async fn inner_intent(
        &mut self,
        key: &Key,
        index: u32,
        name: String,
        effect: EffectClass,
        input: Value,
    ) -> Result<InnerBegun, StepError> {
        if !self.live.contains_key(key) || self.closing {
            return Err(gone());
        }
        let inside = Key { scope: scope::inner(key, index), node: name };
        let (run, at, node) = (self.run().id, inside.scope.clone(), inside.node.clone());
        let (row, attempts) = self
            .app
            .store
            .read(move |conn| {
                let row = match store::step_runs::get(conn, run, &at, &node) {
                    Err(store::Error::NotFound) => None,
                    found => Some(found?),
                };
                Ok((row, store::attempts::of_step(conn, run, &at, &node)?))
            })
            .await?;
        if let Some(row) = &row
            && row.step.status == StepStatus::Succeeded
        {
            let found = loaded(&self.app, row.result.clone().unwrap_or_default()).await?;
            return Ok(InnerBegun::Done(found));
        }
        let newest = attempts.last();
        let unclear = newest.is_some_and(|attempt| {
            attempt.effect == EffectClass::AtMostOnce
                && matches!(attempt.outcome, AttemptOutcome::Running | AttemptOutcome::Ambiguous)
        });
        // Who decided that the step is to be done again has decided about what is inside, too.
        if unclear && !self.decided.contains(key) {
            return Err(StepError {
                unknown: true,
                ..StepError::new(
                    ErrorCode::Interrupted,
                    format!(
                        "It isn't known whether {} was done. Look, then say what became of it.",
                        inside.node
                    ),
                )
            });
        }
        let number = newest.map_or(1, |attempt| attempt.number + 1);
        let stored = self.keep_one("the call", input).await?;
        let idempotency_key = self.idempotency_key(&inside, number);
        let now = self.app.clock.now();
        self.batch.attempts.push(AttemptRow {
            scope: inside.scope.clone(),
            node: inside.node.clone(),
            number,
            effect,
            idempotency_key: idempotency_key.clone(),
            input: stored,
            started_at: now,
        });
        let mut row = row.unwrap_or_else(|| super::begin::blank(&inside));
        row.step.status = StepStatus::Running;
        row.step.tries += 1;
        row.step.started_at.get_or_insert(now);
        self.batch.inner.push(row);
        self.journal_step("step.started", &inside, json!({ "attempt": number }));
        Ok(InnerBegun::Go { idempotency_key })
    }

    pub(super) async fn inner_end(
        &mut self,
        key: &Key,
        index: u32,
        name: String,
        result: Result<BTreeMap<String, Value>, StepError>,
        paid: Paid,
        reply: oneshot::Sender<Result<(), StepError>>,
    ) {
        let inside = Key { scope: scope::inner(key, index), node: name };
        let (run, at, node) = (self.run().id, inside.scope.clone(), inside.node.clone());
        let found = self
            .app
            .store
            .read(move |conn| {
                let row = store::step_runs::get(conn, run, &at, &node)?;
                Ok((row, store::attempts::count(conn, run, &at, &node)?))
            })
            .await;
        let (mut row, number) = match found {
            Ok(found) => found,
            Err(error) => return drop(reply.send(Err(error.into()))),
        };
        let Paid { calls, run_cost, run_tokens } = paid;
        self.spent(key, run_cost, run_tokens);
        let (mut cost, mut tokens) = (run_cost, run_tokens);
        for call in &calls {
            cost += call.cost_nano_usd.unwrap_or(0);
            tokens += call.usage.prompt() + call.usage.output;
        }
        row.step.cost_nano_usd += cost;
        row.step.tokens += tokens;
        self.settled(key, calls);
        row.step.finished_at = Some(self.app.clock.now());
        match result {
            Ok(mut values) => {
                let hidden = self.live.get(key).map(|live| live.teller.clone()).unwrap_or_default();
                for value in values.values_mut() {
                    hidden.redact_value(value);
                }
                match self.keep(values).await {
                    Ok(kept) => row.result = Some(kept),
                    Err(error) => return drop(reply.send(Err(error))),
                }
                row.step.status = StepStatus::Succeeded;
                row.step.port = Some("ok".to_owned());
                self.end_attempt(&inside, number, AttemptOutcome::Succeeded, None);
                self.journal_step("step.succeeded", &inside, json!({}));
            }
            Err(error) => {
                row.step.status = StepStatus::Failed;
                row.step.port = Some("error".to_owned());
                (row.step.error_code, row.step.error_message) =
                    (Some(error.code), Some(error.message.clone()));
                let outcome = if error.unknown { AttemptOutcome::Ambiguous } else { AttemptOutcome::Failed };
                self.end_attempt(&inside, number, outcome, Some(error.message));
                self.journal_step("step.failed", &inside, json!({}));
            }
        }
        self.batch.inner.push(row);
        self.batch.inner_replies.push(InnerReply::Ended(reply));
    }
}
