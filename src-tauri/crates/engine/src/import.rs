//! Takes a model's file into the folder of models: checked before it is copied, hashed while it is, under a name of ours.
//!
//! The same content again doubles nothing. Nothing half-written ever stands under a model's name: a file is written under a
//! temporary one, synced and then renamed. Deliberately not here: who may import, and the list of models.

mod name;
mod shelf;
mod upload;

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::ErrorCode;
use llm::Error;
use sha2::{Digest, Sha256};

use crate::{
    failure::{failure, storage},
    gguf::{self, GgufError, GgufHeader},
    space,
};

pub use shelf::sweep_imports;
pub(crate) use shelf::{
    Temporary, finish, finish_parts, imported, leftovers, same_content, same_parts, titled,
};
pub use upload::ImportSink;

/// How much is copied at once, in bytes.
pub(crate) const PIECE: usize = 1024 * 1024;

/// A model's file that is in the folder now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The model's name, without the provider's slug: lower case, `[a-z0-9._-]`.
    pub name: String,
    /// Where it is; the first of its files where it is split.
    pub file: PathBuf,
    /// Its size in bytes, of all its files.
    pub size: u64,
    /// The SHA-256 of its content, its files one after the other, in lower-case hexadecimal.
    pub sha256: String,
    /// What it says of itself; its `name` is what its file was called where that says more.
    pub header: GgufHeader,
    /// Whether it was there before, so that nothing was added.
    pub duplicate: bool,
}

/// Copies a model's file into the folder of models, all of them where it is split: any of them names it. `progress` is told
/// bytes done and in all. Dropped, it stops and leaves
/// nothing. Fails with `model_damaged`, `invalid_input`, `not_found`, `disk_full` or `read_only`.
pub async fn import_gguf(
    source: &Path,
    models_dir: &Path,
    progress: impl FnMut(u64, u64) + Send + 'static,
) -> Result<Imported, Error> {
    let (source, folder) = (source.to_owned(), models_dir.to_owned());
    blocking(move |stop| copy(&source, &folder, progress, stop)).await
}

/// Runs file work on a thread for it; tells it to stop when the future is dropped.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&AtomicBool) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let guard = SetOnDrop(stop.clone());
    let result = tokio::task::spawn_blocking(move || work(&stop)).await;
    drop(guard);
    result.map_err(|_| failure(ErrorCode::Internal, "Working with the model's file failed. Try again."))?
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn copy(
    source: &Path,
    folder: &Path,
    mut progress: impl FnMut(u64, u64),
    stop: &AtomicBool,
) -> Result<Imported, Error> {
    let parts = together(source)?;
    let header = GgufHeader::of_parts(&parts)?;
    let size = gguf::size_of(source).map_err(GgufError::from)?;
    std::fs::create_dir_all(folder).map_err(|error| storage(&error, folder))?;
    // A file that is already in the folder needs no second copy to find that out.
    if let Some(there) = shelf::same_place(&parts, folder, &header)? {
        return Ok(there);
    }
    space::check(folder, size)?;
    let mut copies = Vec::new();
    let (mut hash, mut done) = (Sha256::new(), 0);
    for part in &parts {
        let mut from = File::open(part).map_err(GgufError::from)?;
        let mut to = Temporary::create(folder)?;
        pour(&mut from, &mut to, &mut hash, stop, |count| {
            done += count;
            progress(done, size.max(done));
        })?;
        copies.push(to);
    }
    shelf::finish_parts(copies, folder, &stem(source), hex(&hash.finalize()))
}

/// All files of a model, each of which is there. Blocks.
fn together(source: &Path) -> Result<Vec<PathBuf>, Error> {
    let parts = gguf::parts_of(source);
    let missing = parts.iter().find(|part| parts.len() > 1 && !part.is_file());
    match missing.and_then(|missing| missing.file_name()) {
        None => Ok(parts),
        Some(missing) => Err(failure(
            ErrorCode::InvalidInput,
            format!(
                "The model is in {} files, and {} is missing. Put all of them into one folder and choose one of them there.",
                parts.len(),
                missing.to_string_lossy()
            ),
        )),
    }
}

/// What a file was called, without which part it is.
fn stem(path: &Path) -> String {
    let whole = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    gguf::split_name(path).map_or_else(whole, |(stem, ..)| stem)
}

/// Copies and hashes piece by piece.
fn pour(
    from: &mut File,
    to: &mut Temporary,
    hash: &mut Sha256,
    stop: &AtomicBool,
    mut copied: impl FnMut(u64),
) -> Result<(), Error> {
    let mut buffer = vec![0; PIECE];
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(failure(ErrorCode::Cancelled, "The import was stopped. Nothing was added."));
        }
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(GgufError::Io(error).into()),
        };
        let piece = buffer.get(..count).unwrap_or_default();
        hash.update(piece);
        to.write(piece)?;
        copied(count as u64);
    }
}

/// The SHA-256 of a file's first `length` bytes, in hexadecimal together with its state. Blocks.
pub(crate) fn hash_of(path: &Path, length: u64, stop: &AtomicBool) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    hash_into(&mut hash, path, length, stop)?;
    Ok(hash)
}

/// The SHA-256 of files one after the other. Blocks.
pub(crate) fn hash_of_files(files: &[PathBuf], stop: &AtomicBool) -> Result<Vec<u8>, Error> {
    let mut hash = Sha256::new();
    for file in files {
        hash_into(&mut hash, file, u64::MAX, stop).map_err(|error| storage(&error, file))?;
    }
    Ok(hash.finalize().to_vec())
}

/// Adds a file's first `length` bytes to a hash. Blocks.
fn hash_into(hash: &mut Sha256, path: &Path, length: u64, stop: &AtomicBool) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    let mut file = File::open(path)?.take(length);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens a file of ours for writing, readable by the person only.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes a rename durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Writes a small file whole or not at all.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = private(OpenOptions::new().create(true).truncate(true).write(true)).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
