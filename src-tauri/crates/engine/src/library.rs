//! A models folder of Ollama on disk: what its manifests name, what is damaged, what only takes space, and the few repairs for
//! which the engine has no request of its own.
//!
//! Everything is read from the folder each time; nothing is kept. Deliberately not here: talking to a running Ollama, but for
//! `import`, and when it is safe to remove something (the caller knows whether a pull runs).

mod access;
mod blobs;
mod create;
mod digest;
mod import;
mod manifest;
mod problems;
mod reference;
mod upload;
mod usage;
mod verify;

use std::{
    io,
    path::{Path, PathBuf},
};

use domain::ErrorCode;
use llm::Error;

use crate::failure::failure;

pub use access::Access;
pub use blobs::Partial;
pub use create::create_in_ollama;
pub use digest::BlobDigest;
pub use import::{ImportFile, ImportPhase, OllamaImport, import_into_ollama};
pub use manifest::{LibraryLayer, LibraryModel};
pub use problems::{Damage, Problem};
pub use reference::Reference;
pub(crate) use upload::watched;
pub use usage::Space;

/// A models folder. Cheap to clone; its functions block unless they are async.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    path: PathBuf,
}

impl Library {
    /// The folder at this path ("~/.ollama/models", say). Fails with `not_found` where there is none and `read_only` where it
    /// can't be read: then whose it is stands in the sentence.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let library = Self { path: path.to_owned() };
        match std::fs::read_dir(path) {
            Ok(_) => Ok(library),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(library.unreadable()),
            Err(_) => Err(failure(
                ErrorCode::NotFound,
                format!("There is no models folder at {}. Choose another folder.", path.display()),
            )),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file of a digest is, whether it is there or not.
    pub fn blob(&self, digest: &BlobDigest) -> PathBuf {
        self.blobs_folder().join(digest.file_name())
    }

    fn blobs_folder(&self) -> PathBuf {
        self.path.join("blobs")
    }

    fn unreadable(&self) -> Error {
        let owner = self.access().owner.map_or_else(String::new, |owner| format!(" It belongs to {owner}."));
        failure(
            ErrorCode::ReadOnly,
            format!(
                "{} can't be read.{owner} Its models can be used all the same; what is damaged or takes space can't be seen.",
                self.path.display()
            ),
        )
    }

    /// Why a file of the folder can't be removed: with the command that does it where it is somebody else's.
    fn not_removed(&self, file: &Path, error: &io::Error) -> Error {
        if !matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) {
            return failure(
                ErrorCode::Internal,
                format!("{} could not be removed ({error}). Try again.", file.display()),
            );
        }
        let owner =
            self.access().owner.map_or_else(String::new, |owner| format!(", which belongs to {owner}"));
        failure(
            ErrorCode::ReadOnly,
            format!(
                "{} must be removed, but you may not write in its folder{owner}. Run this in a terminal, then try again: {}",
                file.display(),
                removal(file)
            ),
        )
    }
}

/// The command that removes a file which needs more rights than we have.
fn removal(file: &Path) -> String {
    let path = file.display().to_string();
    if cfg!(windows) {
        return format!("del \"{path}\" (as administrator)");
    }
    format!("sudo rm '{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_removed_is_named_with_the_command() {
        let library = Library { path: std::env::temp_dir() };
        let file = Path::new("/srv/it's/blobs/sha256-aa");
        let error = library.not_removed(file, &io::ErrorKind::PermissionDenied.into());
        assert_eq!(error.code(), ErrorCode::ReadOnly);
        let text = error.to_string();
        assert!(text.starts_with("/srv/it's/blobs/sha256-aa must be removed"), "{text}");
        if cfg!(unix) {
            assert!(text.ends_with(r"sudo rm '/srv/it'\''s/blobs/sha256-aa'"), "{text}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_none() {
        let folder = std::env::temp_dir().join("no-such-models-folder");
        assert_eq!(Library::open(&folder).map_err(|error| error.code()), Err(ErrorCode::NotFound));
    }
}
