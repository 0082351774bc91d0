use app::ollama::OllamaState;

use super::*;

fn model(id: &str, state: ModelState) -> Model {
    unlisted(&id.parse().unwrap(), state)
}

fn loaded(memory: u64) -> ModelState {
    ModelState::Loaded { memory, context: 8192, gpu_memory: None, expires_at: None }
}

fn known(engine: EngineState, models: Vec<Model>) -> Known {
    Known { engine, models, used: Vec::new(), ollama: OllamaState::Off }
}

fn embedded(id: &str, memory: u64) -> EngineState {
    EngineState::Loaded { model: id.parse().unwrap(), memory, context: 8192, gpu_layers: 0, notices: vec![] }
}

fn told(known: &Known) -> Vec<String> {
    of(known)
        .into_iter()
        .map(|entry| format!("{}{}", entry.words, if entry.enabled { "" } else { " (grey)" }))
        .collect()
}

#[test]
fn the_tray_says_what_is_loaded_and_offers_to_stop_it() {
    let listed = || vec![model("embedded/smol", ModelState::OnDisk)];
    let with = |memory| told(&known(embedded("embedded/smol", memory), listed()));
    assert_eq!(with(812_400_000), ["smol · 812 MB (grey)", "Stop smol"]);
    assert_eq!(with(4_060_000_000), ["smol · 4.1 GB (grey)", "Stop smol"]);
    assert_eq!(with(0), ["smol is loaded (grey)", "Stop smol"]);
    let loading = EngineState::Loading { model: "embedded/smol".parse().unwrap(), progress: 0.3 };
    assert_eq!(told(&known(loading, vec![])), ["smol is loading (grey)", "Stop smol"]);
}

#[test]
fn models_of_every_provider_stand_there_and_all_can_be_stopped_at_once() {
    let models = vec![
        model("embedded/smol", ModelState::OnDisk),
        model("ollama/smol:latest", loaded(309_000_000)),
        model("ollama/gemma3:270m", ModelState::NotAnswering { message: String::new() }),
        model("box/big", loaded(9_000_000_000)),
        model("ollama/old", ModelState::Unloading),
    ];
    let known = known(embedded("embedded/smol", 200_000_000), models);
    assert_eq!(
        told(&known),
        [
            "smol (embedded) · 200 MB (grey)",
            "Stop smol (embedded)",
            "smol (ollama) · 309 MB (grey)",
            "Stop smol (ollama)",
            "gemma3:270m isn’t answering (grey)",
            "Stop gemma3:270m",
            "big (box) · 9.0 GB (grey)",
            "Stop big (box)",
            "old is leaving memory (grey)",
            "Stop all",
        ]
    );
    let ids: Vec<String> = stoppable(&known).iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["embedded/smol", "ollama/smol:latest", "ollama/gemma3:270m", "box/big"]);
    assert!(any_loaded(&known));
}

#[test]
fn what_was_used_last_can_be_started_again() {
    let on_disk = |id: &str| model(id, ModelState::OnDisk);
    let models: Vec<Model> =
        ["embedded/a", "embedded/b", "ollama/c", "ollama/d", "ollama/e"].into_iter().map(on_disk).collect();
    let mut known = known(EngineState::Stopped, models);
    assert_eq!(told(&known), ["No model is loaded (grey)", "Start a"]);
    let used = ["ollama/d", "cloud/x", "embedded/b", "ollama/d", "embedded/gone", "embedded/a", "ollama/c"];
    known.used = used.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(told(&known), ["No model is loaded (grey)", "Start d", "Start b", "Start a"]);
    known.models.clear();
    assert_eq!(told(&known), ["No model is loaded (grey)"]);
}

#[test]
fn a_failure_and_an_engine_that_can_not_run_are_said() {
    let failed =
        EngineState::Failed { model: "embedded/big".parse().ok(), message: String::new(), log: vec![] };
    let listed = vec![model("embedded/smol", ModelState::OnDisk)];
    assert_eq!(told(&known(failed, listed)), ["big failed (grey)", "Start smol"]);
    let none = EngineState::Unavailable { message: String::new() };
    assert_eq!(told(&known(none, vec![])), ["The built-in engine is not available (grey)"]);
}

#[test]
fn a_model_that_the_engine_has_left_is_not_shown_from_an_old_list() {
    let old = vec![model("embedded/smol", loaded(1))];
    assert_eq!(told(&known(EngineState::Stopped, old)), ["No model is loaded (grey)", "Start smol"]);
}

#[test]
fn a_line_says_what_it_asks_for() {
    let of_model = |method, model: &str| Some(Asked::Model(method, model.to_owned()));
    assert_eq!(asked("start embedded/a b"), of_model("model/start", "embedded/a b"));
    assert_eq!(asked("stop embedded/a"), of_model("model/stop", "embedded/a"));
    assert_eq!(asked("stop all"), Some(Asked::StopAll));
    assert_eq!(asked("ollama restart"), Some(Asked::Ollama("ollama/restart")));
    assert_eq!((asked("quit"), asked("state")), (None, None));
}
