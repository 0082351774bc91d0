//! Models that are listed but can't be used: a blob is gone, or isn't as long as the manifest says.

use std::{fs, io, path::PathBuf};

use llm::Error;

use super::{BlobDigest, Library, LibraryModel, Reference};
use crate::failure::bytes;

/// Something that is wrong with a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whose; none where not even its manifest can be read.
    pub model: Option<Reference>,
    /// The file that is wrong.
    pub file: PathBuf,
    /// Its digest, where it is a blob.
    pub digest: Option<BlobDigest>,
    /// What is wrong with it.
    pub damage: Damage,
    /// The sentence.
    pub message: String,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It isn't there.
    Missing,
    /// It has another size than the manifest says, both in bytes.
    Size {
        /// What the manifest says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Its content isn't what its digest says.
    Content,
    /// The manifest itself can't be read.
    Manifest,
}

impl Library {
    /// What is wrong with the models of the folder, without reading the blobs.
    pub fn problems(&self) -> Result<Vec<Problem>, Error> {
        let listing = self.listing()?;
        let mut problems: Vec<Problem> =
            listing.models.iter().flat_map(|model| self.damaged(model)).collect();
        problems.extend(listing.unreadable.into_iter().map(|file| {
            let message =
                format!("{} can't be read; pull its model again, or remove the file.", file.display());
            Problem { model: None, file, digest: None, damage: Damage::Manifest, message }
        }));
        Ok(problems)
    }

    /// What is wrong with one model, without reading its blobs.
    pub(crate) fn damaged(&self, model: &LibraryModel) -> Vec<Problem> {
        let damaged = model.layers.iter().filter_map(|layer| {
            let damage = match fs::metadata(self.blob(&layer.digest)) {
                Ok(found) if found.len() == layer.size => return None,
                Ok(found) => Damage::Size { expected: layer.size, found: found.len() },
                Err(error) if error.kind() == io::ErrorKind::NotFound => Damage::Missing,
                // That it can't be looked at doesn't mean that it is damaged.
                Err(_) => return None,
            };
            Some(self.problem(model, &layer.digest, damage))
        });
        damaged.collect()
    }

    pub(crate) fn problem(&self, model: &LibraryModel, digest: &BlobDigest, damage: Damage) -> Problem {
        let name = model.reference.short();
        let what = match damage {
            Damage::Missing => "a file of it is gone".to_owned(),
            Damage::Size { expected, found } if found < expected => {
                format!("a file of it is cut: {} of {} are there", bytes(found), bytes(expected))
            }
            Damage::Size { expected, found } => {
                format!("a file of it is {} long and should be {}", bytes(found), bytes(expected))
            }
            Damage::Content => "a file of it isn't what was fetched".to_owned(),
            Damage::Manifest => "its description can't be read".to_owned(),
        };
        Problem {
            model: Some(model.reference.clone()),
            file: self.blob(digest),
            digest: Some(digest.clone()),
            damage,
            message: format!("{name} is damaged: {what}. Repair it to fetch what is missing."),
        }
    }
}
