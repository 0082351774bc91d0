//! Pulls a model: into an Ollama as a job that the engine's watchdog brings to its end, or into the built-in engine as a
//! download from a hub. And mends what was pulled and is damaged.

use std::time::Duration;

use domain::{Actor, ErrorCode, Job, ModelRef};
use engine::{PullOptions, PullPhase, PullProgress, Reference};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use super::{
    download, fetch,
    hosts::{self, Host, on_disk},
    hub, pulled, registry,
};
use crate::{
    App, Error,
    jobs::{self, Reporter},
};

/// The kind of a pull's job.
pub(crate) const PULL: &str = "model.pull";
/// The kind of a repair's job.
pub(crate) const REPAIR: &str = "model.repair";

/// So often a pull goes on at an engine that came back.
const MOST_RETURNS: u32 = 5;
/// So often it is looked whether the engine is back, and how long between.
const LOOKS: (u32, Duration) = (20, Duration::from_secs(1));

/// An engine whose connection was closed has saved how far it came after so long.
const SAVING: Duration = Duration::from_millis(300);

/// What to pull, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelPullParams {
    /// "name:tag", "hf.co/owner/name:Q4_K_M", "owner/name/file.gguf" or the address of a GGUF file, at a hub or elsewhere.
    pub reference: String,
    /// "embedded", or the short name of an Ollama ("ollama").
    pub target: String,
}

pub(super) async fn begin(app: &App, actor: Actor, params: ModelPullParams) -> Result<Job, Error> {
    if let Some(address) = hub::address(&params.reference, &params.target) {
        return fetch::begin(app, actor, address?, &params.target).await;
    }
    if params.target == engine::embedded::PROVIDER {
        let source = hub::source(app, actor, &params.reference).await?;
        let title = source.file.rsplit('/').next().unwrap_or_default().to_owned();
        return download::start(app, actor, source, title).await;
    }
    let host = hosts::host(app, actor, &params.target).await?;
    let reference = Reference::parse(&hub::as_ollama_names(&params.reference))?;
    begin_at(app, actor, &host, PULL, &reference).await
}

pub(super) async fn begin_repair(app: &App, actor: Actor, id: &ModelRef) -> Result<Job, Error> {
    let host = hosts::host(app, actor, id.provider()).await?;
    let reference = Host::reference(id)?;
    begin_at(app, actor, &host, REPAIR, &reference).await
}

async fn begin_at(
    app: &App,
    actor: Actor,
    host: &Host,
    kind: &str,
    reference: &Reference,
) -> Result<Job, Error> {
    host.takes_models(app)?;
    // Under which id it stands in the list, or will.
    let model = format!("{}/{}", host.provider.slug, reference.short());
    let payload = json!({ "host": host.provider.slug, "reference": reference.wire(), "model": model });
    let same = |known: &Value| known["host"] == payload["host"] && known["reference"] == payload["reference"];
    jobs::begin(app, actor, kind, reference.short(), payload.clone(), same).await
}

fn asked(job: &Job) -> Result<(String, Reference), Error> {
    let text = |name: &str| job.payload[name].as_str().unwrap_or_default();
    Ok((text("host").to_owned(), Reference::parse(text("reference"))?))
}

/// Pulls until the model is whole. The engine may go and come back at another address meanwhile.
pub(crate) async fn run_pull(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let (slug, reference) = asked(job)?;
    let mut interrupted = job.payload["begun"] == true;
    if !interrupted {
        reporter.keep("begun", Value::Bool(true)).await?;
    }
    let size = registry::offered(app, &reference).await.map(|offered| offered.size);
    for returns in 0..=MOST_RETURNS {
        let host = hosts::host(app, actor, &slug).await?;
        host.takes_models(app)?;
        let library = host.library(app, actor).await;
        let options = PullOptions { size, interrupted, ..PullOptions::default() };
        let told = |progress: PullProgress| tell(reporter, &progress);
        let pulled = engine::pull(&host.ollama, library.as_ref(), &reference, &options, told).await;
        match pulled {
            Ok(outcome) => {
                reporter.progress(outcome.size, outcome.size, None);
                // An engine that had no model before tells its folder only now.
                let library = match library {
                    Some(library) => Some(library),
                    None => host.library(app, actor).await,
                };
                pulled::note(app, actor, &slug, &reference, library).await?;
                app.models_changed(&slug);
                return Ok(());
            }
            Err(error) => {
                let gone = matches!(error.code(), ErrorCode::Interrupted | ErrorCode::ProviderUnreachable);
                if !gone || returns == MOST_RETURNS || !came_back(app, actor, &slug).await {
                    app.models_changed(&slug);
                    return Err(error.into());
                }
                interrupted = true;
            }
        }
    }
    Ok(())
}

/// Waits a while for an engine that is being started again.
async fn came_back(app: &App, actor: Actor, slug: &str) -> bool {
    for _ in 0..LOOKS.0 {
        if let Ok(host) = hosts::host(app, actor, slug).await
            && host.ollama.identify().await.is_ok()
        {
            return true;
        }
        tokio::time::sleep(LOOKS.1).await;
    }
    false
}

/// Removes the damaged files of a model and fetches them again.
pub(crate) async fn run_repair(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let (slug, reference) = asked(job)?;
    let host = hosts::host(app, actor, &slug).await?;
    host.takes_models(app)?;
    let library = host.library(app, actor).await.ok_or_else(|| unreadable(app, &host))?;
    let options = PullOptions { interrupted: true, ..PullOptions::default() };
    let told = |progress: PullProgress| tell(reporter, &progress);
    let repaired = engine::repair(&host.ollama, &library, &reference, &options, told).await;
    app.models_changed(&slug);
    let outcome = repaired?;
    pulled::note(app, actor, &slug, &reference, Some(library)).await?;
    reporter.progress(outcome.size, outcome.size, None);
    Ok(())
}

pub(super) fn unreadable(app: &App, host: &Host) -> Error {
    let whose =
        host.folder_owner(app).map(|owner| format!(" belong to the user {owner} and")).unwrap_or_default();
    Error::new(
        ErrorCode::ReadOnly,
        format!(
            "The files of {}{whose} can't be read from here, so this can't be done. Do it on the computer and as the user that it runs as.",
            host.provider.name
        ),
    )
}

fn tell(reporter: &mut Reporter, progress: &PullProgress) {
    reporter.phase(serde_json::to_value(&progress.phase).unwrap_or_default());
    let speed = matches!(progress.phase, PullPhase::Downloading).then_some(progress.bytes_per_second as f64);
    reporter.progress(progress.completed, progress.total, speed);
}

/// Removes what an unfinished pull left of layers that nothing else needs.
pub(crate) async fn discard_pull(app: &App, actor: Actor, job: &Job) {
    if let Err(error) = discard(app, actor, job).await {
        tracing::warn!(%error, "what a cancelled pull left could not be removed");
    }
}

async fn discard(app: &App, actor: Actor, job: &Job) -> Result<(), Error> {
    let (slug, reference) = asked(job)?;
    let host = hosts::host(app, actor, &slug).await?;
    let Some(library) = host.library(app, actor).await else { return Ok(()) };
    // Without the registry it isn't known whose parts these are: they stay, and are shown as space that can be freed.
    let Some(offered) = registry::offered(app, &reference).await else { return Ok(()) };
    // At the end of its connection the engine writes down how far it came, and would do so after us.
    tokio::time::sleep(SAVING).await;
    on_disk(move || {
        for digest in &offered.layers {
            library.remove_partials(digest)?;
        }
        Ok(())
    })
    .await
}
