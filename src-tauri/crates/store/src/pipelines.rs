//! Pipelines as they were last saved, their versions, every definition, and what each was allowed.

use domain::{Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// A pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineRow {
    /// Its id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// As it was last saved.
    pub draft: Value,
    /// The definition's hash; absent while it can't be run.
    pub hash: Option<String>,
    /// The file that it is read from and written to.
    pub file: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
    /// When it was put away.
    pub deleted_at: Option<Timestamp>,
    /// How long ended runs are kept.
    pub retention: Value,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, draft, hash, file, created_at, updated_at, deleted_at, retention FROM pipelines ",
            $rest
        )
    };
}

fn pipeline(found: &Row<'_>) -> rusqlite::Result<PipelineRow> {
    Ok(PipelineRow {
        id: found.get(0)?,
        name: found.get(1)?,
        draft: row::json(found, 2)?,
        hash: found.get(3)?,
        file: found.get(4)?,
        created_at: row::time(found, 5)?,
        updated_at: row::time(found, 6)?,
        deleted_at: found.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
        retention: row::json(found, 8)?,
    })
}

/// Adds a pipeline, or replaces all of it but when it was made.
pub fn put(connection: &Connection, owner: UserId, row: &PipelineRow) -> Result<(), Error> {
    let sql = "INSERT INTO pipelines (owner_id, id, name, draft, hash, file, created_at, updated_at, deleted_at, retention)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (owner_id, id) DO UPDATE SET name = excluded.name,
               draft = excluded.draft, hash = excluded.hash, file = excluded.file, updated_at = excluded.updated_at,
               deleted_at = excluded.deleted_at, retention = excluded.retention";
    connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        row.id,
        row.name,
        Json(&row.draft),
        row.hash,
        row.file,
        row.created_at.millis(),
        row.updated_at.millis(),
        row.deleted_at.map(Timestamp::millis),
        Json(&row.retention),
    ])?;
    Ok(())
}

/// The pipeline with that id, put away or not.
pub fn get(connection: &Connection, owner: UserId, id: &str) -> Result<PipelineRow, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), id], pipeline)?)
}

/// The pipeline that is read from that file, put away or not.
pub fn of_file(connection: &Connection, owner: UserId, file: &str) -> Result<Option<PipelineRow>, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND file = ?2"))?;
    Ok(query.query_row(params![Blob(owner), file], pipeline).optional()?)
}

/// All that aren't put away, by name.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<PipelineRow>, Error> {
    let mut query =
        connection.prepare_cached(select!("WHERE owner_id = ?1 AND deleted_at IS NULL ORDER BY name, id"))?;
    Ok(query.query_map([Blob(owner)], pipeline)?.collect::<Result<_, _>>()?)
}

/// Puts it away, or brings it back.
pub fn set_deleted(
    connection: &Connection,
    owner: UserId,
    id: &str,
    at: Option<Timestamp>,
) -> Result<(), Error> {
    let sql = "UPDATE pipelines SET deleted_at = ?3 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        id,
        at.map(Timestamp::millis)
    ])?)
}

/// Keeps a definition for good.
pub fn put_definition(
    connection: &Connection,
    owner: UserId,
    hash: &str,
    json: &Value,
    at: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO definitions (owner_id, hash, json, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), hash, Json(json), at.millis()])?;
    Ok(())
}

/// The definition of that hash.
pub fn definition(connection: &Connection, owner: UserId, hash: &str) -> Result<Value, Error> {
    let sql = "SELECT json FROM definitions WHERE owner_id = ?1 AND hash = ?2";
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(owner), hash], |found| row::json(found, 0))?)
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// From 1.
    pub number: u32,
    /// The definition's hash.
    pub hash: String,
    /// What it is called; empty for most.
    pub label: String,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// Adds a version behind the newest and gives its number.
pub fn add_version(
    connection: &Connection,
    owner: UserId,
    pipeline: &str,
    hash: &str,
    label: &str,
    at: Timestamp,
) -> Result<u32, Error> {
    let sql = "INSERT INTO versions (owner_id, pipeline_id, number, hash, label, created_at) SELECT ?1, ?2,
               1 + coalesce(max(number), 0), ?3, ?4, ?5 FROM versions WHERE owner_id = ?1 AND pipeline_id = ?2
               RETURNING number";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![Blob(owner), pipeline, hash, label, at.millis()], |found| found.get(0))?)
}

/// Names the newest version.
pub fn label_newest(
    connection: &Connection,
    owner: UserId,
    pipeline: &str,
    label: &str,
) -> Result<(), Error> {
    let sql = "UPDATE versions SET label = ?3 WHERE owner_id = ?1 AND pipeline_id = ?2 AND number =
               (SELECT max(number) FROM versions WHERE owner_id = ?1 AND pipeline_id = ?2)";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), pipeline, label])?;
    Ok(())
}

/// A pipeline's versions, newest first.
pub fn versions(connection: &Connection, owner: UserId, pipeline: &str) -> Result<Vec<VersionRow>, Error> {
    let sql = "SELECT number, hash, label, created_at FROM versions WHERE owner_id = ?1 AND pipeline_id = ?2
               ORDER BY number DESC";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(owner), pipeline], |found| {
        Ok(VersionRow {
            number: found.get(0)?,
            hash: found.get(1)?,
            label: found.get(2)?,
            created_at: row::time(found, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the definition of that hash was allowed, if anybody said.
pub fn allowed(connection: &Connection, owner: UserId, hash: &str) -> Result<Option<Value>, Error> {
    let sql = "SELECT allowed FROM approvals WHERE owner_id = ?1 AND hash = ?2";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![Blob(owner), hash], |found| row::json(found, 0))
        .optional()?)
}

/// Says what the definition of that hash is allowed.
pub fn allow(
    connection: &Connection,
    owner: UserId,
    hash: &str,
    allowed: &Value,
    at: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO approvals (owner_id, hash, allowed, created_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (owner_id, hash) DO UPDATE SET allowed = excluded.allowed, created_at = excluded.created_at";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), hash, Json(allowed), at.millis()])?;
    Ok(())
}
