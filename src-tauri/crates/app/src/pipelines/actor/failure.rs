//! What an attempt's failure does to its step: tried again, asked about, or told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{AttemptOutcome, EffectClass, ErrorCode, StepStatus};
use pipeline::{Event, Key, OnAmbiguous, OnError, OnExceed, Outcome};
use serde_json::{Value, json};

use super::{Driver, Live};
use crate::pipelines::{
    step::{RetryReason, StepError},
    topic::Topic,
    values,
};

impl Driver {
    /// An attempt failed.
    pub(super) async fn failed(&mut self, key: &Key, live: &Live, error: StepError) {
        if error.code == ErrorCode::Interrupted && (self.closing || self.app.tasks.ending()) {
            if live.effect == EffectClass::AtMostOnce && error.unknown {
                return;
            }
            return self.interrupted(key, live.number);
        }
        if error.code == ErrorCode::BudgetExceeded {
            self.exceeded(key, &error.message);
        }
        if error.code == ErrorCode::BudgetExceeded && self.pauses_at_budget() {
            self.interrupted(key, live.number);
            return self.pause_for(error.message);
        }
        let message = live.teller.redact(&error.message);
        if error.reason == RetryReason::Suspended
            && !(error.unknown && live.effect == EffectClass::AtMostOnce)
        {
            return self.interrupted(key, live.number);
        }
        let asks = live.effect == EffectClass::AtMostOnce || self.is_agent(key);
        if error.unknown && asks {
            return self.ambiguous(key, live.number, message).await;
        }
        let outcome = match error.code {
            ErrorCode::TimedOut => AttemptOutcome::TimedOut,
            _ => AttemptOutcome::Failed,
        };
        self.end_attempt(key, live.number, outcome, Some(message.clone()));
        self.journal_step("step.attempt_failed", key, json!({ "attempt": live.number, "code": error.code }));
        let error = StepError { message, ..error };
        match self.next_try(key, &error).await {
            Some(delay) => self.retry_later(key, &error, delay),
            None => self.failed_for_good(key, error).await,
        }
    }

    pub(super) fn is_agent(&self, key: &Key) -> bool {
        self.blueprint.seat(&key.node).is_some_and(|seat| seat.node.kind == "agent")
    }

    /// What the budget that refused says, this run's or that of one that it is a part of.
    fn pauses_at_budget(&self) -> bool {
        let own = self.blueprint.definition.defaults.budget.map(|budget| budget.on_exceed);
        self.app.pipelines.budgets.refusal(self.row.run.id).or(own) == Some(OnExceed::Pause)
    }

    /// It isn't known whether it happened.
    pub(super) async fn ambiguous(&mut self, key: &Key, number: u32, message: String) {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return };
        self.end_attempt(key, number, AttemptOutcome::Ambiguous, Some(message.clone()));
        self.journal_step("step.ambiguous", key, json!({ "attempt": number }));
        match &seat.node.on_ambiguous {
            OnAmbiguous::Ask => {
                let row = self.step_row(key);
                row.step.error_message = Some(message.clone());
                self.asks(Topic::RunDecisionNeeded, key, Some(message));
                self.happened(Event::Unknown(key.clone()));
            }
            OnAmbiguous::Fail => {
                let error = StepError::new(ErrorCode::Interrupted, message);
                self.failed_for_good(key, error).await;
            }
            OnAmbiguous::Retry => self.happened(Event::Again(key.clone())),
            OnAmbiguous::AssumeDone(values) => {
                let values = values.clone().into_iter().collect();
                self.succeeded_by(key, "ok".to_owned(), values).await;
            }
        }
    }

    /// How long until the next try, if there is one.
    async fn next_try(&mut self, key: &Key, error: &StepError) -> Option<Duration> {
        let blueprint = Arc::clone(&self.blueprint);
        let seat = blueprint.seat(&key.node)?;
        let retry = seat.node.retry.as_ref().unwrap_or(&blueprint.definition.defaults.retry);
        let tries = self.steps.get(key).map_or(1, |row| row.step.tries);
        if tries >= retry.max_attempts {
            return None;
        }
        // What only computes gives the same once more, unless time or a worker was what failed.
        let may_differ = seat.effect != EffectClass::Pure || error.reason != RetryReason::InvalidOutput;
        let listed = may_differ && retry.retry_on.iter().any(|reason| reason == error.reason.name());
        let wanted = match &retry.retry_if {
            Some(text) if !listed => self.holds_for_error(key, text, error).await.unwrap_or_else(|fault| {
                tracing::info!(node = key.node, message = fault.message, "retry_if can't be evaluated");
                false
            }),
            _ => listed,
        };
        wanted.then(|| {
            let ceiling =
                retry.initial as f64 * retry.factor.powi(i32::try_from(tries).unwrap_or(i32::MAX) - 1);
            let ceiling = ceiling.min(retry.max as f64).max(0.0);
            let share = if retry.jitter { crate::gateway::random() } else { 1.0 };
            let delay = Duration::from_millis((ceiling * share) as u64);
            delay.max(error.retry_after.unwrap_or_default())
        })
    }

    async fn holds_for_error(&mut self, key: &Key, text: &str, error: &StepError) -> Result<bool, StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return Ok(false) };
        let mut context = self.context(key, &seat.references, 1).await?;
        context["error"] =
            json!({"code": error.code, "message": error.message, "reason": error.reason.name()});
        context["output"] = error.output.clone().unwrap_or(Value::Null);
        let text = text.to_owned();
        let holds = self.app.pipelines.evaluator.run(move || pipeline::condition(&text, &context)).await?;
        holds.map_err(|error| StepError::invalid(error.to_string()))
    }

    fn retry_later(&mut self, key: &Key, error: &StepError, delay: Duration) {
        let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX / 4);
        let due = domain::Timestamp::from_millis(self.app.clock.now().millis() + millis);
        self.happened(Event::RetryLater(key.clone()));
        self.set_timer(key, "retry", millis);
        self.journal_step("step.retrying", key, json!({ "dueAt": due }));
        let told = json!({ "dueAt": due, "code": error.code, "message": error.message });
        self.announce_step(Topic::StepRetrying, key, told);
        self.set_due_after(key, due, error);
    }

    fn set_due_after(&mut self, key: &Key, due: domain::Timestamp, error: &StepError) {
        let row = self.step_row(key);
        row.step.due_at = Some(due);
        row.step.error_code = Some(error.code);
        row.step.error_message = Some(error.message.clone());
        self.batch.steps.insert(key.clone());
    }

    /// It failed before there was an attempt: its config, say.
    pub(super) async fn failed_before(&mut self, key: &Key, error: StepError) {
        if error.code == ErrorCode::Internal && self.closing {
            return;
        }
        self.failed_for_good(key, error).await;
    }

    /// No try is left.
    pub(super) async fn failed_for_good(&mut self, key: &Key, error: StepError) {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return };
        let pauses = seat.node.retry.as_ref().unwrap_or(&blueprint.definition.defaults.retry).pause;
        let was_tried = self.steps.get(key).is_some_and(|row| row.step.status == StepStatus::Running);
        if pauses && was_tried && error.code != ErrorCode::InvalidInput {
            let (code, message) = (error.code, error.message.clone());
            self.happened(Event::RetryLater(key.clone()));
            let row = self.step_row(key);
            (row.step.error_code, row.step.error_message) = (Some(code), Some(message.clone()));
            // All tries are there again when somebody goes on.
            row.step.tries = 0;
            return self.pause_for(format!("{}: {message}", key.node));
        }
        let mut kept = BTreeMap::new();
        let port = match &seat.node.on_error {
            OnError::Default(values) => {
                kept.extend(values.clone());
                "ok"
            }
            OnError::Skip => "skipped",
            OnError::Fail | OnError::Branch => {
                kept.insert("error".to_owned(), json!({"code": error.code, "message": error.message}));
                "error"
            }
        };
        if let Ok(result) = values::keep(&self.app, kept, values::OnFull::Wait).await {
            self.recent.put(key.clone(), Arc::new(result.clone()));
            self.step_row(key).result = Some(result);
        }
        let taken = self.taken(key, port).await.unwrap_or_default();
        let row = self.step_row(key);
        let told = json!({ "code": error.code, "message": error.message });
        (row.step.error_code, row.step.error_message) = (Some(error.code), Some(error.message));
        self.journal_step("step.failed", key, json!({ "code": error.code }));
        self.announce_step(Topic::StepFailed, key, told);
        self.stop_node_clock(key);
        self.happened(Event::Ended(key.clone(), Outcome::Failed { taken }));
    }
}
