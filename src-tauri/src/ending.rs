//! Ending, whichever way it was asked for (window, menu, tray, signal): the application is closed once, then the program
//! exits.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager as _};

use crate::{opening::Opening, window};

/// How far ending has come.
#[derive(Default)]
pub(crate) struct Ending {
    begun: AtomicBool,
    closed: AtomicBool,
}

/// Whether the program may exit now. The first request closes the application and asks again when that is done.
pub(crate) fn may_exit(app: &AppHandle, code: Option<i32>) -> bool {
    let ending = app.state::<Ending>();
    if ending.closed.load(Ordering::Acquire) {
        return true;
    }
    if !ending.begun.swap(true, Ordering::AcqRel) {
        window::put_away(app);
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            app.state::<Opening>().close().await;
            app.state::<Ending>().closed.store(true, Ordering::Release);
            app.exit(code.unwrap_or(0));
        });
    }
    false
}

/// Ends as the window would when the system or a terminal asks for it.
pub(crate) fn watch_signals(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app::asked_to_end().await;
        tracing::info!("asked to end by a signal");
        app.exit(0);
    });
}
