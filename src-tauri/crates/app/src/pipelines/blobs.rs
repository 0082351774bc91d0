//! Large values as files of the data folder, each named by the hash of its bytes, so that equal ones are one. A file is whole
//! and on the disk before any row names it; who holds it stands in `blob_refs`.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::kill::kill_point;

/// The folder of large values.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("values")
}

fn place(data: &Path, hash: &str) -> Option<PathBuf> {
    let fine = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    fine.then(|| folder(data).join(hash.get(..2).unwrap_or_default()).join(hash))
}

/// The name of these bytes.
pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Files that were written or found, whose rows aren't on the disk yet.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashMap<String, u32>>);

impl InFlight {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody is about to name it in a row.
    pub(crate) fn hold(&self, hash: &str) {
        *self.lock().entry(hash.to_owned()).or_default() += 1;
    }

    /// The rows that name these are written.
    pub(crate) fn release<'a>(&self, hashes: impl IntoIterator<Item = &'a String>) {
        let mut held = self.lock();
        for hash in hashes {
            if let Some(count) = held.get_mut(hash) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    held.remove(hash);
                }
            }
        }
    }

    /// Removes the file unless somebody is about to name it.
    pub(crate) fn remove(&self, data: &Path, hash: &str) {
        let held = self.lock();
        if !held.contains_key(hash) {
            remove(data, hash);
        }
    }
}

/// Who holds a run's large values.
pub(crate) fn holder(run: domain::RunId) -> String {
    format!("run:{run}")
}

/// Removes files that nobody holds: looked at once more on the writer, so that none is taken from who has just come to hold it.
pub(crate) async fn release(app: &crate::App, hashes: Vec<String>) {
    if hashes.is_empty() {
        return;
    }
    let (data, of_writer) = (app.store.folder().to_owned(), app.clone());
    let gone = app
        .store
        .write(move |conn| {
            for hash in &hashes {
                if !store::blob_refs::is_held(conn, hash)? {
                    kill_point!("before_unlink");
                    of_writer.pipelines.in_flight.remove(&data, hash);
                }
            }
            Ok(())
        })
        .await;
    if let Err(error) = gone {
        tracing::warn!(%error, "values that nobody holds could not be removed");
    }
}

/// Writes the bytes unless they are there, and gives their hash. Blocks until they are on the disk.
pub(crate) fn write(data: &Path, bytes: &[u8]) -> io::Result<String> {
    let hash = hash(bytes);
    let target = place(data, &hash).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    if fs::metadata(&target).is_ok_and(|there| there.len() == bytes.len() as u64) {
        return Ok(hash);
    }
    let parent = target.parent().unwrap_or(data);
    fs::create_dir_all(parent)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let beside = parent.join(format!("{}.part", crate::hex(&random)));
    let written = (|| {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        kill_point!("blob_written");
        fs::rename(&beside, &target)?;
        sync(parent)?;
        sync(&folder(data))
    })();
    if written.is_err() {
        let _gone = fs::remove_file(&beside);
    }
    written?;
    kill_point!("blob_named");
    Ok(hash)
}

/// A folder's own entries, onto the disk.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The bytes under that hash.
pub(crate) fn read(data: &Path, hash: &str) -> io::Result<Vec<u8>> {
    let place = place(data, hash).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    fs::read(place)
}

/// How large the value is, in bytes; 0 where there is none.
pub(crate) fn size(data: &Path, hash: &str) -> u64 {
    place(data, hash).and_then(|place| fs::metadata(place).ok()).map_or(0, |found| found.len())
}

/// Removes the file, if it is there.
fn remove(data: &Path, hash: &str) {
    if let Some(place) = place(data, hash)
        && let Err(error) = fs::remove_file(&place)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, hash, "a value that nobody holds could not be removed");
    }
}

/// Every value that is at least so old; what a crash left half written is removed.
pub(crate) fn all(data: &Path, older_than: Duration) -> Vec<String> {
    let mut found = Vec::new();
    for inner in fs::read_dir(folder(data)).into_iter().flatten().flatten() {
        for file in fs::read_dir(inner.path()).into_iter().flatten().flatten() {
            let age =
                file.metadata().and_then(|about| about.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.unwrap_or_default() < older_than {
                continue;
            }
            let name = file.file_name().to_string_lossy().into_owned();
            if file.path().extension().is_some_and(|ending| ending == "part") {
                let _gone = fs::remove_file(file.path());
            } else {
                found.push(name);
            }
        }
    }
    found
}
