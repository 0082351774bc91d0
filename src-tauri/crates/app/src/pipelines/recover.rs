//! What an earlier start of the application left, and the tasks that all runs share. One look at the database: no run gets a
//! task before its turn comes or something happens to it.

use domain::RunStatus;

use super::{actor::Message, kill::kill_point, outbox, registry, registry::Queued, retention, timers};
use crate::App;

/// Puts the unfinished runs in their order, arms timers, and lets everything go on.
pub(crate) async fn begin(app: &App) {
    if !app.condition().is_writable() {
        return;
    }
    kill_point!("before_recovery");
    let found = app
        .store
        .read(|conn| {
            Ok((
                store::runs::unfinished(conn)?,
                store::timers::all(conn)?,
                store::signals::runs_waiting(conn)?,
                store::attempts::runs_with_left(conn)?,
            ))
        })
        .await;
    let (runs, all_timers, signals, left) = match found {
        Ok(found) => found,
        Err(error) => return tracing::error!(%error, "unfinished runs could not be looked for"),
    };
    let recovered = runs.len();
    if !left.is_empty() {
        retention::sweep_orphans(app, std::time::Duration::ZERO).await;
    }
    for timer in all_timers {
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
    for run in signals.into_iter().chain(left) {
        if !app.pipelines.registry.knows(run) {
            registry::tell(app, run, Message::Signal(None));
        }
    }
    if recovered > 0 {
        tracing::info!(runs = recovered, "unfinished runs are gone on with");
    }
    let of_task = app.clone();
    app.tasks.spawn("run-timers", |shutdown| timers::keep(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("outbox", |shutdown| outbox::deliver(of_task, shutdown));
    let of_task = app.clone();
    app.tasks.spawn("run-retention", |shutdown| retention::keep(of_task, shutdown));
    super::triggers::begin(app);
}
