//! What can go wrong with a read or a write, as a caller may branch on it.

use std::sync::Arc;

use rusqlite::ffi;

/// Why a read or a write didn't happen.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such row, or it isn't this owner's.
    #[error("There is no such thing, or it isn't yours.")]
    NotFound,
    /// A row with that key exists already, or what the row refers to doesn't.
    #[error("That is in conflict with what is stored.")]
    Conflict,
    /// The disk is full. The room kept in reserve was given up, so that one small last write can still succeed.
    #[error("The disk is full, so nothing could be saved. Free some space, then try again.")]
    DiskFull,
    /// The data folder or the database can't be written.
    #[error("The data folder can't be written to. Check its permissions, then start Web+ again.")]
    ReadOnly,
    /// The database is damaged; what can be read still is.
    #[error("The database is damaged, so this can't be done. Start Web+ again to repair it from a backup.")]
    Damaged,
    /// A later start of the application owns the folder.
    #[error(
        "Web+ was started again on this data folder, so nothing more is saved from here. Close this one and go on in the other."
    )]
    NotOwner,
    /// The store was closed.
    #[error("The database is closed, because Web+ is ending.")]
    Closed,
    /// The disk failed in another way than by being full.
    #[error("The disk reported an error. Check the disk, then try again.")]
    Disk(#[source] Arc<rusqlite::Error>),
    /// The closure panicked; its changes were rolled back.
    #[error("Something went wrong inside Web+, and the change was taken back: {0}")]
    Panicked(String),
    /// The closure ended the transaction that it was run in; everything in it was given up.
    #[error("A change left its transaction and was taken back.")]
    LeftTransaction,
    /// Anything else that SQLite says.
    #[error("The database refused: {0}")]
    Sqlite(#[source] Arc<rusqlite::Error>),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) {
            return Self::NotFound;
        }
        let Some(code) = error.sqlite_extended_error_code() else {
            return Self::Sqlite(Arc::new(error));
        };
        match code {
            // The index of the log in shared memory grows on the same disk.
            ffi::SQLITE_IOERR_SHMSIZE => return Self::DiskFull,
            // What can't be read back is damaged, whatever the disk calls it.
            ffi::SQLITE_IOERR_READ
            | ffi::SQLITE_IOERR_SHORT_READ
            | ffi::SQLITE_IOERR_CORRUPTFS
            | ffi::SQLITE_IOERR_DATA => {
                return Self::Damaged;
            }
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Self::Conflict,
            _ => {}
        }
        match code & 0xff {
            ffi::SQLITE_FULL => Self::DiskFull,
            ffi::SQLITE_READONLY => Self::ReadOnly,
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Self::Damaged,
            ffi::SQLITE_IOERR => Self::Disk(Arc::new(error)),
            _ => Self::Sqlite(Arc::new(error)),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Disk(Arc::new(rusqlite::Error::ToSqlConversionFailure(error.into()))),
        }
    }
}
