//! What happened in runs, in order, without gaps.

use domain::{JournalEntry, RunId};
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// Adds an entry.
pub fn push(connection: &Connection, run: RunId, entry: &JournalEntry) -> Result<(), Error> {
    let sql = "INSERT INTO journal (run_id, seq, at, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(run),
        row::integer(entry.seq),
        entry.at.millis(),
        entry.kind,
        Json(&entry.body),
    ])?;
    Ok(())
}

/// The bodies of a step's newest entries of a kind, the newest first.
pub fn of_step(
    connection: &Connection,
    run: RunId,
    kind: &str,
    (scope, node): (&str, &str),
    limit: u32,
) -> Result<Vec<Value>, Error> {
    let sql = "SELECT body FROM journal WHERE run_id = ?1 AND kind = ?2 AND json_extract(body, '$.node') = ?4
               AND coalesce(json_extract(body, '$.scope'), '') = ?3 ORDER BY seq DESC LIMIT ?5";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(run), kind, scope, node, limit], |found| row::json(found, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Entries after that one, oldest first.
pub fn list(connection: &Connection, run: RunId, after: u64, limit: u32) -> Result<Vec<JournalEntry>, Error> {
    let sql = "SELECT seq, at, kind, body FROM journal WHERE run_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(run), row::integer(after), limit], |found| {
        Ok(JournalEntry {
            seq: row::count(found, 0)?,
            at: row::time(found, 1)?,
            kind: found.get(2)?,
            body: row::json(found, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
