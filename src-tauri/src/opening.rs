//! The application behind the window: opened once, beside it; tried again when asked after a failure; closed once.

use std::{
    sync::{Mutex as PlainMutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::{App, AppOptions, Error, ErrorBody};
use domain::ErrorCode;
use tauri::{AppHandle, Manager as _};
use tokio::{
    sync::{Mutex, Notify},
    time::Instant,
};

use crate::{notices, refusal, surroundings::Surroundings, tray};

/// How long a failure is answered without another attempt.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long closing may take before the program ends all the same.
const CLOSING: Duration = Duration::from_secs(12);

/// The application, or why there is none.
pub(crate) struct Opening {
    options: Result<AppOptions, (ErrorCode, String)>,
    state: Mutex<State>,
    /// The same application, for whoever can't wait: a menu's click must not be lost because a call looks at the state.
    current: PlainMutex<Option<App>>,
    opened: Notify,
}

enum State {
    Closed,
    Open(App),
    Failed { refusal: ErrorBody, at: Instant },
    Ended,
}

impl Opening {
    pub(crate) fn new(options: Result<AppOptions, (ErrorCode, String)>) -> Self {
        Self {
            options,
            state: Mutex::new(State::Closed),
            current: PlainMutex::default(),
            opened: Notify::new(),
        }
    }

    /// The application; waits while it is being opened. The refusal is the sentence for the person.
    pub(crate) async fn app(&self) -> Result<App, ErrorBody> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Open(app) => return Ok(app.clone()),
            State::Failed { refusal, at } if at.elapsed() < PATIENCE => return Err(refusal.clone()),
            State::Ended => {
                return Err(refusal::body(&Error::new(
                    ErrorCode::Busy,
                    "Web+ is closing. Open it again to go on.",
                )));
            }
            State::Closed | State::Failed { .. } => {}
        }
        match self.open().await {
            Ok(app) => {
                *state = State::Open(app.clone());
                *self.current() = Some(app.clone());
                self.opened.notify_one();
                Ok(app)
            }
            Err(error) => {
                let refusal = refusal::body(&error);
                tracing::error!(message = %refusal.message, "the application can't be opened; the window says so");
                *state = State::Failed { refusal: refusal.clone(), at: Instant::now() };
                Err(refusal)
            }
        }
    }

    /// The application if it is open at this moment.
    pub(crate) fn now(&self) -> Option<App> {
        self.current().clone()
    }

    /// Ends it: answers that run are kept as interrupted, the engine ends, the database is closed.
    pub(crate) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Ended);
        *self.current() = None;
        if let State::Open(app) = state
            && tokio::time::timeout(CLOSING, app.shutdown()).await.is_err()
        {
            tracing::error!("closing took too long; what was unfinished is marked at the next start");
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<App>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self) -> Result<App, Error> {
        let options = self.options.clone().map_err(|(code, message)| Error::new(code, message))?;
        let folder = options.data_dir.clone();
        let app = App::open(options).await?;
        listen_to_commands(&app, folder);
        Ok(app)
    }
}

/// Opens the application while the window opens.
pub(crate) fn begin(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let began = Instant::now();
        // A refusal is for the page, which asks as well.
        if app.state::<Opening>().app().await.is_ok() {
            let milliseconds = began.elapsed().as_millis() as u64;
            tracing::info!(milliseconds, folder = ?app.state::<Surroundings>().data_dir, "opened");
        }
    });
}

/// Has the tray follow the application once it is open: now, or after a refusal. Only a tray that has been made can follow,
/// and an application may be open before that, so this is not part of opening it.
pub(crate) fn follow(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let opening = app.state::<Opening>();
        opening.opened.notified().await;
        if let Some(application) = opening.now() {
            tray::follow(&app, &application);
            notices::follow(&app, &application);
        }
    });
}

/// Serves the owner's socket, so that `webplus …` works while the window is open.
#[cfg(unix)]
fn listen_to_commands(app: &App, folder: std::path::PathBuf) {
    let ours = app.clone();
    app.tasks.spawn("owner-socket", |shutdown| async move {
        if let Err(error) =
            server::socket::serve(ours, &folder, async move { shutdown.cancelled().await }).await
        {
            tracing::error!(%error, "webplus commands can't reach this window");
        }
    });
}

#[cfg(not(unix))]
fn listen_to_commands(_app: &App, _folder: std::path::PathBuf) {}
