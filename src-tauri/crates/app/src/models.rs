//! The shelf: every model of every provider in one list; local ones got, made, loaded, measured and removed. Here is the list,
//! and what comes into memory; the rest of the verbs is in `verbs`.

mod benchmark;
mod catalogue;
mod create;
mod details;
mod download;
mod estimate;
mod evictions;
mod fetch;
mod found;
mod hosts;
mod hub;
mod learned;
mod limit;
mod load_settings;
mod local;
mod modelfile;
mod moving;
mod naming;
mod on_the_way;
mod pull;
mod pulled;
mod registry;
mod removal;
mod shelved;
mod space;
mod unfinished;
mod updates;
mod verbs;

pub use benchmark::SpeedSample;
pub use create::ModelCreateParams;
pub use details::{ModelDetails, ModelFact, ModelTensors};
pub use download::{ModelDownloadParams, Starter};
pub use estimate::{ModelEstimate, ModelEstimateParams};
pub use evictions::{ModelEvictions, ModelEvictionsParams};
pub use fetch::named as named_after;
pub use found::FoundFile;
pub use hub::{HubFile, HubFilesParams, HubRepository, HubSearchParams};
pub use load_settings::{LoadSettings, ModelLoadSettingsParams};
pub use moving::ModelMoveFolderParams;
pub use naming::ModelNameParams;
pub use pull::ModelPullParams;
pub use removal::{ModelIdsParams, ModelNotRemoved, ModelsRemoved};
pub use shelved::{ShelvedList, ShelvedModel};
pub use space::{ModelFolder, ModelSpace, SpaceFreed};
pub use updates::ModelUpdate;
pub use verbs::{
    benchmark, catalogue, catalogue_refresh, copy, create, discover, estimate, evictions, free_space,
    hub_files, hub_search, list_shelved, move_folder, pull, remove, remove_many, rename, repair,
    set_load_settings, show, space, speed, updates,
};

pub(crate) use benchmark::{BENCHMARK, run_benchmark};
pub(crate) use create::{CREATE, discard_create, run_create};
pub(crate) use download::{DOWNLOAD, EMBEDDED_LANE, discard_download, run_download};
pub(crate) use fetch::{FETCH, discard_fetch, lane_of_fetch, run_fetch};
pub(crate) use hosts::{lane_of_host, weights_beside};
pub(crate) use learned::{
    Learned, digest_of, from_log as learn_from_log, from_process as learn_from_process,
    remember as remember_learned,
};
pub(crate) use load_settings::read as remembered;
pub(crate) use local::refresh_local;
pub(crate) use moving::{FOLDER, Folder, MOVE, discard_move, kept as kept_folder, lane_of_move, run_move};
pub(crate) use on_the_way::job_changed;
pub(crate) use pull::{PULL, REPAIR, discard_pull, run_pull, run_repair};
pub(crate) use unfinished::any_unfinished;

use domain::{Actor, ErrorCode, Job, Model, ModelRef, ProviderKind};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, api::Nothing, gateway, ollama, providers};

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
#[serde(rename_all = "camelCase")]
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
    /// How long a model of an Ollama stays in memory after its last answer, in seconds; -1 for ever. As the engine is set when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub keep_alive_seconds: Option<i64>,
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
    on_the_way::mark(&app, actor, &mut list.models).await?;
    Ok(list)
}

/// Adds a chosen GGUF file to the built-in engine's models. The same file again adds nothing.
pub async fn import(app: App, actor: Actor, params: ModelImportParams) -> Result<Model, Error> {
    let file = app.files.take(&params.handle)?;
    let _stays = app.folder.stays.read().await;
    let imported = local::import(&app, actor, &file).await;
    if file.temporary {
        let _ = tokio::fs::remove_file(&file.path).await;
    }
    let name = imported?;
    one(&app, actor, &name).await
}

/// Loads a local model into memory and answers when it is ready.
pub async fn start(app: App, actor: Actor, params: ModelStartParams) -> Result<Model, Error> {
    let resolved = gateway::resolve_for_call(&app, actor, &params.id).await?;
    match resolved.config.kind {
        ProviderKind::Embedded => local::start(&app, actor, &params).await?,
        ProviderKind::Ollama => {
            let keep_alive = keep_alive(params.keep_alive_seconds)?;
            let id = &resolved.model.id;
            let load = load_settings::of(&app, actor, id).await?.ollama();
            let load = llm::OllamaLoad { context: params.context.or(load.context), ..load };
            let wanted = ollama::Wanted { load, keep_alive, force: params.force.unwrap_or(false) };
            ollama::load(&app, &resolved, wanted).await?;
            // Only what could be loaded is worth remembering.
            load_settings::remember_context(&app, actor, id, params.context).await?;
        }
        _ => {
            return Err(Error::invalid("This model is at a provider over the network. It needs no loading."));
        }
    }
    one(&app, actor, &params.id).await
}

fn keep_alive(seconds: Option<i64>) -> Result<llm::KeepAlive, Error> {
    match seconds {
        None => Ok(llm::KeepAlive::Default),
        Some(-1) => Ok(llm::KeepAlive::Forever),
        Some(seconds) => u32::try_from(seconds).map(llm::KeepAlive::Seconds).map_err(|_| {
            Error::invalid("A model stays in memory for some seconds, or for ever, which is written as -1.")
        }),
    }
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
            ollama::unload(&app, &resolved).await?;
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
