//! What runs that are over take: how many there are of a pipeline, and what of each lies in which table.

use domain::{RunId, Timestamp, UserId};
use rusqlite::{Connection, params};

use crate::{
    Error,
    row::{self, Blob},
};

/// A run that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptRow {
    /// Its id.
    pub id: RunId,
    /// Whether it failed.
    pub failed: bool,
    /// Whether a step of another run began it: such a run goes with that one.
    pub inner: bool,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Its place among the pipeline's runs that no step began, those under way too, from the newest, from 1: the rule counts so.
    pub place: u32,
    /// What its rows hold of values and journal, in bytes.
    pub bytes: u64,
}

/// Runs of the pipeline that are over, the newest first. Reads what they hold, so that it takes its time where there are many.
pub fn over(connection: &Connection, owner: UserId, pipeline: &str) -> Result<Vec<KeptRow>, Error> {
    let sql = "SELECT id, status = 'failed', parent_run_id IS NOT NULL, finished_at,
                   length(input) + length(vars) + coalesce(length(outputs), 0)
                   + (SELECT coalesce(sum(length(body)), 0) FROM journal WHERE run_id = runs.id)
                   + (SELECT coalesce(sum(coalesce(length(result), 0)), 0) FROM step_runs WHERE run_id = runs.id)
                   + (SELECT coalesce(sum(length(input)), 0) FROM attempts WHERE run_id = runs.id), place
               FROM (SELECT *, row_number() OVER (PARTITION BY parent_run_id IS NULL ORDER BY created_at DESC, id DESC) AS place
                     FROM runs WHERE owner_id = ?1 AND pipeline_id = ?2) AS runs
               WHERE finished_at IS NOT NULL
               ORDER BY created_at DESC, id DESC";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(owner), pipeline], |found| {
        Ok(KeptRow {
            id: row::id(found, 0)?,
            failed: found.get(1)?,
            inner: found.get(2)?,
            finished_at: Timestamp::from_millis(found.get(3)?),
            bytes: u64::try_from(found.get::<_, i64>(4)?).unwrap_or(0),
            place: found.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
