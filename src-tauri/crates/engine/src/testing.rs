//! Headers and files for this crate's own tests.

use crate::gguf::{GgufHeader, Layout, PerLayer};

/// The small model's header, as its file has it.
pub(crate) fn smollm2() -> GgufHeader {
    GgufHeader {
        version: 3,
        architecture: "llama".into(),
        name: Some("SmolLM2 135M Instruct".into()),
        size_label: Some("135M".into()),
        license: Some("apache-2.0".into()),
        quantization: Some("Q4_1".into()),
        parameters: 134_515_008,
        context_length: Some(8192),
        block_count: Some(30),
        embedding_length: Some(576),
        feed_forward_length: Some(PerLayer::Same(1536)),
        head_count: Some(PerLayer::Same(9)),
        head_count_kv: Some(PerLayer::Same(3)),
        key_length: None,
        value_length: None,
        sliding_window: None,
        vocabulary: Some(49_152),
        unusual_memory: false,
        layout: Layout::default(),
        embedding: false,
        chat_template: true,
        reasoning: false,
        tensors: 272,
        packings: Vec::new(),
        data_offset: 1_784_000,
        data_end: 98_362_432,
    }
}
