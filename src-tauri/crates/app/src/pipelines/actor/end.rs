//! The run's beginning, its end, and what people want of it.

use std::sync::Arc;

use domain::{ErrorCode, RunOrigin, RunStatus, StoredValue};
use pipeline::{Event, Key, RunEnd};
use serde_json::{Value, json};
use store::runs::Values;

use super::Driver;
use crate::pipelines::{
    accept::{self, Asked},
    scope,
    topic::Topic,
};

/// How many causes may lie behind a run.
pub(crate) const MAX_DEPTH: u32 = 8;

impl Driver {
    /// The first step may begin.
    pub(super) async fn admitted(&mut self) {
        if self.row.run.started_at.is_some() || self.row.run.status.is_final() || self.paused {
            return;
        }
        if let Err(error) = self.bring_back().await {
            return self.fail_run(error.code, &error.message);
        }
        let now = self.app.clock.now();
        self.row.run.started_at = Some(now);
        self.row.run.status = RunStatus::Running;
        self.batch.run = true;
        self.journal("run.started", json!({}));
        self.announce(Topic::RunStarted, Value::Null);
        let key = run_key();
        self.clear_timer(&key, "schedule");
        let timeout = self.blueprint.definition.defaults.timeout.run;
        if let Some(timeout) = timeout.and_then(|timeout| i64::try_from(timeout).ok()) {
            self.set_timer(&key, "run", timeout);
        }
        self.happened(Event::Begun);
    }

    /// Everything stops; what is under way is told to end.
    fn stop_all(&mut self) {
        let effects = self.plan.apply(Event::Cancel);
        // The planner would call it cancelled: how it really ended is written by who asked.
        self.todo.extend(effects.into_iter().filter(|effect| !matches!(effect, pipeline::Effect::End(_))));
    }

    pub(super) fn fail_run(&mut self, code: ErrorCode, message: &str) {
        self.stop_all();
        self.over(RunStatus::Failed, Some((code, message.to_owned())));
    }

    /// A person cancels: committed first, then told to what is under way.
    pub(super) fn cancel_run(&mut self) {
        if self.row.run.status.is_final() {
            return;
        }
        self.row.cancelling = true;
        self.app.pipelines.registry.withdraw(self.row.run.id);
        self.journal("run.cancelled", json!({}));
        self.stop_all();
        self.over(RunStatus::Cancelled, None);
    }

    pub(super) fn pause_for(&mut self, reason: String) {
        if self.row.run.status.is_final() || self.paused {
            return;
        }
        self.paused = true;
        self.journal("run.paused", json!({ "reason": reason }));
        self.announce(Topic::RunPaused, Value::Null);
        self.row.run.reason = Some(reason);
        self.batch.run = true;
    }

    /// A person goes on.
    pub(super) fn resume_run(&mut self) {
        if !self.paused {
            return;
        }
        self.paused = false;
        self.row.run.reason = None;
        self.row.run.status = RunStatus::Running;
        self.batch.run = true;
        self.journal("run.resumed", json!({}));
        self.announce(Topic::RunResumed, Value::Null);
        self.app.pipelines.budgets.grant(self.row.run.id);
        // Steps whose tries were used up have no timer.
        let idle: Vec<Key> = self
            .steps
            .iter()
            .filter(|(_, row)| row.step.status == domain::StepStatus::RetryWait && row.step.due_at.is_none())
            .map(|(key, _)| key.clone())
            .collect();
        for key in idle {
            self.happened(Event::Again(key));
        }
        self.todo.extend(self.plan.pending());
    }

    /// The planner says that the run is over.
    pub(super) async fn end(&mut self, end: RunEnd) {
        match end {
            RunEnd::Succeeded => match self.outputs().await {
                Ok(outputs) => {
                    self.batch.blobs.extend(crate::pipelines::values::blobs_of(&outputs).cloned());
                    self.row.outputs = Some(outputs.clone());
                    self.batch.outputs = Some(outputs);
                    self.over(RunStatus::Succeeded, None);
                }
                Err(error) => self.over(RunStatus::Failed, Some((error.code, error.message))),
            },
            RunEnd::Failed(key) => {
                let row = self.steps.get(&key);
                let code = row.and_then(|row| row.step.error_code).unwrap_or(ErrorCode::Internal);
                let why = row.and_then(|row| row.step.error_message.clone());
                let why = why.unwrap_or_else(|| "It failed.".to_owned());
                self.over(RunStatus::Failed, Some((code, format!("{}: {why}", scope::step_name(&key)))));
            }
            RunEnd::Cancelled => self.over(RunStatus::Cancelled, None),
        }
    }

    fn over(&mut self, status: RunStatus, error: Option<(ErrorCode, String)>) {
        if self.row.run.status.is_final() {
            return;
        }
        self.paused = false;
        let run = &mut self.row.run;
        (run.status, run.wait_reason, run.reason) = (status, None, None);
        run.finished_at = Some(self.app.clock.now());
        if let Some((code, message)) = error {
            (run.error_code, run.error_message) = (Some(code), Some(message));
        }
        let kind = match status {
            RunStatus::Succeeded => "run.succeeded",
            RunStatus::Cancelled => "run.ended_by_cancel",
            _ => "run.failed",
        };
        self.batch.run = true;
        self.batch.all_timers_gone = true;
        self.journal(kind, json!({}));
        let topic = match status {
            RunStatus::Succeeded => Topic::RunSucceeded,
            RunStatus::Cancelled => Topic::RunCancelled,
            _ => Topic::RunFailed,
        };
        self.announce(topic, Value::Null);
        let waiting: Vec<_> = self.steps.keys().filter_map(|key| self.waits_for_run(key)).collect();
        self.batch.cancel_runs.extend(waiting);
        self.app.pipelines.budgets.forget(self.row.run.id);
    }

    /// The pipeline that is run when this one failed.
    pub(super) async fn on_failure(&mut self) {
        let definition = Arc::clone(&self.blueprint.definition);
        let Some(other) = definition.on_failure.as_ref() else { return };
        // What is only tried has nobody to tell.
        let failed = self.row.run.status == RunStatus::Failed && self.row.run.origin != RunOrigin::Test;
        if !failed || self.row.depth + 1 > MAX_DEPTH || self.told_failure {
            return;
        }
        self.told_failure = true;
        let Some(hash) = self.fixed.pipelines.get(other).cloned() else { return };
        let run = self.run();
        let known = json!({"run": run.id, "pipeline": run.pipeline_id, "error": {
            "code": run.error_code, "message": run.error_message}});
        let asked = Asked {
            inputs: [("failure".to_owned(), known)].into(),
            origin: RunOrigin::Failure { run_id: run.id },
            depth: self.row.depth + 1,
            allowed: self.row.allowed.clone(),
            pipelines: self.fixed.pipelines.clone(),
            lenient: true,
            ..Asked::default()
        };
        match accept::inner(&self.app, self.actor, &hash, asked).await {
            Ok(accepted) => self.batch.children.push(accepted),
            Err(error) => tracing::warn!(%error, pipeline = other, "the pipeline for failures can't be run"),
        }
    }

    /// What the run gives back: handles only.
    async fn outputs(&mut self) -> Result<Values, crate::pipelines::step::StepError> {
        let definition = Arc::clone(&self.blueprint.definition);
        let mut found = Values::new();
        for (name, output) in &definition.outputs {
            let Some((node, port)) = output.from.split_once('.') else { continue };
            // Of a loop's inside it is the last iteration's; a map has many, and hands them on as its items.
            let is_one = self
                .blueprint
                .around(node)
                .iter()
                .all(|around| self.blueprint.seat(around).is_some_and(|seat| seat.node.kind == "loop"));
            let result = if is_one { self.result_seen_from("", node).await? } else { None };
            let stored = result.and_then(|result| result.get(port).cloned());
            found.insert(name.clone(), stored.unwrap_or(StoredValue::Inline { value: Value::Null }));
        }
        Ok(found)
    }
}

/// Under which the run's own timers stand.
fn run_key() -> Key {
    Key { scope: String::new(), node: String::new() }
}
