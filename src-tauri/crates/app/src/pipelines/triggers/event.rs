//! Runs begin runs: what was committed about a run is told here at least once and in order, and begins each run once, by the
//! event's own id.

use domain::{ErrorCode, Run};
use serde::Deserialize as _;
use serde_json::{Value, json};
use store::{outbox::OutboxEvent, triggers::TriggerRow};

use super::occur::{self, Occurrence};
use crate::{
    App,
    pipelines::topic::{is_of_a_step, matches},
};

/// Something was committed that triggers may be waiting for, under that number. `false` where it must be told again: what it began
/// already it doesn't begin twice.
pub(crate) async fn happened(app: &App, number: i64, event: OutboxEvent) -> bool {
    let mut all = !event.topic.starts_with("run.") || tell_conversation(app, &event).await;
    // A run has many steps: runs that are begun by those would begin ever more, long before their depth ends that.
    if is_of_a_step(&event.topic) && depth(&event) > 0 {
        return all;
    }
    let rows = match app.store.read(|conn| store::triggers::enabled(conn, "event")).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::warn!(%error, "triggers could not be looked for");
            return false;
        }
    };
    for row in rows.into_iter().filter(|row| row.owner_id == event.owner_id) {
        let wanted = row.config.get("topic").and_then(Value::as_str).unwrap_or_default();
        if !matches(wanted, &event.topic) || !after(&row, number) {
            continue;
        }
        let pipeline = row.pipeline_id.clone();
        if let Err(error) = one(app, row, &event).await {
            tracing::warn!(%error, %pipeline, topic = event.topic, "a trigger could not begin its run");
            // One that was removed meanwhile has nothing to begin.
            all &= error.code == ErrorCode::NotFound;
        }
    }
    all
}

/// A run that a conversation waits for is over. `false` where that must be told again.
async fn tell_conversation(app: &App, event: &OutboxEvent) -> bool {
    let Some(run) = event.payload.get("run").and_then(|run| Run::deserialize(run).ok()) else { return true };
    if !run.status.is_final() {
        return true;
    }
    let Err(error) = crate::chat::run_is_over(app, &run).await else { return true };
    tracing::warn!(%error, run = %run.id, "what a run gave could not be written into its conversation");
    // A run that was deleted meanwhile gives nothing any more.
    matches!(error.code, ErrorCode::NotFound | ErrorCode::DatabaseDamaged)
}

/// How many causes lie behind it.
fn depth(event: &OutboxEvent) -> u32 {
    event.payload.get("depth").and_then(Value::as_u64).unwrap_or(0) as u32
}

async fn one(app: &App, row: TriggerRow, event: &OutboxEvent) -> Result<(), crate::Error> {
    let mut told = event.payload.clone();
    if let Some(map) = told.as_object_mut() {
        map.insert("type".into(), event.topic.clone().into());
        map.insert("id".into(), event.id.to_string().into());
        map.insert("at".into(), occur::time(event.created_at).into());
    }
    if let Some(filter) = row.config.get("filter").and_then(Value::as_str).map(str::to_owned) {
        let context = json!({ "event": told });
        let holds = app.pipelines.evaluator.run(move || pipeline::condition(&filter, &context)).await?;
        match holds {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                let message = format!("The trigger's filter: {error}");
                let write = app.store.write(move |conn| {
                    store::triggers::advance(conn, &row, &row.cursor, None, Some(&message))
                });
                return Ok(write.await?);
            }
        }
    }
    let depth = depth(event) + 1;
    let occurrence = Occurrence {
        name: Some(format!("event:{}:{}", row.trigger_id, event.id)),
        cursor: row.cursor.clone(),
        trigger: row,
        event: told,
        next_at: None,
        depth,
        note: None,
    };
    occur::begin(app, occurrence).await?;
    Ok(())
}

/// Whether it happened after the trigger was switched on. Times don't say that: clocks are put back.
fn after(row: &TriggerRow, number: i64) -> bool {
    row.cursor.get("number").and_then(Value::as_i64).is_none_or(|newest| number > newest)
}
