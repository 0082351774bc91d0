//! What a step's expressions see: only what they name is loaded, and all of it together has a limit.

use std::sync::Arc;

use domain::ErrorCode;
use pipeline::{Key, References};
use serde_json::{Map, Value, json};
use store::runs::Values;

use super::{
    actor::Driver,
    scope,
    step::StepError,
    values::{self, MAX_CONTEXT},
};

/// The port under which a map keeps its frozen list until it ends.
pub(crate) const LIST: &str = "over:list";
/// Before the name of what a loop hands on, among the loop's values until it ends.
pub(crate) const CARRY: &str = "carry:";

/// A sum that may not grow beyond the limit.
struct Budget(u64);

impl Budget {
    fn spend(&mut self, bytes: u64, port: &str) -> Result<(), StepError> {
        self.0 += bytes;
        if self.0 > MAX_CONTEXT {
            return Err(StepError::new(
                ErrorCode::ValueTooLarge,
                format!(
                    "What this step's texts name is larger than 8 MiB together, with {port} the last. Name less, or hand on a file's path."
                ),
            ));
        }
        Ok(())
    }
}

impl Driver {
    /// The context of texts that stand in `key`'s node, or, of a container, inside it (`key.scope` then is the inside's).
    pub(super) async fn context(
        &mut self,
        key: &Key,
        references: &References,
        attempt: u32,
    ) -> Result<Value, StepError> {
        let mut budget = Budget(0);
        let mut nodes = Map::new();
        for (node, ports) in &references.nodes {
            let mut found = Map::new();
            if let Some(result) = self.result_seen_from(&key.scope, node).await? {
                for port in ports {
                    let Some(stored) = result.get(port) else { continue };
                    budget.spend(values::size(stored), &format!("{node}.{port}"))?;
                    found.insert(port.clone(), values::load(&self.app, stored).await?);
                }
            }
            nodes.insert(node.clone(), Value::Object(found));
        }
        let mut context = json!({
            "nodes": nodes,
            "run": {"id": self.run().id.to_string(), "pipeline": self.run().pipeline_id, "attempt": attempt},
        });
        let inputs = self.named(&self.row.input, &references.inputs, "inputs", &mut budget).await?;
        let vars = self.named(&self.row.vars, &references.vars, "vars", &mut budget).await?;
        let mut carried = Value::Object(Map::new());
        if !references.carry.is_empty() {
            carried = self.carried(&key.scope, references, &mut budget).await?;
        }
        self.place_in_containers(&key.scope, references, &mut context, &mut budget).await?;
        if let Some(context) = context.as_object_mut() {
            context.insert("inputs".to_owned(), inputs);
            context.insert("vars".to_owned(), vars);
            context.insert("carry".to_owned(), carried);
        }
        pipeline::complete(&mut context, references);
        Ok(context)
    }

    async fn named(
        &self,
        from: &Values,
        names: &std::collections::BTreeSet<String>,
        what: &str,
        budget: &mut Budget,
    ) -> Result<Value, StepError> {
        let mut found = Map::new();
        for (name, stored) in from {
            if names.contains(name) || names.contains("*") {
                budget.spend(values::size(stored), &format!("{what}.{name}"))?;
                found.insert(name.clone(), values::load(&self.app, stored).await?);
            }
        }
        Ok(Value::Object(found))
    }

    /// What the iteration before handed on, of the nearest loop around.
    async fn carried(
        &mut self,
        inside: &str,
        references: &References,
        budget: &mut Budget,
    ) -> Result<Value, StepError> {
        let mut found = Map::new();
        let parts = scope::parts(inside);
        for depth in (1..=parts.len()).rev() {
            let Some((owner, _)) = scope::owner(&scope::prefix(inside, depth)) else { break };
            let Some(seat) = self.blueprint.seat(&owner.node) else { break };
            if seat.node.kind != "loop" {
                continue;
            }
            for name in seat.node.carry.keys() {
                found.insert(name.clone(), Value::Null);
            }
            if let Some(kept) = self.result_of(&owner).await? {
                for (name, stored) in kept.iter() {
                    let Some(name) = name.strip_prefix(CARRY) else { continue };
                    if references.carry.contains(name) || references.carry.contains("*") {
                        budget.spend(values::size(stored), &format!("carry.{name}"))?;
                        found.insert(name.to_owned(), values::load(&self.app, stored).await?);
                    }
                }
            }
            break;
        }
        Ok(Value::Object(found))
    }

    /// `item` of the nearest map around, `index` of the nearest container.
    async fn place_in_containers(
        &mut self,
        inside: &str,
        references: &References,
        context: &mut Value,
        budget: &mut Budget,
    ) -> Result<(), StepError> {
        let parts: Vec<(String, u32)> =
            scope::parts(inside).into_iter().map(|(node, index)| (node.to_owned(), index)).collect();
        let Some((_, index)) = parts.last() else { return Ok(()) };
        context["index"] = json!(index);
        if !references.item {
            return Ok(());
        }
        for depth in (1..=parts.len()).rev() {
            let Some((owner, index)) = scope::owner(&scope::prefix(inside, depth)) else { break };
            if self.blueprint.seat(&owner.node).is_some_and(|seat| seat.node.kind == "map") {
                let list = self.list(&owner).await?;
                let item = list.get(index as usize).cloned().unwrap_or(Value::Null);
                budget.spend(values::roughly(&item, values::MAX_VALUE) as u64, "item")?;
                context["item"] = item;
                break;
            }
        }
        Ok(())
    }

    /// A map's frozen list, held while the map is open.
    pub(super) async fn list(&mut self, map: &Key) -> Result<Arc<Vec<Value>>, StepError> {
        if let Some(list) = self.lists.get(map) {
            return Ok(Arc::clone(list));
        }
        let kept = self.result_of(map).await?;
        let loaded = match kept.as_ref().and_then(|kept| kept.get(LIST)) {
            Some(stored) => values::load(&self.app, stored).await?,
            None => Value::Null,
        };
        let list = Arc::new(match loaded {
            Value::Array(items) => items,
            _ => Vec::new(),
        });
        self.lists.insert(map.clone(), Arc::clone(&list));
        Ok(list)
    }

    /// What a node's ports hold, seen from a scope: at the nearest common level; of a loop's inside, its last iteration's.
    pub(super) async fn result_seen_from(
        &mut self,
        from: &str,
        node: &str,
    ) -> Result<Option<Arc<Values>>, StepError> {
        if let Some(given) = self.stands_in(node) {
            return Ok(Some(given));
        }
        let around: Vec<String> = self.blueprint.around(node).into_iter().map(str::to_owned).collect();
        let here: Vec<(String, u32)> =
            scope::parts(from).into_iter().map(|(node, index)| (node.to_owned(), index)).collect();
        let common = around.iter().zip(&here).take_while(|(wanted, (found, _))| *wanted == found).count();
        let mut at = scope::prefix(from, common);
        for container in around.iter().skip(common) {
            let key = Key { scope: at.clone(), node: container.clone() };
            let Some(opened) = self.opened(&key).await? else { return Ok(None) };
            at = scope::inner(&key, opened.saturating_sub(1));
        }
        self.result_of(&Key { scope: at, node: node.to_owned() }).await
    }

    /// How many iterations of a loop were begun; nothing where there is no such row.
    async fn opened(&mut self, key: &Key) -> Result<Option<u32>, StepError> {
        if let Some(instance) = self.plan.instance(key) {
            return Ok(Some(instance.opened).filter(|opened| *opened > 0));
        }
        // Of an item that has ended the planner knows nothing, and what happened in this turn isn't written yet.
        if let Some(opened) = self.steps.get(key).and_then(|row| row.step.opened) {
            return Ok(Some(opened).filter(|opened| *opened > 0));
        }
        let (run, scope, node) = (self.run().id, key.scope.clone(), key.node.clone());
        let row = self.app.store.read(move |conn| store::step_runs::get(conn, run, &scope, &node)).await;
        match row {
            Ok(row) => Ok(row.step.opened.filter(|opened| *opened > 0)),
            Err(store::Error::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What a step's ports hold.
    pub(super) async fn result_of(&mut self, key: &Key) -> Result<Option<Arc<Values>>, StepError> {
        if let Some(found) = self.recent.get(key) {
            return Ok(Some(found));
        }
        let (run, scope, node) = (self.run().id, key.scope.clone(), key.node.clone());
        let found =
            self.app.store.read(move |conn| store::step_runs::result(conn, run, &scope, &node)).await?;
        let found = found.map(Arc::new);
        if let Some(result) = &found {
            self.recent.found(key.clone(), Arc::clone(result));
        }
        Ok(found)
    }
}
