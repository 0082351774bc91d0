//! The application: opened here, or, where another process owns the data folder, reached through its socket.

use std::time::Duration;

use app::{App, AppOptions, events::Envelope};
use domain::{Actor, ErrorCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

#[cfg(unix)]
use crate::remote::{Remote, RemoteEvents};
use crate::{failure::Failure, output::Output};

/// How long is waited for an owner that doesn't answer yet.
const PATIENCE: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(100);

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
    /// Opens it, and says on stderr what a person must know of the database: what this start mended, no other would tell.
    pub(crate) async fn open(options: AppOptions, output: &Output) -> Result<Self, Failure> {
        let door = Self::reach(options).await?;
        if let Some((notice, stays)) = door.notice().await {
            output.aside(&notice);
            if !stays {
                output
                    .aside("Once you have read this, webplus doctor --seen keeps it from being told again.");
            }
        }
        Ok(door)
    }

    async fn reach(options: AppOptions) -> Result<Self, Failure> {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            match App::open(options.clone()).await {
                Ok(app) => return Ok(Self::own(app, &options.data_dir)),
                Err(error) if error.is_owned() => {
                    match Self::elsewhere(&options.data_dir, &error.to_string()).await {
                        // The owner is just starting, or just ending.
                        Err(_) if tokio::time::Instant::now() < until => tokio::time::sleep(AGAIN).await,
                        reached => return reached,
                    }
                }
                Err(error) => return Err(app::Error::from(error).into()),
            }
        }
    }

    /// Whoever owns the folder listens, a short command too: another one may come meanwhile.
    #[cfg(unix)]
    fn own(app: App, folder: &std::path::Path) -> Self {
        let (ours, folder) = (app.clone(), folder.to_owned());
        app.tasks.spawn("owner-socket", |shutdown| async move {
            let end = async move { shutdown.cancelled().await };
            if let Err(error) = server::socket::serve(ours, &folder, end).await {
                tracing::warn!(%error, "other webplus commands can't reach this one");
            }
        });
        Self::Own(app)
    }

    #[cfg(not(unix))]
    fn own(app: App, _folder: &std::path::Path) -> Self {
        Self::Own(app)
    }

    #[cfg(unix)]
    async fn elsewhere(folder: &std::path::Path, sentence: &str) -> Result<Self, Failure> {
        let remote = Remote::connect(server::socket::path(folder)).await;
        remote.map(Self::Remote).map_err(|_| Failure { code: ErrorCode::Busy, message: sentence.to_owned() })
    }

    #[cfg(not(unix))]
    async fn elsewhere(_folder: &std::path::Path, sentence: &str) -> Result<Self, Failure> {
        Err(Failure { code: ErrorCode::Busy, message: out_of_reach(sentence) })
    }

    /// What to tell of the database, and whether it stays so until something is done about it.
    async fn notice(&self) -> Option<(String, bool)> {
        match self {
            Self::Own(app) => app.database_notice().map(|notice| (notice, !app.condition().is_writable())),
            #[cfg(unix)]
            Self::Remote(_) => {
                // An owner that can't say is no reason not to ask it for what the command is for.
                let status: Value = self.call("system/status", serde_json::json!({})).await.ok()?;
                let notice = status["databaseNotice"].as_str()?.to_owned();
                Some((notice, status["readOnly"] == true))
            }
        }
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

/// What is said where commands have no way to the one that owns the folder: they hold its socket on Unix only.
#[cfg(any(not(unix), test))]
fn out_of_reach(sentence: &str) -> String {
    format!(
        "{sentence} On Windows a command can't ask the one that is open: close it first, or do this in its window."
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_commands_cannot_reach_the_open_one_they_say_so() {
        let told = out_of_reach("Another Web+ is using the data folder C:\\data. Close it, or use that one.");
        assert!(told.starts_with("Another Web+ is using") && told.contains("On Windows"), "{told}");
        assert!(told.ends_with('.'));
    }
}
