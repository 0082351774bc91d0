//! How long runs that are over are kept, and large values that nobody holds any more.

use std::time::Duration;

use domain::{Actor, RunId, Timestamp};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    blobs::{self, holder, release},
    kill::kill_point,
};
use crate::{App, Error, events::Event};

/// How often it is looked.
const LOOK: Duration = Duration::from_hours(1);
/// So soon after the start, when nobody waits for the disk.
const FIRST: Duration = Duration::from_mins(2);
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Results that weren't asked for in so many days are forgotten.
const CACHE_DAYS: i64 = 90;

/// What a pipeline's row says; absent ones are these.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Kept {
    runs: u32,
    days: i64,
    failed_days: i64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { runs: 1000, days: 90, failed_days: 180 }
    }
}

/// Looks now and then. After a jump of the clock by more than a day nothing is removed until the application starts again: what
/// looks old may have been made this morning.
pub(crate) async fn keep(app: App, shutdown: CancellationToken) {
    let mut wait = FIRST;
    loop {
        let (before, begun) = (app.clock.now().millis(), tokio::time::Instant::now());
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let now = app.clock.now().millis();
        let passed = i64::try_from(begun.elapsed().as_millis()).unwrap_or(0);
        if (now - before - passed).abs() > DAY {
            return tracing::warn!(
                "the clock jumped by more than a day: no old run is removed before the next start"
            );
        }
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, "old runs could not be removed");
        }
        wait = LOOK;
    }
}

/// Removes what is older than it is kept.
pub(crate) async fn sweep(app: &App) -> Result<(), Error> {
    let (actor, now) = (Actor::LOCAL, app.clock.now());
    let pipelines = app.store.read(move |conn| store::pipelines::list(conn, actor.user_id)).await?;
    for row in pipelines {
        let kept: Kept = serde_json::from_value(row.retention).unwrap_or_default();
        let before = |days: i64| Timestamp::from_millis(now.millis() - days.saturating_mul(DAY));
        let (days, failed_days) = (before(kept.days), before(kept.failed_days));
        let (owner, id, runs) = (actor.user_id, row.id, kept.runs);
        let expired = app
            .store
            .read(move |conn| store::runs::expired(conn, owner, &id, runs, days, failed_days))
            .await?;
        for run in expired {
            remove(app, actor, run).await?;
        }
    }
    let before = Timestamp::from_millis(now.millis() - CACHE_DAYS * DAY);
    let free = app
        .store
        .write(move |conn| {
            store::idempotency::sweep(conn, now)?;
            let mut free = Vec::new();
            for key in store::step_cache::sweep(conn, before)? {
                free.extend(store::blob_refs::release(conn, &format!("cache:{key}"))?);
            }
            Ok(free)
        })
        .await?;
    release(app, free).await;
    sweep_orphans(app, Duration::from_hours(24)).await;
    Ok(())
}

/// Removes a run that is over, with the large values that only it held. What it cost stays in the ledger.
pub(crate) async fn remove(app: &App, actor: Actor, run: RunId) -> Result<(), Error> {
    let free = app
        .store
        .write(move |conn| {
            let children = store::runs::children(conn, run)?;
            store::runs::delete(conn, actor.user_id, run)?;
            let mut free = store::blob_refs::release(conn, &holder(run))?;
            for child in children.into_iter().filter(|child| child.status.is_final()) {
                store::runs::delete(conn, actor.user_id, child.id)?;
                free.extend(store::blob_refs::release(conn, &holder(child.id))?);
            }
            Ok(free)
        })
        .await?;
    kill_point!("run_deleted");
    release(app, free).await;
    super::roots::forget(app, run).await;
    app.bus.publish(Event::RunRemoved { id: run });
    Ok(())
}

/// Large values that a crash left without a row that names them, and that are at least so old.
pub(crate) async fn sweep_orphans(app: &App, older_than: Duration) {
    let data = app.store.folder().to_owned();
    let Ok(all) = tokio::task::spawn_blocking(move || blobs::all(&data, older_than)).await else { return };
    release(app, all).await;
}
