//! Keeps the tray true while the application runs: what the engines say at once, lists when they come.

use std::{collections::VecDeque, pin::pin, time::Duration};

use app::{
    App, engine_state::EngineState, events::Event, models::ModelList, ollama::OllamaState, settings::Settings,
};
use domain::{Actor, Call, Model, ModelRef, Page};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::AppHandle;
use tokio::time::sleep;

use super::{ID, entries::Known, show};

/// Changes that come so close together are shown once.
const TOGETHER: Duration = Duration::from_millis(50);
/// So many of the last calls are looked through for what was used.
const CALLS: u32 = 50;
/// So many models that were loaded are remembered.
const REMEMBERED: usize = 8;

/// Follows the application until it ends.
pub(crate) fn follow(app: &AppHandle, application: &App) {
    if app.tray_by_id(ID).is_none() {
        return;
    }
    let (app, application) = (app.clone(), application.clone());
    let tasks = application.tasks.clone();
    tasks.spawn("tray", |shutdown| async move {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = following(&app, &application) => {}
        }
    });
}

async fn following(app: &AppHandle, application: &App) {
    let mut events = application.bus.subscribe(None);
    let mut seen = Seen::default();
    loop {
        show(app, &seen.now(application).await);
        // A provider far away may take its time to list its models; what happens here meanwhile is shown before that.
        let mut listing = pin!(list(application));
        let (mut listed, mut again) = (false, false);
        while !(listed && again) {
            tokio::select! {
                found = &mut listing, if !listed => {
                    listed = true;
                    seen.take(found);
                }
                event = events.next() => match event {
                    None => return,
                    Some(envelope) if matters(&envelope.event) => again = true,
                    Some(_) => continue,
                }
            }
            show(app, &seen.now(application).await);
        }
        let mut over = pin!(sleep(TOGETHER));
        loop {
            tokio::select! {
                () = &mut over => break,
                event = events.next() => if event.is_none() { return },
            }
        }
    }
}

/// What was listed last, and what was loaded since the start.
#[derive(Default)]
struct Seen {
    models: Vec<Model>,
    used: Vec<ModelRef>,
    loaded: VecDeque<ModelRef>,
}

impl Seen {
    /// All that is known at this moment.
    async fn now(&mut self, application: &App) -> Known {
        let engine = application.engine_state();
        if let EngineState::Loaded { model, .. } | EngineState::Loading { model, .. } = &engine
            && self.loaded.front() != Some(model)
        {
            self.loaded.push_front(model.clone());
            self.loaded.truncate(REMEMBERED);
        }
        let ollama = ask(application, "ollama/state", json!({})).await.unwrap_or(OllamaState::Off);
        let used = self.loaded.iter().chain(&self.used).cloned().collect();
        Known { engine, models: self.models.clone(), used, ollama }
    }

    fn take(&mut self, (models, used): (Option<Vec<Model>>, Vec<ModelRef>)) {
        if let Some(models) = models {
            self.models = models;
        }
        self.used = used;
    }
}

/// All models, and those that were used, the latest first: by calls, then the default one.
async fn list(application: &App) -> (Option<Vec<Model>>, Vec<ModelRef>) {
    let models = ask::<ModelList>(application, "model/list", json!({})).await.map(|list| list.models);
    let calls = ask::<Page<Call>>(application, "call/list", json!({ "limit": CALLS })).await;
    let called = calls.into_iter().flat_map(|page| page.items).map(|call| call.model);
    let settings = ask::<Settings>(application, "settings/get", json!({})).await;
    let chosen = settings.and_then(|settings| settings.default_model);
    (models, called.chain(chosen).collect())
}

fn matters(event: &Event) -> bool {
    matches!(
        event,
        Event::EngineChanged { .. }
            | Event::OllamaChanged { .. }
            | Event::SettingsChanged
            | Event::ModelChanged
            | Event::Resync
    )
}

async fn ask<T: DeserializeOwned>(app: &App, method: &str, params: Value) -> Option<T> {
    match app::call(app, Actor::LOCAL, method, params).await {
        Ok(answer) => serde_json::from_str(answer.get()).ok(),
        Err(error) => {
            tracing::warn!(method, %error, "the tray got no answer");
            None
        }
    }
}
