//! The vault on the disk: for its owner only, replaced whole or not at all.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use super::SecretError;

/// More than any number of keys needs; a file beyond this is not read into memory.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Whether there is a file.
pub(super) fn exists(path: &Path) -> Result<bool, SecretError> {
    path.try_exists().map_err(|error| explain(path, &error))
}

/// The bytes of the file, `None` without one.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, SecretError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| explain(path, &error))?,
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| explain(path, &error))?;
    Ok(Some(bytes))
}

/// Replaces the file by one with these bytes; after a failure or a power cut the old one stands.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), SecretError> {
    replace(path, bytes).map_err(|error| explain(path, &error))
}

/// Takes away what others may do with the file.
pub(super) fn tighten(path: &Path) -> Result<(), SecretError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = fs::metadata(path).map_err(|error| explain(path, &error))?.permissions().mode();
        if mode & 0o777 != 0o600 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
                .map_err(|error| explain(path, &error))?;
        }
    }
    Ok(())
}

/// Moves the file to a name that is free, and says which.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, SecretError> {
    let mut number = 1_u32;
    loop {
        let kept = beside(path, &format!(".damaged-{number}"));
        if !exists(&kept)? {
            fs::rename(path, &kept).map_err(|error| explain(path, &error))?;
            return Ok(kept);
        }
        number += 1;
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(folder)?;
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private(&new)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&new, path));
    if let Err(error) = written {
        fs::remove_file(&new).ok();
        return Err(error);
    }
    sync_folder(folder)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the rename last through a power cut, where folders can be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn explain(path: &Path, error: &io::Error) -> SecretError {
    let shown = path.display();
    SecretError::Failed(match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("The disk is full, and the vault {shown} is as it was. Free some space and try again.")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!(
                "Web+ may not use the vault {shown}. Make the file and its folder yours to read and write, then try again."
            )
        }
        _ => format!("The vault {shown} can't be used ({error}). Check the disk and try again."),
    })
}
