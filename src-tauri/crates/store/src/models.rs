//! What is remembered of models between starts: where a file came from and is, what its header said, how it is loaded.

use domain::{ModelRef, Timestamp, UserId};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

/// What is remembered of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRecord {
    /// Which one.
    pub model: ModelRef,
    /// Where its file is, or the file's name in our own folder; absent for one that is at a provider.
    pub path: Option<String>,
    /// Where the file came from.
    pub origin: Option<String>,
    /// The file's SHA-256, as 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// The file's size in bytes.
    pub size: Option<u64>,
    /// Facts from the file's header.
    pub header: Option<Value>,
    /// What the person chose for loading it; `{}` for nothing.
    pub load_settings: Value,
    /// Whether it is only good for trying things out.
    pub test_size: bool,
    /// When this was last written.
    pub updated_at: Timestamp,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT model, path, origin, sha256, size, header, load_settings, test_size, updated_at FROM models ", $rest)
    };
}

fn record(found: &Row<'_>) -> rusqlite::Result<ModelRecord> {
    Ok(ModelRecord {
        model: row::text(found, 0)?,
        path: found.get(1)?,
        origin: found.get(2)?,
        sha256: found.get(3)?,
        size: found.get::<_, Option<i64>>(4)?.and_then(|size| u64::try_from(size).ok()),
        header: row::optional_json(found, 5)?,
        load_settings: row::json(found, 6)?,
        test_size: found.get(7)?,
        updated_at: row::time(found, 8)?,
    })
}

/// Remembers it, in place of what was remembered before.
pub fn upsert(connection: &Connection, owner: UserId, record: &ModelRecord) -> Result<(), Error> {
    let sql = "INSERT INTO models (owner_id, model, path, origin, sha256, size, header, load_settings, test_size, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
               ON CONFLICT (owner_id, model) DO UPDATE SET path = excluded.path, origin = excluded.origin,
               sha256 = excluded.sha256, size = excluded.size, header = excluded.header,
               load_settings = excluded.load_settings, test_size = excluded.test_size, updated_at = excluded.updated_at";
    connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Text(&record.model),
        record.path,
        record.origin,
        record.sha256,
        record.size.map(row::integer),
        record.header.as_ref().map(Json),
        Json(&record.load_settings),
        record.test_size,
        record.updated_at.millis(),
    ])?;
    Ok(())
}

/// What is remembered of that model.
pub fn get(connection: &Connection, owner: UserId, model: &ModelRef) -> Result<ModelRecord, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND model = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Text(model)], record)?)
}

/// All of them, by name.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<ModelRecord>, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 ORDER BY model"))?;
    Ok(query.query_map([Blob(owner)], record)?.collect::<Result<_, _>>()?)
}

/// Forgets it.
pub fn delete(connection: &Connection, owner: UserId, model: &ModelRef) -> Result<(), Error> {
    let sql = "DELETE FROM models WHERE owner_id = ?1 AND model = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Text(model)])?)
}
