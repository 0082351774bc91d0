//! Models into memory and out of it: what was taken other than asked is said, and what is stuck is brought to an end.

use std::time::Duration;

use domain::{ErrorCode, ModelState};
use llm::{KeepAlive, OllamaLoad};
use tokio::time::{Instant, sleep, timeout};

use super::{client::GLANCE, ready, room};
use crate::{App, Error, events::Event, gateway::Resolved};

/// How long the engine may take to answer that a model leaves memory.
const ASKED: Duration = Duration::from_secs(10);
/// How long a model may be said to be in memory after that.
const LEAVING: Duration = Duration::from_secs(3);
/// How often that is looked at.
const AGAIN: Duration = Duration::from_millis(50);

/// How a model is to be loaded.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    /// What of it was chosen.
    pub(crate) load: OllamaLoad,
    /// How long it stays.
    pub(crate) keep_alive: KeepAlive,
    /// Whether too little memory is no reason against it.
    pub(crate) force: bool,
}

/// Loads a model of an Ollama and waits for it.
pub(crate) async fn load(app: &App, resolved: &Resolved, wanted: Wanted) -> Result<(), Error> {
    let (slug, name) = (resolved.config.slug.as_str(), resolved.model.id.name());
    let client = llm::Ollama::new(
        app.http.with_first_byte_timeout(app.first_token_timeout()),
        &resolved.config.base_url,
    )?;
    if !resolved.managed {
        client.load(name, wanted.load, wanted.keep_alive).await?;
        app.models_changed(slug);
        return Ok(());
    }
    if !wanted.force {
        room::check(app, &client, &resolved.model, wanted.load.context).await?;
    }
    if app.ollama.notes.is_dead(name) {
        out(app, &client, name).await?;
    }
    app.ollama.notes.mark(name, ModelState::Loading { progress: 0.0 });
    let _unmarked = Unmark { app, name, slug };
    app.models_changed(slug);
    client.load(name, wanted.load, wanted.keep_alive).await?;
    if let Some(asked) = wanted.load.context
        && let Ok(Ok(loaded)) = timeout(GLANCE, client.loaded()).await
        && let Some(loaded) = loaded.iter().find(|loaded| loaded.name == name)
    {
        clamped(app, name, asked, loaded.context);
    }
    Ok(())
}

/// Takes a model of an Ollama out of memory; what it is answering ends with what it has.
pub(crate) async fn unload(app: &App, resolved: &Resolved) -> Result<(), Error> {
    let (slug, name) = (resolved.config.slug.as_str(), resolved.model.id.name());
    let client = llm::Ollama::new(app.http.with_first_byte_timeout(ASKED), &resolved.config.base_url)?;
    if !resolved.managed {
        client.unload(name).await?;
        app.models_changed(slug);
        return Ok(());
    }
    app.ollama.notes.end_answers(name);
    app.ollama.notes.mark(name, ModelState::Unloading);
    let _unmarked = Unmark { app, name, slug };
    app.models_changed(slug);
    out(app, &client, name).await
}

/// Whatever becomes of it, in the end the engine is to be believed again.
struct Unmark<'a> {
    app: &'a App,
    name: &'a str,
    slug: &'a str,
}

impl Drop for Unmark<'_> {
    fn drop(&mut self) {
        self.app.ollama.notes.unmark(self.name);
        self.app.models_changed(self.slug);
        self.app.ollama.look.notify_one();
    }
}

/// Asked twice, and then with an engine of our own it is the engine that is started anew.
async fn out(app: &App, client: &llm::Ollama, name: &str) -> Result<(), Error> {
    for _ in 0..2 {
        match timeout(ASKED, client.unload(name)).await {
            Ok(Err(error @ (llm::Error::ModelNotFound(_) | llm::Error::Unreachable { .. }))) => {
                return Err(error.into());
            }
            Ok(Err(error)) => tracing::warn!(%error, model = name, "a model was asked to leave memory"),
            Ok(Ok(())) | Err(_) => {}
        }
        if left(client, name).await {
            return Ok(());
        }
    }
    if !app.ollama.is_own() {
        return Err(Error::new(
            ErrorCode::EngineFailed,
            format!(
                "{name} doesn't leave memory. This Ollama was started outside Web+, which never ends it. Start it anew there."
            ),
        ));
    }
    tracing::warn!(model = name, "a model doesn't leave memory, and Ollama is started anew");
    let supervisor = app.ollama.supervisor()?;
    let mut states = supervisor.subscribe();
    states.mark_unchanged();
    supervisor.restart()?;
    let _ = timeout(ASKED, states.changed()).await;
    ready(app).await.map(|_| ())
}

async fn left(client: &llm::Ollama, name: &str) -> bool {
    let until = Instant::now() + LEAVING;
    loop {
        if let Ok(Ok(loaded)) = timeout(GLANCE, client.loaded()).await
            && !loaded.iter().any(|loaded| loaded.name == name)
        {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        sleep(AGAIN).await;
    }
}

/// Notes whether a model took a smaller context than was asked for; then the sentence, if it is new.
pub(super) fn clamped(app: &App, name: &str, asked: u32, took: u32) -> Option<String> {
    let short = (took > 0 && took < asked).then(|| {
        format!(
            "{} takes at most {took} tokens of context; {asked} were asked for.",
            name.trim_end_matches(":latest")
        )
    });
    let new = app.ollama.notes.clamp(name, short.clone());
    if new {
        app.bus.publish(Event::OllamaChanged { state: app.ollama.state() });
    }
    short.filter(|_| new)
}
