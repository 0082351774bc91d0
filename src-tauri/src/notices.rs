//! What runs have to say while nobody looks: notifications of the desktop. Where it shows none, nothing is lost: the page shows
//! all of it, too.

#[cfg(target_os = "linux")]
mod desktop;
#[cfg(not(target_os = "linux"))]
#[path = "notices/nowhere.rs"]
mod desktop;

use app::{
    App,
    events::{Event, Subscription},
};
use domain::RunId;
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::window;
use desktop::Desktop;

/// The page hears where to go.
const GO: &str = "go";

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Notice {
    run: RunId,
    title: String,
    message: String,
    /// Whether it stays until it is seen.
    urgent: bool,
}

/// Follows the application until it ends.
pub(crate) fn follow(app: &AppHandle, application: &App) {
    let app = app.clone();
    let (tasks, events) = (application.tasks.clone(), application.bus.subscribe(None));
    tasks.spawn("notices", |shutdown| async move {
        let open = {
            let app = app.clone();
            move |run: RunId| {
                window::show(&app);
                if let Err(error) = app.emit_to(window::LABEL, GO, format!("/runs/{run}")) {
                    tracing::warn!(%error, "the page could not be told which run to show");
                }
            }
        };
        let seen = move || {
            let window = app.get_webview_window(window::LABEL);
            window.is_some_and(|window| window.is_focused().unwrap_or(false))
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = following(events, Desktop::session(), seen, open) => {}
        }
    });
}

/// Shows what is told; `seen` says whether the person looks at the page just now, `open` shows a run.
async fn following(
    mut events: Subscription,
    desktop: Desktop,
    seen: impl Fn() -> bool,
    open: impl Fn(RunId) + Clone + Send + Sync + 'static,
) {
    while let Some(envelope) = events.next().await {
        let Some(notice) = notice(&envelope.event) else { continue };
        if seen() && !notice.urgent {
            continue;
        }
        if let Err(error) = desktop.show(&notice, open.clone()).await {
            tracing::debug!(%error, "the desktop shows no notification; the page does");
        }
    }
}

/// What is to be shown of an event, if anything: what a step says, and what it asks when it begins to wait.
fn notice(event: &Event) -> Option<Notice> {
    match event {
        Event::RunNotice { run_id, title, message, urgent } => {
            Some(Notice { run: *run_id, title: title.clone(), message: message.clone(), urgent: *urgent })
        }
        Event::RunAsks { run, question, decision, .. } => {
            let (title, otherwise) = if *decision {
                ("needs a decision", "It isn't known whether a step happened. Say so, and the run goes on.")
            } else {
                ("waits for you", "A step asks for your answer. Open the run to give it.")
            };
            let own = question.clone().filter(|_| !*decision);
            Some(Notice {
                run: run.id,
                title: format!("{} {title}", run.pipeline_name),
                message: own.unwrap_or_else(|| otherwise.to_owned()),
                urgent: *decision,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
