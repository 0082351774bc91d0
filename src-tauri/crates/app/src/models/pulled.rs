//! Which models of an Ollama are known to have come from a registry: those that Web+ pulled, kept when the pull ends.
//!
//! A list on disk doesn't tell it: a model that somebody made looks the same there, and its name is nobody's business. So a
//! model counts as pulled only while its manifest is the very one that a pull of ours left; one that was pulled in a terminal,
//! copied, renamed or made anew under the same name doesn't, and is pulled once more to be known.

use std::collections::HashMap;

use domain::{Actor, ModelRef};
use engine::{Library, Reference, library::LibraryModel};
use sha2::{Digest as _, Sha256};

use super::{hosts::on_disk, load_settings};
use crate::{App, Error};

/// Keeps that a model came from its registry, as it lies in the library now.
pub(super) async fn note(
    app: &App,
    actor: Actor,
    slug: &str,
    reference: &Reference,
    library: Option<Library>,
) -> Result<(), Error> {
    let (Some(library), Ok(id)) = (library, ModelRef::new(slug, &reference.short())) else { return Ok(()) };
    let (wanted, wire) = (reference.clone(), reference.wire());
    let digest = on_disk(move || Ok(library.model(&wanted)?.and_then(|model| digest(&model)))).await?;
    load_settings::change(app, actor, id, move |record| {
        record.origin = digest.is_some().then_some(wire);
        record.sha256 = digest;
    })
    .await
}

/// The digests of the manifests that pulls left, by model.
pub(super) async fn all(app: &App, actor: Actor) -> Result<HashMap<ModelRef, String>, Error> {
    let records = app.store.read(move |conn| store::models::list(conn, actor.user_id)).await?;
    let pulled = records.into_iter().filter(|record| record.path.is_none() && record.origin.is_some());
    Ok(pulled.filter_map(|record| Some((record.model, record.sha256?))).collect())
}

/// The digest of a model's manifest, as 64 hexadecimal digits. Blocks.
pub(super) fn digest(model: &LibraryModel) -> Option<String> {
    std::fs::read(&model.manifest).ok().map(|bytes| crate::hex(&Sha256::digest(&bytes)))
}
