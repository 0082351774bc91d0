//! The Ollama servers among the providers: how one is reached, and where its models lie where that can be read.

use std::path::{Path, PathBuf};

use domain::{Actor, ErrorCode, Job, ModelRef, Provider, ProviderKind};
use engine::{
    EstimateOptions, Library, Reference,
    ollama::{OllamaSettings, OllamaState},
};
use serde_json::Value;

use crate::{App, Error, conversations::missing, ollama};

/// Under which the folder of a server's models is remembered; the provider's slug follows.
const FOLDER: &str = "ollama.folder.";

/// So many models are asked for the place of their file.
const ASKED: usize = 4;

/// An Ollama server.
pub(super) struct Host {
    /// The provider that it is, its address as it is now.
    pub(super) provider: Provider,
    /// How it is spoken with.
    pub(super) ollama: llm::Ollama,
    /// Whether it is the one that is looked after.
    managed: bool,
}

/// The server that is the provider of that slug.
pub(super) async fn host(app: &App, actor: Actor, slug: &str) -> Result<Host, Error> {
    let wanted = slug.to_owned();
    let found = app
        .store
        .read(move |conn| store::providers::get_by_slug(conn, actor.user_id, &wanted))
        .await
        .map_err(|error| missing(error, "provider"))?;
    if found.kind != ProviderKind::Ollama {
        return Err(Error::invalid(format!(
            "{} is not an Ollama, so this can't be done there. Choose a model of Ollama.",
            found.name
        )));
    }
    if !found.enabled {
        return Err(Error::invalid(format!(
            "{} is switched off. Switch it on under Settings, Providers.",
            found.name
        )));
    }
    let address = if app.ollama.looks_after(&found) { Some(ollama::ready(app).await?) } else { None };
    reached(app, found, address)
}

/// All of them that are switched on and can be asked now.
pub(super) async fn hosts(app: &App, actor: Actor) -> Result<Vec<Host>, Error> {
    let all = app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await?;
    let ours = all.into_iter().filter(|provider| provider.enabled && provider.kind == ProviderKind::Ollama);
    let asked = ours.filter_map(|provider| {
        let managed = app.ollama.looks_after(&provider);
        let address = if managed { Some(app.ollama.address().ok()?) } else { None };
        reached(app, provider, address).ok()
    });
    Ok(asked.collect())
}

/// `address` is where the one that is looked after answers now.
fn reached(app: &App, mut provider: Provider, address: Option<String>) -> Result<Host, Error> {
    let managed = address.is_some();
    if let Some(address) = address {
        provider.base_url = address;
    }
    let http = app.http.with_first_byte_timeout(app.first_token_timeout());
    let ollama = llm::Ollama::new(http, &provider.base_url)?.named(&provider.slug);
    Ok(Host { provider, ollama, managed })
}

/// The lane of a job that works at a server: one after the other.
pub(crate) fn lane_of_host(job: &Job) -> String {
    lane(job.payload["host"].as_str().unwrap_or_default())
}

/// The same by the provider's slug.
pub(super) fn lane(slug: &str) -> String {
    format!("ollama {slug}")
}

impl Host {
    /// The name of one of its models, as it is read there.
    pub(super) fn reference(id: &ModelRef) -> Result<Reference, Error> {
        Ok(reached_as_before(Reference::parse(id.name())?))
    }

    /// Whether it runs on this computer, so that paths that it tells mean something here.
    fn is_here(&self) -> bool {
        let Ok(url) = url::Url::parse(&self.provider.base_url) else { return false };
        match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// How it loads its models.
    pub(super) fn settings(&self, app: &App) -> OllamaSettings {
        if self.managed {
            return ollama::running_settings(app);
        }
        // How much it keeps of earlier prompts isn't known.
        OllamaSettings { prompt_cache_mib: 0, ..OllamaSettings::default() }
    }

    /// How it loads one of its models.
    pub(super) async fn load_options(
        &self,
        app: &App,
        actor: Actor,
        id: &ModelRef,
        context: u32,
    ) -> EstimateOptions {
        let options = ollama::load_options(&self.settings(app), context);
        let (Some(library), Ok(reference)) = (self.library(app, actor).await, Self::reference(id)) else {
            return options;
        };
        let beside = on_disk(move || Ok(weights_beside(&library, &reference))).await;
        EstimateOptions { extra_weights: beside.unwrap_or(0), ..options }
    }

    /// Refuses what a known hole of the version makes risky: files from elsewhere. Only the one that is looked after is
    /// known that well; asked again before each job, since it may be another one by then.
    pub(super) fn takes_models(&self, app: &App) -> Result<(), Error> {
        if !self.managed {
            return Ok(());
        }
        match app.ollama.supervisor()?.blocks_risky() {
            Some(sentence) => Err(Error::new(ErrorCode::Conflict, sentence)),
            None => Ok(()),
        }
    }

    /// The user whose its models folder is, where that is known and isn't the person.
    pub(super) fn folder_owner(&self, app: &App) -> Option<String> {
        match app.ollama.state() {
            OllamaState::Ready { folder, .. } if self.managed => folder?.owner,
            _ => None,
        }
    }

    /// Its models folder, where it can be read: as the files of its models say, else as it was the last time. None for a
    /// server elsewhere, one without models that was never seen with any, and a folder that is somebody else's.
    pub(super) async fn library(&self, app: &App, actor: Actor) -> Option<Library> {
        if !self.is_here() {
            return None;
        }
        if self.managed
            && let OllamaState::Ready { folder: Some(folder), .. } = app.ollama.state()
        {
            return opened(PathBuf::from(folder.path)).await;
        }
        let key = format!("{FOLDER}{}", self.provider.slug);
        if let Some(folder) = self.told_folder().await {
            let library = opened(folder).await;
            if let Some(library) = &library {
                let path = Value::String(library.path().to_string_lossy().into_owned());
                let known = key.clone();
                let kept = app.store.write(move |conn| {
                    if store::settings::get(conn, actor.user_id, &known)?.as_ref() == Some(&path) {
                        return Ok(());
                    }
                    store::settings::set(conn, actor.user_id, &known, &path)
                });
                if let Err(error) = kept.await {
                    tracing::warn!(%error, "where a server's models lie could not be remembered");
                }
            }
            return library;
        }
        let known =
            app.store.read(move |conn| store::settings::get(conn, actor.user_id, &key)).await.ok()??;
        opened(PathBuf::from(known.as_str()?)).await
    }

    /// Where the files of its first models lie.
    async fn told_folder(&self) -> Option<PathBuf> {
        let models = llm::Provider::models(&self.ollama).await.ok()?;
        for model in models.iter().take(ASKED) {
            let Ok(details) = self.ollama.show(model.id.name()).await else { continue };
            if let Some(folder) = details.file.as_deref().and_then(models_folder) {
                return Some(folder);
            }
        }
        None
    }
}

/// Bytes of what is loaded beside a model's own weights: projectors and adapters. Blocks.
pub(crate) fn weights_beside(library: &Library, reference: &Reference) -> u64 {
    // What can't be read now counts as nothing.
    let Ok(Some(model)) = library.model(reference) else { return 0 };
    let beside = model.layers.iter().filter(|layer| {
        ["image.projector", "image.adapter"].iter().any(|kind| layer.media_type.ends_with(kind))
    });
    beside.map(|layer| layer.size).sum()
}

/// The name of a model that was fetched from this computer: a name on disk doesn't tell that it was without encryption.
pub(super) fn reached_as_before(reference: Reference) -> Reference {
    let host = reference.host();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name != "localhost" && !name.starts_with("127.") {
        return reference;
    }
    Reference::parse(&format!("http://{}", reference.short())).unwrap_or(reference)
}

/// "/m/models" of "/m/models/blobs/sha256-…".
fn models_folder(file: &str) -> Option<PathBuf> {
    let blobs =
        Path::new(file).parent().filter(|folder| folder.file_name().is_some_and(|name| name == "blobs"))?;
    blobs.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned)
}

async fn opened(folder: PathBuf) -> Option<Library> {
    tokio::task::spawn_blocking(move || Library::open(&folder).ok()).await.ok()?
}

/// Runs work on a library's files where they may block.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, llm::Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| {
        Error::new(ErrorCode::Internal, "The models' folder could not be looked at. Try again.")
            .caused_by(error)
    })?;
    Ok(done?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read_from_a_model_s_file() {
        assert_eq!(models_folder("/m/models/blobs/sha256-aa"), Some(PathBuf::from("/m/models")));
        assert_eq!(models_folder("/m/models/sha256-aa"), None);
        assert_eq!(models_folder("smol:latest"), None);
    }

    #[test]
    fn a_registry_on_this_computer_is_asked_without_encryption() {
        let wire = |name: &str| Reference::parse(name).map(|name| reached_as_before(name).wire()).ok();
        assert_eq!(
            wire("127.0.0.1:5/library/smol:v1").as_deref(),
            Some("http://127.0.0.1:5/library/smol:v1")
        );
        assert_eq!(wire("smol").as_deref(), Some("smol:latest"));
    }
}
