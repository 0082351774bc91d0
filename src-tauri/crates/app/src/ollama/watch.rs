//! Follows the one that is looked after: every state is published at once. What it has in memory is `memory`'s affair, which may
//! have to wait for an answer.

use std::mem::Discriminant;

use engine::ollama::OllamaState;
use tokio::sync::watch;

use super::{SLUG, begin};
use crate::{App, events::Event};

/// The kind of a state, and where it answers.
type Kind = (Discriminant<OllamaState>, Option<String>);

/// Until the supervisor is shut down.
pub(super) async fn states(app: App, mut states: watch::Receiver<OllamaState>) {
    states.mark_changed();
    let mut shown: Option<Kind> = None;
    while states.changed().await.is_ok() {
        states.mark_unchanged();
        let state = app.ollama.state();
        let address = match &state {
            OllamaState::Ready { address, .. } => Some(address.clone()),
            _ => None,
        };
        let kind = Some((std::mem::discriminant(&state), address));
        let other = shown != kind;
        shown = kind;
        if other {
            app.ollama.notes.forget();
        }
        let there = matches!(state, OllamaState::Ready { .. } | OllamaState::Starting { .. });
        app.bus.publish(Event::OllamaChanged { state });
        if there {
            begin::add_provider(&app, false).await;
        }
        if other {
            app.models_changed(SLUG);
            app.ollama.look.notify_one();
        }
    }
}
