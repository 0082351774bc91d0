//! Large values as files of the data folder, each named by the hash of its bytes, so that equal ones are one. A file is whole
//! and on the disk before any row names it; who holds it stands in `blob_refs`.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
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

/// Writes the bytes unless they are there, and gives their hash. Blocks until they are on the disk.
pub(crate) fn write(data: &Path, bytes: &[u8]) -> io::Result<String> {
    let hash = blake3::hash(bytes).to_hex().to_string();
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

/// Removes the file, if it is there.
pub(crate) fn remove(data: &Path, hash: &str) {
    if let Some(place) = place(data, hash)
        && let Err(error) = fs::remove_file(&place)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, hash, "a value that nobody holds could not be removed");
    }
}

/// Every value that is there, and what a crash left half written is removed.
pub(crate) fn all(data: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for inner in fs::read_dir(folder(data)).into_iter().flatten().flatten() {
        for file in fs::read_dir(inner.path()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".part") {
                let _gone = fs::remove_file(file.path());
            } else {
                found.push(name);
            }
        }
    }
    found
}
