//! Points in time that runs wait for.

use domain::{RunId, Timestamp};
use rusqlite::{Connection, params};

use crate::{
    Error,
    row::{self, Blob},
};

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// The run.
    pub run_id: RunId,
    /// The step's scope; empty for the run's own.
    pub scope: String,
    /// The node; empty for the run's own.
    pub node: String,
    /// "retry", "until", "human", "node", "run", "schedule".
    pub kind: String,
    /// When.
    pub due_at: Timestamp,
    /// Milliseconds from when it was set to then.
    pub duration: i64,
}

/// Sets a timer, in place of one of that kind.
pub fn set(connection: &Connection, timer: &Timer) -> Result<(), Error> {
    let sql =
        "INSERT INTO timers (run_id, scope, node, kind, due_at, duration) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (run_id, scope, node, kind) DO UPDATE SET due_at = excluded.due_at,
               duration = excluded.duration";
    connection.prepare_cached(sql)?.execute(params![
        Blob(timer.run_id),
        timer.scope,
        timer.node,
        timer.kind,
        timer.due_at.millis(),
        timer.duration,
    ])?;
    Ok(())
}

/// Removes one, if it is there.
pub fn clear(connection: &Connection, run: RunId, scope: &str, node: &str, kind: &str) -> Result<(), Error> {
    let sql = "DELETE FROM timers WHERE run_id = ?1 AND scope = ?2 AND node = ?3 AND kind = ?4";
    connection.prepare_cached(sql)?.execute(params![Blob(run), scope, node, kind])?;
    Ok(())
}

/// Removes all of a run.
pub fn clear_run(connection: &Connection, run: RunId) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM timers WHERE run_id = ?1")?.execute([Blob(run)])?;
    Ok(())
}

/// All of them, the first due first.
pub fn all(connection: &Connection) -> Result<Vec<Timer>, Error> {
    let sql = "SELECT run_id, scope, node, kind, due_at, duration FROM timers ORDER BY due_at";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], timer)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A run's.
pub fn of_run(connection: &Connection, run: RunId) -> Result<Vec<Timer>, Error> {
    let sql =
        "SELECT run_id, scope, node, kind, due_at, duration FROM timers WHERE run_id = ?1 ORDER BY due_at";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([Blob(run)], timer)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn timer(found: &rusqlite::Row<'_>) -> rusqlite::Result<Timer> {
    Ok(Timer {
        run_id: row::id(found, 0)?,
        scope: found.get(1)?,
        node: found.get(2)?,
        kind: found.get(3)?,
        due_at: row::time(found, 4)?,
        duration: found.get(5)?,
    })
}
