//! What an earlier start of the application left, and the tasks that all runs share. One look at the database: no run gets a
//! task before its turn comes or something happens to it.

use std::collections::HashSet;

use domain::{Actor, RunId, RunStatus};
use serde_json::json;

use super::{
    actor::Message,
    happening,
    kill::kill_point,
    outbox, registry,
    registry::Queued,
    retention, timers,
    topic::{self, Topic},
};
use crate::{App, Drives};

/// What goes on by itself in an application, or only what it is asked for.
pub(crate) async fn begin(app: &App) {
    if !app.condition().is_writable() {
        return;
    }
    kill_point!("before_recovery");
    topic::learn(app).await;
    if app.options.drives == Drives::All {
        take_up(app, None).await;
        let of_task = app.clone();
        app.tasks.spawn("run-retention", |shutdown| retention::keep(of_task, shutdown));
        super::triggers::begin(app);
        super::files::begin(app);
    } else {
        settle(app).await;
    }
    let of_task = app.clone();
    app.tasks.spawn("run-timers", |shutdown| timers::keep(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("outbox", |shutdown| outbox::deliver(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("webhooks", |shutdown| crate::webhooks::deliver(of_task, shutdown));
}

/// Puts the unfinished runs in their order, arms timers, and lets everything go on; or only that run and those inside it.
/// A run that is under way already isn't disturbed.
pub(crate) async fn take_up(app: &App, only: Option<RunId>) {
    let found = app
        .store
        .read(move |conn| {
            let family: Option<HashSet<RunId>> = match only {
                Some(id) => Some(store::runs::family(conn, id)?.into_iter().collect()),
                None => None,
            };
            let ours = |id: &RunId| family.as_ref().is_none_or(|family| family.contains(id));
            let (mut runs, mut timers) = (store::runs::unfinished(conn)?, store::timers::all(conn)?);
            runs.retain(|run| ours(&run.id));
            timers.retain(|timer| ours(&timer.run_id));
            let mut told = store::signals::runs_waiting(conn)?;
            let left = store::attempts::runs_with_left(conn)?;
            let is_left = left.iter().any(ours);
            told.extend(left);
            told.retain(|id| ours(id));
            let mut unheard = store::runs::unheard(conn)?;
            unheard.retain(|(run, _)| ours(run));
            Ok((runs, timers, told, unheard, is_left))
        })
        .await;
    let (mut runs, timers, told, unheard, is_left) = match found {
        Ok(found) => found,
        Err(error) => return tracing::error!(%error, "unfinished runs could not be looked for"),
    };
    runs.retain(|run| !app.pipelines.registry.knows(run.id));
    let recovered = runs.len();
    let was_at_work = runs.iter().filter(|run| run.status == RunStatus::Running).count();
    if only.is_none() && was_at_work > 0 {
        tell(app, was_at_work).await;
    }
    if is_left {
        retention::sweep_orphans(app, std::time::Duration::ZERO).await;
    }
    for timer in timers {
        app.pipelines.timers.set(app, timer);
    }
    // Those that were at work come first, in their old order.
    let (at_work, queued): (Vec<_>, Vec<_>) = runs
        .into_iter()
        .filter(|run| matches!(run.status, RunStatus::Queued | RunStatus::Running))
        .partition(|run| run.status == RunStatus::Running);
    for run in at_work.into_iter().chain(queued) {
        app.pipelines.registry.enqueue(Queued {
            id: run.id,
            pipeline_id: run.pipeline_id,
            priority: run.priority,
            counted: run.concurrency_key,
            inner: run.inner,
        });
    }
    registry::admit(app);
    // An answer that was committed and not yet heard; an attempt that ended with its run waiting for something else.
    for run in told {
        if !app.pipelines.registry.knows(run) {
            registry::tell(app, run, Message::Signal(None));
        }
    }
    for (run, other) in unheard {
        registry::tell(app, run, Message::Child(other));
    }
    if recovered > 0 {
        tracing::info!(runs = recovered, "unfinished runs are gone on with");
    }
}

/// Tells that so many runs are gone on with that were at work when the application ended.
async fn tell(app: &App, runs: usize) {
    let (owner, now) = (Actor::LOCAL.user_id, app.clock.now());
    let told = json!({ "detail": { "runs": runs } });
    let write =
        app.store.write(move |conn| happening::tell(conn, owner, Topic::AppRecovered, told, 0, now)).await;
    if let Err(error) = write {
        tracing::warn!(%error, "that runs are gone on with could not be told");
    }
}

/// Attempts of runs that are over are nobody's to go on with, and are ended by whoever comes first.
async fn settle(app: &App) {
    let found = app
        .store
        .read(|conn| {
            let unfinished: HashSet<RunId> =
                store::runs::unfinished(conn)?.iter().map(|run| run.id).collect();
            let mut left = store::attempts::runs_with_left(conn)?;
            left.retain(|id| !unfinished.contains(id));
            Ok(left)
        })
        .await;
    match found {
        Ok(left) => left.into_iter().for_each(|run| registry::tell(app, run, Message::Signal(None))),
        Err(error) => tracing::error!(%error, "attempts of runs that are over could not be looked for"),
    }
}
