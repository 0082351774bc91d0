//! Backups: whole, checked copies in `backups/`, of which the newest seven daily ones are kept.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use domain::Timestamp;
use rusqlite::Connection;

use crate::{Error, connection, folder, folder::Folder, migrate, open::check};

/// How many daily backups are kept.
const KEPT: usize = 7;

/// How long a backup is fresh enough, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A backup in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Backup {
    pub(crate) path: PathBuf,
    pub(crate) taken_at: Timestamp,
}

/// Makes today's backup and forgets the oldest.
pub(crate) fn daily(folder: &Folder, now: Timestamp) -> Result<PathBuf, Error> {
    let path = make(folder, &format!("webplus-{}.db", now.millis()))?;
    for old in list(folder).into_iter().skip(KEPT) {
        if let Err(error) = fs::remove_file(&old.path) {
            tracing::warn!(%error, "an old backup could not be removed");
        }
    }
    Ok(path)
}

/// Whether the newest backup is a day old, or there is none.
pub(crate) fn is_due(folder: &Folder, now: Timestamp) -> bool {
    // One from the future was made while the clock was wrong; it says nothing.
    let fresh = |backup: &Backup| (0..DAY).contains(&(now.millis() - backup.taken_at.millis()));
    !list(folder).iter().any(fresh)
}

/// Makes the copy that an upgrade to that version could be taken back with.
pub(crate) fn before_upgrade(folder: &Folder, version: usize) -> Result<PathBuf, Error> {
    make(folder, &format!("before-{version}.db"))
}

/// The daily backups, newest first.
pub(crate) fn list(folder: &Folder) -> Vec<Backup> {
    let Ok(entries) = fs::read_dir(folder.backups()) else { return Vec::new() };
    let daily = |entry: fs::DirEntry| {
        let name = entry.file_name();
        let millis = name.to_str()?.strip_prefix("webplus-")?.strip_suffix(".db")?.parse().ok()?;
        Some(Backup { path: entry.path(), taken_at: Timestamp::from_millis(millis) })
    };
    let mut backups: Vec<_> = entries.flatten().filter_map(daily).collect();
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.taken_at));
    backups
}

/// Whether the file is a whole database of ours, of a version that we can read.
pub(crate) fn verify(path: &Path, newest: usize) -> Result<(), Error> {
    let connection = connection::frozen(path)?;
    check::whole(&connection)?;
    let version = migrate::version(&connection)?;
    if (1..=newest).contains(&version) { Ok(()) } else { Err(Error::Damaged) }
}

fn make(folder: &Folder, name: &str) -> Result<PathBuf, Error> {
    let backups = folder.make_backups()?;
    let path = backups.join(name);
    let half = backups.join(format!("{name}.part"));
    let made = copy(&folder.database(), &half).and_then(|()| {
        fs::rename(&half, &path)?;
        folder::sync_folder(&backups)?;
        Ok(())
    });
    if made.is_err() {
        // Half a backup only takes room.
        let _absent = fs::remove_file(&half);
    }
    made.map(|()| path)
}

fn copy(database: &Path, half: &Path) -> Result<(), Error> {
    // An empty file of our own permissions: SQLite writes into it.
    drop(folder::create(half)?);
    let source = connection::reading(database)?;
    source.pragma_update(None, "query_only", false)?;
    source.execute("VACUUM INTO ?1", [half.to_string_lossy()])?;
    drop(source);
    verify(half, usize::MAX)?;
    File::options().write(true).open(half)?.sync_all()?;
    Ok(())
}

/// Copies a backup to another place, to the disk.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<(), Error> {
    let mut target = folder::create(to)?;
    std::io::copy(&mut File::open(from)?, &mut target)?;
    target.sync_all()?;
    Ok(())
}

/// A database in memory with nothing in it: what is shown where there is no file and none can be made.
pub(crate) fn nothing(migrations: &[&str]) -> Result<Connection, Error> {
    let mut connection = Connection::open_in_memory()?;
    migrate::upgrade(&mut connection, migrations)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
