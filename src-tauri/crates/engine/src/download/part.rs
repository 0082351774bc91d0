//! The part of a file that is here already, named by its digest, and a small file that says where it comes from.

use std::{
    fs::{self, OpenOptions},
    io::SeekFrom,
    path::{Path, PathBuf},
};

use llm::Error;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
};

use super::content::{Content, Origin};
use crate::{
    failure::storage,
    import::{blocking, hash_of, hex, leftovers, private, write_whole},
};

/// What is kept about a download beside its bytes.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    source: Origin,
    /// Its `Content::key`.
    sha256: String,
    size: u64,
}

/// What is here of a file.
pub(super) struct Part {
    pub(super) path: PathBuf,
    state: PathBuf,
    file: File,
    hash: Sha256,
    /// Bytes here.
    pub(super) have: u64,
}

impl Part {
    /// Finds what an earlier try left, or begins.
    pub(super) async fn open(folder: &Path, source: &Origin, content: &Content) -> Result<Self, Error> {
        let (folder, source, content) = (folder.to_owned(), source.clone(), content.clone());
        let (path, state, file, hash, have) = blocking(move |stop| {
            fs::create_dir_all(&folder).map_err(|error| storage(&error, &folder))?;
            sweep(&folder, &source, Some(&content));
            let path = file(&folder, &content);
            let state = path.with_extension("json");
            let kept = State { source, sha256: content.key.clone(), size: content.size };
            let text = serde_json::to_vec(&kept).unwrap_or_default();
            write_whole(&state, &text).map_err(|error| storage(&error, &state))?;
            let file = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&path);
            let file = file.map_err(|error| storage(&error, &path))?;
            let mut have = file.metadata().map_err(|error| storage(&error, &path))?.len();
            if have > content.size {
                file.set_len(0).map_err(|error| storage(&error, &path))?;
                have = 0;
            }
            let hash = hash_of(&path, have, stop).map_err(|error| storage(&error, &path))?;
            Ok((path, state, file, hash, have))
        })
        .await?;
        let mut part = Self { path, state, file: File::from_std(file), hash, have };
        part.file.seek(SeekFrom::Start(have)).await.map_err(|error| storage(&error, &part.path))?;
        Ok(part)
    }

    /// More of it.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        self.have += bytes.len() as u64;
        self.file.write_all(bytes).await.map_err(|error| storage(&error, &self.path))
    }

    /// From the beginning again.
    pub(super) async fn reset(&mut self) -> Result<(), Error> {
        let again = async {
            self.file.flush().await?;
            self.file.set_len(0).await?;
            self.file.rewind().await
        };
        again.await.map_err(|error| storage(&error, &self.path))?;
        self.hash = Sha256::new();
        self.have = 0;
        Ok(())
    }

    /// Writes out what is in memory.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        self.file.flush().await.map_err(|error| storage(&error, &self.path))
    }

    /// Makes it durable and gives its digest.
    pub(super) async fn close(&mut self) -> Result<String, Error> {
        self.flush().await?;
        self.file.sync_all().await.map_err(|error| storage(&error, &self.path))?;
        Ok(hex(&self.hash.clone().finalize()))
    }

    /// Removes it.
    pub(super) async fn discard(self) {
        let Self { path, state, file, .. } = self;
        drop(file.into_std().await);
        for path in [path, state] {
            if let Err(error) = tokio::fs::remove_file(&path).await {
                tracing::warn!(path = %path.display(), %error, "a part of a download could not be removed");
            }
        }
    }

    /// Removes the note about it; its bytes have another name now.
    pub(super) fn forget(&self) {
        // Swept by the next download of the same file if it stays.
        let _ = fs::remove_file(&self.state);
    }
}

/// Where the bytes of a content are kept until they are all there.
fn file(folder: &Path, content: &Content) -> PathBuf {
    folder.join(format!(".download-{}.part", content.key))
}

/// How many bytes of a content are here. Blocks.
pub(super) fn length(folder: &Path, content: &Content) -> u64 {
    fs::metadata(file(folder, content)).map_or(0, |found| found.len()).min(content.size)
}

/// Removes what unfinished downloads of that file left, but for the given content. Blocks.
pub(super) fn sweep(folder: &Path, source: &Origin, but: Option<&Content>) {
    for path in leftovers(folder, ".download-", "json") {
        let state: Option<State> = fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let is_other =
            |state: State| state.source == *source && but.is_none_or(|but| but.key != state.sha256);
        if state.is_some_and(is_other) {
            // What can't be removed only takes space.
            let _ = fs::remove_file(path.with_extension("part"));
            let _ = fs::remove_file(&path);
        }
    }
}
