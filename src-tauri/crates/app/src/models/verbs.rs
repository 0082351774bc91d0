//! The verbs of the shelf that a person changes it with, and what can be asked about it before.

use domain::{Actor, ErrorCode, Job, Model};
use engine::{Catalogue, Machine, Room};

use super::{
    FoundFile, HubFile, HubFilesParams, HubRepository, HubSearchParams, ModelCreateParams, ModelDetails,
    ModelEstimate, ModelEstimateParams, ModelEvictions, ModelEvictionsParams, ModelIdParams, ModelIdsParams,
    ModelListParams, ModelLoadSettingsParams, ModelMoveFolderParams, ModelNameParams, ModelPullParams,
    ModelSpace, ModelUpdate, ModelsRemoved, ShelvedList, ShelvedModel, SpaceFreed, SpeedSample, details,
    evictions as evicting, found, hub, load_settings, moving, naming, pull as pulling, removal, shelved,
    space as spaces,
};
use crate::{App, Error, api::Nothing};

/// Everything that is known of a model.
pub async fn show(app: App, actor: Actor, params: ModelIdParams) -> Result<ModelDetails, Error> {
    details::show(&app, actor, &params.id).await
}

/// Pulls a model into an Ollama, or downloads a file into the built-in engine's models. One that waits goes on instead.
pub async fn pull(app: App, actor: Actor, params: ModelPullParams) -> Result<Job, Error> {
    pulling::begin(&app, actor, params).await
}

/// Removes the damaged files of a model of an Ollama and fetches them again.
pub async fn repair(app: App, actor: Actor, params: ModelIdParams) -> Result<Job, Error> {
    pulling::begin_repair(&app, actor, &params.id).await
}

/// Makes a model in an Ollama.
pub async fn create(app: App, actor: Actor, params: ModelCreateParams) -> Result<Job, Error> {
    super::create::begin(&app, actor, params).await
}

/// Gives a model of an Ollama a second name; its files are shared.
pub async fn copy(app: App, actor: Actor, params: ModelNameParams) -> Result<Model, Error> {
    naming::copy(&app, actor, &params).await
}

/// Gives a model of an Ollama another name.
pub async fn rename(app: App, actor: Actor, params: ModelNameParams) -> Result<Model, Error> {
    naming::rename(&app, actor, &params).await
}

/// Removes a model from this computer or an Ollama. Conversations keep what it wrote.
pub async fn remove(app: App, actor: Actor, params: ModelIdParams) -> Result<ModelsRemoved, Error> {
    let freed = removal::one(&app, actor, &params.id).await?;
    Ok(ModelsRemoved { freed, failed: Vec::new() })
}

/// Removes several; one that can't be costs only itself.
pub async fn remove_many(app: App, actor: Actor, params: ModelIdsParams) -> Result<ModelsRemoved, Error> {
    removal::many(&app, actor, &params.ids).await
}

/// What models take on the disk, by folder.
pub async fn space(app: App, actor: Actor, _params: Nothing) -> Result<ModelSpace, Error> {
    spaces::of_all(&app, actor).await
}

/// Removes what no model needs. Refused while something is being fetched or made.
pub async fn free_space(app: App, actor: Actor, _params: Nothing) -> Result<SpaceFreed, Error> {
    spaces::free(&app, actor).await
}

/// Moves the folder of models of the built-in engine or of an Ollama of our own to another place.
pub async fn move_folder(app: App, actor: Actor, params: ModelMoveFolderParams) -> Result<Job, Error> {
    moving::begin(&app, actor, params).await
}

/// Models that other programs have on this disk.
pub async fn discover(app: App, _actor: Actor, _params: Nothing) -> Result<Vec<FoundFile>, Error> {
    found::all(&app).await
}

/// The dated list of models to choose from, with what fits this machine.
pub async fn catalogue(app: App, actor: Actor, _params: Nothing) -> Result<Catalogue, Error> {
    Ok(super::catalogue::newest(&app, actor).await?.fitted(&Room::at_best(&machine().await?)))
}

/// Fetches a newer list from the address in the settings; answers with the newest that is here then.
pub async fn catalogue_refresh(app: App, actor: Actor, _params: Nothing) -> Result<Catalogue, Error> {
    Ok(super::catalogue::refresh(&app, actor).await?.fitted(&Room::at_best(&machine().await?)))
}

/// Repositories of the hub that fit some words, the most downloaded first.
pub async fn hub_search(
    app: App,
    actor: Actor,
    params: HubSearchParams,
) -> Result<Vec<HubRepository>, Error> {
    hub::search(&app, actor, params).await
}

/// The models' files of a repository, the smallest first.
pub async fn hub_files(app: App, actor: Actor, params: HubFilesParams) -> Result<Vec<HubFile>, Error> {
    hub::files(&app, actor, params).await
}

/// How much memory a model would take.
pub async fn estimate(app: App, actor: Actor, params: ModelEstimateParams) -> Result<ModelEstimate, Error> {
    super::estimate::of(&app, actor, &params).await
}

/// What would leave memory if a model were loaded now.
pub async fn evictions(
    app: App,
    actor: Actor,
    params: ModelEvictionsParams,
) -> Result<ModelEvictions, Error> {
    evicting::of(&app, actor, &params).await
}

/// Remembers how a model is loaded, from the next time on.
pub async fn set_load_settings(
    app: App,
    actor: Actor,
    params: ModelLoadSettingsParams,
) -> Result<ShelvedModel, Error> {
    let model = load_settings::set(&app, actor, params).await?;
    shelved::one(&app, actor, model).await
}

/// All models of all providers, each with how it is loaded.
pub async fn list_shelved(app: App, actor: Actor, params: ModelListParams) -> Result<ShelvedList, Error> {
    shelved::list(&app, actor, params).await
}

/// Measures how fast a model is.
pub async fn benchmark(app: App, actor: Actor, params: ModelIdParams) -> Result<Job, Error> {
    super::benchmark::begin(&app, actor, params).await
}

/// What was measured of a model, newest first.
pub async fn speed(app: App, actor: Actor, params: ModelIdParams) -> Result<Vec<SpeedSample>, Error> {
    super::benchmark::history(&app, actor, &params.id).await
}

/// Models of which their registry has another version now.
pub async fn updates(app: App, actor: Actor, _params: Nothing) -> Result<Vec<ModelUpdate>, Error> {
    super::updates::of_all(&app, actor).await
}

async fn machine() -> Result<Machine, Error> {
    tokio::task::spawn_blocking(Machine::measure).await.map_err(|error| {
        Error::new(ErrorCode::Internal, "This computer could not be looked at. Try again.").caused_by(error)
    })
}
