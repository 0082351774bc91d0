//! The run's and the steps' own clocks: set, stopped, and what happens when one has run out.

use std::{collections::BTreeMap, sync::Arc};

use domain::{ErrorCode, Timestamp};
use pipeline::{Event, Key, Node};
use serde_json::json;
use store::timers::Timer;

use super::Driver;
use crate::pipelines::{step::StepError, topic::Topic};

/// The due time of a clock that stands still.
const NEVER: i64 = i64::MAX / 4;

impl Driver {
    pub(super) fn set_timer(&mut self, key: &Key, kind: &'static str, after: i64) {
        let due_at = domain::Timestamp::from_millis(self.app.clock.now().millis() + after);
        self.batch.timers.push(Timer {
            run_id: self.run().id,
            scope: key.scope.clone(),
            node: key.node.clone(),
            kind: kind.to_owned(),
            due_at,
            duration: after,
        });
    }

    pub(super) fn clear_timer(&mut self, key: &Key, kind: &'static str) {
        // One of this turn isn't even set.
        self.batch.timers.retain(|timer| {
            (&timer.scope, &timer.node, timer.kind.as_str()) != (&key.scope, &key.node, kind)
        });
        self.batch.timers_gone.push((key.scope.clone(), key.node.clone(), kind));
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
                self.succeeded_by(&key, "ok".to_owned(), BTreeMap::new()).await;
            }
            ("human", Some(Waiting)) => {
                self.clear_timer(&key, "human");
                self.nobody_answered(&key).await;
            }
            ("node", Some(status)) if !status.is_final() => {
                self.clear_timer(&key, "node");
                let error = StepError::new(
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

    async fn nobody_answered(&mut self, key: &Key) {
        let wait = self.steps.get(key).and_then(|row| row.wait.clone()).unwrap_or_default();
        let then = wait["on_timeout"].as_str().unwrap_or("fail").to_owned();
        self.journal_step("human.expired", key, json!({}));
        self.announce_step(Topic::HumanExpired, key, json!({}));
        let nothing = BTreeMap::new();
        if let Some(branch) = then.strip_prefix("branch:") {
            self.succeeded_by(key, branch.to_owned(), nothing).await;
        } else if let Some(answer) = then.strip_prefix("answer:") {
            let values = [("answer".to_owned(), json!(answer))].into();
            self.succeeded_by(key, answer.to_owned(), values).await;
        } else {
            let error =
                StepError::new(ErrorCode::TimedOut, "Nobody answered in time. Run it again from here.");
            self.failed_for_good(key, error).await;
        }
    }
}

fn known(kind: &str) -> &'static str {
    ["retry", "until", "human", "node", "run", "schedule"]
        .into_iter()
        .find(|one| *one == kind)
        .unwrap_or("retry")
}
