//! A tool that is a pipeline of ours: a run of its own, begun once for each use however often we crash meanwhile, with no more
//! rights than both the run that asks and the pipeline itself were given.

use std::collections::BTreeMap;

use domain::{EffectClass, ErrorCode, Run, RunId, RunOrigin, RunStatus};
use serde_json::{Map, Value, json};
use store::runs::RunRow;

use super::tools::Used;
use crate::{
    App,
    events::Event,
    pipelines::{
        RunIdParams,
        accept::{self, Asked, Fixed},
        blueprint::blueprint,
        runs,
        step::{Paid, StepCall, StepError},
        values,
    },
};

/// How long a run's end may go unnoticed where nobody tells of it.
const LOOK: std::time::Duration = std::time::Duration::from_secs(5);
/// A use whose run failed may be tried again so often.
const AGAIN: usize = 20;

/// Whether it does nothing that must not happen twice, in any of its steps. One that isn't known counts as one that may.
pub(super) async fn is_free(agent: &StepCall, pipeline: &str) -> bool {
    let Ok((_, hash)) = pinned(agent, pipeline).await else { return false };
    let Ok(found) = blueprint(&agent.app, agent.actor, &hash).await else { return false };
    let harmless = |node: &pipeline::Node| {
        // What it hands on to others isn't looked at here.
        node.kind != "pipeline" && node.kind != "agent" && pipeline::effect(node) != EffectClass::AtMostOnce
    };
    found.definition.nodes.iter().all(harmless)
}

/// The version of it that a run of the agent's would use.
pub(super) async fn version(agent: &StepCall, pipeline: &str) -> Result<String, StepError> {
    Ok(pinned(agent, pipeline).await?.1)
}

/// Runs it to its end; `key` names this use of it.
pub(super) async fn run(agent: &StepCall, pipeline: &str, args: Value, key: &str) -> Used {
    match ended(agent, pipeline, args, key).await {
        Ok(child) => {
            let paid =
                Paid { run_cost: child.run.cost_nano_usd, run_tokens: child.run.tokens, ..Paid::default() };
            Used { result: given(agent, child).await, paid }
        }
        Err(error) => Used { result: Err(error), paid: Paid::default() },
    }
}

/// The run that asks, and the hash that was fixed when it was accepted.
async fn pinned(agent: &StepCall, pipeline: &str) -> Result<(RunRow, String), StepError> {
    let run = agent.run;
    let row = agent.app.store.read(move |conn| store::runs::get_whole(conn, run)).await?;
    let fixed: Fixed = serde_json::from_value(row.fixed.clone()).unwrap_or_default();
    let hash = fixed.pipelines.get(pipeline).cloned().ok_or_else(|| {
        StepError::invalid(format!(
            "The pipeline \"{pipeline}\" wasn't there when this run began. Make it, then run again."
        ))
    })?;
    Ok((row, hash))
}

/// The run of this use, once it is over.
async fn ended(agent: &StepCall, pipeline: &str, args: Value, key: &str) -> Result<RunRow, StepError> {
    let app = &agent.app;
    let (parent, hash) = pinned(agent, pipeline).await?;
    let inputs: BTreeMap<String, Value> = match args {
        Value::Object(map) => map.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let mut events = app.bus.subscribe(None);
    let mut id = None;
    for again in 0..AGAIN {
        let key = if again == 0 { key.to_owned() } else { format!("{key}:{again}") };
        let run = begun(agent, &parent, &hash, inputs.clone(), key).await?;
        let before = get(app, run).await?;
        // One that failed before was a definite answer: this is another try.
        if !matches!(before.status, RunStatus::Failed | RunStatus::Cancelled) {
            id = Some(run);
            break;
        }
    }
    let Some(id) = id else {
        return Err(StepError::new(ErrorCode::Conflict, format!("{pipeline} failed too often.")));
    };
    loop {
        let child = app.store.read(move |conn| store::runs::get_whole(conn, id)).await?;
        if child.run.status.is_final() {
            return Ok(child);
        }
        let told = async {
            while let Some(envelope) = events.next().await {
                match &envelope.event {
                    Event::RunChanged { run } if run.id == id => return,
                    Event::Resync => return,
                    _ => {}
                }
            }
        };
        tokio::select! {
            () = agent.cancel.cancelled() => {
                runs::cancel(app.clone(), agent.actor, RunIdParams { id }).await.ok();
                return Err(StepError { unknown: true, ..super::super::ask::stopped(Vec::new()) });
            }
            () = told => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// What it gave back.
async fn given(agent: &StepCall, child: RunRow) -> Result<BTreeMap<String, Value>, StepError> {
    if child.run.status != RunStatus::Succeeded {
        let message = child.run.error_message.unwrap_or_else(|| "It was cancelled.".to_owned());
        return Err(StepError::new(child.run.error_code.unwrap_or(ErrorCode::Cancelled), message));
    }
    let mut outputs = Map::new();
    for (name, stored) in child.outputs.unwrap_or_default() {
        outputs.insert(name, values::load(&agent.app, &stored).await?);
    }
    Ok(BTreeMap::from([
        ("outputs".to_owned(), Value::Object(outputs)),
        ("run".to_owned(), json!(child.run.id)),
    ]))
}

async fn get(app: &App, id: RunId) -> Result<Run, StepError> {
    Ok(app.store.read(move |conn| store::runs::get_whole(conn, id)).await?.run)
}

/// The run of this use: the one that was begun for it, or a new one.
async fn begun(
    agent: &StepCall,
    parent: &RunRow,
    hash: &str,
    inputs: BTreeMap<String, Value>,
    key: String,
) -> Result<RunId, StepError> {
    let app = &agent.app;
    let fixed: Fixed = serde_json::from_value(parent.fixed.clone()).unwrap_or_default();
    let asked = Asked {
        inputs,
        origin: RunOrigin::Step { run_id: agent.run },
        parent: Some((agent.run, agent.key.scope.clone(), agent.key.node.clone())),
        depth: parent.depth,
        allowed: parent.allowed.clone(),
        pipelines: fixed.pipelines,
        priority: parent.priority,
        idempotency_key: Some(key.clone()),
        ..Asked::default()
    };
    let accepted = accept::inner(app, agent.actor, hash, asked).await?;
    let (owner, epoch) = (agent.actor.user_id, app.store.epoch());
    let written = app
        .store
        .write(move |conn| {
            let run = &accepted.row.run;
            let known = store::idempotency::find(conn, owner, &run.pipeline_id, &key, run.created_at)?;
            if let Some(known) = known {
                return Ok(Err(known.run_id));
            }
            accepted.insert(conn, epoch)?;
            Ok(Ok(accepted))
        })
        .await?;
    match written {
        Ok(accepted) => {
            let id = accepted.id();
            accepted.admitted(app);
            Ok(id)
        }
        Err(known) => Ok(known),
    }
}
