//! Accepting a run: everything that it will rest on is fixed and on the disk before anybody is told its id.

mod asked;
mod check;
mod prepare;

use domain::{Actor, ErrorCode, EventRowId, JournalEntry, Run, RunId, Timestamp};
use serde_json::{Value, json};
use store::{idempotency::Used, outbox::OutboxEvent, runs::RunRow, timers::Timer};

use super::{
    blobs::holder,
    blueprint::blueprint,
    kill::kill_point,
    registry::{self, Queued},
    topic::Topic,
};
use crate::{App, Error, events::Event};

pub(crate) use asked::{Asked, Fixed, Reuse};
use check::nested;
pub(crate) use check::{Checked, check};
use prepare::prepare;

/// How long a caller's key is remembered: seven days.
const KEY_LIFE: i64 = 7 * 24 * 60 * 60 * 1000;

/// What became of a run that was asked for.
pub(crate) enum Came {
    /// It is accepted.
    Accepted(Box<Run>),
    /// The key was used before: for that run, with the same inputs or not.
    Known(RunId, bool),
    /// Who asked changed its mind in the same transaction.
    Passed,
}

/// A run that is ready to be written.
pub(crate) struct Accepted {
    pub row: RunRow,
    schedule: Option<i64>,
    key: Option<(String, Used)>,
    queued: Queued,
    blobs: Vec<String>,
}

impl Accepted {
    pub(crate) fn id(&self) -> RunId {
        self.row.run.id
    }

    /// The same on the writer, whatever else is written with it.
    pub(crate) fn insert(&self, conn: &store::Connection, epoch: u64) -> Result<(), store::Error> {
        let (run, now) = (&self.row.run, self.row.run.created_at);
        store::runs::insert(conn, epoch, &self.row)?;
        let holder = holder(run.id);
        for hash in &self.blobs {
            store::blob_refs::hold(conn, hash, &holder)?;
        }
        let body = json!({ "origin": run.origin });
        let entry = JournalEntry { seq: 1, at: now, kind: "run.accepted".to_owned(), body };
        store::journal::push(conn, run.id, &entry)?;
        if let Some(schedule) = self.schedule {
            store::timers::set(conn, &self.timer(schedule))?;
        }
        if let Some((key, used)) = &self.key {
            let until = Timestamp::from_millis(now.millis() + KEY_LIFE);
            store::idempotency::put(conn, self.row.owner_id, &run.pipeline_id, key, used, until)?;
        }
        let event = OutboxEvent {
            id: EventRowId::new(now),
            owner_id: self.row.owner_id,
            topic: Topic::RunQueued.name().to_owned(),
            payload: json!({ "run": run, "runSeq": run.seq, "depth": self.row.depth }),
            created_at: now,
        };
        store::outbox::push(conn, &event)
    }

    fn timer(&self, schedule: i64) -> Timer {
        Timer {
            run_id: self.id(),
            scope: String::new(),
            node: String::new(),
            kind: "schedule".to_owned(),
            due_at: Timestamp::from_millis(self.row.run.created_at.millis() + schedule),
            duration: schedule,
        }
    }

    /// It is on the disk: it waits for its turn.
    pub(crate) fn admitted(self, app: &App) {
        app.pipelines.in_flight.release(&self.blobs);
        if let Some(schedule) = self.schedule {
            app.pipelines.timers.set(app, self.timer(schedule));
        }
        app.bus.publish(Event::RunChanged { run: Box::new(self.row.run.clone()) });
        app.pipelines.registry.enqueue(self.queued);
        app.pipelines.outbox.notify_one();
        registry::admit(app);
    }
}

/// Accepts a run of a definition that was checked. The same key gives the same run.
pub(crate) async fn accept(app: &App, actor: Actor, checked: &Checked, asked: Asked) -> Result<Run, Error> {
    match accept_with(app, actor, checked, asked, |_, _| Ok(true)).await? {
        Came::Accepted(run) => Ok(*run),
        Came::Known(run, true) => app
            .store
            .read(move |conn| store::runs::get(conn, actor.user_id, run))
            .await
            .map_err(|error| match error {
                store::Error::NotFound => Error::new(
                    ErrorCode::Conflict,
                    "This key was used for a run that was deleted since. Use another key to run it again.",
                ),
                other => other.into(),
            }),
        Came::Known(..) | Came::Passed => Err(Error::new(
            ErrorCode::IdempotencyConflict,
            "This key was used before for a run with other inputs. Use another key.",
        )),
    }
}

/// Accepts a run in one transaction with what `also` writes, which says whether there is to be a run at all. What it writes is
/// kept where the key is known already, too.
pub(crate) async fn accept_with(
    app: &App,
    actor: Actor,
    checked: &Checked,
    mut asked: Asked,
    also: impl FnOnce(&store::Connection, &Run) -> Result<bool, store::Error> + Send + 'static,
) -> Result<Came, Error> {
    if asked.parent.is_none() && app.pipelines.registry.queued() >= app.options.most_queued {
        let mut error = Error::new(
            ErrorCode::QueueFull,
            format!(
                "{} runs wait already. Wait until some have ended, or cancel some, then try again.",
                app.options.most_queued
            ),
        );
        error.retry_after = Some(std::time::Duration::from_secs(30));
        return Err(error);
    }
    nested(app, actor, &checked.blueprint.definition, &mut asked.pipelines).await?;
    let accepted = prepare(app, actor, &checked.blueprint, asked).await?;
    let (hash, json) = (checked.blueprint.hash.clone(), checked.json.clone());
    let epoch = app.store.epoch();
    let write = app.store.write(move |conn| {
        if !also(conn, &accepted.row.run)? {
            return Ok(Err(None));
        }
        let now = accepted.row.run.created_at;
        if let Some((key, used)) = &accepted.key {
            let owner = accepted.row.owner_id;
            if let Some(before) =
                store::idempotency::find(conn, owner, &accepted.row.run.pipeline_id, key, now)?
            {
                return Ok(Err(Some((before.run_id, before.input_hash == used.input_hash))));
            }
        }
        store::pipelines::put_definition(conn, accepted.row.owner_id, &hash, &json, now)?;
        accepted.insert(conn, epoch)?;
        kill_point!("accepting");
        Ok(Ok(accepted))
    });
    match write.await? {
        Ok(accepted) => {
            kill_point!("accepted");
            let run = accepted.row.run.clone();
            accepted.admitted(app);
            Ok(Came::Accepted(Box::new(run)))
        }
        Err(Some((run, same))) => Ok(Came::Known(run, same)),
        Err(None) => Ok(Came::Passed),
    }
}

/// A run of a definition that is kept, to be written by who asks for it. It may do what was allowed both to it and to who asks:
/// a pipeline that was changed since doesn't get more by being run from another one.
pub(crate) async fn inner(app: &App, actor: Actor, hash: &str, mut asked: Asked) -> Result<Accepted, Error> {
    let blueprint = blueprint(app, actor, hash).await?;
    let own = hash.to_owned();
    let own = app.store.read(move |conn| store::pipelines::allowed(conn, actor.user_id, &own)).await?;
    let own = own.unwrap_or_default();
    let both = |one: &&Value| own.as_array().is_some_and(|own| own.contains(one));
    let allowed: Vec<Value> = asked.allowed.as_array().into_iter().flatten().filter(both).cloned().collect();
    asked.allowed = json!(allowed);
    prepare(app, actor, &blueprint, asked).await
}
