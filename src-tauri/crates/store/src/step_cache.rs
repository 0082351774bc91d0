//! Results of steps by what they were made of.

use domain::{Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    Error,
    row::{self, Blob, Json},
    runs::Values,
};

/// A result that was made before.
#[derive(Debug, Clone, PartialEq)]
pub struct Cached {
    /// The way the step was left by.
    pub port: String,
    /// Values by port.
    pub result: Values,
    /// What making it cost, in nano-USD.
    pub cost_nano_usd: i64,
}

/// The result under that key.
pub fn find(connection: &Connection, owner: UserId, key: &str) -> Result<Option<Cached>, Error> {
    let sql = "SELECT port, result, cost_nano_usd FROM step_cache WHERE owner_id = ?1 AND key = ?2";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![Blob(owner), key], |found| {
            Ok(Cached { port: found.get(0)?, result: row::json(found, 1)?, cost_nano_usd: found.get(2)? })
        })
        .optional()?)
}

/// Keeps a result.
pub fn put(
    connection: &Connection,
    owner: UserId,
    key: &str,
    cached: &Cached,
    at: Timestamp,
) -> Result<(), Error> {
    let sql =
        "INSERT INTO step_cache (owner_id, key, port, result, cost_nano_usd, hits, created_at, last_hit_at)
               VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?6) ON CONFLICT (owner_id, key) DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        key,
        cached.port,
        Json(&cached.result),
        cached.cost_nano_usd,
        at.millis(),
    ])?;
    Ok(())
}

/// Counts a hit.
pub fn hit(connection: &Connection, owner: UserId, key: &str, at: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE step_cache SET hits = hits + 1, last_hit_at = ?3 WHERE owner_id = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute(params![Blob(owner), key, at.millis()])?;
    Ok(())
}

/// Forgets what wasn't asked for since then, and says under which keys.
pub fn sweep(connection: &Connection, before: Timestamp) -> Result<Vec<String>, Error> {
    let sql = "DELETE FROM step_cache WHERE last_hit_at < ?1 RETURNING key";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([before.millis()], |found| found.get(0))?.collect::<Result<_, _>>()?)
}
