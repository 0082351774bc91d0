//! `ollama/…`: how it is, and what a person wants of it. Each answers at once; what becomes of it is an event.

use domain::Actor;
use engine::ollama::{
    OllamaSettings, OllamaState,
    advanced::{self, OllamaVariable},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SETTING, begin};
use crate::{App, Error, api::Nothing};

/// So many lines of the log are shown unless told otherwise.
const USUAL_LINES: u32 = 200;
/// The most lines of the log at once.
const MOST_LINES: u32 = 2000;

/// Which part of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct OllamaLogParams {
    /// How many of its last lines: 1 to 2,000; 200 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<u32>,
}

/// The log of the one that Web+ started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OllamaLog {
    /// Its last lines, oldest first.
    pub lines: Vec<String>,
    /// Its file.
    pub path: String,
}

/// Settings that were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OllamaConfigured {
    /// All of them, as they are now.
    pub settings: OllamaSettings,
    /// Whether some hold only once it is started anew.
    pub restart: bool,
}

/// How it is.
pub async fn state(app: App, _actor: Actor, _params: Nothing) -> Result<OllamaState, Error> {
    Ok(app.ollama.state())
}

/// Sees to it that one runs.
pub async fn start(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.ollama.supervisor()?.start()?;
    begin::add_provider(&app, true).await;
    Ok(Nothing {})
}

/// Ends the one that Web+ started. The next call that needs it starts it again.
pub async fn stop(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.ollama.supervisor()?.stop()?;
    Ok(Nothing {})
}

/// Ends the one that Web+ started, and starts it with the settings of now.
pub async fn restart(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.ollama.supervisor()?.restart()?;
    Ok(Nothing {})
}

/// Looks for one again.
pub async fn look(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.ollama.supervisor()?.look_again()?;
    Ok(Nothing {})
}

/// The person says that the one which answers may be used, though it is somebody else's.
pub async fn trust(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.ollama.supervisor()?.trust()?;
    Ok(Nothing {})
}

/// The last lines of its log.
pub async fn log(app: App, _actor: Actor, params: OllamaLogParams) -> Result<OllamaLog, Error> {
    let lines = params.lines.unwrap_or(USUAL_LINES);
    if !(1..=MOST_LINES).contains(&lines) {
        return Err(Error::invalid(format!("Ask for 1 to {MOST_LINES} lines.")));
    }
    let supervisor = app.ollama.supervisor()?.clone();
    let path = supervisor.log_path().display().to_string();
    let lines = tokio::task::spawn_blocking(move || supervisor.log_tail(lines as usize)).await;
    Ok(OllamaLog { lines: lines.unwrap_or_default(), path })
}

/// The variables that few need and that the settings may have.
pub async fn variables(_app: App, _actor: Actor, _params: Nothing) -> Result<Vec<OllamaVariable>, Error> {
    Ok(advanced::variables())
}

/// The settings.
pub async fn settings(app: App, _actor: Actor, _params: Nothing) -> Result<OllamaSettings, Error> {
    Ok(app.ollama.supervisor()?.settings())
}

/// Takes settings, all of them.
pub async fn configure(app: App, actor: Actor, params: OllamaSettings) -> Result<OllamaConfigured, Error> {
    let supervisor = app.ollama.supervisor()?;
    params.validate().map_err(|invalid| Error::invalid(invalid.to_string()))?;
    let value = serde_json::to_value(&params).unwrap_or_default();
    app.store.write(move |conn| store::settings::set(conn, actor.user_id, SETTING, &value)).await?;
    let restart =
        supervisor.configure(params.clone()).map_err(|invalid| Error::invalid(invalid.to_string()))?;
    Ok(OllamaConfigured { settings: params, restart })
}
