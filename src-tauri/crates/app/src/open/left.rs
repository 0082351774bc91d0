//! What the last start left: seen in one look, and marked before anything else can begin.

use domain::{Actor, Timestamp};
use engine::ollama::OllamaSettings;

use crate::{
    models, ollama,
    settings::{self, Settings},
};

/// How long a deleted conversation can be brought back.
const TRASH: i64 = 30 * 24 * 60 * 60 * 1000;

/// What the database says at the start, all seen at once: nothing is written where there is nothing to change, because a
/// write would be waited for.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Found {
    /// Answers without a turn, calls without an end or jobs without a task.
    unfinished: bool,
    /// Conversations that were deleted so long ago that they go for good.
    expired: bool,
    /// Whether the embedded engine's provider stands there.
    pub(super) seeded: bool,
    pub(super) settings: Settings,
    pub(super) ollama: OllamaSettings,
    /// Whether a pull into the Ollama that is looked after stands half done.
    pub(super) unfinished_pull: bool,
    /// Where the built-in engine's models are, if that was ever chosen.
    pub(super) folder: Option<serde_json::Value>,
}

/// Looks at the database once.
pub(super) async fn look(store: &store::Store, now: Timestamp) -> Found {
    let owner = Actor::LOCAL.user_id;
    let found = store.read(move |conn| {
        Ok(Found {
            unfinished: store::messages::any_running(conn)?
                || store::calls::any_reserved(conn)?
                || store::jobs::any_running(conn)?,
            expired: store::conversations::any_deleted(conn, expiry(now))?,
            seeded: match store::providers::get_by_slug(conn, owner, engine::embedded::PROVIDER) {
                Ok(_) => true,
                Err(store::Error::NotFound) => false,
                Err(error) => return Err(error),
            },
            settings: settings::read(conn, owner)?,
            ollama: ollama::kept(store::settings::get(conn, owner, ollama::SETTING)?),
            unfinished_pull: models::any_unfinished(conn)?,
            folder: store::settings::get(conn, owner, models::FOLDER)?,
        })
    });
    // What can't be seen may be there.
    found.await.unwrap_or_else(|error| {
        tracing::error!(%error, "what the last start left could not be seen");
        Found {
            unfinished: true,
            expired: true,
            seeded: false,
            settings: Settings::default(),
            ollama: OllamaSettings::default(),
            unfinished_pull: true,
            folder: None,
        }
    })
}

/// Who was deleted before then goes for good.
fn expiry(now: Timestamp) -> Timestamp {
    Timestamp::from_millis(now.millis() - TRASH)
}

/// Marks what a crash left. What can't be marked is only logged: the window opens all the same, and what is there can be
/// read.
pub(super) async fn recover(store: &store::Store, now: Timestamp, found: &Found) {
    if found.unfinished {
        let marked = store
            .write(move |conn| {
                let answers = store::messages::interrupt_running(conn)?;
                let calls = store::calls::interrupt_reserved(conn)?;
                let jobs = store::jobs::interrupt_running(conn, now)?;
                Ok((answers, calls, jobs))
            })
            .await;
        match marked {
            Ok((answers, calls, jobs)) => {
                tracing::info!(
                    answers,
                    calls,
                    jobs,
                    "what the last start left unfinished is marked interrupted"
                );
            }
            Err(error) => tracing::error!(%error, "what the last start left unfinished could not be marked"),
        }
    }
    if found.expired
        && let Err(error) =
            store.write(move |conn| store::conversations::sweep_deleted(conn, expiry(now))).await
    {
        tracing::warn!(%error, "what was deleted long ago could not be removed");
    }
}
