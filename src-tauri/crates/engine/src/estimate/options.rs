//! How a model is to be loaded, as far as its memory depends on it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::gguf::GgufHeader;

/// Tokens that the embedded engine computes at once, at most.
const EMBEDDED_BATCH: u32 = 512;

/// How a key or a value is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KvType {
    /// Half precision.
    #[default]
    F16,
    /// Eight bits and a scale for each 32.
    #[serde(rename = "q8_0")]
    Q8,
    /// Four bits and a scale for each 32.
    #[serde(rename = "q4_0")]
    Q4,
}

impl KvType {
    /// Bytes of so many numbers; `None` if that is more than can be counted.
    pub(super) fn bytes(self, numbers: u64) -> Option<u64> {
        let block: u64 = match self {
            Self::F16 => 64,
            Self::Q8 => 34,
            Self::Q4 => 18,
        };
        numbers.checked_mul(block).map(|bytes| bytes / 32)
    }
}

/// For which tokens of a batch an engine plans to have probabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outputs {
    /// The last one of each conversation.
    #[default]
    Last,
    /// All.
    All,
}

/// How a model is to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EstimateOptions {
    /// Tokens of context of each conversation; at most what the model was trained with counts.
    pub context: u32,
    /// Conversations at once, 1 and up.
    pub parallel: u32,
    /// How keys are kept.
    pub kv_key: KvType,
    /// How values are kept.
    pub kv_value: KvType,
    /// Tokens computed at once; `None` for Ollama's choice, which grows with the context.
    pub ubatch: Option<u32>,
    /// What the engine plans to answer at once.
    pub outputs: Outputs,
    /// The file's size in bytes, all parts of it; `None` takes what the header knows.
    pub file_size: Option<u64>,
    /// Projector, adapters, a draft model: their sizes in bytes.
    pub extra_weights: u64,
    /// What the engine may keep of earlier prompts, in bytes.
    pub prompt_cache: u64,
}

impl EstimateOptions {
    /// As Ollama loads it, one conversation at a time.
    pub fn ollama(context: u32) -> Self {
        Self {
            context,
            parallel: 1,
            kv_key: KvType::F16,
            kv_value: KvType::F16,
            ubatch: None,
            outputs: Outputs::Last,
            file_size: None,
            extra_weights: 0,
            prompt_cache: 0,
        }
    }

    /// As our own runner loads it.
    pub fn embedded(context: u32) -> Self {
        Self {
            ubatch: Some(EMBEDDED_BATCH.min(context.max(1))),
            outputs: Outputs::All,
            ..Self::ollama(context)
        }
    }

    pub(super) fn places(&self, header: &GgufHeader) -> Places {
        let context = u64::from(self.context.clamp(1, header.context_length.unwrap_or(u32::MAX).max(1)));
        let parallel = u64::from(self.parallel.max(1));
        let batch = self.ubatch.map_or_else(
            || match context.saturating_mul(parallel) {
                0..=4096 => 512,
                4097..=32_768 => 1024,
                _ => 2048,
            },
            |tokens| u64::from(tokens.max(1)),
        );
        Places { context, parallel, batch }
    }
}

/// What the options come to for one model, in tokens and conversations.
pub(super) struct Places {
    pub(super) context: u64,
    pub(super) parallel: u64,
    pub(super) batch: u64,
}
