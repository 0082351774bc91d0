//! Keys that callers start runs under. They outlive their runs.

use domain::{RunId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    Error,
    row::{self, Blob},
};

/// What a key was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The hash of what the run was given.
    pub input_hash: String,
    /// The run.
    pub run_id: RunId,
}

/// What the key was used for, unless that has expired.
pub fn find(
    connection: &Connection,
    owner: UserId,
    pipeline: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<Used>, Error> {
    let sql =
        "SELECT input_hash, run_id FROM idempotency WHERE owner_id = ?1 AND pipeline_id = ?2 AND key = ?3
               AND expires_at > ?4";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![Blob(owner), pipeline, key, now.millis()], |found| {
            Ok(Used { input_hash: found.get(0)?, run_id: row::id(found, 1)? })
        })
        .optional()?)
}

/// Keeps what the key was used for.
pub fn put(
    connection: &Connection,
    owner: UserId,
    pipeline: &str,
    key: &str,
    used: &Used,
    expires_at: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO idempotency (owner_id, pipeline_id, key, input_hash, run_id, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (owner_id, pipeline_id, key) DO UPDATE SET
               input_hash = excluded.input_hash, run_id = excluded.run_id, expires_at = excluded.expires_at";
    connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        pipeline,
        key,
        used.input_hash,
        Blob(used.run_id),
        expires_at.millis(),
    ])?;
    Ok(())
}

/// Forgets those that have expired. Says how many.
pub fn sweep(connection: &Connection, now: Timestamp) -> Result<usize, Error> {
    let sql = "DELETE FROM idempotency WHERE expires_at <= ?1";
    Ok(connection.prepare_cached(sql)?.execute([now.millis()])?)
}
