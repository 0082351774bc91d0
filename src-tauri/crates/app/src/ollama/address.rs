//! Where it answers: now, or once it does, for whoever needs it.

use std::time::Duration;

use domain::ErrorCode;
use engine::ollama::{Mode, OllamaState};
use tokio::time::{Instant, timeout_at};

use super::Managed;
use crate::{App, Error};

/// How long a call waits for an engine that is starting: its own limit for a start, and a little.
const PATIENCE: Duration = Duration::from_secs(40);

impl Managed {
    /// Where it answers now, or the sentence of its state.
    pub(crate) fn address(&self) -> Result<String, Error> {
        let supervisor = self.supervisor()?;
        supervisor.address().ok_or_else(|| unready(&supervisor.state()))
    }
}

/// Where it answers; waited for while it starts, and started where it rests.
pub(crate) async fn ready(app: &App) -> Result<String, Error> {
    let supervisor = app.ollama.supervisor()?;
    let mut states = supervisor.subscribe();
    let until = Instant::now() + PATIENCE;
    let mut started = false;
    loop {
        let state = states.borrow_and_update().clone();
        match &state {
            OllamaState::Ready { address, .. } => return Ok(address.clone()),
            OllamaState::Installed { .. }
                if !started && matches!(supervisor.settings().mode, Mode::Auto | Mode::Own) =>
            {
                started = true;
                supervisor.start()?;
            }
            OllamaState::Looking
            | OllamaState::Starting { .. }
            | OllamaState::Waiting { .. }
            | OllamaState::Stopping => {}
            _ => return Err(unready(&state)),
        }
        if !matches!(timeout_at(until, states.changed()).await, Ok(Ok(()))) {
            return Err(unready(&state));
        }
    }
}

/// Why nothing can be asked of it now, and what to do.
fn unready(state: &OllamaState) -> Error {
    let sentence = match state {
        OllamaState::Off => "Ollama is switched off. Switch it on under Settings.".to_owned(),
        OllamaState::Looking => "Web+ is still looking for Ollama. Try again in a moment.".to_owned(),
        OllamaState::Absent { .. } => {
            "Ollama isn't on this computer. Install it, or choose its program under Settings.".to_owned()
        }
        OllamaState::Installed { service: true, .. } => {
            "Ollama is installed and isn't running. Start it as the system does, or let Web+ run one of its own under Models."
                .to_owned()
        }
        OllamaState::Installed { .. } => "Ollama isn't running. Start it under Models.".to_owned(),
        OllamaState::Unsure { address, holder, .. } => format!(
            "An Ollama answers at {address} that belongs to {}. Say under Models whether Web+ may use it.",
            holder.describe()
        ),
        OllamaState::Starting { .. } | OllamaState::Ready { .. } => {
            "Ollama is still starting. Try again in a moment.".to_owned()
        }
        OllamaState::Waiting { message, .. } => format!("{message} It starts again in a moment."),
        OllamaState::Failed { message, .. } | OllamaState::Lost { message, .. } => message.clone(),
        OllamaState::Stopping => "Ollama is being stopped. Start it again under Models.".to_owned(),
    };
    let code = match state {
        OllamaState::Failed { .. } | OllamaState::Waiting { .. } => ErrorCode::EngineFailed,
        _ => ErrorCode::EngineUnavailable,
    };
    Error::new(code, sentence)
}
