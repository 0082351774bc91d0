//! Bringing a database to this version's schema: numbered steps under `PRAGMA user_version`, all in one transaction.

use rusqlite::Connection;

use crate::{Error, kill_point};

/// The steps, oldest first. A released one is never edited.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_begin.sql"),
    include_str!("../migrations/0002_shelf.sql"),
    include_str!("../migrations/0003_pipelines.sql"),
    include_str!("../migrations/0004_webhooks.sql"),
    include_str!("../migrations/0005_webhooks_after.sql"),
    include_str!("../migrations/0006_last_words.sql"),
];

/// How many steps the database has seen: 0 for a new one.
pub(crate) fn version(connection: &Connection) -> Result<usize, Error> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // A negative one is nothing that we ever wrote.
    usize::try_from(version).map_err(|_| Error::Damaged)
}

/// Runs the steps that the database hasn't seen; it must not be newer than the last.
pub(crate) fn upgrade(connection: &mut Connection, migrations: &[&str]) -> Result<(), Error> {
    let from = version(connection)?;
    let steps = migrations.get(from..).unwrap_or_default();
    if steps.is_empty() {
        return Ok(());
    }
    // A table is changed by making it anew, which foreign keys would forbid in the middle; they are checked at the end.
    connection.pragma_update(None, "foreign_keys", false)?;
    let outcome = run(connection, steps, migrations.len());
    connection.pragma_update(None, "foreign_keys", true)?;
    outcome
}

fn run(connection: &mut Connection, steps: &[&str], version: usize) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for step in steps {
        transaction.execute_batch(step)?;
        kill_point!("migrated_a_step");
    }
    if transaction.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(Error::Conflict);
    }
    transaction.pragma_update(None, "user_version", version as i64)?;
    transaction.commit()?;
    kill_point!("migrated");
    Ok(())
}
