//! How the whole application is: for the status bar, the first start, the doctor's page and whoever helps.

mod bundle;
mod scrub;

use domain::{Actor, ErrorCode};
use engine::Machine;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use crate::doctor::{Check, CheckStatus, Doctor, Fix};
use crate::{App, Error, api::Nothing, doctor, engine_state::EngineState};

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
    /// What was wrong with the database at this or an earlier start, and what was done, until `system/dismiss`: a sentence a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_notice: Option<String>,
    /// Whether nothing can be saved.
    pub read_only: bool,
}

/// A text for whoever helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Bundle {
    /// JSON, indented: versions, checks, settings, counts, logs. No key, no message, no name of a person.
    pub text: String,
}

/// How things are now.
pub async fn status(app: App, _actor: Actor, _params: Nothing) -> Result<Status, Error> {
    let hardware = tokio::task::spawn_blocking(engine::Hardware::measure).await.ok();
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: app.engine_state(),
        memory_total: hardware.as_ref().map_or(0, |hardware| hardware.total_memory),
        memory_available: hardware.as_ref().map_or(0, |hardware| hardware.available_memory),
        database_notice: app.database_notice(),
        read_only: !app.condition().is_writable(),
    })
}

/// The notice about the database was seen: it isn't told again, here or at the next start. While nothing can be saved it stays.
pub async fn dismiss(app: App, _actor: Actor, _params: Nothing) -> Result<Nothing, Error> {
    app.store.forget_notice().await?;
    *app.notice.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    Ok(Nothing {})
}

/// Looks at everything that must work; changes nothing.
pub async fn doctor(app: App, _actor: Actor, _params: Nothing) -> Result<Doctor, Error> {
    Ok(doctor::examine_running(&app).await)
}

/// Collects what whoever helps needs to know, and nothing that is the person's own.
pub async fn bundle(app: App, _actor: Actor, _params: Nothing) -> Result<Bundle, Error> {
    Ok(Bundle { text: bundle::text(&app).await })
}

/// What this computer has.
pub async fn hardware(_app: App, _actor: Actor, _params: Nothing) -> Result<Machine, Error> {
    tokio::task::spawn_blocking(Machine::measure).await.map_err(|error| {
        Error::new(ErrorCode::Internal, "The computer could not be looked at. Try again.").caused_by(error)
    })
}
