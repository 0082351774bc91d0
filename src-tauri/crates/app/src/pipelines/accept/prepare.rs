//! A run made ready to be written: its inputs read, its large values kept, and who it is counted with.

use std::collections::BTreeMap;

use domain::{Actor, Run, RunId, RunStatus};
use pipeline::Definition;
use serde_json::{Map, Value, json};
use store::{idempotency::Used, runs::RunRow};

use super::{
    super::{
        blueprint::Blueprint,
        registry::Queued,
        values::{self, OnFull},
    },
    Accepted, Asked, Fixed,
    check::told,
};
use crate::{App, Error};

pub(super) async fn prepare(
    app: &App,
    actor: Actor,
    blueprint: &Blueprint,
    asked: Asked,
) -> Result<Accepted, Error> {
    let definition = &blueprint.definition;
    let mut given: Map<String, Value> = asked.inputs.into_iter().collect();
    if asked.lenient {
        given.retain(|name, _| definition.inputs.contains_key(name));
    }
    let inputs = pipeline::inputs(definition, &given).map_err(|faults| told(&faults))?;
    let key = asked.idempotency_key.map(|key| {
        let input_hash = pipeline::value_hash(&json!({"definition": blueprint.hash, "inputs": inputs}));
        (key, input_hash)
    });
    let concurrency_key = counted(app, definition, &inputs).await?.or(asked.counted);
    let input = values::keep(app, inputs.into_iter().collect(), OnFull::Refuse).await?;
    let vars = values::keep(app, definition.vars.clone().into_iter().collect(), OnFull::Refuse).await?;
    let mut pins = BTreeMap::new();
    for (node, ports) in asked.pins {
        pins.insert(node, values::keep(app, ports, OnFull::Refuse).await?);
    }
    let now = app.clock.now();
    let id = RunId::new(now);
    let fixed = Fixed {
        pipelines: asked.pipelines,
        pins,
        until: asked.until,
        alone: asked.alone,
        reuse: asked.reuse,
    };
    let mut blobs: Vec<String> = values::blobs_of(&input).chain(values::blobs_of(&vars)).cloned().collect();
    let edited = fixed.reuse.iter().flat_map(|reuse| reuse.edited.values());
    for pinned in fixed.pins.values().chain(edited) {
        blobs.extend(values::blobs_of(pinned).cloned());
    }
    let inner = asked.parent.is_some();
    let row = RunRow {
        run: Run {
            id,
            pipeline_id: definition.id.clone(),
            pipeline_name: asked.name.unwrap_or_else(|| definition.name.clone()),
            definition_hash: blueprint.hash.clone(),
            origin: asked.origin,
            status: RunStatus::Queued,
            wait_reason: None,
            reason: None,
            error_code: None,
            error_message: None,
            seq: 1,
            cost_nano_usd: 0,
            tokens: 0,
            created_at: now,
            started_at: None,
            finished_at: None,
        },
        owner_id: actor.user_id,
        parent: asked.parent,
        input,
        vars,
        outputs: None,
        fixed: json!(fixed),
        allowed: if asked.allowed.is_null() { json!([]) } else { asked.allowed },
        cancelling: false,
        depth: asked.depth,
        priority: asked.priority,
        concurrency_key: concurrency_key.clone(),
    };
    let queued = Queued {
        id,
        pipeline_id: definition.id.clone(),
        priority: asked.priority,
        counted: concurrency_key,
        inner,
    };
    let schedule = definition.defaults.timeout.schedule.filter(|_| !inner);
    Ok(Accepted {
        row,
        schedule: schedule.and_then(|millis| i64::try_from(millis).ok()),
        key: key.map(|(key, input_hash)| (key, Used { input_hash, run_id: id })),
        queued,
        blobs,
    })
}

/// "LIMIT:TEXT" of a pipeline whose runs are counted.
async fn counted(
    app: &App,
    definition: &Definition,
    inputs: &Map<String, Value>,
) -> Result<Option<String>, Error> {
    let Some(most) = definition.concurrency.max_runs else { return Ok(None) };
    let Some(template) = definition.concurrency.key.clone() else { return Ok(Some(format!("{most}:"))) };
    let context = json!({ "inputs": inputs });
    let text = app.pipelines.evaluator.run(move || pipeline::render(&template, &context)).await?;
    let text = text.map_err(|error| Error::invalid(format!("The pipeline's concurrency key: {error}")))?;
    Ok(Some(format!("{most}:{text}")))
}
