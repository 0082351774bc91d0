//! The shelf: every model of every provider in one list; local ones imported, downloaded, loaded, unloaded, removed.

mod download;
mod local;

pub use download::{ModelDownloadParams, Starter};
pub(crate) use download::{discard_download, run_download};
pub(crate) use local::refresh_local;

use domain::{Actor, ErrorCode, Job, Model, ModelRef, ProviderKind};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, api::Nothing, gateway, providers};

/// The most contexts that are reckoned at once.
const MOST_CONTEXTS: usize = 32;

/// Which model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelIdParams {
    /// "provider/name".
    pub id: ModelRef,
}

/// How to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ModelListParams {
    /// Ask every provider anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<bool>,
}

/// A file to be added as a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelImportParams {
    /// The handle that the shell or the upload gave out.
    pub handle: String,
}

/// A model to be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelStartParams {
    /// "provider/name".
    pub id: ModelRef,
    /// Tokens of context; remembered for this model. The usual one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// Load it though the estimate says that memory is too small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}

/// Whose memory is reckoned, with which contexts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelEstimateParams {
    /// "embedded/name".
    pub id: ModelRef,
    /// Lengths in tokens: 1 to 32 of them, each at least 1.
    pub contexts: Vec<u32>,
}

/// What a model takes with a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelEstimate {
    /// Tokens.
    pub context: u32,
    /// Bytes of memory, reckoned before it is loaded.
    pub memory: u64,
    /// Whether it takes more than that: its architecture keeps the context in a way that can't be reckoned.
    pub at_least: bool,
}

/// All models, and what could not be listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelList {
    /// Local ones first.
    pub models: Vec<Model>,
    /// Providers that could not be asked.
    pub problems: Vec<ModelListProblem>,
}

/// A provider that could not be asked for its models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelListProblem {
    /// The provider's slug.
    pub provider: String,
    /// The kind of failure.
    pub code: ErrorCode,
    /// What happened and what to do.
    pub message: String,
}

/// All models of all providers; each is asked at the same time, and one that fails costs only its own models.
pub async fn list(app: App, actor: Actor, params: ModelListParams) -> Result<ModelList, Error> {
    if params.refresh.unwrap_or(false) {
        app.shelf.forget_all();
        refresh_local(&app, actor).await?;
    }
    let providers = app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await?;
    let mut enabled: Vec<_> = providers.into_iter().filter(|provider| provider.enabled).collect();
    enabled.sort_by_key(|provider| match provider.kind {
        ProviderKind::Embedded => 0,
        ProviderKind::Ollama => 1,
        _ => 2,
    });
    let asked = join_all(enabled.iter().map(|provider| async {
        let client = providers::client(&app, provider).await?;
        app.shelf.models(provider, &client).await
    }))
    .await;
    let mut list = ModelList { models: Vec::new(), problems: Vec::new() };
    for (provider, answer) in enabled.iter().zip(asked) {
        match answer {
            Ok(models) => list.models.extend(models.iter().cloned()),
            Err(error) => list.problems.push(ModelListProblem {
                provider: provider.slug.clone(),
                code: error.code,
                message: error.message,
            }),
        }
    }
    Ok(list)
}

/// How much memory a model of the built-in engine takes with each of the contexts, in their order. What other servers hold
/// of theirs isn't known here.
pub async fn estimate(
    app: App,
    actor: Actor,
    params: ModelEstimateParams,
) -> Result<Vec<ModelEstimate>, Error> {
    local_only(&params.id, "estimated")?;
    if !(1..=MOST_CONTEXTS).contains(&params.contexts.len()) || params.contexts.contains(&0) {
        return Err(Error::invalid(format!("Name 1 to {MOST_CONTEXTS} contexts, each of at least 1 token.")));
    }
    local::estimate(&app, actor, &params).await
}

/// Adds a chosen GGUF file to the built-in engine's models. The same file again adds nothing.
pub async fn import(app: App, actor: Actor, params: ModelImportParams) -> Result<Model, Error> {
    let file = app.files.take(&params.handle)?;
    let imported = local::import(&app, actor, &file).await;
    if file.temporary {
        let _ = tokio::fs::remove_file(&file.path).await;
    }
    let name = imported?;
    one(&app, actor, &name).await
}

/// Removes a local model with its file. Conversations keep what it wrote.
pub async fn remove(app: App, actor: Actor, params: ModelIdParams) -> Result<Nothing, Error> {
    local_only(&params.id, "removed")?;
    local::remove(&app, actor, &params.id).await?;
    Ok(Nothing {})
}

/// Loads a local model into memory and answers when it is ready.
pub async fn start(app: App, actor: Actor, params: ModelStartParams) -> Result<Model, Error> {
    let resolved = gateway::resolve(&app, actor, &params.id).await?;
    match resolved.config.kind {
        ProviderKind::Embedded => local::start(&app, actor, &params).await?,
        ProviderKind::Ollama => {
            let ollama = llm::Ollama::new(app.http.clone(), &resolved.config.base_url)?;
            ollama.load(resolved.model.id.name(), params.context, llm::KeepAlive::Default).await?;
            app.models_changed(params.id.provider());
        }
        _ => {
            return Err(Error::invalid("This model is at a provider over the network. It needs no loading."));
        }
    }
    one(&app, actor, &params.id).await
}

/// Unloads a local model; a running answer ends with what it has.
pub async fn stop(app: App, actor: Actor, params: ModelIdParams) -> Result<Nothing, Error> {
    let resolved = gateway::resolve(&app, actor, &params.id).await?;
    match resolved.config.kind {
        ProviderKind::Embedded => {
            let engine = app.embedded()?;
            let ours = match engine.state() {
                engine::EngineState::Loaded { model } => model.name == params.id.name(),
                engine::EngineState::Loading { name, .. } => name == params.id.name(),
                engine::EngineState::Stopped | engine::EngineState::Failed { .. } => false,
            };
            if ours {
                engine.unload().await;
            }
        }
        ProviderKind::Ollama => {
            llm::Ollama::new(app.http.clone(), &resolved.config.base_url)?
                .unload(resolved.model.id.name())
                .await?;
        }
        _ => {
            return Err(Error::invalid(
                "This model is at a provider over the network. It can't be unloaded from here.",
            ));
        }
    }
    app.models_changed(params.id.provider());
    Ok(Nothing {})
}

/// Models to begin with, the one that suits this computer first.
pub async fn starters(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Starter>, Error> {
    download::starters(&app, actor).await
}

/// Starts downloading a model of the list. A download of it that is waiting goes on instead.
pub async fn download(app: App, actor: Actor, params: ModelDownloadParams) -> Result<Job, Error> {
    download::begin(&app, actor, params).await
}

async fn one(app: &App, actor: Actor, id: &ModelRef) -> Result<Model, Error> {
    Ok(gateway::resolve(app, actor, id).await?.model)
}

fn local_only(id: &ModelRef, verb: &str) -> Result<(), Error> {
    if id.provider() == engine::embedded::PROVIDER {
        return Ok(());
    }
    Err(Error::invalid(format!("Only models of the built-in engine can be {verb} here.")))
}
