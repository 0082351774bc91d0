//! Models removed, and what that freed: files that another name still needs are not counted.

use domain::{Actor, ModelRef, ProviderKind};
use engine::embedded::PROVIDER;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    hosts::{self, on_disk},
    local, moving,
};
use crate::{App, Error, gateway, ollama};

/// The most models that are removed at once.
const MOST: usize = 500;

/// Which models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelIdsParams {
    /// 1 to 500 of them.
    pub ids: Vec<ModelRef>,
}

/// What became of models that were to be removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelsRemoved {
    /// Bytes.
    #[ts(type = "number")]
    pub freed: u64,
    /// Those that are still there.
    pub failed: Vec<ModelNotRemoved>,
}

/// A model that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelNotRemoved {
    /// Which.
    pub id: ModelRef,
    /// Why.
    pub message: String,
}

/// Removes a model; tells the bytes that it freed.
pub(super) async fn one(app: &App, actor: Actor, id: &ModelRef) -> Result<u64, Error> {
    moving::stays(app, id.provider())?;
    if id.provider() == PROVIDER {
        return local::remove(app, actor, id).await;
    }
    let resolved = gateway::resolve(app, actor, id).await?;
    if resolved.config.kind != ProviderKind::Ollama {
        return Err(Error::invalid(
            "This model is at a provider over the network. Only models on this computer and of an Ollama can be removed.",
        ));
    }
    let host = hosts::host(app, actor, id.provider()).await?;
    if matches!(resolved.model.state, domain::ModelState::Loaded { .. }) {
        ollama::unload(app, &resolved).await?;
    }
    let library = host.library(app, actor).await;
    let taken = |library: Option<engine::Library>| async {
        let library = library?;
        let space = on_disk(move || library.space()).await.ok()?;
        Some(space.models.saturating_add(space.unreferenced))
    };
    let before = taken(library.clone()).await;
    host.ollama.delete(resolved.model.id.name()).await?;
    let after = taken(library).await;
    forget(app, actor, &resolved.model.id).await?;
    app.models_changed(id.provider());
    Ok(match before.zip(after) {
        Some((before, after)) => before.saturating_sub(after),
        // Where the folder can't be read it isn't known what other names share.
        None => 0,
    })
}

/// Forgets what the person chose for a model that is gone.
async fn forget(app: &App, actor: Actor, id: &ModelRef) -> Result<(), Error> {
    let gone = id.clone();
    let forgotten = app.store.write(move |conn| store::models::delete(conn, actor.user_id, &gone)).await;
    match forgotten {
        Ok(()) | Err(store::Error::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes several, one after the other; one that can't be costs only itself.
pub(super) async fn many(app: &App, actor: Actor, ids: &[ModelRef]) -> Result<ModelsRemoved, Error> {
    if !(1..=MOST).contains(&ids.len()) {
        return Err(Error::invalid(format!("Choose 1 to {MOST} models.")));
    }
    let mut removed = ModelsRemoved::default();
    for id in ids {
        match one(app, actor, id).await {
            Ok(freed) => removed.freed = removed.freed.saturating_add(freed),
            Err(error) => removed.failed.push(ModelNotRemoved { id: id.clone(), message: error.message }),
        }
    }
    Ok(removed)
}
