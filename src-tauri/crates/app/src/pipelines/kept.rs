//! What runs that are over take on the disk, and what of it is older than it is kept: to be looked at, and removed at once.

use std::{collections::HashSet, sync::atomic::Ordering};

use domain::{Actor, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    blobs::{self, holder},
    retention::{self, Retention},
};
use crate::{App, Error, api::Nothing};

/// Whose runs, and by which rule they are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct RunsKeptParams {
    /// Of this pipeline only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// What would go if they were kept so, in place of how they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
}

/// The runs of a pipeline, or of a file, that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct RunsKept {
    /// The pipeline.
    pub pipeline_id: String,
    /// What a person calls it.
    pub name: String,
    /// Whether it is in the library, so that the rule can be changed; else it was removed, or only a file was run.
    pub known: bool,
    /// How long they are kept.
    pub retention: Retention,
    /// How many there are.
    pub runs: u32,
    /// How many of them failed.
    pub failed: u32,
    /// When the oldest of them ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Timestamp>,
    /// What they take, in bytes: their rows, and large values, of which each is counted once.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many of them are older than they are kept.
    pub expired: u32,
    /// What goes with these, in bytes; a large value that another run holds stays.
    #[ts(type = "number")]
    pub frees: u64,
}

/// What runs that are over take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AllRunsKept {
    /// The clock jumped by more than a day: none is removed until a person says so, which is what removing them does.
    pub waits: bool,
    /// Of each pipeline.
    pub pipelines: Vec<RunsKept>,
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct RunsRemoved {
    /// How many runs.
    pub removed: u32,
}

/// Looks at the runs of all pipelines, or of one.
pub async fn kept(app: App, actor: Actor, params: RunsKeptParams) -> Result<AllRunsKept, Error> {
    let mut rows = app.store.read(move |conn| store::kept::sources(conn, actor.user_id)).await?;
    if let Some(id) = &params.pipeline_id {
        rows.retain(|row| row.pipeline_id == *id);
    }
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let own: Retention = serde_json::from_value(row.retention).unwrap_or_default();
        let rule = params.retention.unwrap_or(own);
        let seen = look(&app, actor, &row.pipeline_id, rule).await?;
        all.push(RunsKept {
            pipeline_id: row.pipeline_id,
            name: row.name,
            known: row.known,
            retention: own,
            ..seen
        });
    }
    Ok(AllRunsKept { waits: app.pipelines.sweep_waits.load(Ordering::Relaxed), pipelines: all })
}

/// Removes what is older than it is kept, now, and from now on again by itself where a jump of the clock had stopped that.
pub async fn tidy(app: App, actor: Actor, _params: Nothing) -> Result<RunsRemoved, Error> {
    app.pipelines.sweep_waits.store(false, Ordering::Relaxed);
    let mut removed = 0;
    loop {
        // It takes so many at a time.
        let gone = retention::sweep(&app, actor).await?;
        removed += gone;
        if gone == 0 {
            return Ok(RunsRemoved { removed });
        }
    }
}

async fn look(app: &App, actor: Actor, pipeline: &str, rule: Retention) -> Result<RunsKept, Error> {
    let (owner, id, now) = (actor.user_id, pipeline.to_owned(), app.clock.now());
    let runs = app
        .store
        .read(move |conn| {
            let mut all = Vec::new();
            for run in store::kept::over(conn, owner, &id)? {
                all.push((run, store::blob_refs::held(conn, &holder(run.id))?));
            }
            Ok(all)
        })
        .await?;
    let data = app.store.folder().to_owned();
    let counted =
        tokio::task::spawn_blocking(move || count(&runs, rule, now, |hash| blobs::size(&data, hash)));
    counted.await.map_err(|_| {
        Error::new(domain::ErrorCode::Interrupted, "Web+ is ending. Look again after its start.")
    })
}

type Held = (store::kept::KeptRow, Vec<String>);

fn count(runs: &[Held], rule: Retention, now: Timestamp, size: impl Fn(&str) -> u64) -> RunsKept {
    let mut stays = HashSet::new();
    let mut goes = HashSet::new();
    let mut seen = RunsKept {
        pipeline_id: String::new(),
        name: String::new(),
        known: false,
        retention: rule,
        runs: 0,
        failed: 0,
        oldest: None,
        bytes: 0,
        expired: 0,
        frees: 0,
    };
    for (run, hashes) in runs {
        seen.bytes += run.bytes;
        let hashes = hashes.iter().map(String::as_str);
        if run.inner {
            stays.extend(hashes);
            continue;
        }
        seen.runs += 1;
        seen.failed += u32::from(run.failed);
        seen.oldest = Some(seen.oldest.map_or(run.finished_at, |oldest| oldest.min(run.finished_at)));
        if rule.is_over(run.failed, run.place, run.finished_at, now) {
            seen.expired += 1;
            seen.frees += run.bytes;
            goes.extend(hashes);
        } else {
            stays.extend(hashes);
        }
    }
    seen.bytes += stays.union(&goes).map(|hash| size(hash)).sum::<u64>();
    seen.frees += goes.difference(&stays).map(|hash| size(hash)).sum::<u64>();
    seen
}

#[cfg(test)]
mod tests {
    use store::kept::KeptRow;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn run(place: u32, days_ago: i64, failed: bool, hashes: &[&str]) -> Held {
        let row = KeptRow {
            id: domain::RunId::new(Timestamp::from_millis(days_ago)),
            failed,
            inner: false,
            finished_at: Timestamp::from_millis((1000 - days_ago) * DAY),
            place,
            bytes: 10,
        };
        (row, hashes.iter().map(|hash| (*hash).to_owned()).collect())
    }

    fn counted(runs: &[Held], rule: Retention) -> (u32, u32, u64, u64) {
        let seen = count(runs, rule, Timestamp::from_millis(1000 * DAY), |_| 100);
        (seen.runs, seen.expired, seen.bytes, seen.frees)
    }

    #[test]
    fn what_another_run_holds_stays() {
        let runs = [run(1, 1, false, &["a"]), run(2, 2, false, &["a", "b"]), run(3, 300, true, &[])];
        let rule = Retention { runs: 1, days: 30, failed_days: 365 };
        assert_eq!(counted(&runs, rule), (3, 1, 230, 110));
    }

    #[test]
    fn a_failed_run_has_a_time_of_its_own_and_no_number() {
        let runs = [run(1, 1, true, &[]), run(2, 2, true, &[]), run(3, 40, false, &[])];
        assert_eq!(counted(&runs, Retention { runs: 1, days: 90, failed_days: 90 }).1, 1, "by its place");
        assert_eq!(counted(&runs, Retention { runs: 9, days: 30, failed_days: 90 }).1, 1, "by its age");
        assert_eq!(counted(&runs, Retention { runs: 9, days: 90, failed_days: 1 }).1, 1, "the failed one");
    }
}
