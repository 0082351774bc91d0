//! The window: made here, kept to the application's own pages, shown, hidden and closed.

use std::time::Duration;

use domain::Actor;
use serde_json::json;
use tauri::{
    AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::NewWindowResponse,
};

use crate::{chosen, menu, opening::Opening, page::Page, place, surroundings::Surroundings, tray};

/// The one window's name.
pub(crate) const LABEL: &str = "main";
/// Its smallest size, in logical pixels.
const SMALLEST: (f64, f64) = (720.0, 480.0);
/// Its first size, in logical pixels.
const FIRST: (f64, f64) = (1180.0, 800.0);
/// How long the person's wish about the tray may take to be read.
const ASKING: Duration = Duration::from_secs(1);

/// Opens it where it was, or in the middle.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Web+")
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .inner_size(FIRST.0, FIRST.1)
        .center()
        .on_navigation(is_ours)
        .on_new_window(|url, _features| {
            tracing::warn!(scheme = url.scheme(), "the page asked for another window; it gets none");
            NewWindowResponse::Deny
        })
        .devtools(cfg!(debug_assertions));
    // What the page keeps for itself lies with everything else, in a folder that only its owner can enter.
    if let Some(folder) = &app.state::<Surroundings>().data_dir {
        builder = builder.data_directory(folder.join("page"));
    }
    let window = builder.build()?;
    place::restore(&window);
    menu::restore_zoom(app);
    let ours = window.clone();
    window.on_window_event(move |event| happened(&ours, event));
    Ok(())
}

/// Brings it to the front, wherever it was.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    app.state::<Page>().set_shown(true);
    for step in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window could not be shown");
        }
    }
}

/// Takes it from the screen while the application ends.
pub(crate) fn put_away(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        place::remember(&window);
        let _ = window.hide();
    }
}

fn happened(window: &WebviewWindow, event: &WindowEvent) {
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            place::remember(window);
            api.prevent_close();
            close(window.clone());
        }
        WindowEvent::Moved(_) | WindowEvent::Resized(_) => place::remember(window),
        WindowEvent::DragDrop(event) => chosen::dragged(window.app_handle(), event),
        _ => {}
    }
}

/// To the tray if the person wants that and the tray can be seen: it must be a way back. Else everything ends.
fn close(window: WebviewWindow) {
    tauri::async_runtime::spawn(async move {
        let app = window.app_handle();
        if wants_tray(app).await && tray::can_be_seen(app).await {
            app.state::<Page>().set_shown(false);
            if window.hide().is_ok() {
                return;
            }
        }
        app.exit(0);
    });
}

async fn wants_tray(app: &AppHandle) -> bool {
    let Some(application) = app.state::<Opening>().now() else { return false };
    let asked = app::call(&application, Actor::LOCAL, "settings/get", json!({}));
    let Ok(Ok(answer)) = tokio::time::timeout(ASKING, asked).await else { return false };
    serde_json::from_str::<app::settings::Settings>(answer.get()).is_ok_and(|settings| settings.close_to_tray)
}

/// Only the page that is part of this program: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_ours(url: &Url) -> bool {
    let ours = if cfg!(windows) {
        [("http", "tauri.localhost"), ("https", "tauri.localhost")]
    } else {
        [("tauri", "localhost"); 2]
    };
    let allowed = ours.contains(&(url.scheme(), url.host_str().unwrap_or_default()))
        && url.port().is_none()
        && url.username().is_empty();
    if !allowed {
        tracing::warn!(scheme = url.scheme(), "the page tried to go elsewhere; it stays");
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(windows))]
    fn the_window_shows_nothing_but_its_own_page() {
        for good in ["tauri://localhost", "tauri://localhost/", "tauri://localhost/chat?x#y"] {
            assert!(is_ours(&good.parse().unwrap()), "{good}");
        }
        for bad in [
            "https://example.org/",
            "http://tauri.localhost/",
            "tauri://localhost.example.org/",
            "tauri://evil@localhost/",
            "tauri://localhost:1/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
            "http://localhost/",
            "blob:tauri://localhost/1",
        ] {
            assert!(!is_ours(&bad.parse().unwrap()), "{bad}");
        }
    }
}
