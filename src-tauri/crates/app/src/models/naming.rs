//! Second names for models, and other ones.

use domain::{Actor, ErrorCode, Model, ModelRef};
use engine::Reference;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::hosts::{self, Host};
use crate::{App, Error, gateway};

/// A model, and the name that it is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelNameParams {
    /// "provider/name".
    pub id: ModelRef,
    /// The new name, without the provider: "mine" or "mine:v2".
    pub name: String,
}

/// A server with a model of it, and a name that is free there.
struct Named {
    host: Host,
    from: ModelRef,
    to: ModelRef,
}

async fn named(app: &App, actor: Actor, params: &ModelNameParams) -> Result<Named, Error> {
    let host = hosts::host(app, actor, params.id.provider()).await?;
    let from = gateway::resolve(app, actor, &params.id).await?.model.id;
    let to = free(app, actor, &host, &params.name).await?;
    Ok(Named { host, from, to })
}

/// A name that no model there has; the one who has it would be lost.
pub(super) async fn free(app: &App, actor: Actor, host: &Host, name: &str) -> Result<ModelRef, Error> {
    let reference = Reference::parse(name)?;
    let slug = &host.provider.slug;
    let to = ModelRef::new(slug, &reference.short()).map_err(|error| Error::invalid(format!("{error}.")))?;
    app.shelf.forget(slug);
    match gateway::resolve(app, actor, &to).await {
        Ok(_) => Err(Error::new(
            ErrorCode::Conflict,
            format!("There is a model {} already. Choose another name, or remove that one first.", to.name()),
        )),
        Err(error) if error.code == ErrorCode::ModelNotFound => Ok(to),
        Err(error) => Err(error),
    }
}

/// Gives it a second name; the files are shared.
pub(super) async fn copy(app: &App, actor: Actor, params: &ModelNameParams) -> Result<Model, Error> {
    let Named { host, from, to } = named(app, actor, params).await?;
    host.ollama.copy(from.name(), to.name()).await?;
    app.models_changed(&host.provider.slug);
    Ok(gateway::resolve(app, actor, &to).await?.model)
}

/// Gives it another name. The old one goes only once the new one is there.
pub(super) async fn rename(app: &App, actor: Actor, params: &ModelNameParams) -> Result<Model, Error> {
    let Named { host, from, to } = named(app, actor, params).await?;
    host.ollama.copy(from.name(), to.name()).await?;
    app.shelf.forget(&host.provider.slug);
    let there = gateway::resolve(app, actor, &to).await?.model;
    let removed = host.ollama.delete(from.name()).await;
    let settings = super::load_settings::move_to(app, actor, &from, &to).await;
    app.models_changed(&host.provider.slug);
    removed.map_err(|error| {
        let (new, old) = (to.name(), from.name());
        Error::new(
            error.code(),
            format!(
                "The model has the name {new} now, but {old} could not be removed: {error} Remove it by hand."
            ),
        )
    })?;
    settings?;
    Ok(there)
}
