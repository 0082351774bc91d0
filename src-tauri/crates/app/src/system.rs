//! How the whole application is: for the status bar, the first start and the doctor.

use domain::{Actor, KeyState, ProviderKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    App, Error,
    api::Nothing,
    engine_state::EngineState,
    providers::{KeyPlaces, key_places},
};

/// What the status bar and the first start need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Status {
    /// The application's version.
    pub version: String,
    /// The embedded engine.
    pub engine: EngineState,
    /// Bytes of this computer's memory.
    pub memory_total: u64,
    /// Bytes of it that are free for a model.
    pub memory_available: u64,
    /// What was wrong with the database at the start, and what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_notice: Option<String>,
    /// Whether nothing can be saved.
    pub read_only: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Fine.
    Ok,
    /// Works, with something to know.
    Warn,
    /// Doesn't work.
    Fail,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Check {
    /// Which: "database", "engine", "keychain", "memory", "provider.openai".
    pub id: String,
    /// How it ended.
    pub status: CheckStatus,
    /// What was found.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// All checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Doctor {
    /// In the order in which they matter.
    pub checks: Vec<Check>,
}

/// How things are now.
pub async fn status(app: App, _actor: Actor, _params: Nothing) -> Result<Status, Error> {
    let hardware = tokio::task::spawn_blocking(engine::Hardware::measure).await.ok();
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: app.engine_state(),
        memory_total: hardware.as_ref().map_or(0, |hardware| hardware.total_memory),
        memory_available: hardware.as_ref().map_or(0, |hardware| hardware.available_memory),
        database_notice: app.condition().sentence(),
        read_only: !app.condition().is_writable(),
    })
}

/// Looks at everything that must work; changes nothing.
pub async fn doctor(app: App, actor: Actor, _params: Nothing) -> Result<Doctor, Error> {
    let (status, keys) =
        tokio::try_join!(status(app.clone(), actor, Nothing {}), key_places(app.clone(), actor, Nothing {}))?;
    let mut checks = vec![database(&status), engine_check(&status.engine), memory(&status), keychain(&keys)];
    for mut provider in
        app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await.unwrap_or_default()
    {
        if !provider.enabled || provider.kind == ProviderKind::Embedded {
            continue;
        }
        provider.key_state = app.secrets.state(&provider).await;
        let id = format!("provider.{}", provider.slug);
        checks.push(match provider.key_state {
            KeyState::Present | KeyState::NotNeeded => check(
                &id,
                CheckStatus::Ok,
                format!("{} at {} is set up.", provider.name, provider.base_url),
                None,
            ),
            KeyState::Missing => check(
                &id,
                CheckStatus::Fail,
                format!("The key of {} is gone.", provider.name),
                Some("Enter it again under Settings, Providers."),
            ),
            KeyState::Locked => check(
                &id,
                CheckStatus::Fail,
                format!("The key of {} is in a locked keychain.", provider.name),
                Some("Unlock the keychain and try again."),
            ),
            KeyState::Unavailable => check(
                &id,
                CheckStatus::Fail,
                format!("The key of {} is in a keychain that is not there.", provider.name),
                Some("Start the system's keychain, or enter the key again for this session."),
            ),
        });
    }
    Ok(Doctor { checks })
}

fn check(id: &str, status: CheckStatus, message: impl Into<String>, fix: Option<&str>) -> Check {
    Check { id: id.to_owned(), status, message: message.into(), fix: fix.map(str::to_owned) }
}

fn database(status: &Status) -> Check {
    match (&status.database_notice, status.read_only) {
        (None, false) => check("database", CheckStatus::Ok, "The database is whole.", None),
        (notice, true) => check(
            "database",
            CheckStatus::Fail,
            // It says what to do itself.
            notice.clone().unwrap_or_default(),
            None,
        ),
        (Some(notice), false) => check("database", CheckStatus::Warn, notice.clone(), None),
    }
}

fn engine_check(state: &EngineState) -> Check {
    match state {
        EngineState::Unavailable { message } => check(
            "engine",
            CheckStatus::Fail,
            message.clone(),
            Some("Install Web+ again, or set WEBPLUS_RUNNER to the runner's file."),
        ),
        EngineState::Failed { message, .. } => check(
            "engine",
            CheckStatus::Warn,
            message.clone(),
            Some("Start the model again, or choose a smaller one."),
        ),
        EngineState::Stopped => {
            check("engine", CheckStatus::Ok, "The built-in engine is ready; nothing is loaded.", None)
        }
        EngineState::Loading { model, .. } => {
            check("engine", CheckStatus::Ok, format!("The built-in engine is loading {model}."), None)
        }
        EngineState::Loaded { model, .. } => {
            check("engine", CheckStatus::Ok, format!("The built-in engine has {model} loaded."), None)
        }
    }
}

fn memory(status: &Status) -> Check {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let message = format!(
        "{:.1} of {:.1} GiB of memory are free.",
        gib(status.memory_available),
        gib(status.memory_total)
    );
    if status.memory_available < 1 << 30 {
        check("memory", CheckStatus::Warn, message, Some("Close other programs before loading a model."))
    } else {
        check("memory", CheckStatus::Ok, message, None)
    }
}

fn keychain(keys: &KeyPlaces) -> Check {
    match &keys.keychain_problem {
        None => check("keychain", CheckStatus::Ok, "The system's keychain can be used.", None),
        Some(problem) => check(
            "keychain",
            CheckStatus::Warn,
            problem.clone(),
            Some(
                "Unlock or start the keychain; until then keys can be kept in the vault or for this session.",
            ),
        ),
    }
}
