//! Moves a folder of models to another place so that no moment is without a whole copy of each: copied under a name that nothing
//! reads, synced, read back and compared, and only then renamed; what was copied is removed from the old place only where the new
//! one has the same content. Each step may be cut off at any point and begun again.
//!
//! Deliberately not here: who uses the folder meanwhile, and what makes the new place the one that counts.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use domain::ErrorCode;
use llm::Error;
use sha2::{Digest, Sha256};

use crate::{
    failure::{failure, storage},
    import::{PIECE, blocking, hex, private, sync_folder},
    library::watched,
    space,
};

/// How copies that aren't whole yet begin.
const MOVING: &str = ".moving-";
/// Folders deeper than this are nobody's models.
const DEPTH: u32 = 8;

/// Held by whatever changes files here: one that was told to stop may still be at it when the next begins.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files of a folder of models, each by its path within it and with its size in bytes, in order. What an import or a move left
/// half done doesn't count; a folder that isn't there has none. Blocks.
pub fn files_of(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut files = Vec::new();
    walk(folder, Path::new(""), DEPTH, &mut files);
    files.sort();
    files
}

fn walk(folder: &Path, within: &Path, depth: u32, files: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder.join(within)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        // What a link leads to counts: without it the model would be lost.
        let (path, Ok(found)) = (within.join(&name), fs::metadata(entry.path())) else { continue };
        if found.is_dir() && depth > 1 {
            walk(folder, &path, depth - 1, files);
        } else if found.is_file() && !shown.starts_with(MOVING) && !shown.starts_with(".import-") {
            files.push((path, found.len()));
        }
    }
}

/// Refuses a new place that can't be one, and makes it. `to` must be a full path outside of `from`, and what lies there already must
/// not be called as something that comes. Tells whether it was empty. Fails with `invalid_input`, `disk_full` and as the disk does.
pub async fn prepare(from: &Path, to: &Path) -> Result<bool, Error> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move |_| {
        let invalid = |sentence: String| Err::<(), Error>(failure(ErrorCode::InvalidInput, sentence));
        if !to.is_absolute() {
            invalid("Give the new folder's full path, from the root of the disk.".to_owned())?;
        }
        let apart = |old: &Path, new: &Path| {
            if old == new {
                return invalid("The models are in that folder already. Choose another one.".to_owned());
            }
            if new.starts_with(old) {
                return invalid(format!(
                    "{} is inside of the folder that the models are in now. Choose one outside of it.",
                    to.display()
                ));
            }
            if old.starts_with(new) {
                return invalid(format!(
                    "The folder that the models are in now is inside of {}. Choose one that doesn't hold it.",
                    to.display()
                ));
            }
            Ok(())
        };
        // By name before anything is made, and by what the names stand for afterwards.
        apart(&from, &to)?;
        fs::create_dir_all(&to).map_err(|error| storage(&error, &to))?;
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        apart(&real(&from), &real(&to))?;
        let files = files_of(&from);
        let mut needed = 0_u64;
        for (file, size) in &files {
            match fs::metadata(to.join(file)) {
                Ok(there) if there.is_file() && there.len() == *size => {}
                Ok(_) => {
                    invalid(format!(
                        "{} holds another file named {}. Choose an empty folder.",
                        to.display(),
                        file.display()
                    ))?;
                }
                Err(_) => needed += size,
            }
        }
        space::check(&to, needed)?;
        Ok(fs::read_dir(&to).is_ok_and(|mut entries| entries.next().is_none()))
    })
    .await
}

/// Copies what the new place doesn't have yet. `progress` is told bytes done and in all. Dropped, it stops; what is whole stays.
/// Fails with `conflict` where the new place has another file of a name, and as the disk does.
pub async fn copy(from: &Path, to: &Path, mut progress: impl FnMut(u64, u64) + Send) -> Result<(), Error> {
    let (old, new) = (from.to_owned(), to.to_owned());
    let done = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&done);
    let from = from.to_owned();
    let total: u64 = blocking(move |_| Ok(files_of(&from).iter().map(|(_, size)| size).sum())).await?;
    let copying = blocking(move |stop| copy_all(&old, &new, &counter, stop));
    watched(copying, &done, |done| progress(done, total)).await
}

fn copy_all(from: &Path, to: &Path, counter: &AtomicU64, stop: &AtomicBool) -> Result<(), Error> {
    let _alone = alone();
    let mut done = 0;
    for (file, size) in files_of(from) {
        let (source, target) = (from.join(&file), to.join(&file));
        if target.exists() {
            // Of an earlier try. The one that can still be read from the old place is the truth.
            if !same(&source, &target, stop).map_err(|error| storage(&error, &target))? {
                return Err(other(&target));
            }
        } else {
            whole_copy(&source, &target, stop, |bytes| counter.store(done + bytes, Ordering::Relaxed))?;
        }
        done += size;
        counter.store(done, Ordering::Relaxed);
    }
    Ok(())
}

fn other(target: &Path) -> Error {
    failure(
        ErrorCode::Conflict,
        format!(
            "{} is another file than the one that is to be moved there. Choose an empty folder.",
            target.display()
        ),
    )
}

fn whole_copy(
    source: &Path,
    target: &Path,
    stop: &AtomicBool,
    mut told: impl FnMut(u64),
) -> Result<(), Error> {
    let failed = |error: io::Error| storage(&error, target);
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(failed(io::ErrorKind::InvalidInput.into()));
    };
    fs::create_dir_all(folder).map_err(failed)?;
    let beside = folder.join(format!("{MOVING}{}", name.to_string_lossy()));
    let mut to =
        private(OpenOptions::new().create(true).truncate(true).write(true)).open(&beside).map_err(failed)?;
    let mut done = 0_u64;
    let copied = hashed(source, stop, |piece| {
        to.write_all(piece)?;
        done += piece.len() as u64;
        told(done);
        Ok(())
    });
    let written = copied.and_then(|hash| {
        to.sync_all()?;
        let read = hashed(&beside, stop, |_| Ok(()))?;
        if read == hash {
            Ok(())
        } else {
            Err(io::Error::other("what was written reads back as something else"))
        }
    });
    drop(to);
    let placed = written.and_then(|()| {
        fs::rename(&beside, target)?;
        sync_folder(folder)
    });
    placed.map_err(|error| {
        // It only takes space; the next try writes it anew.
        let _ = fs::remove_file(&beside);
        if error.kind() == io::ErrorKind::Interrupted {
            failure(ErrorCode::Cancelled, "The move was stopped. The models are where they were.")
        } else {
            storage(&error, target)
        }
    })
}

/// The hash of a file, whose pieces `each` is given.
fn hashed(
    path: &Path,
    stop: &AtomicBool,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; PIECE]);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let count = file.read(&mut buffer)?;
        let piece = buffer.get(..count).unwrap_or_default();
        if piece.is_empty() {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(piece);
        each(piece)?;
    }
}

fn same(one: &Path, other: &Path, stop: &AtomicBool) -> io::Result<bool> {
    if fs::metadata(one)?.len() != fs::metadata(other)?.len() {
        return Ok(false);
    }
    Ok(hashed(one, stop, |_| Ok(()))? == hashed(other, stop, |_| Ok(()))?)
}

/// Removes from the old place what the new one has too, compared once more, and folders that are empty then. Tells the bytes that
/// this freed; what can't be removed or isn't in the new place stays.
pub async fn remove_old(from: &Path, to: &Path) -> Result<u64, Error> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move |stop| {
        let _alone = alone();
        let mut freed = 0;
        for (file, size) in files_of(&from) {
            let (old, new) = (from.join(&file), to.join(&file));
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if same(&old, &new, stop).unwrap_or(false) && fs::remove_file(&old).is_ok() {
                freed += size;
            }
        }
        remove_empty(&from, DEPTH);
        Ok(freed)
    })
    .await
}

fn remove_empty(folder: &Path, depth: u32) {
    if depth > 1 {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                remove_empty(&entry.path(), depth - 1);
            }
        }
    }
    // One that isn't empty refuses.
    let _ = fs::remove_dir(folder);
}

/// Removes what a move that is given up has copied; `all` where the new place was empty before it, else only what isn't whole.
pub async fn give_up(from: &Path, to: &Path, all: bool) -> Result<(), Error> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move |_| {
        let _alone = alone();
        for (file, size) in files_of(&from) {
            let target = to.join(&file);
            let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else { continue };
            let _ = fs::remove_file(folder.join(format!("{MOVING}{}", name.to_string_lossy())));
            if all && fs::metadata(&target).is_ok_and(|there| there.len() == size) {
                let _ = fs::remove_file(&target);
            }
        }
        if all {
            remove_empty(&to, DEPTH);
        }
        Ok(())
    })
    .await
}
