//! How a connection to the database is prepared: the same for all, the rest by what it may do.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::Error;

/// The oldest SQLite that we trust: before it, a checkpoint could lose the log's reset (3.7.0 to 3.51.2).
pub(crate) const OLDEST_SQLITE: i32 = 3_051_003;

/// The connection that writes. The file is made by the caller, so that it is this person's alone from the start.
pub(crate) fn writing(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    careful(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Only macOS has these; there a plain fsync stops in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // After a burst the log's file shrinks to this, in bytes.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    Ok(connection)
}

/// A connection that only reads, beside the writer.
pub(crate) fn reading(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    careful(&connection)?;
    // A first query, because SQLite opens the file only then.
    let _tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection that only reads and leaves everything beside the database as it is, whoever has it open or left it so. It needs
/// the log and the log's index to be there.
pub(crate) fn beside(path: &Path) -> Result<Connection, Error> {
    opened_by_name(&named(path, "mode=ro&readonly_shm=1"))
}

/// A connection to a file that nobody changes, in a folder where even the log's index can't be made. What is still in
/// the log isn't seen.
pub(crate) fn frozen(path: &Path) -> Result<Connection, Error> {
    opened_by_name(&named(path, "immutable=1"))
}

fn opened_by_name(name: &str) -> Result<Connection, Error> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(name, flags)?;
    careful(&connection)?;
    let _tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(connection)
}

fn careful(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // What sorts and savepoints put aside must not need the disk, which may be full.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

fn named(path: &Path, how: &str) -> String {
    let mut uri = "file:".to_owned();
    for character in path.to_string_lossy().chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            '\\' => uri.push('/'),
            other => uri.push(other),
        }
    }
    uri.push('?');
    uri.push_str(how);
    uri
}
