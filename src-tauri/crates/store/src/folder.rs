//! The data folder: its files' names, the lock that makes one process its owner, and permissions for that person alone.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The database's write-ahead log.
pub(crate) const LOG: &str = "webplus.db-wal";

/// Where everything lies.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    root: PathBuf,
}

/// What came of asking for the lock.
pub(crate) enum Claim {
    /// We own the folder.
    Ours(File),
    /// Another process does.
    Theirs,
    /// The lock file can't be written, so nobody may write here.
    Unwritable(io::Error),
}

impl Folder {
    /// The folder, made if it isn't there.
    pub(crate) fn at(root: &Path) -> io::Result<Self> {
        // An existing folder is enough, even one that we couldn't have made.
        if !root.is_dir() {
            make(root)?;
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The folder as it is, there or not; nothing is made.
    pub(crate) fn seen(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("webplus.db")
    }

    /// The database's write-ahead log; there while the database is open, or after a crash.
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// The log's index, shared by all who have the database open.
    pub(crate) fn log_index(&self) -> PathBuf {
        self.root.join("webplus.db-shm")
    }

    pub(crate) fn restoring(&self) -> PathBuf {
        self.root.join("webplus.db.restoring")
    }

    /// A copy of what could be read of a damaged database.
    pub(crate) fn salvaged(&self) -> PathBuf {
        self.root.join("salvaged.db")
    }

    /// What was done about damage and nobody has seen yet.
    pub(crate) fn told(&self) -> PathBuf {
        self.root.join("notice.txt")
    }

    pub(crate) fn ballast(&self) -> PathBuf {
        self.root.join("ballast")
    }

    pub(crate) fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// The backups' folder, made if it isn't there.
    pub(crate) fn make_backups(&self) -> io::Result<PathBuf> {
        let backups = self.backups();
        make(&backups)?;
        Ok(backups)
    }

    /// Asks for the lock. It is held as long as the file is open, and the system lets it go when the process dies.
    pub(crate) fn claim(&self) -> Claim {
        let path = self.root.join("webplus.lock");
        match private(OpenOptions::new().read(true).write(true).create(true)).open(&path) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Claim::Ours(file),
                Err(TryLockError::WouldBlock) => Claim::Theirs,
                Err(TryLockError::Error(error)) => Claim::Unwritable(error),
            },
            Err(error) => match File::open(&path).map(|file| file.try_lock()) {
                Ok(Err(TryLockError::WouldBlock)) => Claim::Theirs,
                _ => Claim::Unwritable(error),
            },
        }
    }

    /// Takes everybody else's permissions away, from files that others made or that were copied here as well.
    pub(crate) fn tighten(&self) {
        tighten_tree(&self.root, 2);
    }

    /// Writes the folder's own entries to the disk: what was made, renamed or removed.
    pub(crate) fn sync(&self) -> io::Result<()> {
        sync_folder(&self.root)
    }
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// An empty file for this person alone, whatever stood there before.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)
}

/// The file, made for this person alone if it isn't there; never truncated.
pub(crate) fn ensure(path: &Path) -> io::Result<()> {
    private(OpenOptions::new().append(true).create(true)).open(path).map(drop)
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(unix)]
fn tighten_tree(path: &Path, depth: u8) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = fs::metadata(path) else { return };
    let mode = metadata.permissions().mode();
    if mode & 0o077 != 0
        && let Err(error) = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
    {
        tracing::warn!(%error, path = %path.display(), "other people's permissions could not be taken away");
    }
    if depth == 0 || !metadata.is_dir() {
        return;
    }
    // Links are left alone: what they point at isn't ours.
    let ours = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir());
    if let Ok(entries) = fs::read_dir(path) {
        entries.flatten().filter(ours).for_each(|entry| tighten_tree(&entry.path(), depth - 1));
    }
}

#[cfg(not(unix))]
fn tighten_tree(_path: &Path, _depth: u8) {
    // A profile's folder is its person's alone on Windows, and what is made in it inherits that.
}

/// Writes a folder's entries to the disk.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Windows writes a folder's entries with its journal.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
