//! Puts models' files from this computer into an Ollama: compared with what is there first, uploaded only if missing, then made
//! into a model.
//!
//! The engine writes what it is given again under another digest: twice the space until the original is freed. Deliberately
//! not here: choosing the files.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::ErrorCode;
use llm::{CreateRequest, Error, Ollama};
use serde_json::Value;

use super::{
    BlobDigest, Library, Reference,
    create::{check_from, make},
    upload::{upload, watched},
    verify,
};
use crate::{
    failure::failure,
    gguf::{self, GgufHeader},
    import::blocking,
    space,
};

/// A file to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its SHA-256 in hexadecimal, where it is known already: hashing forty gigabytes takes minutes.
    pub sha256: Option<String>,
}

/// A model to be made of files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OllamaImport {
    /// The model's files: one GGUF, all parts of a split one, and a projector where it has one.
    pub files: Vec<ImportFile>,
    /// LoRA adapters.
    pub adapters: Vec<ImportFile>,
    /// Name, template, system prompt and so on; its own `files` and `adapters` are filled in here.
    pub request: CreateRequest,
}

/// What an import is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportPhase {
    /// The files are read for their digests: bytes done and in all.
    Reading {
        /// Bytes read.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The engine is given what it doesn't have: bytes done and in all.
    Uploading {
        /// Bytes sent.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The engine makes the model; its own words.
    Making(String),
}

/// Imports files into an Ollama under a name. `library` is its models folder where that can be read: the space is checked then.
/// Dropped, it stops; what was uploaded stays as an unreferenced blob. Fails with `invalid_input`, `not_found`, `model_damaged`,
/// `disk_full` and as the engine does.
pub async fn import_into_ollama(
    ollama: &Ollama,
    library: Option<&Library>,
    import: &OllamaImport,
    mut on_progress: impl FnMut(ImportPhase) + Send,
) -> Result<(), Error> {
    Reference::parse(&import.request.model)?;
    check_from(ollama, import.request.from.as_deref()).await?;
    let mut request = import.request.clone();
    let all: Vec<_> = import.files.iter().chain(&import.adapters).cloned().collect();
    let sizes =
        blocking(move |_| all.iter().map(|file| look(&file.path, &all)).collect::<Result<Vec<_>, _>>())
            .await?;
    let files: Vec<_> = import.files.iter().chain(&import.adapters).zip(sizes).collect();
    let total: u64 = files.iter().map(|(_, size)| size).sum();

    let mut read = 0;
    let mut digests = Vec::new();
    for (file, size) in &files {
        let known = file.sha256.as_deref().and_then(BlobDigest::from_hex);
        let digest = if let Some(digest) = known {
            digest
        } else {
            let told = |done| on_progress(ImportPhase::Reading { done: read + done, total });
            digest_of(&file.path, told).await?
        };
        read += size;
        digests.push(digest);
    }

    let mut missing = Vec::new();
    for ((file, size), digest) in files.iter().zip(&digests) {
        if !ollama.has_blob(&digest.to_string()).await? {
            missing.push((file.path.clone(), *size, digest.clone()));
        }
    }
    let to_send: u64 = missing.iter().map(|(_, size, _)| size).sum();
    if let Some(library) = library.cloned() {
        // What is uploaded is written a second time when the model is made.
        blocking(move |_| space::check(library.path(), to_send.saturating_add(total))).await?;
    }
    let mut sent = 0;
    for (path, size, digest) in missing {
        let told = |done| on_progress(ImportPhase::Uploading { done: sent + done, total: to_send });
        upload(ollama, &path, size, &digest, told).await?;
        sent += size;
    }

    for (at, ((file, _), digest)) in files.iter().zip(&digests).enumerate() {
        let name = file
            .path
            .file_name()
            .map_or_else(|| format!("{at}.gguf"), |name| name.to_string_lossy().into_owned());
        let list = if at < import.files.len() { &mut request.files } else { &mut request.adapters };
        list.insert(name, Value::String(digest.to_string()));
    }
    make(ollama, &request, |step| on_progress(ImportPhase::Making(step))).await
}

/// Looks at a file before minutes are spent on it; tells its size. Blocks.
fn look(path: &Path, all: &[ImportFile]) -> Result<u64, Error> {
    let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    GgufHeader::kind_of_file(path)?;
    if let Some((stem, _, parts)) = gguf::split_name(path) {
        let there: Vec<_> = all.iter().filter_map(|file| file.path.file_name()).collect();
        let part = |number| gguf::part_name(&stem, number, parts);
        if let Some(gone) =
            (1..=parts).map(part).find(|name| !there.iter().any(|there| *there == name.as_str()))
        {
            return Err(failure(
                ErrorCode::InvalidInput,
                format!("The model is in {parts} files, and {gone} is missing. Choose all of them."),
            ));
        }
    }
    Ok(found.len())
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    failure(ErrorCode::NotFound, format!("{} can't be read ({error}). Choose another file.", path.display()))
}

async fn digest_of(path: &Path, told: impl FnMut(u64) + Send) -> Result<BlobDigest, Error> {
    let done = Arc::new(AtomicU64::new(0));
    let (counter, file) = (Arc::clone(&done), path.to_owned());
    let reading = blocking(move |stop| {
        verify::hash(&file, stop, &mut |bytes| counter.store(bytes, Ordering::Relaxed))
            .map_err(|error| unreadable(&file, &error))
    });
    let hex = watched(reading, &done, told).await?;
    BlobDigest::from_hex(&hex)
        .ok_or_else(|| failure(ErrorCode::Internal, "The file's digest could not be made."))
}
