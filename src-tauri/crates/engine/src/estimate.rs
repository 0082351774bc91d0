//! How much memory a model needs, reckoned from its header before it is loaded.
//!
//! The formula is fitted to what a CPU build allocates; what was really allocated corrects it (`learn`). Where an
//! architecture follows other rules the estimate says so instead of guessing. Deliberately not here: what a machine has, and
//! so what fits.

mod cache;
mod layers;
mod learn;
mod options;
mod state;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::gguf::{GgufHeader, PerLayer};

pub use learn::{Buffers, Corrections, Factors};
pub use options::{EstimateOptions, KvType, Outputs};

/// What the process itself takes, in bytes: code, vocabulary, prompt buffers.
const PROCESS: u64 = 40 * 1024 * 1024;

/// Bytes of a probability before it is one.
const LOGIT: u64 = 4;

/// The memory that a loaded model takes, by kind, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemoryEstimate {
    /// The weights.
    #[ts(type = "number")]
    pub weights: u64,
    /// What is kept of the context: keys and values, and the states of layers that have such.
    #[ts(type = "number")]
    pub kv: u64,
    /// Probabilities of the next token.
    #[ts(type = "number")]
    pub output: u64,
    /// Room to compute in.
    #[ts(type = "number")]
    pub compute: u64,
    /// The process.
    #[ts(type = "number")]
    pub process: u64,
    /// Room that the engine sets aside and doesn't write to: it shows in the log and not in the memory in use. Not in `total`.
    #[ts(type = "number")]
    pub reserved: u64,
    /// Prompts of earlier chats that the engine may keep, at most. Not in `total`: it grows with use.
    #[ts(type = "number")]
    pub prompt_cache: u64,
    /// All of it but `reserved` and `prompt_cache`.
    #[ts(type = "number")]
    pub total: u64,
    /// Whether `kv` could be reckoned; if not it is 0, and the truth is more than `total`.
    pub known: bool,
}

impl MemoryEstimate {
    /// The buffers that the engine's log names, in bytes: all but the process and the prompt cache.
    pub fn buffers(&self) -> u64 {
        self.total.saturating_sub(self.process).saturating_add(self.reserved)
    }

    /// The same with what the buffers were found to be for this model, as a factor of what was reckoned.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a correction by some hundredths of a number of bytes"
    )]
    pub fn corrected(mut self, factor: f64) -> Self {
        let factor = if factor.is_finite() { factor.clamp(0.25, 4.0) } else { 1.0 };
        let buffers = self.total.saturating_sub(self.process);
        let right = (buffers as f64 * factor).round() as u64;
        // Weights and context are known to the byte; what is off is the room to compute in.
        self.compute = self.compute.saturating_add(right).saturating_sub(buffers);
        self.total = right.saturating_add(self.process);
        self
    }
}

/// What a model of `file_size` bytes takes in the embedded engine with a context of `context` tokens (1 and up).
pub fn estimate(header: &GgufHeader, file_size: u64, context: u32) -> MemoryEstimate {
    estimate_with(
        header,
        &EstimateOptions { file_size: Some(file_size), ..EstimateOptions::embedded(context) },
    )
}

/// What a model takes when it is loaded as `options` say.
pub fn estimate_with(header: &GgufHeader, options: &EstimateOptions) -> MemoryEstimate {
    let places = options.places(header);
    let file_size = options.file_size.unwrap_or(header.data_end);
    let weights = file_size.saturating_sub(header.data_offset).saturating_add(options.extra_weights);
    let cache = cache::of(header, options, &places);
    let vocabulary = u64::from(header.vocabulary.unwrap_or(0));
    let output = places.parallel.saturating_mul(vocabulary).saturating_mul(LOGIT);
    let forward = u64::from(header.feed_forward_length.as_ref().map_or(0, PerLayer::largest));
    let layers = places.batch.saturating_mul(forward).saturating_mul(18);
    let looking = places.batch.saturating_mul(cache.cells).saturating_mul(2);
    let compute = layers.saturating_add(looking);
    let reserved = match options.outputs {
        Outputs::Last => 0,
        // All tokens' probabilities at once, beside five rows of the model's width: the engine plans for the larger of this
        // and what the layers take, and then asks for the last token's only.
        Outputs::All => places
            .batch
            .saturating_mul(LOGIT)
            .saturating_mul(vocabulary.saturating_add(u64::from(header.embedding_length.unwrap_or(0)) * 5))
            .saturating_sub(layers),
    };
    let kept = cache.bytes.unwrap_or(0);
    let parts = [weights, kept, output, compute, PROCESS];
    MemoryEstimate {
        weights,
        kv: kept,
        output,
        compute,
        process: PROCESS,
        reserved,
        prompt_cache: options.prompt_cache,
        total: parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part)),
        known: cache.bytes.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::smollm2;

    #[test]
    fn an_architecture_of_other_rules_is_said_to_be_unknown() {
        let mut header = smollm2();
        header.unusual_memory = true;
        let estimate = estimate(&header, 98_362_432, 4096);
        assert!(!estimate.known);
        assert!(estimate.total > estimate.weights);
    }

    #[test]
    fn absurd_headers_saturate() {
        let mut header = smollm2();
        header.head_count_kv = Some(PerLayer::Same(u32::MAX));
        header.key_length = Some(u32::MAX);
        header.feed_forward_length = Some(PerLayer::Same(u32::MAX));
        header.embedding_length = Some(u32::MAX);
        header.vocabulary = Some(u32::MAX);
        header.context_length = Some(u32::MAX);
        let largest = EstimateOptions {
            parallel: u32::MAX,
            extra_weights: u64::MAX,
            ubatch: Some(u32::MAX),
            ..EstimateOptions::embedded(u32::MAX)
        };
        let _ = estimate_with(&header, &largest).corrected(f64::INFINITY);
        let _ = estimate(&header, u64::MAX, u32::MAX).buffers();
    }

    #[test]
    fn a_prompt_cache_is_shown_apart() {
        let header = smollm2();
        let plain = estimate_with(&header, &EstimateOptions::ollama(4096));
        let cached = EstimateOptions { prompt_cache: 512 << 20, ..EstimateOptions::ollama(4096) };
        let cached = estimate_with(&header, &cached);
        assert_eq!((cached.total, cached.prompt_cache), (plain.total, 512 << 20));
    }

    #[test]
    fn a_projector_counts_as_weights() {
        let header = smollm2();
        let plain = estimate_with(&header, &EstimateOptions::ollama(4096));
        let seeing = EstimateOptions { extra_weights: 1000, ..EstimateOptions::ollama(4096) };
        assert_eq!(estimate_with(&header, &seeing).weights, plain.weights + 1000);
    }
}
