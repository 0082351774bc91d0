//! What a model's file says of how its layers remember: kept as it stands there, since which of it counts depends on the
//! architecture.

use serde::{Deserialize, Serialize};

use super::PerLayer;

/// How layers differ in what they keep of a context. Everything is `None` where the file doesn't say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Layout {
    /// Which layers slide: one number is every how many layers one looks at everything; a list has 1 for each that slides.
    pub sliding_pattern: Option<PerLayer>,
    /// Width of a key in layers that slide.
    pub sliding_key_length: Option<u32>,
    /// Width of a value in layers that slide.
    pub sliding_value_length: Option<u32>,
    /// How many of the last layers use the keys and values of earlier ones.
    pub shared_layers: Option<u32>,
    /// How many of the last layers only foretell tokens, and keep nothing unless that is used.
    pub predicting_layers: Option<u32>,
    /// Keys and values are kept in a compressed form, together.
    pub latent: bool,
    /// A second store of keys chooses what is looked at.
    pub indexer: bool,
    /// Every how many layers one has attention; the others have a state.
    pub attention_every: Option<u32>,
    /// Which layers have a state instead of attention: a list with 1 for each.
    pub state_layers: Option<PerLayer>,
    /// Tokens that a state's convolution spans.
    pub state_kernel: Option<u32>,
    /// Width of a state.
    pub state_width: Option<u32>,
    /// Numbers in a state for each of its width.
    pub state_size: Option<u32>,
    /// Groups of a state.
    pub state_groups: Option<u32>,
    /// Tokens that a short convolution spans.
    pub short_kernel: Option<u32>,
}

/// The keys that are read, without the architecture in front.
pub(super) const KEYS: &[&str] = &[
    "attention.indexer.key_length",
    "attention.key_length_mla",
    "attention.key_length_swa",
    "attention.recurrent_layers",
    "attention.shared_kv_layers",
    "attention.sliding_window_pattern",
    "attention.value_length_swa",
    "full_attention_interval",
    "nextn_predict_layers",
    "shortconv.l_cache",
    "ssm.conv_kernel",
    "ssm.group_count",
    "ssm.inner_size",
    "ssm.state_size",
];

impl Layout {
    /// Puts it together from what `number` and `per_layer` find under a key.
    pub(super) fn new(
        number: impl Fn(&str) -> Option<u32>,
        per_layer: impl Fn(&str) -> Option<PerLayer>,
    ) -> Self {
        Self {
            sliding_pattern: per_layer("attention.sliding_window_pattern"),
            sliding_key_length: number("attention.key_length_swa"),
            sliding_value_length: number("attention.value_length_swa"),
            shared_layers: number("attention.shared_kv_layers"),
            predicting_layers: number("nextn_predict_layers"),
            latent: number("attention.key_length_mla").is_some_and(|length| length > 0),
            indexer: number("attention.indexer.key_length").is_some_and(|length| length > 0),
            attention_every: number("full_attention_interval"),
            state_layers: per_layer("attention.recurrent_layers"),
            state_kernel: number("ssm.conv_kernel"),
            state_width: number("ssm.inner_size"),
            state_size: number("ssm.state_size"),
            state_groups: number("ssm.group_count"),
            short_kernel: number("shortconv.l_cache"),
        }
    }
}
