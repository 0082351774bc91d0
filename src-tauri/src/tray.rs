//! The tray: what is loaded and what it takes, start and stop, Ollama, a way back to the window, and out.
//!
//! On Linux it needs a library that may be missing, without which building it would end the program, and a desktop that
//! shows it, without which it is invisible though everything says Ok: both are asked for first.

mod entries;
mod follow;
mod linux;
mod ollama;

pub(crate) use follow::follow;

use std::sync::{Mutex, MutexGuard, PoisonError};

use app::App;
use domain::Actor;
use serde_json::{Value, json};
use tauri::{
    AppHandle, Manager as _,
    image::Image,
    include_image,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::TrayIconBuilder,
};

use crate::{
    opening::Opening,
    tray::entries::{Asked, Entry, Known},
    window,
};

const ID: &str = "main";
const IDLE: Image<'_> = include_image!("../icons/tray-idle.png");
const LOADED: Image<'_> = include_image!("../icons/tray-loaded.png");

/// What the tray shows at the moment, and what that was made of.
#[derive(Default)]
struct Shown(Mutex<(Vec<Entry>, Option<Known>)>);

impl Shown {
    fn lock(&self) -> MutexGuard<'_, (Vec<Entry>, Option<Known>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the tray where one can be made.
pub(crate) fn build(app: &AppHandle) {
    if !linux::library_is_there() {
        tracing::info!("there is no tray: libayatana-appindicator3 is not installed");
        return;
    }
    app.manage(Shown::default());
    let built = menu_of(app, &[entries::says("No model is loaded")]).and_then(|menu| {
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

/// Shows what is known now; nothing is done where that looks as before.
fn show(app: &AppHandle, known: &Known) {
    let (Some(tray), Some(shown)) = (app.tray_by_id(ID), app.try_state::<Shown>()) else { return };
    let entries = entries::of(known);
    {
        let mut shown = shown.lock();
        shown.1 = Some(known.clone());
        if shown.0 == entries {
            return;
        }
        shown.0.clone_from(&entries);
    }
    let icon = if entries::any_loaded(known) { LOADED } else { IDLE };
    let changed = menu_of(app, &entries)
        .and_then(|menu| tray.set_menu(Some(menu)))
        .and_then(|()| tray.set_icon(Some(icon)));
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

/// Does what was chosen about models and engines. The rest is done where the window's menu is: what is chosen anywhere comes
/// to both. A failure is shown where the engines are shown, so the window comes.
fn chosen(app: &AppHandle, id: &str) {
    let Some(asked) = entries::asked(id) else { return };
    let calls: Vec<(&'static str, Value)> = match asked {
        Asked::Model(method, model) => vec![(method, json!({ "id": model }))],
        Asked::Ollama(method) => vec![(method, json!({}))],
        Asked::StopAll => {
            let known = app.try_state::<Shown>().and_then(|shown| shown.lock().1.clone());
            let held = known.as_ref().map(entries::stoppable).unwrap_or_default();
            held.into_iter().map(|model| ("model/stop", json!({ "id": model }))).collect()
        }
    };
    let Some(application) = app.state::<Opening>().now() else { return };
    // Each by itself: one that hangs must not keep the others in memory.
    for (method, params) in calls {
        let (app, application) = (app.clone(), application.clone());
        tauri::async_runtime::spawn(async move { call(&app, &application, method, params).await });
    }
}

async fn call(app: &AppHandle, application: &App, method: &str, params: Value) {
    if let Err(error) = app::call(application, Actor::LOCAL, method, params).await {
        tracing::warn!(method, %error, "what was chosen in the tray failed");
        window::show(app);
    }
}
