//! The beginning: the supervisor is followed, and the provider that stands for it is added once.

use domain::{Actor, ProviderId, ProviderKind};
use engine::ollama::{OllamaSettings, address::USUAL};

use super::{SLUG, memory::Memory, watch};
use crate::{App, events::Event, providers};

/// The setting that says that the provider was added: a person who removed it doesn't want it back by itself.
const FOUND: &str = "ollama.found";

/// Follows the one that is looked after, until the application ends.
pub(crate) fn begin(app: &App) {
    let Ok(supervisor) = app.ollama.supervisor() else { return };
    let states = watch::states(app.clone(), supervisor.subscribe());
    app.tasks.spawn("ollama-states", |shutdown| async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = states => {}
        }
    });
    let memory = Memory::new(app.clone(), supervisor.subscribe());
    app.tasks.spawn("ollama-memory", |shutdown| async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = memory.run() => {}
        }
    });
}

/// Whether that slug is meant for the one that is looked after, which answers: then its provider is there from now on.
pub(crate) async fn seen(app: &App, slug: &str) -> bool {
    let answers = slug == SLUG && app.ollama.address().is_ok();
    if answers {
        add_provider(app, false).await;
    }
    answers
}

/// Adds the provider where it isn't: for the first one that is seen, and whenever the person asks for one.
pub(super) async fn add_provider(app: &App, asked: bool) {
    let provider = providers::keyless(
        ProviderId::new(app.clock.now()),
        SLUG,
        "Ollama",
        ProviderKind::Ollama,
        USUAL.to_owned(),
    );
    let owner = Actor::LOCAL.user_id;
    let there = app.store.read(move |conn| {
        let listed = store::providers::list(conn, owner)?;
        let found = store::settings::get(conn, owner, FOUND)?.is_some();
        Ok(listed.iter().any(|other| other.slug == SLUG) || found && !asked)
    });
    match there.await {
        Ok(false) => {}
        Ok(true) => return,
        Err(error) => return tracing::warn!(%error, "the providers could not be looked at"),
    }
    let added = app.store.write(move |conn| {
        // Two may have seen it at once.
        if store::providers::list(conn, owner)?.iter().any(|other| other.slug == SLUG) {
            return Ok(false);
        }
        store::settings::set(conn, owner, FOUND, &serde_json::Value::Bool(true))?;
        store::providers::insert(conn, owner, &provider)?;
        Ok(true)
    });
    match added.await {
        Ok(false) => {}
        Ok(true) => {
            app.bus.publish(Event::ProviderChanged);
            app.models_changed(SLUG);
        }
        Err(error) => tracing::warn!(%error, "the Ollama that was found could not be added"),
    }
}

/// The settings as they are kept; the usual ones where they can't be read.
pub(crate) fn kept(value: Option<serde_json::Value>) -> OllamaSettings {
    value
        .and_then(|value| {
            serde_json::from_value(value)
                .inspect_err(|error| tracing::warn!(%error, "the settings of Ollama can't be read; the usual ones hold"))
                .ok()
        })
        .unwrap_or_default()
}
