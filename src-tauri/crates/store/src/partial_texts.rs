//! What a step that streams had said when it was last looked at: shown after a crash, and void with its attempt.

use domain::{RunId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{Error, row::Blob};

/// What an attempt had said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialText {
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Its text so far.
    pub text: String,
}

/// Keeps it in place of what was kept of that step before. Nothing is kept of an attempt that has ended meanwhile.
pub fn put(connection: &Connection, run: RunId, said: &PartialText, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO partial_texts (run_id, scope, node, attempt, text, saved_at)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM attempts WHERE run_id = ?1 AND scope = ?2
               AND node = ?3 AND number = ?4 AND outcome = 'running')
               ON CONFLICT (run_id, scope, node) DO UPDATE SET attempt = excluded.attempt, text = excluded.text,
               saved_at = excluded.saved_at";
    connection.prepare_cached(sql)?.execute(params![
        Blob(run),
        said.scope,
        said.node,
        said.attempt,
        said.text,
        now.millis(),
    ])?;
    Ok(())
}

/// What is kept of a step.
pub fn get(
    connection: &Connection,
    run: RunId,
    scope: &str,
    node: &str,
) -> Result<Option<PartialText>, Error> {
    let sql =
        "SELECT scope, node, attempt, text FROM partial_texts WHERE run_id = ?1 AND scope = ?2 AND node = ?3";
    let mut query = connection.prepare_cached(sql)?;
    let found = query.query_row(params![Blob(run), scope, node], |found| {
        Ok(PartialText {
            scope: found.get(0)?,
            node: found.get(1)?,
            attempt: found.get(2)?,
            text: found.get(3)?,
        })
    });
    Ok(found.optional()?)
}

/// Forgets it: the step ended, or is tried again.
pub fn clear(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<(), Error> {
    let sql = "DELETE FROM partial_texts WHERE run_id = ?1 AND scope = ?2 AND node = ?3";
    connection.prepare_cached(sql)?.execute(params![Blob(run), scope, node])?;
    Ok(())
}
