//! Sentences for pulls that can't be finished.

use std::collections::BTreeSet;

use domain::ErrorCode;
use llm::Error;

use super::{fault::Fault, watch::Failure};
use crate::{
    failure::{bytes, failure},
    library::{Library, Reference},
    space,
};

/// What is told about a failure. Blocks a moment.
pub(super) fn failed(told: Failure, reference: &Reference, library: Option<&Library>, rest: u64) -> Error {
    let name = reference.short();
    match told {
        Failure::Damaged => failure(
            ErrorCode::ModelDamaged,
            format!(
                "What came of {name} was wrong three times: it is damaged at {}, or something on the way changes it. It was removed. Try again later, or in another network.",
                reference.host()
            ),
        ),
        Failure::Stuck => failure(
            ErrorCode::EngineFailed,
            format!(
                "An earlier download of {name} is broken and breaks every further one. Remove unfinished downloads, then pull it again."
            ),
        ),
        Failure::Fault(Fault::DiskFull) => disk_full(reference, library, rest),
        Failure::Fault(Fault::Missing) => Error::ModelNotFound(format!(
            "There is no model {name} at {}. Check its name and its tag.",
            reference.host()
        )),
        Failure::Fault(Fault::Locked(words)) => Error::Auth(format!(
            "{} gives {name} only to those it knows. Accept its terms there or make it public, then try again. It said: {}.",
            reference.host(),
            words.trim_end_matches('.')
        )),
        Failure::Fault(Fault::EngineGone(error) | Fault::Final(error)) => error,
        Failure::Fault(Fault::Refused(words) | Fault::Network(words)) => failure(
            ErrorCode::ProviderFailed,
            format!("{name} could not be pulled. The engine said: {}.", words.trim_end_matches('.')),
        ),
        Failure::Fault(Fault::Cancelled | Fault::Partials(_) | Fault::Mismatch(_)) => {
            failure(ErrorCode::EngineFailed, format!("{name} could not be pulled. Try again."))
        }
    }
}

/// The disk is full: what is needed, what is free, and what unfinished downloads take, all of which can be removed.
pub(super) fn disk_full(reference: &Reference, library: Option<&Library>, rest: u64) -> Error {
    let name = reference.short();
    let rest = if rest == 0 {
        String::new()
    } else {
        format!(": {} are still to come", bytes(rest.saturating_add(rest / 10)))
    };
    let (mut free, mut unfinished) = (String::new(), String::new());
    if let Some(library) = library {
        let path = library.path();
        free = space::free(path)
            .map_or_else(String::new, |free| format!(", and {} are free in {}", bytes(free), path.display()));
        let partials = library.all_partials().unwrap_or_default();
        let kept: u64 = partials.iter().map(|partial| partial.bytes).sum();
        let models: BTreeSet<_> = partials.iter().filter_map(|partial| partial.digest.as_ref()).collect();
        if !models.is_empty() {
            let noun = if models.len() == 1 { "download takes" } else { "downloads take" };
            unfinished = format!(" {} unfinished {noun} {}.", models.len(), bytes(kept));
        }
    }
    let text = format!(
        "There is too little space for {name}{rest}{free}.{unfinished} What came is kept: free some space and go on, or remove it."
    );
    failure(ErrorCode::DiskFull, text)
}

/// An earlier download must be mended in a folder that can't be read.
pub(super) fn out_of_reach(reference: &Reference) -> Error {
    failure(
        ErrorCode::ReadOnly,
        format!(
            "An earlier download of {} is broken, and the engine's models folder can't be read. Remove the files ending in -partial and -partial-N from its folder \"blobs\", then pull it again.",
            reference.short()
        ),
    )
}

/// A model that no registry has was damaged: it was made here.
pub(super) fn made_here(reference: &Reference, error: Error) -> Error {
    match error {
        Error::ModelNotFound(_) => Error::ModelNotFound(format!(
            "{} can't be fetched again: {} doesn't have it. It was made on this computer; make or import it again.",
            reference.short(),
            reference.host()
        )),
        other => other,
    }
}
