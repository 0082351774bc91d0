//! Whether a database is whole: entirely for small files and backups, by samples for large ones, because the window
//! shouldn't wait. A large file is read entirely once a day all the same, when its backup is made.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::{Error, folder};

/// Up to this size, in bytes, a check of everything takes a few milliseconds.
const SMALL: u64 = 4 * 1024 * 1024;

/// Rows looked at in each large table.
const SAMPLES: i64 = 64;

/// Checks as much as the file's size allows.
pub(crate) fn bounded(connection: &Connection, path: &Path) -> Result<(), Error> {
    let length = std::fs::metadata(path)?.len();
    if length <= SMALL { whole(connection) } else { sampled(connection, path, length) }
}

/// Checks everything.
pub(crate) fn whole(connection: &Connection) -> Result<(), Error> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    verdict_of(&verdict)
}

fn verdict_of(verdict: &str) -> Result<(), Error> {
    if verdict == "ok" {
        return Ok(());
    }
    tracing::error!(verdict, "the database is damaged");
    Err(Error::Damaged)
}

fn sampled(connection: &Connection, path: &Path, length: u64) -> Result<(), Error> {
    not_cut_off(connection, path, length)?;
    // The small tables that nothing works without.
    for table in ["owner", "users", "providers", "settings", "presets", "models", "threads"] {
        let verdict: Option<String> = connection
            .query_row("SELECT quick_check FROM pragma_quick_check(?1)", [table], |row| row.get(0))
            .optional()?;
        verdict_of(verdict.as_deref().unwrap_or("ok"))?;
    }
    // Rows spread evenly over the large ones, read to their last byte.
    for (last, row) in [
        ("SELECT max(rowid) FROM messages", "SELECT length(parts) FROM messages WHERE rowid >= ?1 LIMIT 1"),
        (
            "SELECT max(rowid) FROM conversations",
            "SELECT length(draft) FROM conversations WHERE rowid >= ?1 LIMIT 1",
        ),
        ("SELECT max(rowid) FROM calls", "SELECT length(model) FROM calls WHERE rowid >= ?1 LIMIT 1"),
    ] {
        let last: i64 =
            connection.query_row(last, [], |row| Ok(row.get::<_, Option<i64>>(0)?.unwrap_or(0)))?;
        let mut row = connection.prepare(row)?;
        for sample in 0..=SAMPLES {
            let _length: Option<i64> =
                row.query_row([last / SAMPLES * sample], |row| row.get(0)).optional()?;
        }
    }
    Ok(())
}

/// The file must be as long as its header says, unless the log still holds its end.
fn not_cut_off(connection: &Connection, path: &Path, length: u64) -> Result<(), Error> {
    let log = path.with_file_name(folder::LOG);
    if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return Ok(());
    }
    let pages: u64 = connection.query_row("PRAGMA page_count", [], |row| crate::row::count(row, 0))?;
    let size: u64 = connection.query_row("PRAGMA page_size", [], |row| crate::row::count(row, 0))?;
    verdict_of(if length < pages * size { "the file was cut off" } else { "ok" })
}
