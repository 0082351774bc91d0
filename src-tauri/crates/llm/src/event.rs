//! What a provider answers: a stream of these, ending in `Finished` or an error.

use domain::{FinishReason, TokenUsage};

/// What an engine measured itself, where it did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timing {
    /// Time spent loading the model, in milliseconds.
    pub load_ms: Option<f64>,
    /// Time spent on the new part of the prompt, in milliseconds.
    pub prompt_ms: Option<f64>,
    /// Time spent generating, in milliseconds.
    pub generation_ms: Option<f64>,
}

/// A piece of an answer. Every stream that ends well ends in exactly one `Finished`; a stream that ends without one was
/// broken off, and the client turns that into `Error::Interrupted`.
#[derive(Debug, Clone, PartialEq)]
pub enum CompletionEvent {
    /// The server accepted and named the model that answers.
    Started {
        /// The model's name as the server tells it.
        model: Option<String>,
    },
    /// Something to tell the person that isn't the answer ("this model has no chat template: plain completion").
    Notice(String),
    /// A local model is being loaded: 0 to 1.
    Loading(f32),
    /// The prompt is being read: tokens done and in all.
    Prefill {
        /// Tokens read.
        done: u32,
        /// Tokens in all.
        total: u32,
    },
    /// More of the answer. Never empty, never half a character.
    Text(String),
    /// More of the reasoning's readable text.
    Reasoning(String),
    /// A finished signed reasoning block, exactly as it must be sent back.
    ReasoningBlock(serde_json::Value),
    /// Tokens so far, normalised; a later one replaces an earlier one.
    Usage(TokenUsage),
    /// The end.
    Finished {
        /// Why it stopped.
        reason: FinishReason,
        /// The engine's own measurements.
        timing: Timing,
    },
}
