//! What a map gives back: the results of its items.

use std::sync::Arc;

use domain::{ErrorCode, StoredValue};
use pipeline::Key;
use serde_json::{Value, json};
use store::runs::Values;

use super::Driver;
use crate::pipelines::{scope, step::StepError, values};

/// Items that are gathered at a time.
const GATHER: u32 = 256;

impl Driver {
    /// The items' results in the list's order. They are read a few at a time and written as JSON at once, so that a long list is
    /// never whole in memory as values.
    pub(super) async fn gather(&mut self, key: &Key) -> Result<Values, StepError> {
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
            values::keep_bytes(&self.app, &format!("{}.items", key.node), bytes, values::OnFull::Wait).await?
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
}
