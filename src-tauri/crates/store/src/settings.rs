//! Named values that a person may change.

use domain::{Setting, UserId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// The value, if it was ever set.
pub fn get(connection: &Connection, owner: UserId, key: &str) -> Result<Option<Value>, Error> {
    let mut query =
        connection.prepare_cached("SELECT value FROM settings WHERE owner_id = ?1 AND key = ?2")?;
    Ok(query.query_row(params![Blob(owner), key], |found| row::json(found, 0)).optional()?)
}

/// Sets the value.
pub fn set(connection: &Connection, owner: UserId, key: &str, value: &Value) -> Result<(), Error> {
    let sql = "INSERT INTO settings (owner_id, key, value) VALUES (?1, ?2, ?3)
               ON CONFLICT (owner_id, key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), key, Json(value)])?;
    Ok(())
}

/// Goes back to the default; nothing happens if it was never set.
pub fn delete(connection: &Connection, owner: UserId, key: &str) -> Result<(), Error> {
    let sql = "DELETE FROM settings WHERE owner_id = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), key])?;
    Ok(())
}

/// All that were set, by key.
pub fn all(connection: &Connection, owner: UserId) -> Result<Vec<Setting>, Error> {
    let mut query =
        connection.prepare_cached("SELECT key, value FROM settings WHERE owner_id = ?1 ORDER BY key")?;
    let settings = query
        .query_map([Blob(owner)], |found| Ok(Setting { key: found.get(0)?, value: row::json(found, 1)? }))?
        .collect::<Result<_, _>>()?;
    Ok(settings)
}
