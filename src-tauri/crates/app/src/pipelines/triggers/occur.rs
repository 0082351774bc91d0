//! Something happened that a trigger begins a run for. The run and how far the trigger is are one transaction, under a name of
//! the occurrence where it may be told twice.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Actor, ErrorCode, Run, RunId, RunOrigin, Timestamp};
use pipeline::{Definition, OverlapPolicy, Trigger};
use serde_json::{Value, json};
use store::triggers::TriggerRow;

use super::super::{
    RunIdParams,
    accept::{self, Asked, Came, Checked},
    runs,
};
use crate::{App, Error};

/// How many causes may lie behind a run.
const DEEPEST: u32 = 8;

/// An occurrence.
pub(super) struct Occurrence {
    pub trigger: TriggerRow,
    /// What tells it from all others, where it may be told twice.
    pub name: Option<String>,
    /// What templates see as `event`.
    pub event: Value,
    /// How far the trigger is with it.
    pub cursor: Value,
    pub next_at: Option<Timestamp>,
    /// How many causes lie behind it.
    pub depth: u32,
    /// What is to be shown at the trigger all the same.
    pub note: Option<String>,
}

/// Begins a run for it. `None` where it had one already, or where an earlier run is still under way and that is to be so.
/// What can't ever succeed is told at the trigger and passed over; an error means: later.
pub(super) async fn begin(app: &App, occurrence: Occurrence) -> Result<Option<RunId>, Error> {
    let actor = Actor { user_id: occurrence.trigger.owner_id, admin: false };
    let Occurrence { trigger, name, event, cursor, next_at, depth, note } = occurrence;
    let asked = asked(app, actor, &trigger, event, depth, name).await;
    let (checked, asked, policy) = match asked {
        Ok(asked) => asked,
        Err(error) => return pass_over(app, trigger, cursor, next_at, error).await,
    };
    let earlier = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&earlier);
    let of_write = trigger.clone();
    let (kept, shown) = (cursor.clone(), note.clone());
    let came = accept::accept_with(app, actor, &checked, asked, move |conn, _| {
        store::triggers::advance(conn, &of_write, &kept, next_at, shown.as_deref())?;
        let under_way = match policy {
            OverlapPolicy::Skip | OverlapPolicy::CancelPrevious => {
                store::triggers::under_way(conn, &of_write)?
            }
            OverlapPolicy::Queue | OverlapPolicy::Allow => Vec::new(),
        };
        let skip = policy == OverlapPolicy::Skip && !under_way.is_empty();
        *told.lock().unwrap_or_else(PoisonError::into_inner) = under_way;
        Ok(!skip)
    });
    match came.await {
        Ok(Came::Accepted(run)) => {
            if policy == OverlapPolicy::CancelPrevious {
                let under_way = std::mem::take(&mut *earlier.lock().unwrap_or_else(PoisonError::into_inner));
                for id in under_way {
                    if let Err(error) = runs::cancel(app.clone(), actor, RunIdParams { id }).await {
                        tracing::warn!(%error, run = %id, "an earlier run could not be cancelled");
                    }
                }
            }
            Ok(Some(run.id))
        }
        Ok(Came::Known(run, _)) => Ok(Some(run)),
        Ok(Came::Passed) => Ok(None),
        // It was switched off or removed meanwhile.
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) if error.code == ErrorCode::InvalidInput => {
            pass_over(app, trigger, cursor, next_at, error).await
        }
        Err(error) => Err(error),
    }
}

/// Begins one because a person wants it now; the trigger stays where it is.
pub(super) async fn by_hand(app: &App, trigger: TriggerRow, event: Value) -> Result<Run, Error> {
    let actor = Actor { user_id: trigger.owner_id, admin: false };
    let (checked, asked, _) = asked(app, actor, &trigger, event, 0, None).await?;
    accept::accept(app, actor, &checked, asked).await
}

/// ISO 8601, as expressions see times.
pub(super) fn time(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map(|at| at.to_string()).unwrap_or_default()
}

async fn pass_over(
    app: &App,
    trigger: TriggerRow,
    cursor: Value,
    next_at: Option<Timestamp>,
    error: Error,
) -> Result<Option<RunId>, Error> {
    if matches!(error.code, ErrorCode::Internal | ErrorCode::QueueFull | ErrorCode::Interrupted) {
        return Err(error);
    }
    let pipeline = trigger.pipeline_id.clone();
    let message = error.message;
    let write = app
        .store
        .write(move |conn| store::triggers::advance(conn, &trigger, &cursor, next_at, Some(&message)));
    match write.await {
        Ok(()) | Err(store::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    app.bus.publish(crate::events::Event::TriggerChanged { pipeline_id: pipeline });
    Ok(None)
}

async fn asked(
    app: &App,
    actor: Actor,
    trigger: &TriggerRow,
    event: Value,
    depth: u32,
    name: Option<String>,
) -> Result<(Checked, Asked, OverlapPolicy), Error> {
    if depth > DEEPEST {
        return Err(Error::invalid(format!(
            "Runs began each other more than {DEEPEST} deep, so this one wasn't begun. Make the trigger's filter narrower."
        )));
    }
    let pipeline = trigger.pipeline_id.clone();
    let (json, allowed) = app
        .store
        .read(move |conn| {
            let newest = store::pipelines::versions(conn, actor.user_id, &pipeline)?.into_iter().next();
            let hash = newest.ok_or(store::Error::NotFound)?.hash;
            let allowed = store::pipelines::allowed(conn, actor.user_id, &hash)?;
            Ok((store::pipelines::definition(conn, actor.user_id, &hash)?, allowed))
        })
        .await?;
    let checked = accept::check(app, json).await?;
    let definition = checked.blueprint.definition.clone();
    let said = definition.triggers.iter().find(|said| said.id == trigger.trigger_id).cloned();
    let said = said.ok_or_else(|| Error::not_found("trigger"))?;
    let policy = said.on_overlap;
    let inputs = app.pipelines.evaluator.run(move || inputs(&definition, &said, &event)).await??;
    let asked = Asked {
        inputs,
        origin: RunOrigin::Trigger { id: trigger.trigger_id.clone() },
        depth,
        allowed: allowed.unwrap_or_else(|| json!([])),
        idempotency_key: name,
        counted: (policy == OverlapPolicy::Queue).then(|| format!("1:trigger:{}", trigger.trigger_id)),
        ..Asked::default()
    };
    Ok((checked, asked, policy))
}

/// What the run is given: the trigger's templates over `event`, as the inputs' types have them.
pub(super) fn inputs(
    definition: &Definition,
    said: &Trigger,
    event: &Value,
) -> Result<BTreeMap<String, Value>, Error> {
    let context = json!({ "event": event });
    let mut found = BTreeMap::new();
    for (name, template) in &said.inputs {
        let text = pipeline::render(template, &context)
            .map_err(|error| Error::invalid(format!("The trigger's input \"{name}\": {error}")))?;
        let kind = definition.inputs.get(name).map_or("any", |input| input.kind.as_str());
        let given = Value::String(text);
        // What isn't text is written as JSON.
        let value = match (&given, pipeline::coerce(given.clone(), "text", kind)) {
            (Value::String(text), Err(_)) => serde_json::from_str(text).unwrap_or(given),
            (_, Ok(value)) => value,
            (_, Err(_)) => given,
        };
        found.insert(name.clone(), value);
    }
    Ok(found)
}
