//! The folder of models: temporary files, equal content, and the last step under a free name.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use domain::ErrorCode;
use llm::Error;

use super::{Imported, hash_of, hex, name, private, sync_folder};
use crate::{
    failure::{failure, storage},
    gguf::GgufHeader,
};
use sha2::Digest;

/// Tells the temporary files of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A file that is being written; removed when dropped before it was kept.
pub(crate) struct Temporary {
    file: Option<File>,
    path: PathBuf,
    kept: bool,
}

impl Temporary {
    /// A new one in the folder, which must exist.
    pub(crate) fn create(folder: &Path) -> Result<Self, Error> {
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".import-{}-{number}.part", std::process::id()));
            match private(OpenOptions::new().create_new(true).write(true)).open(&path) {
                Ok(file) => return Ok(Self { file: Some(file), path, kept: false }),
                // Left by a process of the same number before us.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(storage(&error, folder)),
            }
        }
    }

    /// One that is on disk already, complete.
    pub(crate) fn complete(path: PathBuf) -> Self {
        Self { file: None, path, kept: false }
    }

    /// More of it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(|error| storage(&error, &self.path)),
            None => Ok(()),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(self.file.take());
        if !self.kept {
            // It only takes space; `sweep_imports` tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Checks what was written and gives it its name, unless the same is there already. Blocks.
pub(crate) fn finish(
    mut file: Temporary,
    folder: &Path,
    stem: &str,
    sha256: String,
) -> Result<Imported, Error> {
    if let Some(open) = file.file.take() {
        open.sync_all().map_err(|error| storage(&error, &file.path))?;
    }
    let header = titled(&file.path, stem)?;
    let size = fs::metadata(&file.path).map_err(|error| storage(&error, &file.path))?.len();
    if let Some(there) = same_content(folder, size, &sha256)? {
        return Ok(imported(there, size, sha256, header, true));
    }
    let base = name::of(&header, stem);
    for number in 1..1000_u32 {
        let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let target = folder.join(format!("{name}.gguf"));
        // A link refuses to take an existing name, which a rename doesn't; where links don't exist, look first.
        let moved = match fs::hard_link(&file.path, &target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(_) if target.exists() => continue,
            Err(_) => fs::rename(&file.path, &target).inspect(|()| file.kept = true),
        };
        moved.and_then(|()| sync_folder(folder)).map_err(|error| storage(&error, &target))?;
        return Ok(imported(target, size, sha256, header, false));
    }
    Err(failure(ErrorCode::Conflict, "There are too many models of that name. Remove one and try again."))
}

/// Reads a file's header, its name what the file was called where that says more.
pub(crate) fn titled(path: &Path, stem: &str) -> Result<GgufHeader, Error> {
    let mut header = GgufHeader::of_file(path)?;
    if let Some(title) = name::readable(&header, stem) {
        header.name = Some(title);
    }
    Ok(header)
}

/// Removes what imports left that were cut off with the process. Only while nothing is being imported: at the start.
/// Blocks.
pub fn sweep_imports(models_dir: &Path) {
    for path in leftovers(models_dir, ".import-", "part") {
        // What can't be removed only takes space.
        let _ = fs::remove_file(path);
    }
}

/// Hidden files of ours by how their names begin and end.
pub(crate) fn leftovers(folder: &Path, beginning: &str, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_ours = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning))
            && path.extension().is_some_and(|extension| extension == ending)
    };
    entries.flatten().map(|entry| entry.path()).filter(is_ours).collect()
}

/// The file itself, if it is in the folder under a model's name.
pub(super) fn same_place(
    source: &Path,
    folder: &Path,
    header: &GgufHeader,
) -> Result<Option<Imported>, Error> {
    let (Ok(source), Ok(folder)) = (fs::canonicalize(source), fs::canonicalize(folder)) else {
        return Ok(None);
    };
    if source.parent() != Some(&folder) || !is_model(&source) {
        return Ok(None);
    }
    let size = fs::metadata(&source).map_err(|error| storage(&error, &source))?.len();
    let hash = hash_of(&source, size, &AtomicBool::new(false)).map_err(|error| storage(&error, &source))?;
    Ok(Some(imported(source, size, hex(&hash.finalize()), header.clone(), true)))
}

/// A model's file of that content. Only files of the same size are read.
pub(crate) fn same_content(folder: &Path, size: u64, sha256: &str) -> Result<Option<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(storage(&error, folder)),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let alike = is_model(&path)
            && entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == size);
        if !alike {
            continue;
        }
        // One that can't be read is another one.
        let hash = hash_of(&path, size, &AtomicBool::new(false)).map(|hash| hex(&hash.finalize()));
        if hash.is_ok_and(|hash| hash == sha256) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn is_model(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    !hidden && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

pub(crate) fn imported(
    file: PathBuf,
    size: u64,
    sha256: String,
    header: GgufHeader,
    duplicate: bool,
) -> Imported {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Imported { name, file, size, sha256, header, duplicate }
}
