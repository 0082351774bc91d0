//! The folder of models: temporary files, equal content, and the last step under a free name.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use domain::ErrorCode;
use llm::Error;

use super::{Imported, hash_into, hex, name, private, sync_folder};
use crate::{
    failure::{failure, storage},
    gguf::{self, GgufHeader},
};
use sha2::{Digest, Sha256};

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
pub(crate) fn finish(file: Temporary, folder: &Path, stem: &str, sha256: String) -> Result<Imported, Error> {
    finish_parts(vec![file], folder, stem, sha256)
}

/// The same for all files of a model, in order.
pub(crate) fn finish_parts(
    mut files: Vec<Temporary>,
    folder: &Path,
    stem: &str,
    sha256: String,
) -> Result<Imported, Error> {
    let mut size = 0;
    for file in &mut files {
        if let Some(open) = file.file.take() {
            open.sync_all().map_err(|error| storage(&error, &file.path))?;
        }
        size += fs::metadata(&file.path).map_err(|error| storage(&error, &file.path))?.len();
    }
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    let header = named(GgufHeader::of_parts(&paths)?, stem);
    if let Some(there) = same_content(folder, size, &sha256)? {
        return Ok(imported(there, size, sha256, header, true));
    }
    let base = name::of(&header, stem);
    for number in 1..1000_u32 {
        let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let target = folder.join(file_name(&name, 1, files.len()));
        if !place(&mut files, folder, &name).map_err(|error| storage(&error, &target))? {
            continue;
        }
        sync_folder(folder).map_err(|error| storage(&error, &target))?;
        return Ok(imported(target, size, sha256, header, false));
    }
    Err(failure(ErrorCode::Conflict, "There are too many models of that name. Remove one and try again."))
}

/// What the file of a model is called in our folder, which of how many it is.
fn file_name(name: &str, part: usize, parts: usize) -> String {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    if parts == 1 { format!("{name}.gguf") } else { gguf::part_name(name, number(part), number(parts)) }
}

/// Gives the files their names, unless one of them is taken. The first comes last: without it the others are nothing.
fn place(files: &mut [Temporary], folder: &Path, name: &str) -> io::Result<bool> {
    let parts = files.len();
    let whole = folder.join(format!("{name}.gguf"));
    let targets: Vec<_> = (1..=parts).map(|part| folder.join(file_name(name, part, parts))).collect();
    if parts > 1 && (whole.exists() || targets.iter().any(|target| target.exists())) {
        return Ok(false);
    }
    for (file, target) in files.iter_mut().zip(&targets).rev() {
        // A link refuses to take an existing name, which a rename doesn't; where links don't exist, look first.
        match fs::hard_link(&file.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(_) if target.exists() => return Ok(false),
            Err(_) => {
                fs::rename(&file.path, target)?;
                file.kept = true;
            }
        }
    }
    Ok(true)
}

/// Reads the header of a model's files, its name what they were called where that says more.
pub(crate) fn titled(files: &[PathBuf], stem: &str) -> Result<GgufHeader, Error> {
    Ok(named(GgufHeader::of_parts(files)?, stem))
}

fn named(mut header: GgufHeader, stem: &str) -> GgufHeader {
    if let Some(title) = name::readable(&header, stem) {
        header.name = Some(title);
    }
    header
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
    parts: &[PathBuf],
    folder: &Path,
    header: &GgufHeader,
) -> Result<Option<Imported>, Error> {
    let Some(Ok(source)) = parts.first().map(fs::canonicalize) else { return Ok(None) };
    let Ok(folder) = fs::canonicalize(folder) else { return Ok(None) };
    if source.parent() != Some(&folder) || !is_model(&source) {
        return Ok(None);
    }
    let size = gguf::size_of(&source).map_err(|error| storage(&error, &source))?;
    let hash = hash_whole(&source).map_err(|error| storage(&error, &source))?;
    Ok(Some(imported(source, size, hash, header.clone(), true)))
}

/// The hash of a model's content, of all its files.
fn hash_whole(first: &Path) -> io::Result<String> {
    let mut whole = Sha256::new();
    for part in gguf::parts_of(first) {
        hash_into(&mut whole, &part, u64::MAX, &AtomicBool::new(false))?;
    }
    Ok(hex(&whole.finalize()))
}

/// A model's file of that content, the first where it is split. Only files of the same size are read.
pub(crate) fn same_content(folder: &Path, size: u64, sha256: &str) -> Result<Option<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(storage(&error, folder)),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let first = gguf::split_name(&path).is_none_or(|(_, part, _)| part == 1);
        let file = entry.metadata().is_ok_and(|metadata| metadata.is_file());
        if !(is_model(&path) && first && file && gguf::size_of(&path).is_ok_and(|found| found == size)) {
            continue;
        }
        // One that can't be read is another one.
        if hash_whole(&path).is_ok_and(|hash| hash == sha256) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The files of a model in the folder whose parts have these sizes and digests, in order. Only files of the same sizes are read.
pub(crate) fn same_parts(folder: &Path, wanted: &[(u64, String)]) -> Result<Option<Vec<PathBuf>>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(storage(&error, folder)),
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let first = gguf::split_name(&path).is_some_and(|(_, part, _)| part == 1);
        let parts = gguf::parts_of(&path);
        if !first || !is_model(&path) || parts.len() != wanted.len() {
            continue;
        }
        let is_as_large = |(part, (size, _)): (&PathBuf, &(u64, String))| {
            fs::metadata(part).is_ok_and(|found| found.len() == *size)
        };
        if !parts.iter().zip(wanted).all(is_as_large) {
            continue;
        }
        // One that can't be read is another one.
        let is_same = |(part, (_, sha256)): (&PathBuf, &(u64, String))| {
            super::hash_of(part, u64::MAX, &AtomicBool::new(false))
                .is_ok_and(|hash| hex(&hash.finalize()) == *sha256)
        };
        if parts.iter().zip(wanted).all(is_same) {
            return Ok(Some(parts));
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
    let name = super::stem(&file);
    Imported { name, file, size, sha256, header, duplicate }
}
