//! A definition that is to be run: read, checked, and every pipeline that it runs found.

use std::{collections::BTreeMap, sync::Arc};

use domain::Actor;
use pipeline::{Definition, Fault, Severity};
use serde_json::Value;

use super::super::blueprint::{Blueprint, blueprint};
use crate::{App, Error};

/// How deep pipelines may run pipelines.
const MAX_NESTED: usize = 8;

/// A definition that is to be run: read, checked, and every pipeline that it runs found.
pub(crate) struct Checked {
    pub blueprint: Arc<Blueprint>,
    pub json: Value,
}

/// Reads and checks a definition; what keeps it from running is told, the first three faults at least.
pub(crate) async fn check(app: &App, json: Value) -> Result<Checked, Error> {
    let (hash, json) = app.pipelines.evaluator.run(move || (pipeline::hash(&json), json)).await?;
    // What is held was checked before.
    if let Some(blueprint) = app.pipelines.blueprints.find(&hash) {
        return Ok(Checked { blueprint, json });
    }
    let checked = app
        .pipelines
        .evaluator
        .run(move || {
            let (definition, faults) = pipeline::examine(&json, &pipeline::Known::default());
            let Some(definition) =
                definition.filter(|_| faults.iter().all(|f| f.severity != Severity::Error))
            else {
                return Err(told(&faults));
            };
            Ok(Checked { blueprint: Arc::new(Blueprint::new(hash, definition)), json })
        })
        .await??;
    app.pipelines.blueprints.put(Arc::clone(&checked.blueprint));
    Ok(checked)
}

pub(super) fn told(faults: &[Fault]) -> Error {
    let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.severity == Severity::Error).collect();
    let mut text: Vec<String> = errors.iter().take(3).map(|fault| fault.message.clone()).collect();
    if errors.len() > 3 {
        text.push(format!("And {} more.", errors.len() - 3));
    }
    Error::invalid(text.join(" "))
}

/// Fixes the pipelines that this one runs, and those that they run.
pub(super) async fn nested(
    app: &App,
    actor: Actor,
    definition: &Definition,
    fixed: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    let mut open: Vec<(String, usize)> = named(definition).map(|id| (id, 1)).collect();
    while let Some((id, depth)) = open.pop() {
        if fixed.contains_key(&id) {
            continue;
        }
        if depth > MAX_NESTED {
            return Err(Error::invalid(format!(
                "Pipelines run pipelines more than {MAX_NESTED} deep here, with \"{id}\" the last. Make it flatter."
            )));
        }
        let asked = id.clone();
        let row = app.store.read(move |conn| store::pipelines::get(conn, actor.user_id, &asked)).await;
        let row = match row {
            Ok(row) if row.deleted_at.is_none() => row,
            Ok(_) | Err(store::Error::NotFound) => {
                return Err(Error::invalid(format!(
                    "The pipeline \"{id}\", which this one runs, doesn't exist. Make it, or choose another one."
                )));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(hash) = row.hash else {
            return Err(Error::invalid(format!(
                "The pipeline \"{}\", which this one runs, has faults. Mend them, then run this one.",
                row.name
            )));
        };
        let inner = blueprint(app, actor, &hash).await?;
        fixed.insert(id, hash);
        open.extend(named(&inner.definition).map(|id| (id, depth + 1)));
    }
    Ok(())
}

fn named(definition: &Definition) -> impl Iterator<Item = String> {
    let steps = definition.nodes.iter().filter(|node| node.kind == "pipeline");
    let ids = steps.filter_map(|node| node.config.get("id").and_then(Value::as_str).map(str::to_owned));
    let agents = definition.nodes.iter().filter(|node| node.kind == "agent");
    let tools = agents.filter_map(|node| node.config.get("tools").and_then(Value::as_array)).flatten();
    let used = tools.filter_map(|tool| tool.get("pipeline").and_then(Value::as_str).map(str::to_owned));
    ids.chain(used).chain(definition.on_failure.clone())
}
