//! One step, tried alone: nothing else is run, whatever it would cost or do. What the step names of others is pinned, or what an
//! earlier run made; where it is neither there is no test.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{Actor, ErrorCode, RunId, RunOrigin, StepStatus};
use pipeline::{Definition, Key};
use serde_json::Value;
use store::step_runs::StepRow;

use super::{blueprint::Blueprint, scope, values};
use crate::{App, Error};

/// How many of the newest runs are looked at for one that came far enough.
const LOOKED_AT: u32 = 50;

/// Values by node and port.
type Pins = BTreeMap<String, BTreeMap<String, Value>>;

/// The pins with all that the step needs of others; refused where that isn't known.
pub(super) async fn given(
    app: &App,
    actor: Actor,
    blueprint: &Arc<Blueprint>,
    node: &str,
    mut pins: Pins,
) -> Result<Pins, Error> {
    if let Some(outer) = blueprint.around(node).first() {
        return Err(Error::new(
            ErrorCode::Conflict,
            format!(
                "\"{node}\" is inside \"{outer}\", and a step inside another can't be tested alone. Test \"{outer}\" as a whole, or run the pipeline up to here."
            ),
        ));
    }
    // A result that is pinned for it would stand in for what is to be tried.
    pins.remove(node);
    let mut needed = needed(blueprint, node);
    needed.retain(|other, _| !pins.contains_key(other));
    if needed.is_empty() {
        return Ok(pins);
    }
    let mut unknown = None;
    for run in newest(app, actor, &blueprint.definition.id).await? {
        let (plan, names) = (Arc::clone(blueprint), needed.keys().cloned().collect::<Vec<_>>());
        let found = app.store.read(move |conn| ended(conn, &plan, run, names)).await?;
        let missing: Vec<String> = needed.keys().filter(|name| !found.contains_key(*name)).cloned().collect();
        if !missing.is_empty() {
            unknown.get_or_insert(missing);
            continue;
        }
        for (other, row) in found {
            let ports = needed.get(&other);
            let mut made = BTreeMap::new();
            for (port, stored) in row.result.unwrap_or_default() {
                if ports.is_some_and(|ports| ports.contains(&port) || ports.contains("*")) {
                    made.insert(port, values::load(app, &stored).await?);
                }
            }
            pins.insert(other, made);
        }
        return Ok(pins);
    }
    let unknown = unknown.unwrap_or_else(|| needed.into_keys().collect());
    let named: Vec<String> = unknown.iter().map(|name| format!("\"{name}\"")).collect();
    let (named, them) = (named.join(", "), if unknown.len() == 1 { "it" } else { "them" });
    Err(Error::new(
        ErrorCode::Conflict,
        format!(
            "\"{node}\" needs results of {named}, and there are none: a test runs this step alone. Run the pipeline once, or pin a result of {them}, then test again."
        ),
    ))
}

/// Which ports of which other nodes the step and what is inside it name. What comes after it doesn't count.
fn needed(blueprint: &Blueprint, node: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut needed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |names: &BTreeMap<String, BTreeSet<String>>| {
        for (other, ports) in names {
            needed.entry(other.clone()).or_default().extend(ports.iter().cloned());
        }
    };
    let last = Definition { edges: Vec::new(), ..(*blueprint.definition).clone() };
    for one in &blueprint.definition.nodes {
        let Some(seat) = blueprint.seat(&one.id) else { continue };
        if one.id == node {
            add(&pipeline::references(&last, one).nodes);
        } else if blueprint.around(&one.id).contains(&node) {
            add(&seat.references.nodes);
        } else {
            continue;
        }
        add(&seat.judging.nodes);
    }
    needed.retain(|other, _| other != node && !blueprint.around(other).contains(&node));
    needed
}

/// The pipeline's newest runs that were no tests, the newest first.
pub(super) async fn newest(app: &App, actor: Actor, pipeline: &str) -> Result<Vec<RunId>, Error> {
    let filter =
        store::runs::Filter { pipeline_id: Some(pipeline.to_owned()), ..store::runs::Filter::default() };
    let runs = app.store.read(move |conn| store::runs::list(conn, actor.user_id, &filter, LOOKED_AT)).await?;
    Ok(runs.into_iter().filter(|run| run.origin != RunOrigin::Test).map(|run| run.id).collect())
}

/// The rows of those that ended in a way that the run went on from; of what is inside a loop, in its last turn.
fn ended(
    conn: &store::Connection,
    blueprint: &Blueprint,
    run: RunId,
    names: Vec<String>,
) -> Result<BTreeMap<String, StepRow>, store::Error> {
    let row = |scope: &str, node: &str| match store::step_runs::get(conn, run, scope, node) {
        Ok(row) => Ok(Some(row)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    };
    let mut found = BTreeMap::new();
    for name in names {
        let mut scope = String::new();
        for container in blueprint.around(&name) {
            let opened = row(&scope, container)?.and_then(|row| row.step.opened).unwrap_or(0);
            scope = scope::inner(&Key { scope, node: container.to_owned() }, opened.saturating_sub(1));
        }
        let went_on = |row: &StepRow| {
            let over = matches!(
                row.step.status,
                StepStatus::Succeeded | StepStatus::Reused | StepStatus::Skipped | StepStatus::Failed
            );
            over && row.step.port.is_some()
        };
        if let Some(row) = row(&scope, &name)?.filter(went_on) {
            found.insert(name, row);
        }
    }
    Ok(found)
}
