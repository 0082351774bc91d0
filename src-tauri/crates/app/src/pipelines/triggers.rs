//! What begins runs by itself: the triggers of the newest version of each pipeline that can run. Each is switched on by a
//! person. What it began is accepted in one transaction with how far it is (`occur`), so that a crash neither loses nor
//! repeats it.

mod chat;
mod describe;
mod event;
mod hook;
mod occur;
mod schedule;
mod scheduler;
mod watch;
mod watcher;

use domain::{Actor, ErrorCode, Run, Secret, Timestamp, UserId};
use serde_json::{Value, json};
use store::triggers::TriggerRow;
use tokio::sync::Notify;

use super::{
    params::{TriggerEnableParams, TriggerIdParams, TriggerListParams},
    topic,
    views::TriggerView,
};
use crate::{App, Error, events::Event};
pub(crate) use chat::{Chosen, FromChat, from_chat};
pub(crate) use event::happened;
pub use hook::{MAX_BODY, Posted, post};
use schedule::Schedule;
pub(crate) use watcher::will_write;

/// Who is woken when triggers change.
#[derive(Default)]
pub(crate) struct Woken {
    schedules: Notify,
    watches: Notify,
    written: watcher::Written,
    polled: std::sync::Mutex<watcher::Polled>,
}

impl Woken {
    fn all(&self) {
        self.schedules.notify_one();
        self.watches.notify_one();
    }
}

/// Begins to look at the clock and at folders.
pub(crate) fn begin(app: &App) {
    let of_task = app.clone();
    app.tasks.spawn("schedules", |shutdown| scheduler::keep(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("watched-folders", |shutdown| watcher::keep(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("known-models", |shutdown| super::happening::follow_models(of_task, shutdown));
}

/// What begins runs by itself.
pub async fn list(app: App, actor: Actor, params: TriggerListParams) -> Result<Vec<TriggerView>, Error> {
    let rows = app
        .store
        .read(move |conn| store::triggers::list(conn, actor.user_id, params.pipeline_id.as_deref()))
        .await?;
    Ok(rows.iter().map(|row| describe::view(&app, row)).collect())
}

/// Switches a trigger on or off. One that is switched on begins with what happens from then on.
pub async fn enable(app: App, actor: Actor, params: TriggerEnableParams) -> Result<TriggerView, Error> {
    let row = find(&app, actor, &params.pipeline_id, &params.id).await?;
    if !params.enabled && matches!(row.kind.as_str(), "api" | "chat") {
        return Err(Error::invalid(
            "Runs can always be begun by hand and through the API. Put the pipeline away instead.",
        ));
    }
    let mut row = TriggerRow { enabled: params.enabled, last_error: None, ..row };
    let mut secret = None;
    if row.enabled {
        let newest = app.store.read(store::outbox::newest).await?;
        start_anew(&mut row, app.clock.now(), newest).map_err(Error::invalid)?;
        if row.kind == "webhook" {
            secret = hook::secret_of(&app, &row).await?;
        }
    } else {
        row.next_at = None;
    }
    let kept = row.clone();
    app.store.write(move |conn| store::triggers::put(conn, &kept)).await?;
    topic::learn(&app).await;
    changed(&app, &row.pipeline_id);
    Ok(TriggerView {
        secret: secret.map(|secret: Secret| secret.expose().to_owned()),
        ..describe::view(&app, &row)
    })
}

/// Begins a run as the trigger would, now.
pub async fn fire(app: App, actor: Actor, params: TriggerIdParams) -> Result<Run, Error> {
    let row = find(&app, actor, &params.pipeline_id, &params.id).await?;
    let event = json!({"type": "manual", "at": occur::time(app.clock.now())});
    occur::by_hand(&app, row, event).await
}

/// A pipeline was saved, put away or brought back: its triggers are what its definition says now. One that can't run keeps
/// those that it had, and goes on with its newest version that can.
pub(crate) async fn saved(app: &App, actor: Actor, row: &store::pipelines::PipelineRow) -> Result<(), Error> {
    if row.hash.is_none() {
        return Ok(());
    }
    let listed = row.draft.get("triggers").and_then(Value::as_array).cloned().unwrap_or_default();
    let (owner, pipeline, now) = (actor.user_id, row.id.clone(), app.clock.now());
    // Looked at and written in one go: how far a trigger is may change at any time.
    let any = app
        .store
        .write(move |conn| {
            let before = store::triggers::list(conn, owner, Some(&pipeline))?;
            let newest = store::outbox::newest(conn)?;
            let renewed = |config| renewed(owner, &pipeline, config, &before, (now, newest));
            let new: Vec<_> = listed.iter().map(renewed).collect();
            for old in before.iter().filter(|old| !new.iter().any(|new| new.trigger_id == old.trigger_id)) {
                store::triggers::delete(conn, owner, &pipeline, &old.trigger_id)?;
            }
            new.iter().try_for_each(|new| store::triggers::put(conn, new))?;
            Ok(!before.is_empty() || !new.is_empty())
        })
        .await?;
    if any {
        topic::learn(app).await;
        changed(app, &row.id);
    }
    Ok(())
}

/// A trigger as its definition has it now, as far as it was before where that still fits.
fn renewed(
    owner: UserId,
    pipeline: &str,
    config: &Value,
    before: &[TriggerRow],
    (now, newest): (Timestamp, i64),
) -> TriggerRow {
    let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (id, kind) = (text("id"), text("kind"));
    let old = before.iter().find(|old| old.trigger_id == id && old.kind == kind);
    let mut new = TriggerRow {
        owner_id: owner,
        pipeline_id: pipeline.to_owned(),
        trigger_id: id,
        enabled: old.map_or_else(|| matches!(kind.as_str(), "api" | "chat"), |old| old.enabled),
        kind,
        config: config.clone(),
        cursor: old.map_or(Value::Null, |old| old.cursor.clone()),
        next_at: old.and_then(|old| old.next_at),
        last_error: old.and_then(|old| old.last_error.clone()),
    };
    let same = old.is_some_and(|old| place_of(&old.config) == place_of(config));
    if new.enabled && !same {
        new.last_error = start_anew(&mut new, now, newest).err();
    }
    new
}

/// What decides when it begins runs; what it gives them may change without beginning anew.
fn place_of(config: &Value) -> Vec<Option<&Value>> {
    ["cron", "tz", "glob", "path", "topic", "verify"].map(|key| config.get(key)).to_vec()
}

/// Begins from now, whatever happened before; of events the newest has that number.
fn start_anew(row: &mut TriggerRow, now: Timestamp, newest: i64) -> Result<(), String> {
    row.next_at = None;
    match row.kind.as_str() {
        "schedule" => {
            let schedule = Schedule::parse(&row.config)?;
            row.cursor = json!({"at": now.millis()});
            row.next_at = schedule.next(now);
        }
        "watch" => {
            watch::Place::of(&row.config)?;
            row.cursor = Value::Null;
        }
        "event" => row.cursor = json!({"number": newest}),
        _ => row.cursor = json!({"at": now.millis()}),
    }
    Ok(())
}

async fn find(app: &App, actor: Actor, pipeline: &str, id: &str) -> Result<TriggerRow, Error> {
    let (pipeline, id) = (pipeline.to_owned(), id.to_owned());
    let found = app.store.read(move |conn| store::triggers::get(conn, actor.user_id, &pipeline, &id)).await;
    found.map_err(|error| match error {
        store::Error::NotFound => Error::new(
            ErrorCode::NotFound,
            "There is no such trigger. Save the pipeline without faults, then try again.",
        ),
        other => other.into(),
    })
}

fn changed(app: &App, pipeline: &str) {
    app.pipelines.triggers.all();
    app.bus.publish(Event::TriggerChanged { pipeline_id: pipeline.to_owned() });
}
