//! The tray: what is loaded and what it takes, start and stop, a way back to the window, and out.
//!
//! On Linux it needs a library that may be missing, without which building it would end the program, and a desktop that
//! shows it, without which it is invisible though everything says Ok: both are asked for first.

mod entries;
mod linux;

use std::sync::{Mutex, PoisonError};

use app::{App, engine_state::EngineState, events::Event, models::ModelList, settings::Settings};
use domain::{Actor, ModelRef};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::{
    AppHandle, Manager as _,
    image::Image,
    include_image,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::TrayIconBuilder,
};

use crate::{opening::Opening, tray::entries::Entry, window};

const ID: &str = "main";
const IDLE: Image<'_> = include_image!("../icons/tray-idle.png");
const LOADED: Image<'_> = include_image!("../icons/tray-loaded.png");
/// The provider of models that run here.
const EMBEDDED: &str = "embedded";

/// What the tray shows at the moment.
#[derive(Default)]
struct Shown(Mutex<Vec<Entry>>);

/// Makes the tray where one can be made.
pub(crate) fn build(app: &AppHandle) {
    if !linux::library_is_there() {
        tracing::info!("there is no tray: libayatana-appindicator3 is not installed");
        return;
    }
    app.manage(Shown::default());
    let first = entries::of(&EngineState::Stopped, None);
    let built = menu_of(app, &first).and_then(|menu| {
        TrayIconBuilder::with_id(ID)
            .icon(IDLE)
            .tooltip("Web+")
            .menu(&menu)
            .show_menu_on_left_click(true)
            .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
            .build(app)
    });
    if let Err(error) = built {
        tracing::warn!(%error, "the tray could not be made");
    }
}

/// Whether a person can see it now.
pub(crate) async fn can_be_seen(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
        && tauri::async_runtime::spawn_blocking(linux::is_shown_somewhere).await.unwrap_or(false)
}

/// Keeps the tray true while the application runs.
pub(crate) fn follow(app: &AppHandle, application: &App) {
    if app.tray_by_id(ID).is_none() {
        return;
    }
    let (app, application) = (app.clone(), application.clone());
    let tasks = application.tasks.clone();
    tasks.spawn("tray", |shutdown| async move {
        let mut events = application.bus.subscribe(None);
        let mut last = None;
        loop {
            let state = application.engine_state();
            if let EngineState::Loaded { model, .. } | EngineState::Loading { model, .. } = &state {
                last = Some(model.clone());
            }
            show(&app, &state, startable(&application, last.as_ref()).await.as_ref());
            loop {
                let event = tokio::select! {
                    () = shutdown.cancelled() => return,
                    event = events.next() => event,
                };
                match event.as_ref().map(|envelope| &envelope.event) {
                    None => return,
                    Some(
                        Event::EngineChanged { .. }
                        | Event::SettingsChanged
                        | Event::ModelChanged
                        | Event::Resync,
                    ) => break,
                    Some(_) => {}
                }
            }
        }
    });
}

/// What "Start" would start: the model that was loaded last, else the default, else the first on this computer.
async fn startable(app: &App, last: Option<&ModelRef>) -> Option<ModelRef> {
    let known: ModelList = ask(app, "model/list", json!({})).await?;
    let here: Vec<&ModelRef> =
        known.models.iter().map(|model| &model.id).filter(|id| id.provider() == EMBEDDED).collect();
    let chosen =
        ask::<Settings>(app, "settings/get", json!({})).await.and_then(|settings| settings.default_model);
    [last, chosen.as_ref()]
        .into_iter()
        .flatten()
        .find(|id| here.contains(id))
        .or(here.first().copied())
        .cloned()
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

fn show(app: &AppHandle, state: &EngineState, startable: Option<&ModelRef>) {
    let (Some(tray), Some(shown)) = (app.tray_by_id(ID), app.try_state::<Shown>()) else { return };
    let entries = entries::of(state, startable);
    {
        let mut shown = shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown == entries {
            return;
        }
        shown.clone_from(&entries);
    }
    let loaded = matches!(state, EngineState::Loaded { .. });
    let changed = menu_of(app, &entries)
        .and_then(|menu| tray.set_menu(Some(menu)))
        .and_then(|()| tray.set_icon(Some(if loaded { LOADED } else { IDLE })));
    if let Err(error) = changed {
        tracing::warn!(%error, "the tray could not be changed");
    }
}

fn menu_of(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Menu<tauri::Wry>> {
    let menu = Menu::new(app)?;
    for entry in entries {
        menu.append(&MenuItem::with_id(app, &entry.id, &entry.words, entry.enabled, None::<&str>)?)?;
    }
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    menu.append(&MenuItem::with_id(app, "open", "Open Web+", true, None::<&str>)?)?;
    menu.append(&MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?)?;
    Ok(menu)
}

/// Starts or stops a model. The rest is done where the window's menu is: what is chosen anywhere comes to both. A failure is
/// shown where the engine is shown, so the window comes.
fn chosen(app: &AppHandle, id: &str) {
    let Some((method, model)) = entries::call(id) else { return };
    let (app, params) = (app.clone(), json!({ "id": model }));
    tauri::async_runtime::spawn(async move {
        let Some(application) = app.state::<Opening>().now() else { return };
        if let Err(error) = app::call(&application, Actor::LOCAL, method, params).await {
            tracing::warn!(method, %error, "what was chosen in the tray failed");
            window::show(&app);
        }
    });
}
