//! Opening the application: the folder, the database, what was left over, the engine.

mod left;

use std::{path::PathBuf, sync::Arc};

use domain::{Actor, Provider, ProviderId, ProviderKind};
use engine::{EmbeddedEngine, EngineOptions};

use crate::{
    App, BackupTimes, Inner, backups,
    clock::{Clock, SystemClock},
    engine_state,
    events::{Bus, Event},
    files::Files,
    jobs::Jobs,
    models,
    ollama::{self, OllamaOptions},
    pipelines, providers,
    secrets::{Keychain, ReadVariable, SecretStore, Secrets, Vault},
    shelf::Shelf,
    tasks::Tasks,
};

/// Gives a scripted provider in place of the real one; for tests and measurements.
pub type ScriptedProviders = Arc<dyn Fn(&Provider) -> Option<Arc<dyn llm::Provider>> + Send + Sync>;

/// What an application is opened with. The mains read the environment and fill this in.
#[derive(Clone)]
pub struct AppOptions {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Our own program, whose main knows `as_guard`: it watches over the commands of steps and runs their small programs. `None`
    /// where the main is another, which then has no such steps.
    pub program: Option<PathBuf>,
    /// The runner's program, found by the main; `None` where there is none.
    pub runner: Option<PathBuf>,
    /// The runner's environment (see `engine::KEPT_ENVIRONMENT`).
    pub runner_environment: Vec<(String, String)>,
    /// Threads for the engine; chosen from the machine when absent.
    pub engine_threads: Option<u32>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The keychain; the operating system's unless a test says otherwise.
    pub keychain: Arc<dyn SecretStore>,
    /// The vault, if its passphrase was given.
    pub vault: Option<Arc<dyn SecretStore>>,
    /// Reads a variable of the environment (keys that are kept as a name only).
    pub variable: ReadVariable,
    /// How the Ollama on this computer is found and run; `None` leaves it alone.
    pub ollama: Option<OllamaOptions>,
    /// How requests are sent.
    pub http: llm::HttpOptions,
    /// Scripted providers.
    pub scripted: Option<ScriptedProviders>,
    /// Which runs of pipelines go on.
    pub drives: Drives,
    /// When it is looked whether a backup is due.
    pub backups: BackupTimes,
    /// How many runs may wait for their turn before others are refused; 10,000.
    pub most_queued: usize,
}

/// Which runs of pipelines an application goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drives {
    /// All that aren't over.
    #[default]
    All,
    /// Those that it begins or is asked to resume: a command that has a folder for itself leaves the others alone.
    Asked,
}

impl AppOptions {
    /// The usual for a data folder: the system's clock and keychain, no variables, no runner.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            program: None,
            runner: None,
            runner_environment: Vec::new(),
            engine_threads: None,
            clock: Arc::new(SystemClock),
            keychain: Arc::new(Keychain::new()),
            vault: None,
            variable: Arc::new(|_| None),
            ollama: None,
            http: llm::HttpOptions::default(),
            scripted: None,
            drives: Drives::All,
            backups: BackupTimes::default(),
            most_queued: 10_000,
        }
    }

    /// Opens the vault of the data folder with a passphrase, to keep keys in where there is no keychain.
    pub fn open_vault(&mut self, passphrase: domain::Secret) -> Result<(), crate::Error> {
        self.vault = Some(Arc::new(Vault::open(self.vault_file(), passphrase)?));
        Ok(())
    }

    /// Where the vault is, or will be.
    pub(crate) fn vault_file(&self) -> PathBuf {
        self.data_dir.join("vault.bin")
    }

    pub(crate) fn scripted_provider(&self, provider: &Provider) -> Option<Arc<dyn llm::Provider>> {
        self.scripted.as_ref().and_then(|scripted| scripted(provider))
    }
}

/// Why the application can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// Anything else, as a sentence.
    #[error("{0}")]
    Other(String),
}

impl OpenError {
    /// Whether another process owns the data folder, which then can be asked in its stead.
    pub fn is_owned(&self) -> bool {
        matches!(self, Self::Store(store::OpenError::Owned { .. }))
    }
}

impl App {
    /// Opens the application. What a crash left running is marked interrupted before anything else can start.
    pub async fn open(options: AppOptions) -> Result<Self, OpenError> {
        let now = options.clock.now();
        let folder = options.data_dir.clone();
        let opened =
            tokio::task::spawn_blocking(move || store::Store::open(&folder, now, store::Options::default()))
                .await
                .map_err(|error| OpenError::Other(format!("Opening the database failed: {error}")))??;
        let (store, condition) = (opened.store, opened.condition);
        let notice = store.notice();
        let found = left::look(&store, now).await;
        if condition.is_writable() {
            left::recover(&store, now, &found).await;
        }
        let http =
            llm::Http::new(options.http.clone()).map_err(|error| OpenError::Other(error.to_string()))?;
        let engine = engine(&options);
        let kept = ollama::Kept { settings: found.ollama, unfinished_pull: found.unfinished_pull };
        let ollama = ollama::Managed::new(&options, kept, &http, condition.is_writable());
        let app = Self(Arc::new(Inner {
            bus: Bus::new(store.epoch()),
            store,
            tasks: Tasks::default(),
            clock: Arc::clone(&options.clock),
            secrets: Secrets::new(
                Arc::clone(&options.keychain),
                options.vault.clone(),
                Arc::clone(&options.variable),
            ),
            files: Files::default(),
            http,
            highlighter: Arc::new(markup::Highlighter::new()),
            turns: crate::chat::Turns::default(),
            shelf: Shelf::default(),
            clients: crate::clients::Clients::default(),
            jobs: Jobs::default(),
            pipelines: pipelines::Pipelines::default(),
            webhooks: crate::webhooks::Webhooks::default(),
            first_token_timeout: std::sync::atomic::AtomicU32::new(found.settings.first_token_timeout),
            engine,
            ollama,
            worker: crate::pipelines::Worker::default(),
            learned: models::Learned::default(),
            folder: models::Folder::new(models::kept_folder(found.folder, &options.data_dir)),
            condition,
            notice: notice.into(),
            options,
        }));
        app.begin(found.seeded).await;
        Ok(app)
    }

    async fn begin(&self, seeded: bool) {
        if self.condition().is_writable() {
            engine::sweep_imports(&self.models_dir());
            let marks = self.command_marks();
            // What a crash left of steps' programs ends before any step begins again.
            tokio::task::spawn_blocking(move || engine::leftovers::sweep(&marks)).await.ok();
            pipelines::end_left(self).await;
            self.sweep_uploads().await;
            if !seeded && let Err(error) = seed(self).await {
                tracing::error!(%error, "the built-in engine could not be added to the providers");
            }
        }
        models::remember_learned(self).await;
        // Whatever can't be read now, the window opens and says so there.
        if let Err(error) = models::refresh_local(self, Actor::LOCAL).await {
            tracing::error!(%error, "the models on this computer could not be listed");
        }
        watch_engine(self);
        backups::keep(self);
        pipelines::begin(self).await;
        ollama::begin(self);
    }
}

/// The embedded engine's provider stands there from the first start.
async fn seed(app: &App) -> Result<(), store::Error> {
    let id = ProviderId::new(app.clock.now());
    app.store
        .write(move |conn| {
            let owner = Actor::LOCAL.user_id;
            match store::providers::get_by_slug(conn, owner, engine::embedded::PROVIDER) {
                Ok(_) => Ok(()),
                Err(store::Error::NotFound) => store::providers::insert(
                    conn,
                    owner,
                    &providers::keyless(
                        id,
                        engine::embedded::PROVIDER,
                        "Built-in engine",
                        ProviderKind::Embedded,
                        String::new(),
                    ),
                ),
                Err(error) => Err(error),
            }
        })
        .await
}

fn engine(options: &AppOptions) -> Result<EmbeddedEngine, String> {
    let Some(runner) = options.runner.clone() else {
        return Err("The built-in engine's runner is not installed beside Web+. Install Web+ again, or set WEBPLUS_RUNNER to its file.".to_owned());
    };
    let mut engine = EngineOptions::new(runner, options.data_dir.join("logs"));
    engine.environment.clone_from(&options.runner_environment);
    engine.threads = options.engine_threads;
    Ok(EmbeddedEngine::new(engine))
}

/// Tells the page every change of the engine.
fn watch_engine(app: &App) {
    let Ok(engine) = app.embedded() else { return };
    let app = app.clone();
    let tasks = app.tasks.clone();
    tasks.spawn("engine-watch", |shutdown| async move {
        let (mut states, mut before) = (engine.subscribe(), None);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                changed = states.changed() => if changed.is_err() { return },
            }
            let state = states.borrow_and_update().clone();
            if let engine::EngineState::Loaded { model } = &state {
                models::learn_from_process(&app, model).await;
            }
            let state = engine_state::convert(&state);
            // The lists need to be fetched anew when a model came or went, not at each step of loading.
            let kind = std::mem::discriminant(&state);
            app.bus.publish(Event::EngineChanged { state });
            if before.replace(kind) != Some(kind) {
                app.models_changed(engine::embedded::PROVIDER);
            }
        }
    });
}
