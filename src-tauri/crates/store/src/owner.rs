//! The owner's epoch: a number that each start of the application has for itself.

use std::path::Path;

use rusqlite::Connection;

use crate::{Error, row};

/// The epoch as it stands.
pub fn epoch(connection: &Connection) -> Result<u64, Error> {
    let sql = "SELECT epoch FROM owner WHERE one = 1";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| row::count(found, 0))?)
}

/// Begins a new epoch. Only opening does this.
///
/// In an empty log it isn't waited for until it is on the disk: whatever is written under this epoch stands behind it in the
/// log, which is read back up to its first gap only, so a power cut that takes the epoch back takes back all that names it.
/// The next commit waits for both.
pub(crate) fn advance(connection: &Connection, log: &Path) -> Result<u64, Error> {
    let empty = std::fs::metadata(log).is_ok_and(|log| log.len() == 0);
    if empty {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    let advanced = connection.execute("UPDATE owner SET epoch = epoch + 1 WHERE one = 1", []);
    if empty {
        connection.pragma_update(None, "synchronous", "FULL")?;
    }
    crate::row::found(advanced?)?;
    epoch(connection)
}
