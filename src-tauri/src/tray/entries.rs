//! What the tray's menu says about models and engines, from what is known of them alone.

use app::engine_state::EngineState;
use domain::{Capability, Model, ModelRef, ModelState};

use super::ollama;

/// The provider of models that run here.
const EMBEDDED: &str = "embedded";

const START: &str = "start ";
const STOP: &str = "stop ";
const STOP_ALL: &str = "stop all";
/// Models that can be started are named up to so many.
const STARTABLE: usize = 3;

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) words: String,
    pub(super) enabled: bool,
}

/// What is known.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The built-in engine: at the moment, before any list.
    pub(super) engine: EngineState,
    /// Every model of every provider, as it was listed last.
    pub(super) models: Vec<Model>,
    /// Models that were used, the latest first.
    pub(super) used: Vec<ModelRef>,
    /// The Ollama on this computer.
    pub(super) ollama: app::ollama::OllamaState,
}

/// All lines: models in memory, what can be started, Ollama.
pub(super) fn of(known: &Known) -> Vec<Entry> {
    let models = current(known);
    let held: Vec<&Model> = models.iter().filter(|model| is_held(&model.state)).collect();
    let mut entries: Vec<Entry> = held.iter().flat_map(|model| lines(model, &models)).collect();
    match &known.engine {
        EngineState::Unavailable { .. } if held.is_empty() => {
            entries.push(says("The built-in engine is not available"));
        }
        EngineState::Failed { model, .. } => {
            let what = model.as_ref().map_or("The built-in engine", |model| model.name());
            entries.push(says(format!("{what} failed")));
        }
        _ if held.is_empty() => entries.push(says("No model is loaded")),
        _ => {}
    }
    if stoppable(known).len() > 1 {
        entries.push(entry(STOP_ALL.to_owned(), "Stop all".to_owned(), true));
    }
    entries.extend(startable(known, &models).into_iter().map(|model| {
        entry(format!("{START}{}", model.id), format!("Start {}", shown(model, &models)), true)
    }));
    entries.extend(ollama::of(&known.ollama));
    entries
}

/// Whether any model is in memory.
pub(super) fn any_loaded(known: &Known) -> bool {
    current(known).iter().any(|model| matches!(model.state, ModelState::Loaded { .. }))
}

/// The models that "Stop all" stops.
pub(super) fn stoppable(known: &Known) -> Vec<ModelRef> {
    let held = |model: &Model| is_held(&model.state) && model.state != ModelState::Unloading;
    current(known).into_iter().filter(held).map(|model| model.id).collect()
}

/// What a line that was chosen asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Stop every model.
    StopAll,
    /// A method, with a model.
    Model(&'static str, String),
    /// A method of Ollama.
    Ollama(&'static str),
}

pub(super) fn asked(id: &str) -> Option<Asked> {
    if id == STOP_ALL {
        return Some(Asked::StopAll);
    }
    let start = id.strip_prefix(START).map(|model| Asked::Model("model/start", model.to_owned()));
    let model =
        start.or_else(|| id.strip_prefix(STOP).map(|model| Asked::Model("model/stop", model.to_owned())));
    model.or_else(|| ollama::method(id).map(Asked::Ollama))
}

/// The list, with the built-in engine's models as they are at this moment.
fn current(known: &Known) -> Vec<Model> {
    let now = match &known.engine {
        EngineState::Loading { model, progress } => {
            Some((model, ModelState::Loading { progress: *progress }))
        }
        EngineState::Loaded { model, memory, context, .. } => Some((
            model,
            ModelState::Loaded { memory: *memory, context: *context, gpu_memory: None, expires_at: None },
        )),
        EngineState::Unavailable { .. } | EngineState::Stopped | EngineState::Failed { .. } => None,
    };
    let mut models = known.models.clone();
    for model in models.iter_mut().filter(|model| model.id.provider() == EMBEDDED) {
        match &now {
            Some((loaded, state)) if **loaded == model.id => model.state.clone_from(state),
            _ if is_held(&model.state) => model.state = ModelState::OnDisk,
            _ => {}
        }
    }
    if let Some((id, state)) = now
        && !models.iter().any(|model| model.id == *id)
    {
        models.insert(0, unlisted(id, state));
    }
    models
}

/// A model that is in memory before it was ever listed.
fn unlisted(id: &ModelRef, state: ModelState) -> Model {
    Model {
        id: id.clone(),
        name: id.name().to_owned(),
        state,
        capabilities: Vec::new(),
        parameters: Vec::new(),
        context_window: None,
        max_output: None,
        size: None,
        quantization: None,
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: false,
    }
}

fn is_held(state: &ModelState) -> bool {
    matches!(
        state,
        ModelState::Loaded { .. }
            | ModelState::Loading { .. }
            | ModelState::Unloading
            | ModelState::NotAnswering { .. }
    )
}

/// What a model that is in memory says, and how it is stopped.
fn lines(model: &Model, all: &[Model]) -> Vec<Entry> {
    let name = shown(model, all);
    let words = match &model.state {
        ModelState::Loading { .. } => format!("{name} is loading"),
        ModelState::Unloading => return vec![says(format!("{name} is leaving memory"))],
        ModelState::NotAnswering { .. } => format!("{name} isn’t answering"),
        ModelState::Loaded { memory, .. } if *memory > 0 => format!("{name} · {}", size(*memory)),
        _ => format!("{name} is loaded"),
    };
    vec![says(words), entry(format!("{STOP}{}", model.id), format!("Stop {name}"), true)]
}

/// Models on this computer that can be started: those used last, else the first.
fn startable<'a>(known: &Known, models: &'a [Model]) -> Vec<&'a Model> {
    let here = |model: &&Model| model.state == ModelState::OnDisk && chats(model);
    let used = known.used.iter().filter_map(|id| models.iter().find(|model| model.id == *id)).filter(here);
    let mut found: Vec<&Model> = Vec::new();
    for model in used {
        if !found.contains(&model) && found.len() < STARTABLE {
            found.push(model);
        }
    }
    if found.is_empty() {
        found.extend(models.iter().find(here));
    }
    found
}

/// One whose abilities aren't known may be able to.
fn chats(model: &Model) -> bool {
    model.capabilities.is_empty() || model.capabilities != [Capability::Embedding]
}

/// Its name, and whose it is where that isn't plain.
fn shown(model: &Model, all: &[Model]) -> String {
    let short = |model: &Model| {
        let name = model.id.name();
        name.strip_suffix(":latest").unwrap_or(name).to_owned()
    };
    let name = short(model);
    let twice = all.iter().any(|other| other.id != model.id && is_local(other) && short(other) == name);
    if twice || !is_local(model) { format!("{name} ({})", model.id.provider()) } else { name }
}

fn is_local(model: &Model) -> bool {
    [EMBEDDED, ollama::PROVIDER].contains(&model.id.provider())
}

pub(super) fn says(words: impl Into<String>) -> Entry {
    entry("state".to_owned(), words.into(), false)
}

pub(super) fn entry(id: String, words: String, enabled: bool) -> Entry {
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
mod tests;
