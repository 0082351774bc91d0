//! Models from a hub: the dated list of starters, and the job that downloads one.

use domain::{Actor, ErrorCode, Job};
use engine::{DownloadOptions, Hardware, Source, StarterList};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use super::{limit::Limited, local};
use crate::{
    App, Error,
    jobs::{self, Reporter},
    settings,
};

/// The kind of a download's job.
pub(crate) const DOWNLOAD: &str = "model.download";
/// Downloads come one after the other.
pub(crate) const EMBEDDED_LANE: &str = "embedded";

/// A model to begin with, as it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Starter {
    /// Its name, licence, size and repository.
    #[serde(flatten)]
    pub model: engine::Starter,
    /// Whether it is the one that suits this computer.
    pub proposed: bool,
}

/// Which model of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelDownloadParams {
    /// "owner/name" at the hub.
    pub repository: String,
    /// The file in it.
    pub file: String,
}

async fn list(app: &App, actor: Actor) -> Result<StarterList, Error> {
    let settings = settings::load(app, actor.user_id).await?;
    let mut list = if settings.starter_list.is_empty() {
        StarterList::built_in()
    } else {
        StarterList::parse(&settings.starter_list)?
    };
    if !settings.hub_url.is_empty() {
        settings.hub_url.trim_end_matches('/').clone_into(&mut list.hub);
    }
    Ok(list)
}

pub(super) async fn starters(app: &App, actor: Actor) -> Result<Vec<Starter>, Error> {
    let list = list(app, actor).await?;
    let hardware = tokio::task::spawn_blocking(Hardware::measure).await.ok();
    let proposed = hardware.as_ref().and_then(|hardware| list.propose(hardware)).cloned();
    let mut starters: Vec<Starter> = list
        .models
        .into_iter()
        .map(|model| Starter { proposed: Some(&model) == proposed.as_ref(), model })
        .collect();
    starters.sort_by_key(|starter| !starter.proposed);
    Ok(starters)
}

pub(super) async fn begin(app: &App, actor: Actor, params: ModelDownloadParams) -> Result<Job, Error> {
    let list = list(app, actor).await?;
    let model = list
        .models
        .iter()
        .find(|model| model.repository == params.repository && model.file == params.file)
        .ok_or_else(|| {
            Error::invalid("That model is not in the list of starters. Choose one of the list.")
        })?;
    start(app, actor, list.source(model), model.name.clone()).await
}

/// Downloads a file of a hub into the built-in engine's models, or goes on with its download.
pub(super) async fn start(app: &App, actor: Actor, source: Source, title: String) -> Result<Job, Error> {
    source.check()?;
    let payload = json!({ "source": source });
    let same = |known: &serde_json::Value| known["source"] == payload["source"];
    jobs::begin(app, actor, DOWNLOAD, title, payload.clone(), same).await
}

/// The hub's address, without a slash at its end.
pub(super) async fn hub(app: &App, actor: Actor) -> Result<String, Error> {
    Ok(list(app, actor).await?.hub)
}

fn source(job: &Job) -> Result<Source, Error> {
    serde_json::from_value(job.payload.get("source").cloned().unwrap_or_default()).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "This download was made by another version. Start it again from the list.",
        )
        .caused_by(error)
    })
}

/// Downloads, checks and notes the model. Dropped, it keeps what came for the next time.
pub(crate) async fn run_download(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let source = source(job)?;
    let origin = format!("{}/{}", source.repository, source.file);
    let fetch = Limited::new(app, actor).await?;
    let imported =
        engine::download(&fetch, &source, &app.models_dir(), &DownloadOptions::default(), |progress| {
            reporter.progress(progress.bytes, progress.total, Some(progress.bytes_per_second as f64));
        })
        .await?;
    reporter.progress(imported.size, imported.size, None);
    local::note(app, actor, imported, Some(origin)).await?;
    Ok(())
}

/// Removes what an unfinished download left.
pub(crate) async fn discard_download(app: &App, job: &Job) {
    if let Ok(source) = source(job) {
        engine::download::discard(&source, &app.models_dir()).await;
    }
}
