//! A new run from one step of an earlier one on. What doesn't come after that step is taken over where it is made of the same.

mod restore;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Actor, Run, RunOrigin};
use serde_json::{Value, json};
use store::runs::Values;

use super::{
    RunRerunParams,
    accept::{self, Asked, Reuse},
    runs::{find, missing},
    values,
};
use crate::{App, Error};

pub(crate) use restore::Restore;

/// A new run that takes over what came before one step of an earlier run.
pub async fn rerun(app: App, actor: Actor, params: RunRerunParams) -> Result<Run, Error> {
    find(&app, actor, params.id).await?;
    let id = params.id;
    let row = app.store.read(move |conn| store::runs::get_whole(conn, id)).await.map_err(missing)?;
    let hash = row.run.definition_hash.clone();
    let pipeline = row.run.pipeline_id.clone();
    let latest = params.latest == Some(true);
    let json = app
        .store
        .read(move |conn| {
            if latest {
                return Ok(store::pipelines::get(conn, actor.user_id, &pipeline)?.draft);
            }
            store::pipelines::definition(conn, actor.user_id, &hash)
        })
        .await
        .map_err(super::library::missing)?;
    let checked = accept::check(&app, json).await?;
    let blueprint = &checked.blueprint;
    let Some(seat) = blueprint.seat(&params.from) else {
        return Err(Error::invalid(format!("There is no step \"{}\" in this definition.", params.from)));
    };
    if let Some(container) = &seat.parent {
        return Err(Error::invalid(format!(
            "\"{}\" is inside \"{container}\". Run again from \"{container}\".",
            params.from
        )));
    }
    let mut inputs = BTreeMap::new();
    for (name, stored) in &row.input {
        if blueprint.definition.inputs.contains_key(name) {
            inputs.insert(name.clone(), values::load(&app, stored).await?);
        }
    }
    let inputs_changed = params.inputs.is_some();
    inputs.extend(params.inputs.unwrap_or_default());
    let edited = edited(&app, params.edited.unwrap_or_default()).await?;
    let mut fresh: BTreeSet<String> = blueprint.downstream(&params.from);
    // Whoever edits a result wants what comes after it made anew.
    for node in edited.keys() {
        fresh.extend(blueprint.downstream(node).into_iter().filter(|one| one != node));
        fresh.remove(node);
    }
    let allowed = allowed(&app, actor, blueprint, &row.run.definition_hash, &row.allowed).await?;
    let (plan, kept_fresh, owner) = (std::sync::Arc::clone(blueprint), fresh.clone(), actor.user_id);
    let restore = app
        .store
        .read(move |conn| restore::find(conn, owner, id, &plan, &kept_fresh))
        .await
        .map_err(missing)?;
    let reuse = Reuse {
        run: id,
        fresh,
        edited,
        same_definition: blueprint.hash == row.run.definition_hash,
        inputs_changed,
        restore,
    };
    let asked = Asked {
        inputs,
        origin: RunOrigin::Rerun { run_id: id },
        allowed,
        reuse: Some(reuse),
        priority: 1,
        ..Asked::default()
    };
    accept::accept(&app, actor, &checked, asked).await
}

/// "node.port" to values by node and port.
async fn edited(app: &App, given: BTreeMap<String, Value>) -> Result<BTreeMap<String, Values>, Error> {
    let mut found: BTreeMap<String, Values> = BTreeMap::new();
    for (name, value) in given {
        let Some((node, port)) = name.split_once('.') else {
            return Err(Error::invalid(format!("\"{name}\" isn't written node.port.")));
        };
        let stored = values::keep_one(app, &name, value, values::OnFull::Refuse).await?;
        found.entry(node.to_owned()).or_default().insert(port.to_owned(), stored);
    }
    Ok(found)
}

/// The same definition may do what that run might; another one what was allowed for it.
async fn allowed(
    app: &App,
    actor: Actor,
    blueprint: &super::blueprint::Blueprint,
    before: &str,
    then: &Value,
) -> Result<Value, Error> {
    if blueprint.hash == before {
        return Ok(then.clone());
    }
    let hash = blueprint.hash.clone();
    let stored = app.store.read(move |conn| store::pipelines::allowed(conn, actor.user_id, &hash)).await?;
    Ok(stored.unwrap_or_else(|| json!([])))
}
