//! The application: opened here, or, where another process owns the data folder, reached through its socket.

use app::{App, AppOptions, events::Envelope};
use domain::{Actor, ErrorCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;
#[cfg(unix)]
use crate::remote::{Remote, RemoteEvents};

/// A way to the application's methods and events.
pub(crate) enum Door {
    /// It runs in this process.
    Own(App),
    /// It runs in another.
    #[cfg(unix)]
    Remote(Remote),
}

/// What happens, as it comes.
pub(crate) enum Events {
    Own(app::events::Subscription),
    #[cfg(unix)]
    Remote(RemoteEvents),
}

impl Door {
    pub(crate) async fn open(options: AppOptions) -> Result<Self, Failure> {
        let folder = options.data_dir.clone();
        match App::open(options).await {
            Ok(app) => Ok(Self::Own(app)),
            Err(error) if error.is_owned() => Self::elsewhere(&folder, &error.to_string()).await,
            Err(error) => Err(Failure::new(error.to_string())),
        }
    }

    #[cfg(unix)]
    async fn elsewhere(folder: &std::path::Path, sentence: &str) -> Result<Self, Failure> {
        let remote = Remote::connect(server::socket::path(folder)).await;
        remote.map(Self::Remote).map_err(|_| Failure { code: ErrorCode::Busy, message: sentence.to_owned() })
    }

    #[cfg(not(unix))]
    async fn elsewhere(_folder: &std::path::Path, sentence: &str) -> Result<Self, Failure> {
        Err(Failure { code: ErrorCode::Busy, message: sentence.to_owned() })
    }

    /// Whether the application goes on after this command.
    pub(crate) fn outlives_us(&self) -> bool {
        !matches!(self, Self::Own(_))
    }

    pub(crate) async fn call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, Failure> {
        let text = match self {
            Self::Own(app) => {
                String::from(Box::<str>::from(app::call(app, Actor::LOCAL, method, params).await?))
            }
            #[cfg(unix)]
            Self::Remote(remote) => remote.call(&format!("/api/v1/rpc/{method}"), &params).await?,
        };
        serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("The answer to {method} can't be read: {error}.")))
    }

    /// What happens from now on.
    pub(crate) async fn events(&self) -> Result<Events, Failure> {
        match self {
            Self::Own(app) => Ok(Events::Own(app.bus.subscribe(None))),
            #[cfg(unix)]
            Self::Remote(remote) => Ok(Events::Remote(remote.events().await?)),
        }
    }

    /// A handle for a file of this computer.
    pub(crate) async fn choose(&self, path: std::path::PathBuf) -> Result<String, Failure> {
        match self {
            Self::Own(app) => Ok(app.files.hand_out(app::files::ChosenFile { path, temporary: false })?),
            #[cfg(unix)]
            Self::Remote(remote) => {
                let text = remote.call("/api/v1/files/local", &serde_json::json!({ "path": path })).await?;
                let answer: Value = serde_json::from_str(&text).unwrap_or_default();
                answer["handle"]
                    .as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| Failure::new("The running Web+ gave no handle for the file."))
            }
        }
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Own(app) => app.shutdown().await,
            #[cfg(unix)]
            Self::Remote(_) => {}
        }
    }
}

impl Events {
    /// The next; `None` when the application ends.
    pub(crate) async fn next(&mut self) -> Option<Envelope> {
        match self {
            Self::Own(subscription) => subscription.next().await.map(|envelope| (*envelope).clone()),
            #[cfg(unix)]
            Self::Remote(events) => events.next().await,
        }
    }
}
