//! Opening the store: claim the folder, tighten it, open the database or climb down the ladder, start the threads.
//!
//! The window always opens: whatever is wrong with the database ends in a `Condition` with a sentence. Errors are only
//! for what a person must settle first: another owner, a newer version's database, a folder that is none.

pub(crate) mod check;
mod ladder;
mod salvage;
pub(crate) mod told;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use domain::Timestamp;

use crate::{
    Error, Store, connection,
    folder::{Claim, Folder},
    migrate,
};

/// What a store is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many connections read at the same time; at least 1.
    pub readers: usize,
    /// Bytes kept in reserve for a full disk; 0 for none.
    pub ballast: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 3, ballast: 8 * 1024 * 1024 }
    }
}

/// An open store, and in which condition it was found.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What the person should know.
    pub condition: Condition,
}

/// In which condition the database was found, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Nothing to say.
    Good,
    /// It was damaged and a backup took its place.
    Restored {
        /// When the backup was taken.
        taken_at: Timestamp,
        /// How old it was, in milliseconds.
        age: i64,
        /// The backup.
        backup: PathBuf,
        /// Where the damaged file is kept.
        kept: PathBuf,
    },
    /// It is damaged and there is no backup: what can be read is shown, nothing can be changed.
    Salvaged {
        /// The damaged file.
        kept: PathBuf,
        /// Whether the damage is where the database says what it holds: whole kinds of things may be missing.
        partly: bool,
    },
    /// It was damaged beyond reading and there is no backup: a new one was begun.
    Fresh {
        /// Where the damaged file is kept.
        kept: PathBuf,
        /// Whether not even what it holds could be read, and so nothing of it.
        unreadable: bool,
    },
    /// The folder can't be written: what is there is shown, nothing can be changed.
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
        /// Whether that is because the disk is full.
        full: bool,
    },
}

impl Condition {
    /// Whether changes can be saved.
    pub fn is_writable(&self) -> bool {
        matches!(self, Self::Good | Self::Restored { .. } | Self::Fresh { .. })
    }

    /// What to tell the person; nothing when all is well.
    pub fn sentence(&self) -> Option<String> {
        match self {
            Self::Good => None,
            Self::Restored { kept, age, .. } => Some(format!(
                "Your database was damaged, so the newest backup took its place. It was {} old; what you did after it was made is missing. The damaged file is kept as {}.",
                old(*age),
                kept.display()
            )),
            // The log beside it goes along: replayed into a new database, it would damage that as well.
            Self::Salvaged { kept, partly } => Some(format!(
                "Your database is damaged and there is no backup of it. {}, but nothing can be changed. Copy what you need. To begin with an empty one, close Web+, move every file whose name begins with {} somewhere else, and open Web+ again.",
                if *partly {
                    "The damage is where it says what it holds, so some of it may be missing altogether. You can read what was found"
                } else {
                    "You can read what is left"
                },
                kept.display()
            )),
            Self::Fresh { kept, unreadable } => Some(format!(
                "Your database was damaged{} and there was no backup of it, so Web+ began with an empty one. The damaged file is kept as {}.",
                if *unreadable {
                    " where it says what it holds, so that nothing of it could be read,"
                } else {
                    ""
                },
                kept.display()
            )),
            Self::ReadOnly { folder, full: true } => Some(format!(
                "The disk that holds {} is full, so nothing can be saved. Free some space, then start Web+ again.",
                folder.display()
            )),
            Self::ReadOnly { folder, full: false } => Some(format!(
                "The data folder {} can't be written to, so you can look but not change anything. Check its permissions, then start Web+ again.",
                folder.display()
            )),
        }
    }

    /// What a write is answered with.
    fn refusal(&self) -> Error {
        match self {
            Self::Salvaged { .. } => Error::Damaged,
            Self::ReadOnly { full: true, .. } => Error::DiskFull,
            _ => Error::ReadOnly,
        }
    }
}

/// How old, as people say it. Not how long ago: the sentence may be read days after it was written.
fn old(millis: i64) -> String {
    let hours = millis / (60 * 60 * 1000);
    match hours {
        ..1 => "less than an hour".to_owned(),
        1 => "an hour".to_owned(),
        2..48 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}

/// Why a store can't be opened at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process owns the folder.
    #[error("Another Web+ is using the data folder {}. Close it, or use that one.", folder.display())]
    Owned {
        /// The data folder.
        folder: PathBuf,
    },
    /// The database was written by a newer version.
    #[error("The database in {} was written by a newer version of Web+ and is left as it is. Update Web+, or start it with another data folder (WEBPLUS_DATA_DIR).", folder.display())]
    Newer {
        /// The data folder.
        folder: PathBuf,
        /// The database's schema version.
        found: usize,
        /// The newest that we know.
        known: usize,
    },
    /// The data folder isn't one and can't be made.
    #[error("The data folder {} can't be used: {source}. Choose another one.", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The SQLite that was built in is one that can damage databases.
    #[error(
        "This build of Web+ contains SQLite {found}, which can damage databases; it needs 3.51.3 or later. Install an official build."
    )]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// The database can't be opened for another reason.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Opens the store in that folder, which is made if need be.
pub(crate) fn open(
    root: &Path,
    now: Timestamp,
    options: Options,
    migrations: &[&str],
) -> Result<Opened, OpenError> {
    if rusqlite::version_number() < connection::OLDEST_SQLITE {
        return Err(OpenError::OldSqlite { found: rusqlite::version().to_owned() });
    }
    let folder = Folder::at(root).map_err(|source| OpenError::Folder { folder: root.to_owned(), source })?;
    let lock = match folder.claim() {
        Claim::Ours(lock) => lock,
        Claim::Theirs => return Err(OpenError::Owned { folder: root.to_owned() }),
        Claim::Unwritable(error) => {
            tracing::warn!(%error, folder = %root.display(), "the data folder can't be written");
            let full = matches!(Error::from(error), Error::DiskFull);
            return look_only(&folder, full, migrations);
        }
    };
    folder.tighten();
    let opened = match own(&folder, &lock, now, &options, migrations) {
        Err(OpenError::Store(Error::DiskFull)) => {
            tracing::warn!("the disk is full: the reserve is given up to open the database");
            let _absent = std::fs::remove_file(folder.ballast());
            own(&folder, &lock, now, &options, migrations)
        }
        opened => opened,
    };
    match opened {
        Err(OpenError::Store(Error::DiskFull)) => look_only(&folder, true, migrations),
        Err(OpenError::Store(Error::ReadOnly | Error::Disk(_))) => look_only(&folder, false, migrations),
        opened => opened,
    }
}

/// Opens the folder that we hold the lock of.
fn own(
    folder: &Folder,
    lock: &File,
    now: Timestamp,
    options: &Options,
    migrations: &[&str],
) -> Result<Opened, OpenError> {
    let ladder::Found { writing, instead, condition } = ladder::climb(folder, now, migrations)?;
    let reading = || connection::reading(&folder.database());
    // Both files are one lock, which lasts as long as either is open.
    let lock = lock.try_clone().map_err(Error::from)?;
    let store = if let Some(writing) = writing {
        Store::start(folder.clone(), lock, writing, reading()?, options.readers, options.ballast)?
    } else {
        let shown = instead.map_or_else(reading, Ok)?;
        Store::start_reading(folder.clone(), Some(lock), shown, condition.refusal())?
    };
    Ok(Opened { store, condition })
}

/// A store that shows what is there, or nothing, without touching the folder.
fn look_only(folder: &Folder, full: bool, migrations: &[&str]) -> Result<Opened, OpenError> {
    let database = folder.database();
    let reader = connection::reading(&database).or_else(|_| connection::frozen(&database));
    let reader = match reader.and_then(|reader| Ok((migrate::version(&reader)?, reader))) {
        Ok((found, _)) if found > migrations.len() => {
            let folder = folder.root().to_owned();
            return Err(OpenError::Newer { folder, found, known: migrations.len() });
        }
        Ok((found, reader)) if found == migrations.len() => reader,
        // Absent, damaged, or of an older schema that can't be upgraded here.
        _ => crate::backup::nothing(migrations)?,
    };
    let condition = Condition::ReadOnly { folder: folder.root().to_owned(), full };
    let store = Store::start_reading(folder.clone(), None, reader, condition.refusal())?;
    Ok(Opened { store, condition })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may")]
mod tests;
