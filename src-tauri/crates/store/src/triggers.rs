//! What begins runs by itself: as the newest runnable definition has it, whether it is switched on, and how far it is.

use domain::{RunId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// A trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggerRow {
    /// Whose it is.
    pub owner_id: UserId,
    /// The pipeline.
    pub pipeline_id: String,
    /// Its id in the definition.
    pub trigger_id: String,
    /// schedule, watch, event, webhook, api, chat.
    pub kind: String,
    /// What the definition says of it.
    pub config: Value,
    /// Whether it begins runs.
    pub enabled: bool,
    /// How far it is, by kind.
    pub cursor: Value,
    /// When it begins one next, of a schedule.
    pub next_at: Option<Timestamp>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT owner_id, pipeline_id, trigger_id, kind, config, enabled, cursor, next_at, last_error FROM triggers ",
            $rest
        )
    };
}

fn trigger(found: &Row<'_>) -> rusqlite::Result<TriggerRow> {
    Ok(TriggerRow {
        owner_id: row::id(found, 0)?,
        pipeline_id: found.get(1)?,
        trigger_id: found.get(2)?,
        kind: found.get(3)?,
        config: row::json(found, 4)?,
        enabled: found.get(5)?,
        cursor: row::json(found, 6)?,
        next_at: found.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
        last_error: found.get(8)?,
    })
}

/// Adds a trigger, or replaces all of it.
pub fn put(connection: &Connection, new: &TriggerRow) -> Result<(), Error> {
    let sql = "INSERT INTO triggers (owner_id, pipeline_id, trigger_id, kind, config, enabled, cursor, next_at, last_error)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (owner_id, pipeline_id, trigger_id) DO UPDATE SET
               kind = excluded.kind, config = excluded.config, enabled = excluded.enabled, cursor = excluded.cursor,
               next_at = excluded.next_at, last_error = excluded.last_error";
    connection.prepare_cached(sql)?.execute(params![
        Blob(new.owner_id),
        new.pipeline_id,
        new.trigger_id,
        new.kind,
        Json(&new.config),
        new.enabled,
        Json(&new.cursor),
        new.next_at.map(Timestamp::millis),
        new.last_error,
    ])?;
    Ok(())
}

/// One trigger.
pub fn get(connection: &Connection, owner: UserId, pipeline: &str, id: &str) -> Result<TriggerRow, Error> {
    let sql = select!("WHERE owner_id = ?1 AND pipeline_id = ?2 AND trigger_id = ?3");
    let mut query = connection.prepare_cached(sql)?;
    query.query_row(params![Blob(owner), pipeline, id], trigger).optional()?.ok_or(Error::NotFound)
}

/// A pipeline's triggers by id; of all pipelines that aren't put away where none is named.
pub fn list(
    connection: &Connection,
    owner: UserId,
    pipeline: Option<&str>,
) -> Result<Vec<TriggerRow>, Error> {
    let sql = select!(
        "AS t WHERE owner_id = ?1 AND (?2 IS NULL OR pipeline_id = ?2) AND EXISTS (SELECT 1 FROM pipelines AS p
         WHERE p.owner_id = t.owner_id AND p.id = t.pipeline_id AND p.deleted_at IS NULL) ORDER BY pipeline_id, trigger_id"
    );
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map(params![Blob(owner), pipeline], trigger)?.collect::<Result<_, _>>()?)
}

/// Everybody's triggers of a kind that are switched on, of pipelines that aren't put away.
pub fn enabled(connection: &Connection, kind: &str) -> Result<Vec<TriggerRow>, Error> {
    let sql = select!(
        "AS t WHERE kind = ?1 AND enabled AND EXISTS (SELECT 1 FROM pipelines AS p WHERE p.owner_id = t.owner_id
         AND p.id = t.pipeline_id AND p.deleted_at IS NULL) ORDER BY pipeline_id, trigger_id"
    );
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([kind], trigger)?.collect::<Result<_, _>>()?)
}

/// Says how far it is. `NotFound` where it is gone or was switched off meanwhile: then nothing may come of it.
pub fn advance(
    connection: &Connection,
    of: &TriggerRow,
    cursor: &Value,
    next_at: Option<Timestamp>,
    last_error: Option<&str>,
) -> Result<(), Error> {
    let sql = "UPDATE triggers SET cursor = ?4, next_at = ?5, last_error = ?6 WHERE owner_id = ?1 AND pipeline_id = ?2
               AND trigger_id = ?3 AND enabled";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(of.owner_id),
        of.pipeline_id,
        of.trigger_id,
        Json(cursor),
        next_at.map(Timestamp::millis),
        last_error,
    ])?)
}

/// Forgets one that its definition has no more.
pub fn delete(connection: &Connection, owner: UserId, pipeline: &str, id: &str) -> Result<(), Error> {
    let sql = "DELETE FROM triggers WHERE owner_id = ?1 AND pipeline_id = ?2 AND trigger_id = ?3";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), pipeline, id])?;
    Ok(())
}

/// How many a pipeline has.
pub fn count(connection: &Connection, owner: UserId, pipeline: &str) -> Result<u32, Error> {
    let sql = "SELECT count(*) FROM triggers WHERE owner_id = ?1 AND pipeline_id = ?2";
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(owner), pipeline], |found| found.get(0))?)
}

/// The trigger's runs that aren't over, oldest first.
pub fn under_way(connection: &Connection, of: &TriggerRow) -> Result<Vec<RunId>, Error> {
    let sql = "SELECT id FROM runs WHERE owner_id = ?1 AND pipeline_id = ?2 AND status IN ('queued', 'running', 'waiting', 'paused')
               AND json_extract(origin, '$.type') = 'trigger' AND json_extract(origin, '$.id') = ?3 ORDER BY created_at, id";
    let mut query = connection.prepare_cached(sql)?;
    let ids = query
        .query_map(params![Blob(of.owner_id), of.pipeline_id, of.trigger_id], |found| row::id(found, 0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
