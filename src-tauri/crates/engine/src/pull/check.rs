//! What was in the folder before a pull, and which files have to be compared afterwards.
//!
//! The engine compares a file only in the request that fetched it. So once a pull was interrupted, everything is compared that
//! no model was using before; sizes are compared always.

use std::collections::BTreeSet;

use llm::Error;

use crate::library::{BlobDigest, Library, LibraryModel, Reference};

/// What was there before.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// Needed by models, and trusted as these are.
    used: BTreeSet<BlobDigest>,
    /// Begun or whole, but needed by no model: an interrupted pull left it.
    left: BTreeSet<BlobDigest>,
}

/// What is to be compared now.
#[derive(Debug)]
pub(super) struct Work {
    /// Gone, or of another size than the manifest says.
    pub(super) wrong: Vec<BlobDigest>,
    /// To be compared with their digests, with their sizes in bytes.
    pub(super) compare: Vec<(BlobDigest, u64)>,
}

impl Before {
    /// Looks. A folder that can't be read has told nothing. Blocks.
    pub(super) fn look(library: &Library) -> Self {
        let models = library.models().unwrap_or_default();
        let used: BTreeSet<_> =
            models.iter().flat_map(|model| model.layers.iter().map(|layer| layer.digest.clone())).collect();
        let mut left: BTreeSet<_> = library.blob_digests().unwrap_or_default().into_iter().collect();
        left.retain(|digest| !used.contains(digest));
        left.extend(
            library.all_partials().unwrap_or_default().into_iter().filter_map(|partial| partial.digest),
        );
        Self { used, left }
    }

    /// What is to be compared of a model that the engine says is whole. Blocks.
    pub(super) fn work(&self, library: &Library, model: &LibraryModel, interrupted: bool) -> Work {
        let wrong: Vec<_> = library.damaged(model).into_iter().filter_map(|problem| problem.digest).collect();
        let interrupted = interrupted || model.layers.iter().any(|layer| self.left.contains(&layer.digest));
        let mut compare: Vec<_> =
            model.layers.iter().map(|layer| (layer.digest.clone(), layer.size)).collect();
        compare.sort();
        compare.dedup();
        compare.retain(|(digest, _)| interrupted && !wrong.contains(digest) && !self.used.contains(digest));
        Work { wrong, compare }
    }
}

/// What is damaged of a model before a repair: by its sizes, else everything is to be compared. Blocks.
pub(super) fn suspects(library: &Library, reference: &Reference) -> Result<Option<Work>, Error> {
    let Some(model) = library.model(reference)? else { return Ok(None) };
    let wrong: Vec<_> = library.damaged(&model).into_iter().filter_map(|problem| problem.digest).collect();
    let mut compare = Vec::new();
    if wrong.is_empty() {
        compare = model.layers.iter().map(|layer| (layer.digest.clone(), layer.size)).collect();
    }
    Ok(Some(Work { wrong, compare }))
}
