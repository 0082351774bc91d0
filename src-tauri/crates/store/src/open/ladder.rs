//! The start-up ladder for a damaged database: open and check it; else the newest sound backup; else read-only what is
//! left; else an empty one. A damaged file is set aside, never deleted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::Timestamp;
use rusqlite::Connection;

use super::{Condition, OpenError, check, salvage, told};
use crate::{
    Error, backup, connection,
    folder::{self, Folder},
    migrate,
};

/// What the ladder ended in; without a connection that writes, the database is only to be read.
pub(super) struct Found {
    pub(super) writing: Option<Connection>,
    /// What is shown in place of the database itself.
    pub(super) instead: Option<Connection>,
    pub(super) condition: Condition,
}

/// Opens the database, on the first rung that holds.
pub(super) fn climb(folder: &Folder, now: Timestamp, migrations: &[&str]) -> Result<Found, OpenError> {
    finish_restoring(folder)?;
    let damaged = match as_it_is(folder, migrations) {
        Ok(writing) => {
            salvage::forget(folder);
            return Ok(Found::to_write(writing, Condition::Good));
        }
        Err(OpenError::Store(error @ Error::Damaged)) => error,
        Err(error) => return Err(error),
    };
    tracing::error!(error = %damaged, "the database can't be used as it is");
    if let Some(found) = from_backup(folder, now, migrations)? {
        return Ok(found);
    }
    let kept = folder.database();
    if is_legible(folder, migrations) {
        let condition = Condition::Salvaged { kept, partly: false };
        return Ok(Found { writing: None, instead: None, condition });
    }
    if let Some(copy) = salvage::copy(folder, migrations) {
        let condition = Condition::Salvaged { kept, partly: true };
        return Ok(Found { writing: None, instead: Some(copy), condition });
    }
    let unreadable = connection::reading(&folder.database()).is_err();
    let kept = place_aside(folder, now);
    let condition = Condition::Fresh { kept: kept.clone(), unreadable };
    set_aside(folder, &kept, &condition)?;
    let writing = as_it_is(folder, migrations)?;
    salvage::forget(folder);
    Ok(Found::to_write(writing, condition))
}

impl Found {
    fn to_write(writing: Connection, condition: Condition) -> Self {
        Self { writing: Some(writing), instead: None, condition }
    }
}

/// A restore that was cut off after the damaged file was set aside is ended here; before that it begins anew.
fn finish_restoring(folder: &Folder) -> Result<(), Error> {
    if !folder.database().exists() && folder.restoring().exists() {
        fs::rename(folder.restoring(), folder.database())?;
        folder.sync()?;
    }
    Ok(())
}

fn as_it_is(folder: &Folder, migrations: &[&str]) -> Result<Connection, OpenError> {
    let path = folder.database();
    let emptied = fs::metadata(&path).is_ok_and(|file| file.len() == 0);
    // SQLite takes an empty file for a new database; where there were backups, it had been more than that.
    if emptied && !backup::list(folder).is_empty() {
        return Err(Error::Damaged.into());
    }
    folder::ensure(&path).map_err(Error::from)?;
    let mut writing = connection::writing(&path)?;
    let found = migrate::version(&writing)?;
    if found > migrations.len() {
        tracing::warn!(found, known = migrations.len(), "the database's schema is newer than this program");
        let folder = folder.root().to_owned();
        return Err(OpenError::Newer { folder, found, known: migrations.len() });
    }
    check::bounded(&writing, &path)?;
    if found > 0 && found < migrations.len() {
        backup::before_upgrade(folder, migrations.len())?;
    }
    migrate::upgrade(&mut writing, migrations)?;
    Ok(writing)
}

fn from_backup(folder: &Folder, now: Timestamp, migrations: &[&str]) -> Result<Option<Found>, OpenError> {
    for candidate in backup::list(folder) {
        if let Err(error) = backup::verify(&candidate.path, migrations.len()) {
            tracing::warn!(%error, backup = %candidate.path.display(), "a backup is damaged too");
            continue;
        }
        // The copy is whole before the damaged file leaves its place, so that no moment is without either.
        backup::copy_file(&candidate.path, &folder.restoring())?;
        let kept = place_aside(folder, now);
        let (taken_at, backup) = (candidate.taken_at, candidate.path);
        let age = now.millis() - taken_at.millis();
        let condition = Condition::Restored { taken_at, age, backup, kept: kept.clone() };
        set_aside(folder, &kept, &condition)?;
        finish_restoring(folder)?;
        let writing = as_it_is(folder, migrations)?;
        return Ok(Some(Found::to_write(writing, condition)));
    }
    Ok(None)
}

/// Where the damaged database is kept.
fn place_aside(folder: &Folder, now: Timestamp) -> PathBuf {
    let database = folder.database();
    // A clock that was set back must not make one damaged file replace another.
    let mut places = (now.millis()..).map(|millis| database.with_file_name(format!("damaged-{millis}.db")));
    places.find(|place| !place.exists()).unwrap_or_else(|| database.with_extension("damaged"))
}

/// Moves the database and its log out of the way. What is done about it is kept first: once they are gone, the next start finds
/// nothing wrong.
fn set_aside(folder: &Folder, kept: &Path, condition: &Condition) -> Result<(), Error> {
    if let Some(sentence) = condition.sentence() {
        told::keep(folder, &sentence)?;
    }
    let ended = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for ending in ["-wal", "-shm", ""] {
        let from = ended(&folder.database(), ending);
        if from.exists() {
            fs::rename(from, ended(kept, ending))?;
        }
    }
    folder.sync()?;
    Ok(())
}

/// Whether enough is left to be worth showing: the current schema, and a conversation with a message.
fn is_legible(folder: &Folder, migrations: &[&str]) -> bool {
    let look = || -> Result<bool, Error> {
        let reader = connection::reading(&folder.database())?;
        if migrate::version(&reader)? != migrations.len() {
            return Ok(false);
        }
        let some = "SELECT EXISTS (SELECT title FROM conversations LIMIT 1) AND EXISTS (SELECT parts FROM messages LIMIT 1)";
        Ok(reader.query_row(some, [], |row| row.get(0))?)
    };
    look().unwrap_or(false)
}
