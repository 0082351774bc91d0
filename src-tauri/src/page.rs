//! Whether the page is there to be told things: shown, and keeping up with what it was sent.

use tauri::WebviewWindow;
use tokio::sync::{oneshot, watch};

/// Whether the window is shown; hidden in the tray it isn't.
pub(crate) struct Page {
    shown: watch::Sender<bool>,
}

impl Default for Page {
    fn default() -> Self {
        Self { shown: watch::Sender::new(true) }
    }
}

impl Page {
    pub(crate) fn set_shown(&self, shown: bool) {
        self.shown.send_replace(shown);
    }

    /// Tells when the window is shown; at once if it is.
    pub(crate) fn shown(&self) -> watch::Receiver<bool> {
        self.shown.subscribe()
    }
}

/// Returns when the page has run everything that it was sent. Scripts run in order, so an answer to the last one says it.
pub(crate) async fn caught_up(window: &WebviewWindow) {
    let (answer, answered) = oneshot::channel();
    let answer = std::sync::Mutex::new(Some(answer));
    let asked = window.eval_with_callback("0", move |_| {
        if let Some(answer) = answer.lock().ok().and_then(|mut answer| answer.take()) {
            let _ = answer.send(());
        }
    });
    if asked.is_ok() {
        let _ = answered.await;
    }
}
