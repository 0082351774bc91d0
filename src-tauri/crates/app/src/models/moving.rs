//! Moves the folder of models of the built-in engine, or of an Ollama of our own, to another place: as a job that copies, makes the
//! new place the one that counts, and only then removes the old. At every moment one of both holds every model whole, and the
//! database says which.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{Actor, ErrorCode, Job, JobStatus};
use engine::{
    EngineState,
    embedded::PROVIDER,
    ollama::{OllamaState, Ownership},
    relocate,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;
use ts_rs::TS;

use super::{download::EMBEDDED_LANE, hosts, local};
use crate::{
    App, Error,
    jobs::{self, Reporter},
    ollama,
};

/// The kind of a move's job.
pub(crate) const MOVE: &str = "model.move-folder";
/// The setting that names the built-in engine's folder; the usual one when absent.
pub(crate) const FOLDER: &str = "models.folder";
/// How long an Ollama may take to end.
const ENDING: Duration = Duration::from_secs(15);

/// Where models are to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelMoveFolderParams {
    /// Whose: "embedded", which is meant when absent, or "ollama".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The handle of the new folder; good for once.
    pub handle: String,
}

/// The built-in engine's folder, and whose folders are being moved.
pub(crate) struct Folder {
    path: Mutex<PathBuf>,
    /// Held while something comes into the folder; the switch to another place waits for it.
    pub(super) stays: tokio::sync::RwLock<()>,
    moving: Mutex<HashSet<String>>,
}

impl Folder {
    /// At that place.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path: Mutex::new(path), stays: tokio::sync::RwLock::default(), moving: Mutex::default() }
    }

    fn path(&self) -> MutexGuard<'_, PathBuf> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moving(&self) -> MutexGuard<'_, HashSet<String>> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Where the built-in engine's models are kept.
    pub fn models_dir(&self) -> PathBuf {
        self.folder.path().clone()
    }
}

/// Refuses what would be undone by a move under way: what was copied already would come back.
pub(super) fn stays(app: &App, provider: &str) -> Result<(), Error> {
    if app.folder.moving().contains(provider) {
        return Err(Error::new(
            ErrorCode::Conflict,
            "The models' folder is being moved now. Wait until that is done, or pause it, then try again.",
        ));
    }
    Ok(())
}

/// What the job is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Order {
    provider: String,
    from: PathBuf,
    to: PathBuf,
    /// Whether the new place was empty before.
    fresh: bool,
}

pub(super) async fn begin(app: &App, actor: Actor, params: ModelMoveFolderParams) -> Result<Job, Error> {
    let provider = params.provider.unwrap_or_else(|| PROVIDER.to_owned());
    let from = place(app, &provider)?;
    {
        // No job begins while this is held.
        let _nothing_begins = app.jobs.beginning.lock().await;
        if app.jobs.is_busy(&lane(&provider)) {
            return Err(Error::new(
                ErrorCode::Conflict,
                "Models are being fetched, made or moved there now. Wait until that is done, or pause it, then try again.",
            ));
        }
    }
    unused(app, &provider).await?;
    let to = app.files.take(&params.handle)?.path;
    let order = match unfinished(app, actor, &provider).await? {
        Some(begun) if begun.to == to => begun,
        Some(other) => {
            return Err(Error::new(
                ErrorCode::Conflict,
                format!("A move to {} isn't finished. Go on with it or cancel it first.", other.to.display()),
            ));
        }
        None => {
            let fresh = relocate::prepare(&from, &to).await?;
            Order { provider, from, to, fresh }
        }
    };
    let title = order.to.to_string_lossy().into_owned();
    let payload = serde_json::to_value(&order).unwrap_or_default();
    let same = |known: &Value| ["provider", "from", "to"].iter().all(|name| known[name] == payload[name]);
    jobs::begin(app, actor, MOVE, title, payload.clone(), same).await
}

async fn unfinished(app: &App, actor: Actor, provider: &str) -> Result<Option<Order>, Error> {
    let all = app.store.read(move |conn| store::jobs::list(conn, actor.user_id)).await?;
    let stands = |job: &Job| matches!(job.state.status, JobStatus::Waiting | JobStatus::Failed);
    let moves = all.iter().filter(|job| job.kind == MOVE && stands(job)).filter_map(|job| read(job).ok());
    Ok(moves.into_iter().find(|order| order.provider == provider))
}

/// The lane of a move: nothing is fetched or made there meanwhile.
pub(crate) fn lane_of_move(job: &Job) -> String {
    lane(job.payload["provider"].as_str().unwrap_or_default())
}

fn lane(provider: &str) -> String {
    if provider == PROVIDER { EMBEDDED_LANE.to_owned() } else { hosts::lane(provider) }
}

/// Where the models are now, if they may be moved.
fn place(app: &App, provider: &str) -> Result<PathBuf, Error> {
    if provider == PROVIDER {
        return Ok(app.models_dir());
    }
    if provider != ollama::SLUG {
        return Err(Error::invalid(
            "Only the models of the built-in engine and of the Ollama on this computer can be moved.",
        ));
    }
    let supervisor = app.ollama.supervisor()?;
    match app.ollama.state() {
        OllamaState::Ready { ownership: Ownership::Adopted, .. } | OllamaState::Unsure { .. } => {
            Err(Error::new(
                ErrorCode::Conflict,
                "This Ollama was started outside Web+, which doesn't touch its folder. Move it there: set OLLAMA_MODELS for it and start it anew.",
            ))
        }
        OllamaState::Ready { .. } | OllamaState::Installed { service: false, .. } => {
            supervisor.own_models_folder().ok_or_else(|| {
                Error::new(ErrorCode::EngineUnavailable, "It isn't known where Ollama keeps its models.")
            })
        }
        _ => Err(Error::new(
            ErrorCode::EngineUnavailable,
            "Only the models of an Ollama that Web+ runs can be moved, and it doesn't run one now. Start it under Models.",
        )),
    }
}

/// Refuses while a model is in memory or on its way there: its file is in use.
async fn unused(app: &App, provider: &str) -> Result<(), Error> {
    let loaded = if provider == PROVIDER {
        match app.embedded().map(|engine| engine.state()) {
            Ok(EngineState::Loaded { model }) => Some(model.name),
            Ok(EngineState::Loading { name, .. }) => Some(name),
            _ => None,
        }
    } else if let Ok(address) = app.ollama.address() {
        let loaded = llm::Ollama::new(app.http.clone(), &address)?.loaded().await?;
        loaded.into_iter().next().map(|loaded| loaded.name)
    } else {
        None
    };
    match loaded {
        None => Ok(()),
        Some(name) => Err(Error::new(
            ErrorCode::Conflict,
            format!("{name} is in memory, so its file is in use. Unload it and try again."),
        )),
    }
}

/// Moves, or goes on where it was cut off.
pub(crate) async fn run_move(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let order = read(job)?;
    let _moving = Moving::begin(app, &order.provider);
    let here = if order.provider == PROVIDER { Ok(app.models_dir()) } else { place(app, &order.provider) };
    if here? != order.to {
        reporter.phase(json!({ "type": "copying" }));
        copy(&order, reporter).await?;
        reporter.phase(json!({ "type": "switching" }));
        if order.provider == PROVIDER {
            switch_embedded(app, actor, &order, reporter).await?;
        } else {
            switch_ollama(app, actor, &order, reporter).await?;
        }
    }
    reporter.phase(json!({ "type": "removing" }));
    relocate::remove_old(&order.from, &order.to).await?;
    app.models_changed(&order.provider);
    Ok(())
}

/// As long as it is there, nothing is removed from that folder.
struct Moving<'a>(&'a App, &'a str);

impl<'a> Moving<'a> {
    fn begin(app: &'a App, provider: &'a str) -> Self {
        app.folder.moving().insert(provider.to_owned());
        Self(app, provider)
    }
}

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        self.0.folder.moving().remove(self.1);
    }
}

async fn copy(order: &Order, reporter: &mut Reporter) -> Result<(), Error> {
    let told = |done: u64, total: u64| reporter.progress(done, total, None);
    Ok(relocate::copy(&order.from, &order.to, told).await?)
}

async fn switch_embedded(
    app: &App,
    actor: Actor,
    order: &Order,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let _nothing_comes = app.folder.stays.write().await;
    unused(app, PROVIDER).await?;
    // What came while the rest was copied.
    copy(order, reporter).await?;
    let value = Value::String(order.to.to_string_lossy().into_owned());
    app.store.write(move |conn| store::settings::set(conn, actor.user_id, FOLDER, &value)).await?;
    app.folder.path().clone_from(&order.to);
    local::refresh_local(app, actor).await
}

async fn switch_ollama(app: &App, actor: Actor, order: &Order, reporter: &mut Reporter) -> Result<(), Error> {
    unused(app, &order.provider).await?;
    let supervisor = app.ollama.supervisor()?.clone();
    supervisor.stop()?;
    let switched = async {
        let mut states = supervisor.subscribe();
        let ended = states.wait_for(|state| {
            !matches!(state, OllamaState::Ready { .. } | OllamaState::Starting { .. } | OllamaState::Stopping)
        });
        if timeout(ENDING, ended).await.is_err() {
            return Err(Error::new(
                ErrorCode::EngineFailed,
                "Ollama doesn't end, so its models stay where they are. Try again.",
            ));
        }
        // What came while the rest was copied.
        copy(order, reporter).await?;
        let mut settings = supervisor.settings();
        settings.models_folder = Some(order.to.to_string_lossy().into_owned());
        ollama::configure(app.clone(), actor, settings).await
    };
    let switched = switched.await;
    supervisor.start()?;
    switched.map(|_| ())
}

/// Removes what a move that is given up has copied; nothing once the new place counts.
pub(crate) async fn discard_move(app: &App, job: &Job) {
    let Ok(order) = read(job) else { return };
    let here = if order.provider == PROVIDER {
        Some(app.models_dir())
    } else {
        app.ollama.supervisor().ok().and_then(engine::ollama::OllamaSupervisor::own_models_folder)
    };
    if here.as_deref() == Some(order.from.as_path())
        && let Err(error) = relocate::give_up(&order.from, &order.to, order.fresh).await
    {
        tracing::warn!(%error, "what a cancelled move has copied could not be removed");
    }
}

fn read(job: &Job) -> Result<Order, Error> {
    serde_json::from_value(job.payload.clone()).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "This was begun by another version of Web+. Cancel it and move the folder again.",
        )
        .caused_by(error)
    })
}

/// The built-in engine's folder as it is set; the usual one in the data folder otherwise.
pub(crate) fn kept(value: Option<Value>, data_dir: &Path) -> PathBuf {
    let set = value.and_then(|value| value.as_str().map(PathBuf::from)).filter(|path| path.is_absolute());
    set.unwrap_or_else(|| data_dir.join("models"))
}
