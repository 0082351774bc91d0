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
        asked_to_stop().await;
        tracing::info!("asked to end by a signal");
        app.exit(0);
    });
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
