//! Maps, loops and joins: steps whose inside is the runner's own affair.

use std::{collections::BTreeMap, sync::Arc};

use domain::ErrorCode;
use pipeline::{Event, Key, Outcome};
use serde_json::{Value, json};
use store::runs::Values;

use super::Driver;
use crate::pipelines::{
    context::{CARRY, LIST},
    scope,
    step::{StepError, Wait},
};

/// The longest list of a map.
const MAX_ITEMS: usize = 100_000;

impl Driver {
    /// Freezes the list and opens the first items.
    pub(super) async fn begin_map(&mut self, key: &Key) -> Result<(), StepError> {
        let ready = self.prepare(key).await?;
        let list = match ready.input.get("over") {
            Some(Value::Array(items)) => items.clone(),
            Some(Value::Null) | None => Vec::new(),
            Some(other) => {
                let shown: String = other.to_string().chars().take(40).collect();
                return Err(StepError::invalid(format!(
                    "\"For each\" needs a list, but its value is {shown}. Split a text into a list first."
                )));
            }
        };
        if list.len() > MAX_ITEMS {
            return Err(StepError::invalid(format!(
                "The list has {} items; at most {MAX_ITEMS} are taken. Split it over several runs.",
                list.len()
            )));
        }
        let count = list.len() as u32;
        let stored = self.keep_one("the list", Value::Array(list.clone())).await?;
        self.lists.insert(key.clone(), Arc::new(list));
        let kept = Values::from([(LIST.to_owned(), stored)]);
        self.recent.put(key.clone(), Arc::new(kept.clone()));
        self.happened(Event::Opened(key.clone(), count));
        let row = self.step_row(key);
        row.result = Some(kept);
        row.fingerprint = Some(ready.fingerprint);
        self.journal_step("step.opened", key, json!({ "count": count }));
        Ok(())
    }

    pub(super) async fn begin_loop(&mut self, key: &Key) -> Result<(), StepError> {
        let ready = self.prepare(key).await?;
        let most = ready.input.get("max_iterations").and_then(Value::as_u64).unwrap_or(1);
        self.happened(Event::Opened(key.clone(), u32::try_from(most).unwrap_or(1000)));
        self.step_row(key).fingerprint = Some(ready.fingerprint);
        self.journal_step("step.opened", key, json!({}));
        Ok(())
    }

    pub(super) async fn begin_join(&mut self, key: &Key) -> Result<(), StepError> {
        let definition = Arc::clone(&self.blueprint.definition);
        let mut from: Vec<&str> = Vec::new();
        for (index, edge) in definition.edges.iter().enumerate().filter(|(_, edge)| edge.to == key.node) {
            let before = Key { scope: key.scope.clone(), node: edge.from.clone() };
            let came = self.plan.instance(&before).is_some_and(|one| one.taken.contains(&(index as u32)));
            if came && !from.contains(&edge.from.as_str()) {
                from.push(&edge.from);
            }
        }
        let values = BTreeMap::from([("from".to_owned(), json!(from))]);
        self.succeeded_by(key, "ok".to_owned(), values).await;
        Ok(())
    }

    /// An iteration ended: whether it was the last, and what it hands on.
    pub(super) async fn judge(&mut self, key: Key, index: u32) {
        match self.judged(&key, index).await {
            Ok(holds) => self.happened(Event::Judged(key, holds)),
            Err(error) => self.failed_for_good(&key, error).await,
        }
    }

    async fn judged(&mut self, key: &Key, index: u32) -> Result<bool, StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return Ok(true) };
        let inside = Key { scope: scope::inner(key, index), node: key.node.clone() };
        let context = self.context(&inside, &seat.judging, 1).await?;
        let node = Arc::clone(&seat.node);
        let worked_out = self
            .app
            .pipelines
            .evaluator
            .run(move || {
                let mut carried = BTreeMap::new();
                for (name, text) in &node.carry {
                    carried.insert(format!("{CARRY}{name}"), pipeline::evaluate(text, &context)?);
                }
                let holds = match node.config.get("until").and_then(Value::as_str) {
                    Some(until) => pipeline::condition(until, &context)?,
                    None => false,
                };
                Ok::<_, pipeline::ExpressionError>((holds, carried))
            })
            .await?;
        let (holds, carried) = worked_out
            .map_err(|error| StepError::invalid(format!("After iteration {}: {error}", index + 1)))?;
        let kept = self.keep(carried).await?;
        self.recent.put(key.clone(), Arc::new(kept.clone()));
        self.step_row(key).result = Some(kept);
        self.batch.steps.insert(key.clone());
        self.journal_step("step.judged", key, json!({ "index": index, "until": holds }));
        Ok(holds)
    }

    /// A container's inside is done: its results are gathered.
    pub(super) async fn close(&mut self, key: Key, port: String) {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return };
        if port == "error" {
            return self.container_failed(&key).await;
        }
        let gathered = if seat.node.kind == "map" {
            self.gather(&key).await
        } else {
            let turns = self.plan.instance(&key).map_or(0, |instance| instance.opened);
            self.keep(BTreeMap::from([("iterations".to_owned(), json!(turns))])).await
        };
        let taken = match gathered {
            Ok(result) => {
                self.recent.put(key.clone(), Arc::new(result.clone()));
                self.step_row(&key).result = Some(result);
                self.taken(&key, &port).await
            }
            Err(error) => Err(error),
        };
        match taken {
            Ok(taken) => {
                self.left_by(&key, &port);
                self.happened(Event::Closed(key, Outcome::Succeeded { port, taken }));
            }
            Err(error) => self.failed_for_good(&key, error).await,
        }
    }

    async fn container_failed(&mut self, key: &Key) {
        let run = self.run().id;
        let prefix = scope::inner(key, 0);
        let prefix = prefix.trim_end_matches('0').to_owned();
        let inside = self.batch.steps.iter().chain(self.steps.keys()).find_map(|other| {
            let row = self.steps.get(other)?;
            let failed = row.step.status == domain::StepStatus::Failed && row.step.port.is_none();
            (failed && other.scope.starts_with(&prefix))
                .then(|| (other.clone(), row.step.error_message.clone()))
        });
        let (at, why) = inside.unwrap_or_else(|| (key.clone(), None));
        tracing::debug!(%run, node = key.node, "a container failed");
        let why = why.unwrap_or_else(|| "a step inside failed".to_owned());
        let error = StepError::new(ErrorCode::Conflict, format!("{}: {why}", scope::step_name(&at)));
        self.failed_for_good(key, error).await;
    }
}

/// Whether a wait is for a person.
pub(crate) fn is_human(wait: &Value) -> Option<Wait> {
    serde_json::from_value(wait.clone()).ok().filter(|wait| matches!(wait, Wait::Human { .. }))
}
