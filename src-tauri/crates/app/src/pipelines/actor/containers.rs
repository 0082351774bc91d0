//! Maps, loops, joins and other pipelines: steps whose inside is the runner's own affair.

use std::{collections::BTreeMap, sync::Arc};

use domain::{ErrorCode, RunId, RunOrigin, StoredValue};
use pipeline::{Event, Key, Outcome};
use serde_json::{Map, Value, json};
use store::runs::Values;

use super::{Driver, begin::Ready};
use crate::pipelines::{
    accept::{self, Asked},
    context::{CARRY, LIST},
    scope,
    step::{StepError, Wait},
    values,
};

/// The longest list of a map.
const MAX_ITEMS: usize = 100_000;
/// Items that are gathered at a time.
const GATHER: u32 = 256;

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

    /// The items' results in the list's order. They are read a few at a time and written as JSON at once, so that a long list is
    /// never whole in memory as values.
    async fn gather(&mut self, key: &Key) -> Result<Values, StepError> {
        let blueprint = Arc::clone(&self.blueprint);
        let Some(seat) = blueprint.seat(&key.node) else { return Ok(Values::new()) };
        let drops = seat.node.config.get("on_item_error").and_then(Value::as_str) == Some("drop");
        let text = seat.item_result.clone().unwrap_or_else(|| "none".to_owned());
        let count = self.plan.instance(key).and_then(|instance| instance.count).unwrap_or(0);
        let mut references = pipeline::References::default();
        references.expression(&text);
        let (mut bytes, mut failed, mut first) = (vec![b'['], 0_u32, true);
        let mut index = 0;
        while index < count {
            let until = count.min(index + GATHER);
            let fates = self.fates(key, index, until).await?;
            for (offset, item_failed) in fates.into_iter().enumerate() {
                let value = if item_failed {
                    failed += 1;
                    if drops {
                        continue;
                    }
                    Value::Null
                } else {
                    self.item_value(key, index + offset as u32, &text, &references).await?
                };
                if !std::mem::take(&mut first) {
                    bytes.push(b',');
                }
                serde_json::to_writer(&mut bytes, &value)
                    .map_err(|error| StepError::new(ErrorCode::Internal, error.to_string()))?;
                if bytes.len() > values::MAX_VALUE {
                    return Err(StepError::new(
                        ErrorCode::ValueTooLarge,
                        format!("The results of {}.items are larger than 64 MiB together.", key.node),
                    ));
                }
            }
            self.recent.trim();
            index = until;
        }
        bytes.push(b']');
        let items = if bytes.len() <= values::INLINE {
            let value = serde_json::from_slice(&bytes).unwrap_or_default();
            StoredValue::Inline { value }
        } else {
            values::keep_bytes(&self.app, &format!("{}.items", key.node), bytes).await?
        };
        if let StoredValue::Blob { hash, .. } = &items {
            self.batch.blobs.push(hash.clone());
        }
        let failed = StoredValue::Inline { value: json!(failed) };
        Ok(Values::from([("items".to_owned(), items), ("failed".to_owned(), failed)]))
    }

    /// Which of these items failed. What happened in this turn isn't written yet and is looked at first.
    async fn fates(&self, key: &Key, from: u32, until: u32) -> Result<Vec<bool>, StepError> {
        let (run, scopes) =
            (self.run().id, (from..until).map(|index| scope::inner(key, index)).collect::<Vec<_>>());
        let fresh: Vec<String> = self
            .batch
            .steps
            .iter()
            .filter(|other| {
                self.steps.get(other).is_some_and(|row| {
                    row.step.status == domain::StepStatus::Failed && row.step.port.is_none()
                })
            })
            .map(|other| other.scope.clone())
            .collect();
        let mut fates = self
            .app
            .store
            .read({
                let scopes = scopes.clone();
                move |conn| {
                    scopes
                        .iter()
                        .map(|scope| Ok(store::step_runs::inside(conn, run, scope)?.failed > 0))
                        .collect::<Result<Vec<bool>, store::Error>>()
                }
            })
            .await?;
        for (fate, scope) in fates.iter_mut().zip(&scopes) {
            *fate |= fresh.contains(scope);
        }
        Ok(fates)
    }

    async fn item_value(
        &mut self,
        key: &Key,
        index: u32,
        text: &str,
        references: &pipeline::References,
    ) -> Result<Value, StepError> {
        let inside = Key { scope: scope::inner(key, index), node: key.node.clone() };
        let context = self.context(&inside, references, 1).await?;
        // The usual "nodes.X.port" needs no evaluation.
        let plain = references.nodes.iter().next().and_then(|(node, ports)| {
            let port = ports.iter().next()?;
            let alone = references.nodes.len() == 1 && ports.len() == 1;
            (alone && text == format!("nodes.{node}.{port}")).then(|| context["nodes"][node][port].clone())
        });
        if let Some(value) = plain {
            return Ok(value);
        }
        let text = text.to_owned();
        let worked_out =
            self.app.pipelines.evaluator.run(move || pipeline::evaluate(&text, &context)).await?;
        worked_out.map_err(|error| StepError::invalid(format!("The result of item {index}: {error}")))
    }

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
        let row = self.step_row(&key);
        row.step.cost_nano_usd = child.run.cost_nano_usd;
        row.step.tokens = child.run.tokens;
        self.row.run.cost_nano_usd += child.run.cost_nano_usd;
        self.row.run.tokens += child.run.tokens;
        let values =
            BTreeMap::from([("outputs".to_owned(), Value::Object(outputs)), ("run".to_owned(), json!(run))]);
        self.succeeded_by(&key, "ok".to_owned(), values).await;
    }
}

/// Whether a wait is for a person.
pub(crate) fn is_human(wait: &Value) -> Option<Wait> {
    serde_json::from_value(wait.clone()).ok().filter(|wait| matches!(wait, Wait::Human { .. }))
}
