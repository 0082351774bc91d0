//! What the tray's menu says about the engine, from its state alone.

use app::engine_state::EngineState;
use domain::ModelRef;

const START: &str = "start ";
const STOP: &str = "stop ";

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) words: String,
    pub(super) enabled: bool,
}

/// The lines about the engine, the state first.
pub(super) fn of(state: &EngineState, startable: Option<&ModelRef>) -> Vec<Entry> {
    let start =
        startable.map(|model| entry(format!("{START}{model}"), format!("Start {}", model.name()), true));
    match state {
        EngineState::Unavailable { .. } => vec![says("The built-in engine is not available")],
        EngineState::Stopped => [says("No model is loaded")].into_iter().chain(start).collect(),
        EngineState::Loading { model, .. } => {
            vec![says(format!("{} is loading", model.name())), stop(model)]
        }
        EngineState::Loaded { model, memory: 0, .. } => {
            vec![says(format!("{} is loaded", model.name())), stop(model)]
        }
        EngineState::Loaded { model, memory, .. } => {
            vec![says(format!("{} · {}", model.name(), size(*memory))), stop(model)]
        }
        EngineState::Failed { model, .. } => {
            let what = model.as_ref().map_or("The built-in engine", |model| model.name());
            [says(format!("{what} failed"))].into_iter().chain(start).collect()
        }
    }
}

/// The method and the model of a line that was chosen.
pub(super) fn call(id: &str) -> Option<(&'static str, &str)> {
    let start = id.strip_prefix(START).map(|model| ("model/start", model));
    start.or_else(|| id.strip_prefix(STOP).map(|model| ("model/stop", model)))
}

fn says(words: impl Into<String>) -> Entry {
    entry("state".to_owned(), words.into(), false)
}

fn stop(model: &ModelRef) -> Entry {
    entry(format!("{STOP}{model}"), format!("Stop {}", model.name()), true)
}

fn entry(id: String, words: String, enabled: bool) -> Entry {
    Entry { id, words, enabled }
}

/// Decimal, as the page writes it: "812 MB", "4.1 GB".
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{} MB", (bytes as f64 / 1e6).round()),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> ModelRef {
        ModelRef::new("embedded", name).unwrap()
    }

    fn lines(state: &EngineState, startable: Option<&ModelRef>) -> Vec<String> {
        of(state, startable)
            .into_iter()
            .map(|entry| format!("{}{}", entry.words, if entry.enabled { "" } else { " (grey)" }))
            .collect()
    }

    #[test]
    fn the_tray_says_what_is_loaded_and_offers_to_stop_it() {
        let loaded = |memory| EngineState::Loaded {
            model: model("smol"),
            memory,
            context: 8192,
            gpu_layers: 0,
            notices: vec![],
        };
        assert_eq!(lines(&loaded(812_400_000), None), ["smol · 812 MB (grey)", "Stop smol"]);
        assert_eq!(lines(&loaded(4_060_000_000), None), ["smol · 4.1 GB (grey)", "Stop smol"]);
        assert_eq!(lines(&loaded(0), None), ["smol is loaded (grey)", "Stop smol"]);
        assert_eq!(
            lines(&EngineState::Loading { model: model("smol"), progress: 0.3 }, None),
            ["smol is loading (grey)", "Stop smol"]
        );
    }

    #[test]
    fn with_nothing_loaded_it_offers_a_start_if_there_is_something_to_start() {
        assert_eq!(
            lines(&EngineState::Stopped, Some(&model("smol"))),
            ["No model is loaded (grey)", "Start smol"]
        );
        assert_eq!(lines(&EngineState::Stopped, None), ["No model is loaded (grey)"]);
        let failed = EngineState::Failed { model: Some(model("big")), message: String::new(), log: vec![] };
        assert_eq!(lines(&failed, Some(&model("smol"))), ["big failed (grey)", "Start smol"]);
    }

    #[test]
    fn a_line_says_what_it_calls() {
        assert_eq!(call("start embedded/a b"), Some(("model/start", "embedded/a b")));
        assert_eq!(call("stop embedded/a"), Some(("model/stop", "embedded/a")));
        assert_eq!(call("quit"), None);
    }
}
