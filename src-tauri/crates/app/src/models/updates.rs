//! Models whose name stands for something newer at their registry. Only names that are known to have come from there are told to
//! it (`pulled`): what a person made here, and how it is called, stays on this computer.

use std::collections::{BTreeSet, HashMap};

use domain::{Actor, ModelRef};
use engine::{BlobDigest, library::LibraryModel};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    hosts::{self, on_disk},
    pulled, registry,
};
use crate::{App, Error};

/// So many are asked for at once.
const AT_ONCE: usize = 4;

/// A model of which there is a newer version; a pull of it gets that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelUpdate {
    /// Which.
    pub id: ModelRef,
    /// The digest of what its name stands for now.
    pub digest: String,
}

pub(super) async fn of_all(app: &App, actor: Actor) -> Result<Vec<ModelUpdate>, Error> {
    let mut updates = Vec::new();
    let pulled = pulled::all(app, actor).await?;
    for host in hosts::hosts(app, actor).await? {
        let Some(library) = host.library(app, actor).await else { continue };
        let Ok(models) = on_disk(move || library.models()).await else { continue };
        let slug = host.provider.slug.as_str();
        let known = pulled.clone();
        let owner = slug.to_owned();
        let models = on_disk(move || {
            Ok(models.into_iter().filter(|model| came_from_there(&owner, model, &known)).collect::<Vec<_>>())
        })
        .await?;
        let asked = stream::iter(models).map(|model| async move { newer(app, slug, &model).await });
        updates.extend(asked.buffered(AT_ONCE).collect::<Vec<_>>().await.into_iter().flatten());
    }
    Ok(updates)
}

/// Whether it still is what a pull of ours left. Blocks.
fn came_from_there(slug: &str, model: &LibraryModel, pulled: &HashMap<ModelRef, String>) -> bool {
    let known = ModelRef::new(slug, &model.reference.short()).ok().and_then(|id| pulled.get(&id));
    known.is_some_and(|known| pulled::digest(model).as_ref() == Some(known))
}

/// What the registry can't tell now has no newer version.
async fn newer(app: &App, slug: &str, model: &LibraryModel) -> Option<ModelUpdate> {
    let offered = registry::offered(app, &hosts::reached_as_before(model.reference.clone())).await?;
    let here: BTreeSet<BlobDigest> = model.layers.iter().map(|layer| layer.digest.clone()).collect();
    if here == offered.layers {
        return None;
    }
    let id = ModelRef::new(slug, &model.reference.short()).ok()?;
    Some(ModelUpdate { id, digest: offered.digest })
}
