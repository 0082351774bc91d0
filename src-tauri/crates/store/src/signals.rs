//! What people and clients answered, by an id of theirs.

use domain::{RunId, Timestamp};
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The client's id for it.
    pub id: String,
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// What it says.
    pub body: Value,
}

/// Keeps an answer. Says whether it is new: the same id twice is one.
pub fn push(connection: &Connection, run: RunId, signal: &Signal, at: Timestamp) -> Result<bool, Error> {
    let sql =
        "INSERT INTO signals (id, run_id, scope, node, body, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (id) DO NOTHING";
    let changed = connection.prepare_cached(sql)?.execute(params![
        signal.id,
        Blob(run),
        signal.scope,
        signal.node,
        Json(&signal.body),
        at.millis(),
    ])?;
    Ok(changed == 1)
}

/// Whether that answer was kept already.
pub fn exists(connection: &Connection, id: &str) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM signals WHERE id = ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([id], |found| found.get(0))?)
}

/// The run's answers that nothing came of yet, oldest first.
pub fn waiting(connection: &Connection, run: RunId) -> Result<Vec<Signal>, Error> {
    let sql = "SELECT id, scope, node, body FROM signals WHERE run_id = ?1 AND applied_at IS NULL ORDER BY created_at, id";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([Blob(run)], |found| {
        Ok(Signal {
            id: found.get(0)?,
            scope: found.get(1)?,
            node: found.get(2)?,
            body: row::json(found, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Says that something came of it.
pub fn applied(connection: &Connection, id: &str, at: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE signals SET applied_at = ?2 WHERE id = ?1";
    row::found(connection.prepare_cached(sql)?.execute(params![id, at.millis()])?)
}

/// Everybody's runs with answers that nothing came of yet.
pub fn runs_waiting(connection: &Connection) -> Result<Vec<RunId>, Error> {
    let sql = "SELECT DISTINCT run_id FROM signals WHERE applied_at IS NULL";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([], |found| row::id(found, 0))?.collect::<Result<_, _>>()?)
}
