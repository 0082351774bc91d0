//! What the embedded engine is doing, as windows, the tray and the command line show it.

use domain::{Actor, ModelRef};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, api::Nothing};

/// The embedded engine's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EngineState {
    /// It can't run here.
    Unavailable {
        /// Why, and what to do.
        message: String,
    },
    /// Nothing is loaded.
    Stopped,
    /// A model is being read into memory.
    Loading {
        /// Which.
        model: ModelRef,
        /// 0 to 1.
        progress: f32,
    },
    /// A model is in memory.
    Loaded {
        /// Which.
        model: ModelRef,
        /// Bytes; 0 where unknown.
        memory: u64,
        /// Tokens.
        context: u32,
        /// Layers on a GPU.
        gpu_layers: u32,
        /// What the person should know ("the CPU is used").
        notices: Vec<String>,
    },
    /// It failed.
    Failed {
        /// With which model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        model: Option<ModelRef>,
        /// What happened and what to do.
        message: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
}

/// The engine's state now.
pub async fn get(app: App, _actor: Actor, _params: Nothing) -> Result<EngineState, Error> {
    Ok(app.engine_state())
}

/// The engine's own words, with the model as the rest of the application names it.
pub(crate) fn convert(state: &engine::EngineState) -> EngineState {
    let named = |name: &str| ModelRef::new(engine::embedded::PROVIDER, name).ok();
    match state {
        engine::EngineState::Stopped => EngineState::Stopped,
        engine::EngineState::Loading { name, progress } => match named(name) {
            Some(model) => EngineState::Loading { model, progress: *progress },
            None => EngineState::Stopped,
        },
        engine::EngineState::Loaded { model: loaded } => match named(&loaded.name) {
            Some(model) => EngineState::Loaded {
                model,
                memory: loaded.memory,
                context: loaded.context,
                gpu_layers: loaded.gpu_layers,
                notices: loaded.notices.clone(),
            },
            None => EngineState::Stopped,
        },
        engine::EngineState::Failed { name, message, log, .. } => {
            EngineState::Failed { model: named(name), message: message.clone(), log: log.clone() }
        }
    }
}
