//! The files in the folder of blobs: whole ones, and what unfinished downloads left.

use std::{
    fs::{self, Metadata},
    io,
    path::PathBuf,
};

use llm::Error;

use super::{BlobDigest, Library};

/// A file that an unfinished download or upload left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// Of which blob; none for an upload, whose digest isn't known before its end.
    pub digest: Option<BlobDigest>,
    /// The file.
    pub file: PathBuf,
    /// What it takes on the disk, in bytes: the file itself is as long as the blob from the beginning.
    pub bytes: u64,
    /// Whether it says how far a part came and can't be read, at which every pull ends.
    pub broken: bool,
}

pub(super) enum Found {
    Blob(BlobDigest, PathBuf, u64),
    Partial(Partial),
}

impl Library {
    /// Everything of the engine's in the folder of blobs; what has another kind of name isn't its.
    pub(super) fn files(&self) -> Result<Vec<Found>, Error> {
        let entries = match fs::read_dir(self.blobs_folder()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(_) => return Err(self.unreadable()),
        };
        let mut files = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix("sha256-")) else { continue };
            let file = entry.path();
            // A link to a file elsewhere takes nothing here.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                continue;
            }
            if let Some(digest) = BlobDigest::from_hex(rest) {
                files.push(Found::Blob(digest, file, metadata.len()));
                continue;
            }
            let partial = rest.split_once("-partial").map(|(hex, part)| (BlobDigest::from_hex(hex), part));
            files.push(Found::Partial(match partial {
                Some((digest, "")) => Partial { digest, file, bytes: taken(&metadata), broken: false },
                Some((digest, _)) => {
                    Partial { digest, bytes: metadata.len(), broken: is_broken(&file), file }
                }
                // An upload in the making.
                None => Partial { digest: None, file, bytes: metadata.len(), broken: false },
            }));
        }
        Ok(files)
    }

    /// What unfinished downloads of a blob left.
    pub fn partials(&self, digest: &BlobDigest) -> Result<Vec<Partial>, Error> {
        let mut partials = self.all_partials()?;
        partials.retain(|partial| partial.digest.as_ref() == Some(digest));
        Ok(partials)
    }

    /// What all unfinished downloads and uploads left.
    pub fn all_partials(&self) -> Result<Vec<Partial>, Error> {
        let partials = self.files()?.into_iter().filter_map(|found| match found {
            Found::Partial(partial) => Some(partial),
            Found::Blob(..) => None,
        });
        Ok(partials.collect())
    }

    /// The digests of all whole blobs.
    pub(crate) fn blob_digests(&self) -> Result<Vec<BlobDigest>, Error> {
        let blobs = self.files()?.into_iter().filter_map(|found| match found {
            Found::Blob(digest, ..) => Some(digest),
            Found::Partial(_) => None,
        });
        Ok(blobs.collect())
    }

    /// Whether a download was begun and not finished: then an engine that starts must not prune, for an hour later it would
    /// remove what came.
    pub fn has_unfinished(&self) -> bool {
        let Ok(entries) = fs::read_dir(self.blobs_folder()) else { return false };
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("-partial"))
    }

    /// Removes what unfinished downloads of a blob left; tells how many bytes that freed. Not while it is being downloaded.
    pub fn remove_partials(&self, digest: &BlobDigest) -> Result<u64, Error> {
        let mut freed = 0;
        for partial in self.partials(digest)? {
            freed += if self.remove(&partial.file)? { partial.bytes } else { 0 };
        }
        Ok(freed)
    }

    /// Removes a blob; tells how many bytes that freed, 0 where it wasn't there. What needs it is damaged then.
    pub fn remove_blob(&self, digest: &BlobDigest) -> Result<u64, Error> {
        let file = self.blob(digest);
        let size = fs::symlink_metadata(&file).map_or(0, |found| found.len());
        Ok(if self.remove(&file)? { size } else { 0 })
    }

    /// Removes a file of the folder; false where it wasn't there.
    pub(super) fn remove(&self, file: &std::path::Path) -> Result<bool, Error> {
        match fs::remove_file(file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(self.not_removed(file, &error)),
        }
    }
}

/// Whether a part's file doesn't say how far it came.
fn is_broken(file: &std::path::Path) -> bool {
    fs::read(file).is_ok_and(|text| serde_json::from_slice::<serde_json::Value>(&text).is_err())
}

/// What a file that is longer than what was written of it takes.
#[cfg(unix)]
fn taken(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.len().min(metadata.blocks().saturating_mul(512))
}

#[cfg(not(unix))]
fn taken(metadata: &Metadata) -> u64 {
    metadata.len()
}
