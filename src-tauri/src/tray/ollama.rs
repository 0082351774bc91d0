//! What the tray says about the Ollama on this computer, and what can be asked of it.

use app::ollama::{OllamaState, Ownership};

use super::entries::{Entry, entry, says};

/// The provider that stands for it.
pub(super) const PROVIDER: &str = "ollama";
const START: &str = "ollama start";
const STOP: &str = "ollama stop";
const RESTART: &str = "ollama restart";
const LOOK: &str = "ollama look";

/// Its lines; none where there is none or it is switched off. Another's is never stopped.
pub(super) fn of(state: &OllamaState) -> Vec<Entry> {
    let start = || entry(START.to_owned(), "Start Ollama".to_owned(), true);
    match state {
        OllamaState::Off | OllamaState::Looking | OllamaState::Absent { .. } => Vec::new(),
        OllamaState::Installed { .. } => vec![says("Ollama isn’t running"), start()],
        OllamaState::Unsure { .. } => vec![says("An Ollama of somebody else is running")],
        OllamaState::Starting { .. } => vec![says("Ollama is starting")],
        OllamaState::Ready { ownership: Ownership::Owned, .. } => vec![
            says("Ollama is running, started by Web+"),
            entry(STOP.to_owned(), "Stop Ollama".to_owned(), true),
            entry(RESTART.to_owned(), "Restart Ollama".to_owned(), true),
        ],
        OllamaState::Ready { ownership: Ownership::Adopted, .. } => {
            vec![says("Ollama is running, started outside Web+")]
        }
        OllamaState::Waiting { .. } => vec![says("Ollama ended and is started again"), start()],
        OllamaState::Failed { .. } => vec![says("Ollama failed"), start()],
        OllamaState::Lost { .. } => {
            vec![says("Ollama is gone"), entry(LOOK.to_owned(), "Look for Ollama".to_owned(), true), start()]
        }
        OllamaState::Stopping => vec![says("Ollama is stopping")],
    }
}

/// The method of a line that was chosen.
pub(super) fn method(id: &str) -> Option<&'static str> {
    Some(match id {
        START => "ollama/start",
        STOP => "ollama/stop",
        RESTART => "ollama/restart",
        LOOK => "ollama/look",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(ownership: Ownership) -> OllamaState {
        OllamaState::Ready {
            ownership,
            address: String::new(),
            version: String::new(),
            pid: None,
            folder: None,
            devices: vec![],
            notices: vec![],
        }
    }

    fn words(state: &OllamaState) -> Vec<String> {
        of(state).into_iter().map(|entry| entry.words).collect()
    }

    #[test]
    fn ours_can_be_stopped_and_another_s_can_not() {
        let ours = ["Ollama is running, started by Web+", "Stop Ollama", "Restart Ollama"];
        assert_eq!(words(&ready(Ownership::Owned)), ours);
        assert_eq!(words(&ready(Ownership::Adopted)), ["Ollama is running, started outside Web+"]);
        assert_eq!(words(&OllamaState::Off), [""; 0]);
    }

    #[test]
    fn every_line_that_can_be_chosen_calls_a_method_of_the_table() {
        let installed = OllamaState::Installed { program: String::new(), version: None, service: false };
        let lost = OllamaState::Lost { address: String::new(), message: String::new() };
        for state in [installed, lost, ready(Ownership::Owned)] {
            for entry in of(&state).iter().filter(|entry| entry.enabled) {
                let called = method(&entry.id).unwrap();
                assert!(app::api::METHODS.iter().any(|method| method.name == called), "{called}");
            }
        }
    }
}
