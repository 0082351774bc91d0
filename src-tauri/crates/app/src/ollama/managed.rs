//! What the application holds of the Ollama on this computer.

use domain::{ErrorCode, Provider, ProviderKind};
use engine::ollama::{
    Notice, NoticeCode, OllamaFailure, OllamaSettings, OllamaState, OllamaSupervisor, Ownership,
    SupervisorOptions, address::USUAL,
};
use tokio::sync::Notify;

use super::{SLUG, notes::Notes};
use crate::{AppOptions, Error};

/// The supervisor, or why there is none, and what is known of the models beside what it says itself.
pub(crate) struct Managed {
    supervisor: Result<OllamaSupervisor, None>,
    pub(super) notes: Notes,
    /// Asks the watch to look at what is in memory now.
    pub(super) look: Notify,
}

/// What the database says about it at the start.
pub(crate) struct Kept {
    pub(crate) settings: OllamaSettings,
    /// Whether a pull into it stands half done.
    pub(crate) unfinished_pull: bool,
}

/// Why nothing is looked after.
#[derive(Debug, Clone, Copy)]
enum None {
    /// The one who started Web+ said so.
    NotWanted,
    /// Nothing can be written where its log and its marks would be.
    ReadOnly,
}

impl None {
    fn sentence(self) -> &'static str {
        match self {
            Self::NotWanted => "Web+ was started without Ollama. Start it again without WEBPLUS_OLLAMA=off.",
            Self::ReadOnly => {
                "Web+ can't look after Ollama, because its data folder can't be written. Mend that and start Web+ again."
            }
        }
    }
}

impl Managed {
    /// Begins to look for one, where that is wanted and possible.
    pub(crate) fn new(options: &AppOptions, kept: Kept, http: &llm::Http, writable: bool) -> Self {
        let supervisor = match &options.ollama {
            Option::None => Err(None::NotWanted),
            Some(_) if !writable => Err(None::ReadOnly),
            Some(ours) => {
                let mut given = SupervisorOptions::new(
                    kept.settings,
                    ours.guard.clone(),
                    options.data_dir.join("engine"),
                    ours.environment.clone(),
                    http.clone(),
                );
                if let Some(places) = &ours.places {
                    given.places.clone_from(places);
                }
                given.patience = ours.patience;
                given.keep_partials = kept.unfinished_pull;
                let fallback = SupervisorOptions { settings: OllamaSettings::default(), ..given.clone() };
                let supervisor = OllamaSupervisor::new(given).or_else(|invalid| {
                    tracing::warn!(%invalid, "the settings of Ollama can't be; the usual ones hold");
                    OllamaSupervisor::new(fallback)
                });
                supervisor.map_err(|_| None::NotWanted).inspect(|supervisor| {
                    if !ours.start {
                        // What runs is used all the same, and one is started for whoever needs it.
                        let _ = supervisor.stop();
                    }
                })
            }
        };
        Self { supervisor, notes: Notes::default(), look: Notify::new() }
    }

    /// The supervisor, or the sentence that says why there is none.
    pub(crate) fn supervisor(&self) -> Result<&OllamaSupervisor, Error> {
        self.supervisor.as_ref().map_err(|none| Error::new(ErrorCode::EngineUnavailable, none.sentence()))
    }

    /// How it is, with what we know of its models.
    pub(crate) fn state(&self) -> OllamaState {
        let mut state = match &self.supervisor {
            Ok(supervisor) => supervisor.state(),
            Err(None::NotWanted) => OllamaState::Off,
            Err(none @ None::ReadOnly) => OllamaState::Failed {
                failure: OllamaFailure::Folder,
                message: none.sentence().to_owned(),
                log: Vec::new(),
            },
        };
        if let OllamaState::Ready { notices, .. } = &mut state {
            let clamped = self.notes.clamped().into_iter();
            notices.extend(clamped.map(|message| Notice { code: NoticeCode::Clamped, message }));
        }
        state
    }

    /// Whether a provider's row stands for the one that is looked after. One that a person added with another address doesn't.
    pub(crate) fn looks_after(&self, provider: &Provider) -> bool {
        self.supervisor.is_ok()
            && provider.kind == ProviderKind::Ollama
            && provider.slug == SLUG
            && ["", USUAL, "http://localhost:11434"].contains(&provider.base_url.as_str())
    }

    /// Whether we started the one that answers.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.state(), OllamaState::Ready { ownership: Ownership::Owned, .. })
    }

    /// Ends the one that we started; somebody else's goes on.
    pub(crate) async fn shutdown(&self) {
        if let Ok(supervisor) = &self.supervisor {
            supervisor.shutdown().await;
        }
    }
}
