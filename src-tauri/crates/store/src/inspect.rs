//! Looking at a data folder from outside, beside whoever owns it: nothing is made, no lock is asked for, nothing is mended.
//!
//! Deliberately not here: opening it for work, and what is done about damage (`open`).

use std::{fs, path::Path};

use domain::Timestamp;
use rusqlite::Connection;

use crate::{Error, backup, connection, folder::Folder, migrate, open, open::check, row};

/// In which condition a database was found.
#[derive(Debug, Clone)]
pub enum Finding {
    /// There is none yet.
    Absent,
    /// Nothing is wrong with it.
    Whole,
    /// It wasn't closed, and what is still in its log can't be seen from outside. The next start puts that right.
    Unfinished,
    /// It is damaged.
    Damaged,
    /// A newer version of this program wrote it.
    Newer {
        /// The version of its schema.
        found: usize,
        /// The newest that we know.
        known: usize,
    },
    /// It can't be read.
    Unreadable(Error),
}

/// What was found in a data folder.
#[derive(Debug)]
pub struct Inspection {
    /// In which condition the database is.
    pub finding: Finding,
    /// Bytes of the database and its log.
    pub bytes: u64,
    /// The version of its schema; 0 where that can't be read.
    pub version: usize,
    /// When the newest daily backup was made.
    pub backed_up: Option<Timestamp>,
    /// What was done about damage and nobody has seen yet: a sentence a line.
    pub notice: Option<String>,
    connection: Option<Connection>,
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Conversations, deleted ones included.
    pub conversations: u64,
    /// Messages.
    pub messages: u64,
    /// Calls of models.
    pub calls: u64,
    /// Providers.
    pub providers: u64,
    /// Models of the built-in engine.
    pub models: u64,
    /// Presets.
    pub presets: u64,
    /// Jobs, ended ones included.
    pub jobs: u64,
}

impl Inspection {
    /// Runs a query on what is there; nothing where nothing can be read.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Error>) -> Option<T> {
        query(self.connection.as_ref()?).ok()
    }

    /// Counts everything; nothing where nothing can be read.
    pub fn counts(&self) -> Option<Counts> {
        let sql = "SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages), (SELECT count(*) FROM calls),
                          (SELECT count(*) FROM providers), (SELECT count(*) FROM models), (SELECT count(*) FROM presets),
                          (SELECT count(*) FROM jobs)";
        self.read(|connection| {
            Ok(connection.query_row(sql, [], |found| {
                Ok(Counts {
                    conversations: row::count(found, 0)?,
                    messages: row::count(found, 1)?,
                    calls: row::count(found, 2)?,
                    providers: row::count(found, 3)?,
                    models: row::count(found, 4)?,
                    presets: row::count(found, 5)?,
                    jobs: row::count(found, 6)?,
                })
            })?)
        })
    }
}

/// Looks at the data folder, which need not be there. Takes milliseconds; a large database is checked by samples. Blocks.
pub fn inspect(root: &Path) -> Inspection {
    let folder = Folder::seen(root);
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let mut inspection = Inspection {
        finding: Finding::Absent,
        bytes: length(&folder.database()) + length(&folder.log()),
        version: 0,
        backed_up: backup::list(&folder).first().map(|backup| backup.taken_at),
        notice: open::told::read(&folder),
        connection: None,
    };
    let there = fs::metadata(folder.database());
    if let Err(error) = there {
        inspection.finding = match error.kind() {
            std::io::ErrorKind::NotFound if folder.restoring().exists() => Finding::Unfinished,
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Finding::Absent,
            _ => Finding::Unreadable(error.into()),
        };
        return inspection;
    }
    // SQLite takes an empty file for a new database; where there were backups, it had been more than that.
    if inspection.bytes == 0 {
        let lost = inspection.backed_up.is_some();
        inspection.finding = if lost { Finding::Damaged } else { Finding::Absent };
        return inspection;
    }
    let unfinished = length(&folder.log()) > 0;
    match look(&folder, unfinished) {
        Ok((found, connection)) => {
            inspection.version = found;
            let known = migrate::MIGRATIONS.len();
            if found > known {
                inspection.finding = Finding::Newer { found, known };
            } else {
                inspection.finding = Finding::Whole;
                inspection.connection = Some(connection);
            }
        }
        Err(Error::Damaged) if unfinished && !folder.log_index().exists() => {
            inspection.finding = Finding::Unfinished;
        }
        Err(Error::Damaged) => inspection.finding = Finding::Damaged,
        Err(error) => inspection.finding = Finding::Unreadable(error),
    }
    inspection
}

fn look(folder: &Folder, unfinished: bool) -> Result<(usize, Connection), Error> {
    let database = folder.database();
    let connection = if unfinished && folder.log_index().exists() {
        connection::beside(&database).or_else(|_| connection::frozen(&database))?
    } else {
        connection::frozen(&database)?
    };
    let version = migrate::version(&connection)?;
    // Of a later one it isn't known what is sound.
    if version <= migrate::MIGRATIONS.len() {
        check::bounded(&connection, &database)?;
    }
    Ok((version, connection))
}
