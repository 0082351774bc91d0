//! What runs that are over take: how many there are of a pipeline, and what of each lies in which table.

use domain::{RunId, Timestamp, UserId};
use rusqlite::{Connection, params};
use serde_json::Value;

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

/// Whose runs are kept by one rule: a pipeline, one that was removed since, or a file that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRow {
    /// The pipeline's id.
    pub pipeline_id: String,
    /// What a person calls it.
    pub name: String,
    /// How long its runs are kept.
    pub retention: Value,
    /// Whether the pipeline is in the library, so that the rule can be changed.
    pub known: bool,
}

/// The pipelines of the library by their names, then those that only runs are left of.
pub fn sources(connection: &Connection, owner: UserId) -> Result<Vec<SourceRow>, Error> {
    let sql = "SELECT id, name, retention, 1 FROM pipelines WHERE owner_id = ?1 AND deleted_at IS NULL
               UNION ALL
               SELECT runs.pipeline_id, max(runs.pipeline_name), coalesce(max(pipelines.retention), '{}'), 0
               FROM runs LEFT JOIN pipelines ON pipelines.owner_id = runs.owner_id AND pipelines.id = runs.pipeline_id
               WHERE runs.owner_id = ?1 AND runs.parent_run_id IS NULL
                 AND (pipelines.id IS NULL OR pipelines.deleted_at IS NOT NULL)
               GROUP BY runs.pipeline_id
               ORDER BY 4 DESC, 2, 1";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([Blob(owner)], |found| {
        Ok(SourceRow {
            pipeline_id: found.get(0)?,
            name: found.get(1)?,
            retention: row::json(found, 2)?,
            known: found.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When a run ended, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedRow {
    /// Its id.
    pub id: RunId,
    /// Whether it failed.
    pub failed: bool,
    /// When it ended.
    pub finished_at: Timestamp,
    /// As [`KeptRow::place`].
    pub place: u32,
}

/// Runs of the pipeline that are over and that no step of another run began, the oldest first.
pub fn ended(connection: &Connection, owner: UserId, pipeline: &str) -> Result<Vec<EndedRow>, Error> {
    let sql = "SELECT id, status = 'failed', finished_at, place FROM
               (SELECT id, status, finished_at, created_at, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
                FROM runs WHERE owner_id = ?1 AND pipeline_id = ?2 AND parent_run_id IS NULL)
               WHERE finished_at IS NOT NULL ORDER BY created_at, id";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(owner), pipeline], |found| {
        Ok(EndedRow {
            id: row::id(found, 0)?,
            failed: found.get(1)?,
            finished_at: Timestamp::from_millis(found.get(2)?),
            place: found.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
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
