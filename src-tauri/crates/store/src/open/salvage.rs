//! What can be read of a database whose own account of its tables is damaged, where every question would fail: SQLite is told
//! to take as much of that account as it can read, and what it then finds is copied, table by table and row by row, into a
//! database beside it that is only looked at. It is made anew at every start; the damaged file stays as it is.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig, types::Value};

use crate::{
    Error, connection,
    folder::{self, Folder},
    migrate,
};

/// So often rows that can't be read are stepped over in one table, each time twice as far.
const SKIPS: u32 = 48;

/// Copies what is left. `None` where nothing of a person's is, or where there is no room for it.
pub(super) fn copy(folder: &Folder, migrations: &[&str]) -> Option<Connection> {
    let path = folder.salvaged();
    forget(folder);
    let copied = (|| {
        let from = source(&folder.database())?;
        if migrate::version(&from)? > migrations.len() {
            return Ok(0);
        }
        folder::create(&path)?;
        fill(&from, &path, migrations)
    })();
    match copied {
        Ok(1..) => connection::reading(&path)
            .inspect_err(|error| tracing::warn!(%error, "what was salvaged can't be opened"))
            .ok(),
        Ok(0) => {
            forget(folder);
            None
        }
        Err(error) => {
            tracing::warn!(%error, "nothing could be salvaged of the database");
            forget(folder);
            None
        }
    }
}

/// Removes an earlier copy.
pub(super) fn forget(folder: &Folder) {
    let _absent = std::fs::remove_file(folder.salvaged());
}

/// The damaged database, with as many of its tables as it still tells of.
fn source(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // This is what makes SQLite go on after the first row of the account that it can't read. Nothing is written: the file is
    // opened for reading.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    connection.pragma_update(None, "writable_schema", true)?;
    Ok(connection)
}

/// Fills a new database; tells how many rows of a person's came over.
fn fill(from: &Connection, path: &Path, migrations: &[&str]) -> Result<u64, Error> {
    let mut to = Connection::open(path)?;
    to.pragma_update(None, "journal_mode", "MEMORY")?;
    to.pragma_update(None, "synchronous", "OFF")?;
    migrate::upgrade(&mut to, migrations)?;
    // A row whose neighbour is lost is worth showing too.
    to.pragma_update(None, "foreign_keys", false)?;
    let tables = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: Vec<(String, bool)> =
        to.prepare(tables)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let transaction = to.transaction()?;
    let mut rows = 0;
    for (table, without_rowid) in tables {
        let copied = one(from, &transaction, &table, without_rowid)?;
        tracing::info!(table, copied, "salvaged");
        // These two are there from the beginning.
        if !["owner", "users"].contains(&table.as_str()) {
            rows += copied;
        }
    }
    transaction.commit()?;
    Ok(rows)
}

/// Copies what can be read of a table; only what is wrong with the copy is an error.
fn one(from: &Connection, to: &Connection, table: &str, without_rowid: bool) -> Result<u64, Error> {
    let known = columns(from, table).unwrap_or_default();
    let columns: Vec<String> = columns(to, table)?.into_iter().filter(|name| known.contains(name)).collect();
    if columns.is_empty() {
        tracing::warn!(table, "a table is lost");
        return Ok(0);
    }
    let mut insert = to.prepare(&insert(table, &columns))?;
    let Ok(mut select) = from.prepare(&select(table, &columns, without_rowid)) else { return Ok(0) };
    let (mut copied, mut after, mut skips) = (0, i64::MIN, 0);
    while skips < SKIPS {
        let rows = if without_rowid { select.query([]) } else { select.query([after]) };
        let Ok(mut rows) = rows else { return Ok(copied) };
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let values: Result<Vec<Value>, _> = (1..=columns.len()).map(|at| row.get(at)).collect();
                    after = row.get(0).unwrap_or(after);
                    let Ok(values) = values else { continue };
                    match insert.execute(rusqlite::params_from_iter(values)).map_err(Error::from) {
                        Ok(_) => copied += 1,
                        Err(Error::DiskFull) => return Err(Error::DiskFull),
                        // A row that makes no sense any more.
                        Err(_) => {}
                    }
                }
                Ok(None) => return Ok(copied),
                Err(_) if without_rowid => return Ok(copied),
                Err(_) => break,
            }
        }
        after = after.max(0).saturating_add(1_i64.checked_shl(skips).unwrap_or(i64::MAX));
        skips += 1;
    }
    Ok(copied)
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, Error> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(query.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The number of a row first, then its columns. The names are those of our own migrations: no row of the damaged file is in here.
fn select(table: &str, columns: &[String], without_rowid: bool) -> String {
    let number = if without_rowid { "0" } else { "rowid" };
    let order = if without_rowid { "" } else { " WHERE rowid > ?1 ORDER BY rowid" };
    ["SELECT ", number, ", ", &columns.join(", "), " FROM ", table, order].concat()
}

fn insert(table: &str, columns: &[String]) -> String {
    let places = vec!["?"; columns.len()].join(", ");
    ["INSERT OR REPLACE INTO ", table, " (", &columns.join(", "), ") VALUES (", &places, ")"].concat()
}
