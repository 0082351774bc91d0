//! Steps that are other pipelines' runs.

use std::collections::BTreeMap;

use domain::{ErrorCode, RunId, RunOrigin};
use pipeline::{Event, Key};
use serde_json::{Map, Value, json};

use super::{Driver, begin::Ready};
use crate::pipelines::{
    accept::{self, Asked},
    step::StepError,
    values,
};

impl Driver {
    /// A step that is another pipeline's run.
    pub(super) async fn begin_run(&mut self, key: &Key, ready: Ready) -> Result<(), StepError> {
        let id = ready.input.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let inputs: BTreeMap<String, Value> = match ready.input.get("inputs") {
            Some(Value::Object(map)) => map.clone().into_iter().collect(),
            _ => BTreeMap::new(),
        };
        let run = self.child(key, &id, inputs).await?;
        self.happened(Event::Taken(key.clone()));
        self.happened(Event::Waits(key.clone()));
        let row = self.step_row(key);
        row.step.tries = 1;
        row.fingerprint = Some(ready.fingerprint);
        row.wait = Some(json!({"type": "run", "run": run}));
        self.journal_step("step.waiting", key, json!({ "for": "run", "run": run }));
        Ok(())
    }

    /// Accepts the other run in this run's own transaction.
    pub(super) async fn child(
        &mut self,
        key: &Key,
        pipeline: &str,
        inputs: BTreeMap<String, Value>,
    ) -> Result<RunId, StepError> {
        let Some(hash) = self.fixed.pipelines.get(pipeline).cloned() else {
            return Err(StepError::invalid(format!(
                "The pipeline \"{pipeline}\" wasn't there when this run began. Name it literally in the step, then run again."
            )));
        };
        let origin = RunOrigin::Step { run_id: self.run().id };
        let asked = Asked {
            inputs,
            origin,
            parent: Some((self.run().id, key.scope.clone(), key.node.clone())),
            depth: self.row.depth,
            allowed: self.row.allowed.clone(),
            pipelines: self.fixed.pipelines.clone(),
            priority: self.row.priority,
            ..Asked::default()
        };
        let accepted = accept::inner(&self.app, self.actor, &hash, asked).await?;
        let id = accepted.id();
        self.batch.children.push(accepted);
        Ok(id)
    }

    /// Which run a step waits for.
    pub(super) fn waits_for_run(&self, key: &Key) -> Option<RunId> {
        let wait = self.steps.get(key)?.wait.as_ref()?;
        (wait["type"] == "run").then(|| wait["run"].as_str()?.parse().ok()).flatten()
    }

    /// A run that a step waits for is over.
    pub(super) async fn child_ended(&mut self, run: RunId) {
        let Some(key) = self.steps.keys().find(|key| self.waits_for_run(key) == Some(run)).cloned() else {
            return;
        };
        let child = match self.app.store.read(move |conn| store::runs::get_whole(conn, run)).await {
            Ok(child) => child,
            Err(error) => return self.failed_for_good(&key, error.into()).await,
        };
        if !child.run.status.is_final() {
            return;
        }
        // Its own calls were settled with it, however it ended.
        self.spent(&key, child.run.cost_nano_usd, child.run.tokens);
        if child.run.status != domain::RunStatus::Succeeded {
            let message = child.run.error_message.clone().unwrap_or_else(|| "It was cancelled.".to_owned());
            let code = child.run.error_code.unwrap_or(ErrorCode::Cancelled);
            let error = StepError::new(code, format!("{}: {message}", child.run.pipeline_name));
            return self.failed_for_good(&key, error).await;
        }
        let mut outputs = Map::new();
        for (name, stored) in child.outputs.unwrap_or_default() {
            match values::load(&self.app, &stored).await {
                Ok(value) => drop(outputs.insert(name, value)),
                Err(error) => return self.failed_for_good(&key, error.into()).await,
            }
        }
        let values =
            BTreeMap::from([("outputs".to_owned(), Value::Object(outputs)), ("run".to_owned(), json!(run))]);
        self.succeeded_by(&key, "ok".to_owned(), values).await;
    }
}
