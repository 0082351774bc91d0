//! The owner's epoch: a number that each start of the application has for itself.

use rusqlite::Connection;

use crate::{Error, row};

/// The epoch as it stands.
pub fn epoch(connection: &Connection) -> Result<u64, Error> {
    Ok(connection.query_row("SELECT epoch FROM owner WHERE one = 1", [], |found| row::count(found, 0))?)
}

/// Begins a new epoch. Only opening does this.
pub(crate) fn advance(connection: &Connection) -> Result<u64, Error> {
    let sql = "UPDATE owner SET epoch = epoch + 1 WHERE one = 1 RETURNING epoch";
    Ok(connection.query_row(sql, [], |found| row::count(found, 0))?)
}
