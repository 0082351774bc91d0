//! How the run stands, from how its steps do.

use domain::{RunStatus, StepStatus, WaitReason};
use serde_json::{Value, json};

use super::Driver;
use crate::pipelines::topic::Topic;

impl Driver {
    /// How the run stands, from how its steps do.
    pub(super) fn stand(&mut self) {
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
            self.announce(Topic::RunWaiting, json!({ "for": reason }));
            self.run_clock(false);
        } else if was == RunStatus::Waiting && status == RunStatus::Running {
            self.journal("run.resumed", json!({}));
            self.announce(Topic::RunResumed, Value::Null);
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
}
