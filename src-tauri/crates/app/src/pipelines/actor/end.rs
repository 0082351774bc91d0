//! The run's own clocks, its end, and what people want of it.

use std::sync::Arc;

use domain::{ErrorCode, RunOrigin, RunStatus, StoredValue, Timestamp};
use pipeline::{Event, Key, Node, RunEnd};
use serde_json::{Value, json};
use store::{runs::Values, timers::Timer};

use super::Driver;
use crate::pipelines::{
    accept::{self, Asked},
    scope,
};

/// How many causes may lie behind a run.
pub(crate) const MAX_DEPTH: u32 = 8;
/// The due time of a clock that stands still.
const NEVER: i64 = i64::MAX / 4;

impl Driver {
    /// The first step may begin.
    pub(super) fn admitted(&mut self) {
        if self.row.run.started_at.is_some() || self.row.run.status.is_final() || self.paused {
            return;
        }
        let now = self.app.clock.now();
        self.row.run.started_at = Some(now);
        self.row.run.status = RunStatus::Running;
        self.batch.run = true;
        self.journal("run.started", json!({}));
        self.batch.outbox.push(("run.started", Value::Null));
        let key = run_key();
        self.clear_timer(&key, "schedule");
        let timeout = self.blueprint.definition.defaults.timeout.run;
        if let Some(timeout) = timeout.and_then(|timeout| i64::try_from(timeout).ok()) {
            self.set_timer(&key, "run", timeout);
        }
        self.happened(Event::Begun);
    }

    /// Whether the run's time runs: not while it waits, unless its definition says so.
    pub(super) fn run_clock(&mut self, runs: bool) {
        let timeout = &self.blueprint.definition.defaults.timeout;
        if timeout.run.is_none() || timeout.include_waits {
            return;
        }
        let id = self.run().id;
        let Some(left) = self.app.pipelines.timers.left(&self.app, id, "run") else { return };
        let now = self.app.clock.now().millis();
        let due_at = Timestamp::from_millis(if runs { now + left } else { NEVER });
        self.batch.timers.push(Timer {
            run_id: id,
            scope: String::new(),
            node: String::new(),
            kind: "run".to_owned(),
            due_at,
            duration: left,
        });
    }

    /// A step with all its tries has one time.
    pub(super) fn node_clock(&mut self, key: &Key, node: &Node, attempt: u32) {
        let timeout = node.timeout.node.or(self.blueprint.definition.defaults.timeout.node);
        if let Some(timeout) = timeout.and_then(|timeout| i64::try_from(timeout).ok())
            && attempt == 1
        {
            self.set_timer(key, "node", timeout);
        }
    }

    pub(super) fn stop_node_clock(&mut self, key: &Key) {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return };
        if seat.node.timeout.node.or(blueprint.definition.defaults.timeout.node).is_some() {
            self.clear_timer(key, "node");
        }
    }

    /// A timer is due.
    pub(super) async fn timer(&mut self, scope: String, node: String, kind: &str) {
        use domain::StepStatus::{RetryWait, Waiting};
        let key = Key { scope, node };
        let status = self.plan.instance(&key).map(|instance| instance.status);
        match (kind, status) {
            ("run", _) if !self.row.run.status.is_final() => {
                self.clear_timer(&key, "run");
                self.fail_run(
                    ErrorCode::TimedOut,
                    "The run took longer than it may. Give it more time in its definition, or make it smaller.",
                );
            }
            ("schedule", _) if self.row.run.started_at.is_none() && !self.row.run.status.is_final() => {
                self.clear_timer(&key, "schedule");
                self.fail_run(
                    ErrorCode::TimedOut,
                    "The run waited in the queue for longer than it may. Start it again when less is running.",
                );
            }
            ("retry", Some(RetryWait)) => {
                self.clear_timer(&key, "retry");
                self.journal_step("step.timer", &key, json!({}));
                self.happened(Event::Again(key));
            }
            ("until", Some(Waiting)) => {
                self.clear_timer(&key, "until");
                self.succeeded_by(&key, "ok".to_owned(), std::collections::BTreeMap::new()).await;
            }
            ("human", Some(Waiting)) => {
                self.clear_timer(&key, "human");
                self.nobody_answered(&key).await;
            }
            ("node", Some(status)) if !status.is_final() => {
                self.clear_timer(&key, "node");
                let error = crate::pipelines::step::StepError::new(
                    ErrorCode::TimedOut,
                    "The step with all its tries took longer than it may.",
                );
                self.failed_for_good(&key, error).await;
                if let Some(live) = self.live.remove(&key) {
                    live.cancel.cancel();
                    self.leaving.insert((key, live.number), live);
                }
            }
            // It was set before what it waited for had ended.
            _ => self.batch.timers_gone.push((key.scope, key.node, known(kind))),
        }
    }

    /// Everything stops; what is under way is told to end.
    fn stop_all(&mut self) {
        let effects = self.plan.apply(Event::Cancel);
        // The planner would call it cancelled: how it really ended is written by who asked.
        self.todo.extend(effects.into_iter().filter(|effect| !matches!(effect, pipeline::Effect::End(_))));
    }

    fn fail_run(&mut self, code: ErrorCode, message: &str) {
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
        self.batch.outbox.push((
            match status {
                RunStatus::Succeeded => "run.succeeded",
                RunStatus::Cancelled => "run.cancelled",
                _ => "run.failed",
            },
            Value::Null,
        ));
        let waiting: Vec<_> = self.steps.keys().filter_map(|key| self.waits_for_run(key)).collect();
        self.batch.cancel_runs.extend(waiting);
        self.app.pipelines.budgets.forget(self.row.run.id);
    }

    /// The pipeline that is run when this one failed.
    pub(super) async fn on_failure(&mut self) {
        let definition = Arc::clone(&self.blueprint.definition);
        let Some(other) = definition.on_failure.as_ref() else { return };
        let failed = self.row.run.status == RunStatus::Failed;
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

    async fn nobody_answered(&mut self, key: &Key) {
        let wait = self.steps.get(key).and_then(|row| row.wait.clone()).unwrap_or_default();
        let then = wait["on_timeout"].as_str().unwrap_or("fail").to_owned();
        self.journal_step("human.expired", key, json!({}));
        self.batch.outbox.push(("human.expired", json!({ "node": key.node })));
        let nothing = std::collections::BTreeMap::new();
        if let Some(branch) = then.strip_prefix("branch:") {
            self.succeeded_by(key, branch.to_owned(), nothing).await;
        } else if let Some(answer) = then.strip_prefix("answer:") {
            let values = [("answer".to_owned(), json!(answer))].into();
            self.succeeded_by(key, answer.to_owned(), values).await;
        } else {
            let error = crate::pipelines::step::StepError::new(
                ErrorCode::TimedOut,
                "Nobody answered in time. Run it again from here.",
            );
            self.failed_for_good(key, error).await;
        }
    }
}

/// Under which the run's own timers stand.
fn run_key() -> Key {
    Key { scope: String::new(), node: String::new() }
}

fn known(kind: &str) -> &'static str {
    ["retry", "until", "human", "node", "run", "schedule"]
        .into_iter()
        .find(|one| *one == kind)
        .unwrap_or("retry")
}
