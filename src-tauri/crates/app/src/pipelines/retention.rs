//! How long runs that are over are kept, and large values that nobody holds any more.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{Actor, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::kept::EndedRow;
use tokio_util::sync::CancellationToken;
use ts_rs::TS;

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

/// The most runs of a pipeline that are removed in one go.
const AT_ONCE: usize = 200;
/// The longest that anything is kept, in days.
const LONGEST: i64 = 36_500;

/// How long runs that are over are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// At most so many that didn't fail.
    pub runs: u32,
    /// At most so many days after their end.
    #[ts(type = "number")]
    pub days: i64,
    /// The same for failed ones.
    #[ts(type = "number")]
    pub failed_days: i64,
}

/// How long runs of a pipeline are to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PipelineRetentionParams {
    /// The pipeline.
    pub id: String,
    /// What is changed; without it nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { runs: 1000, days: 90, failed_days: 180 }
    }
}

impl Retention {
    /// Whether a run that is over is older than it is kept; `place` is its own among the pipeline's runs, from the newest, from 1.
    pub(crate) fn is_over(self, failed: bool, place: u32, finished_at: Timestamp, now: Timestamp) -> bool {
        let before = |days: i64| finished_at.millis() < now.millis().saturating_sub(days.saturating_mul(DAY));
        if failed { before(self.failed_days) } else { place > self.runs || before(self.days) }
    }
}

/// How long runs of a pipeline are kept, changed where that is asked for.
pub async fn retention(app: App, actor: Actor, params: PipelineRetentionParams) -> Result<Retention, Error> {
    let id = params.id;
    let Some(new) = params.retention else {
        let row = app.store.read(move |conn| store::pipelines::get(conn, actor.user_id, &id)).await;
        let row = row.map_err(super::library::missing)?;
        return Ok(serde_json::from_value(row.retention).unwrap_or_default());
    };
    let fine = |days: i64| (1..=LONGEST).contains(&days);
    if new.runs == 0 || !fine(new.days) || !fine(new.failed_days) {
        return Err(Error::invalid(format!("Keep at least one run, for 1 to {LONGEST} days.")));
    }
    let write = app.store.write(move |conn| {
        let row = store::pipelines::get(conn, actor.user_id, &id)?;
        store::pipelines::put(
            conn,
            actor.user_id,
            &store::pipelines::PipelineRow { retention: json!(new), ..row },
        )
    });
    write.await.map_err(super::library::missing)?;
    // What is older by now goes soon, not only in an hour.
    app.pipelines.sweep.notify_one();
    Ok(new)
}

/// Looks now and then. After a jump of the clock by more than a day nothing is removed until a person says so or the application
/// starts again: what looks old may have been made this morning.
pub(crate) async fn keep(app: App, shutdown: CancellationToken) {
    let mut wait = FIRST;
    // Looked at without a gap: the clock may jump while old runs are being removed, too.
    let (mut before, mut begun) = (app.clock.now().millis(), Passed::begin());
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
            () = app.pipelines.sweep.notified() => {}
        }
        wait = LOOK;
        let now = app.clock.now().millis();
        let jumped = jumped(before, now, begun.millis());
        (before, begun) = (now, Passed::begin());
        if jumped {
            tracing::warn!(
                "the clock jumped by more than a day: no old run is removed until somebody says so"
            );
            app.pipelines.sweep_waits.store(true, Ordering::Relaxed);
        }
        if app.pipelines.sweep_waits.load(Ordering::Relaxed) {
            continue;
        }
        if let Err(error) = sweep(&app, Actor::LOCAL).await {
            tracing::warn!(%error, "old runs could not be removed");
        }
    }
}

/// Whether the clock shows more than a day more or less than has passed, all in milliseconds.
fn jumped(before: i64, now: i64, passed: i64) -> bool {
    now.saturating_sub(before).saturating_sub(passed).saturating_abs() > DAY
}

/// How much time passed, the computer's sleep included, whatever the wall clock says.
struct Passed {
    awake: tokio::time::Instant,
    booted: Option<Duration>,
}

impl Passed {
    fn begin() -> Self {
        Self { awake: tokio::time::Instant::now(), booted: engine::awake::since_boot() }
    }

    fn millis(&self) -> i64 {
        let booted = engine::awake::since_boot().zip(self.booted).map(|(now, then)| now.saturating_sub(then));
        i64::try_from(booted.unwrap_or_else(|| self.awake.elapsed()).as_millis()).unwrap_or(0)
    }
}

/// Removes what is older than it is kept, at most 200 runs of each pipeline, and says how many those were.
pub(crate) async fn sweep(app: &App, actor: Actor) -> Result<u32, Error> {
    let now = app.clock.now();
    let mut removed = 0;
    let sources = app.store.read(move |conn| store::kept::sources(conn, actor.user_id)).await?;
    for row in sources {
        let kept: Retention = serde_json::from_value(row.retention).unwrap_or_default();
        let ended =
            app.store.read(move |conn| store::kept::ended(conn, actor.user_id, &row.pipeline_id)).await?;
        let is_over = |run: &EndedRow| kept.is_over(run.failed, run.place, run.finished_at, now);
        for run in ended.into_iter().filter(is_over).take(AT_ONCE) {
            remove(app, actor, run.id).await?;
            removed += 1;
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
    Ok(removed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_more_than_a_day_is_one_whichever_way() {
        let hour = DAY / 24;
        assert!(!jumped(0, hour, hour) && !jumped(0, 2 * hour, hour) && !jumped(0, -hour, hour));
        assert!(jumped(0, 365 * DAY, hour) && jumped(365 * DAY, 0, hour) && jumped(0, DAY + hour + 1, hour));
        assert!(jumped(i64::MIN, i64::MAX, 0));
    }
}
