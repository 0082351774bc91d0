//! What the engine tells of itself.

use domain::ErrorCode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the engine does now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EngineState {
    /// Nothing is loaded.
    Stopped,
    /// A model is being read into memory.
    Loading {
        /// Which.
        name: String,
        /// 0 to 1.
        progress: f32,
    },
    /// A model is in memory.
    Loaded {
        /// Which, and what it takes.
        model: LoadedModel,
    },
    /// It failed; the next request tries again.
    Failed {
        /// The model that it was about.
        name: String,
        /// The kind.
        code: ErrorCode,
        /// What happened, to what, what to do.
        message: String,
        /// The last lines of its log, oldest first.
        log: Vec<String>,
    },
}

/// A model in memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about a model in memory")]
pub struct LoadedModel {
    /// Its name, without the provider's slug.
    pub name: String,
    /// Bytes of memory that its process takes (its share of shared ones); 0 where unknown.
    #[ts(type = "number")]
    pub memory: u64,
    /// Whether that was measured after an answer: what is only used then counts too.
    pub answered: bool,
    /// Tokens of context.
    pub context: u32,
    /// The context it was trained with.
    pub trained_context: u32,
    /// Layers on a GPU.
    pub gpu_layers: u32,
    /// Layers in all.
    pub layers: u32,
    /// Whether its process is confined to the model's file.
    pub confined: bool,
    /// Whether it has a chat template that can be rendered.
    pub chat_template: bool,
    /// Whether it makes embeddings.
    pub embedding: bool,
    /// What the person should know, in sentences.
    pub notices: Vec<String>,
    /// The engine's version, for people.
    pub engine: String,
    /// Its process.
    pub pid: u32,
}

/// Vectors of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// One for each text, normalised.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens that were read.
    pub tokens: u64,
}
