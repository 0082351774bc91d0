//! What the data folder holds, as far as the checks need it: read once, without touching it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use domain::{Actor, Provider};
use engine::ollama::OllamaSettings;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use store::{Counts, Finding, Inspection};
use tokio::time::timeout;

use crate::{
    models, ollama,
    settings::{self, Settings},
};

/// How long it is waited for: shorter than a check's own time, so that what needs only a part of it goes on without.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was read.
pub(crate) struct Records {
    pub(crate) finding: Finding,
    /// Bytes.
    pub(crate) bytes: u64,
    pub(crate) version: usize,
    pub(crate) backed_up: Option<domain::Timestamp>,
    /// What was done about damage and nobody has seen yet.
    pub(crate) notice: Option<String>,
    pub(crate) counts: Option<Counts>,
    pub(crate) providers: Vec<Provider>,
    pub(crate) settings: Settings,
    pub(crate) ollama: OllamaSettings,
    /// Where the built-in engine's models are, if that was ever chosen.
    pub(crate) folder: Option<serde_json::Value>,
}

impl Records {
    fn read(inspection: &Inspection) -> Self {
        let owner = Actor::LOCAL.user_id;
        let kept = inspection.read(|conn| store::settings::get(conn, owner, ollama::SETTING)).flatten();
        Self {
            finding: inspection.finding.clone(),
            bytes: inspection.bytes,
            version: inspection.version,
            backed_up: inspection.backed_up,
            notice: inspection.notice.clone(),
            counts: inspection.counts(),
            providers: inspection.read(|conn| store::providers::list(conn, owner)).unwrap_or_default(),
            settings: inspection.read(|conn| settings::read(conn, owner)).unwrap_or_default(),
            ollama: ollama::kept(kept),
            folder: inspection.read(|conn| store::settings::get(conn, owner, models::FOLDER)).flatten(),
        }
    }
}

/// Begins to read; nothing where it takes too long.
pub(super) fn reading(folder: PathBuf) -> Shared<BoxFuture<'static, Option<Arc<Records>>>> {
    let reading = async move {
        let read = tokio::task::spawn_blocking(move || Records::read(&store::inspect(&folder)));
        timeout(PATIENCE, read).await.ok()?.ok().map(Arc::new)
    };
    reading.boxed().shared()
}
