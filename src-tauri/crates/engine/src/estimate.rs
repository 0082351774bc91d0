//! How much memory a model needs, reckoned from its header before it is loaded.
//!
//! The formula is fitted to what a CPU build allocates; where an architecture follows other rules the estimate says so
//! instead of guessing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::gguf::{GgufHeader, PerLayer};

/// What the process itself takes, in bytes: code, vocabulary, prompt buffers.
const PROCESS: u64 = 40 * 1024 * 1024;

/// Bytes of one key or value element (half precision).
const ELEMENT: u64 = 2;

/// The memory that a loaded model takes, by kind, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemoryEstimate {
    /// The weights.
    #[ts(type = "number")]
    pub weights: u64,
    /// Keys and values of the context.
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
    /// All of it.
    #[ts(type = "number")]
    pub total: u64,
    /// Whether `kv` could be reckoned; if not it is 0, and the truth is more than `total`.
    pub known: bool,
}

/// What a model of `file_size` bytes takes with a context of `context` tokens (1 and up).
pub fn estimate(header: &GgufHeader, file_size: u64, context: u32) -> MemoryEstimate {
    let context = u64::from(context.clamp(1, header.context_length.unwrap_or(u32::MAX).max(1)));
    let batch = batch(context);
    let cells = Cells::new(header, context, batch);
    let weights = file_size.saturating_sub(header.data_offset);
    let kv = keys_and_values(header, &cells);
    let output = u64::from(header.vocabulary.unwrap_or(0)) * 4;
    let forward = u64::from(header.feed_forward_length.as_ref().map_or(0, PerLayer::largest));
    let compute =
        batch.saturating_mul(forward.saturating_mul(18).saturating_add(cells.sum().saturating_mul(2)));
    let parts = [weights, kv.unwrap_or(0), output, compute, PROCESS];
    MemoryEstimate {
        weights,
        kv: kv.unwrap_or(0),
        output,
        compute,
        process: PROCESS,
        total: parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part)),
        known: kv.is_some(),
    }
}

/// Tokens computed at once, as the fitted formula has it.
fn batch(context: u64) -> u64 {
    match context {
        0..=4096 => 512,
        4097..=32_768 => 1024,
        _ => 2048,
    }
}

/// Places for tokens in the two kinds of layers.
struct Cells {
    full: u64,
    sliding: Option<u64>,
    /// Every so-many-th layer looks at everything, where the others slide.
    every: u64,
}

impl Cells {
    fn new(header: &GgufHeader, context: u64, batch: u64) -> Self {
        let full = context.next_multiple_of(256);
        let every = full_layer_every(&header.architecture);
        let sliding = match (header.sliding_window, every) {
            (Some(window), Some(_)) => Some(context.min(u64::from(window) + batch).next_multiple_of(256)),
            _ => None,
        };
        Self { full, sliding, every: every.unwrap_or(1) }
    }

    fn at(&self, layer: u32) -> u64 {
        match self.sliding {
            Some(sliding) if !(u64::from(layer) + 1).is_multiple_of(self.every) => sliding,
            _ => self.full,
        }
    }

    fn sum(&self) -> u64 {
        self.full + self.sliding.unwrap_or(0)
    }
}

/// The pattern of sliding layers isn't in the files: it belongs to the architecture. Where it isn't known all layers are
/// taken to look at everything, which is never too little.
fn full_layer_every(architecture: &str) -> Option<u64> {
    match architecture {
        "gemma3" => Some(6),
        "gemma2" | "gpt-oss" => Some(2),
        "cohere2" | "exaone4" => Some(4),
        _ => None,
    }
}

fn keys_and_values(header: &GgufHeader, cells: &Cells) -> Option<u64> {
    if header.unusual_memory {
        return None;
    }
    let heads = header.head_count.as_ref()?;
    let heads_kv = header.head_count_kv.as_ref().unwrap_or(heads);
    let each = || header.embedding_length?.checked_div(heads.largest());
    let key = header.key_length.or_else(each)?;
    let value = header.value_length.or_else(each)?;
    let width = (u64::from(key) + u64::from(value)) * ELEMENT;
    // More layers than any model has would only cost time.
    (0..header.block_count?.min(4096)).try_fold(0_u64, |sum, layer| {
        let layer = cells.at(layer).checked_mul(u64::from(heads_kv.at(layer)))?.checked_mul(width)?;
        sum.checked_add(layer)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_precision_loss, reason = "MiB for comparison")]
    use super::*;
    use crate::testing::smollm2;

    const MIB: f64 = 1024.0 * 1024.0;

    #[test]
    fn the_estimate_of_the_small_model_is_what_was_measured() {
        let header = smollm2();
        for (context, measured) in [(512, 117.55), (4096, 199.80), (8192, 315.31)] {
            let estimate = estimate(&header, 98_362_432, context);
            let buffers = (estimate.total - estimate.process) as f64 / MIB;
            assert!((buffers / measured - 1.0).abs() < 0.05, "{context}: {buffers} against {measured}");
            assert!(estimate.known);
        }
    }

    #[test]
    fn sliding_layers_need_less_than_full_ones() {
        let mut header = smollm2();
        header.context_length = Some(32_768);
        let full = estimate(&header, 0, 32_768);
        header.architecture = "gemma3".into();
        header.sliding_window = Some(512);
        assert!(estimate(&header, 0, 32_768).kv < full.kv / 4);
    }

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
        header.context_length = Some(u32::MAX);
        let _ = estimate(&header, u64::MAX, u32::MAX);
    }
}
