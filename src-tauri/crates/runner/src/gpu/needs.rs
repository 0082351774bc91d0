//! What a model needs of a GPU's memory, by layer, reckoned from its header. Where a header leaves room for doubt the larger
//! figure is taken: a layer too few is slower, a layer too many fails.

use std::collections::BTreeMap;

use llama_cpp_2::gguf::GgufContext;
use llama_cpp_sys_2::{GGUF_TYPE_INT32, GGUF_TYPE_UINT32, GGUF_TYPE_UINT64};

use crate::load::LoadRequest;
use crate::session::MAX_BATCH;
use crate::tensors::{self, Tensor};

/// Bytes of one key or value.
const HALF_PRECISION: u64 = 2;

/// The needs of one layer, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) weights: u64,
    /// Its share of the context.
    pub(crate) cache: u64,
}

/// The needs of a model, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Each layer, first to last.
    pub(crate) layers: Vec<Layer>,
    /// What turns the last layer's result into tokens: it goes to the GPU with the first layer that does.
    pub(crate) output: u64,
    /// Room to compute in, on every GPU.
    pub(crate) compute: u64,
}

impl Needs {
    /// Reads the headers of all parts; `None` where they can't be read or name no layers.
    pub(crate) fn of(request: &LoadRequest) -> Option<Self> {
        let header = GgufContext::from_file(&request.path)?;
        let mut all = Vec::new();
        for part in request.parts() {
            all.append(&mut tensors::of_file(&part)?);
        }
        Self::from_parts(&all, &Shape::read(&header)?, request.context)
    }

    fn from_parts(tensors: &[Tensor], shape: &Shape, context: u32) -> Option<Self> {
        let context = if context == 0 { shape.trained } else { u64::from(context).min(shape.trained) };
        let cells = context.next_multiple_of(256);
        let cache = cells.saturating_mul(shape.cache_per_cell);
        let mut layers: BTreeMap<u32, Layer> = BTreeMap::new();
        let (mut output, mut tied, mut has_output, mut vocabulary) = (0_u64, 0, false, 0_u64);
        for tensor in tensors {
            if let Some(number) = layer_of(&tensor.name) {
                layers.entry(number).or_insert(Layer { weights: 0, cache }).weights += tensor.bytes;
            } else if tensor.name.starts_with("output") {
                has_output |= tensor.name == "output.weight";
                output = output.saturating_add(tensor.bytes);
            } else if tensor.name == "token_embd.weight" {
                (tied, vocabulary) = (tensor.bytes, tensor.rows);
            }
        }
        if !has_output {
            output = output.saturating_add(tied);
        }
        let at_once = u64::from(MAX_BATCH);
        let per_token =
            shape.forward.saturating_mul(18) + cells.saturating_mul(2) + vocabulary.saturating_mul(4);
        let layers: Vec<_> = layers.into_values().collect();
        (!layers.is_empty()).then_some(Self { layers, output, compute: at_once.saturating_mul(per_token) })
    }

    /// How many of the last layers fit into so many bytes.
    pub(crate) fn layers_within(&self, room: u64) -> u32 {
        let mut used = self.output;
        let fitting = self.layers.iter().rev().take_while(|layer| {
            used = used.saturating_add(layer.weights).saturating_add(layer.cache);
            used <= room
        });
        fitting.count() as u32
    }
}

/// What of the metadata matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    /// The longest context, in tokens.
    trained: u64,
    /// Bytes that one token of context takes in one layer.
    cache_per_cell: u64,
    /// The width of the feed-forward part.
    forward: u64,
}

impl Shape {
    fn read(header: &GgufContext) -> Option<Self> {
        let architecture = header.val_str(key(header, "general.architecture")?)?;
        let number = |name: &str| number(header, &format!("{architecture}.{name}"));
        let width = number("embedding_length")?;
        let heads = number("attention.head_count").unwrap_or(1).max(1);
        // Where layers differ the header has a list instead: then all heads are counted, which is never too little.
        let cached = number("attention.head_count_kv").unwrap_or(heads);
        let per_head = width / heads;
        let keys = number("attention.key_length").unwrap_or(per_head);
        let values = number("attention.value_length").unwrap_or(per_head);
        Some(Self {
            trained: number("context_length")?.max(1),
            cache_per_cell: cached.saturating_mul(keys.saturating_add(values)).saturating_mul(HALF_PRECISION),
            forward: number("feed_forward_length").unwrap_or(width.saturating_mul(4)),
        })
    }
}

fn key(header: &GgufContext, name: &str) -> Option<i64> {
    Some(header.find_key(name)).filter(|at| *at >= 0)
}

fn number(header: &GgufContext, name: &str) -> Option<u64> {
    let at = key(header, name)?;
    match header.kv_type(at) {
        GGUF_TYPE_UINT32 => Some(u64::from(header.val_u32(at))),
        GGUF_TYPE_UINT64 => Some(header.val_u64(at)),
        GGUF_TYPE_INT32 => u64::try_from(header.val_i32(at)).ok(),
        _ => None,
    }
}

/// The layer that a tensor belongs to: `blk.7.attn_q.weight` to 7.
fn layer_of(name: &str) -> Option<u32> {
    name.strip_prefix("blk.")?.split_once('.')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn tensor(name: &str, bytes: u64) -> Tensor {
        Tensor { name: name.to_owned(), bytes, rows: 1000 }
    }

    fn shape() -> Shape {
        Shape { trained: 8192, cache_per_cell: 4, forward: 100 }
    }

    #[test]
    fn tensors_are_counted_where_they_belong() {
        let tensors = [
            tensor("token_embd.weight", 70),
            tensor("blk.1.attn_q.weight", 8),
            tensor("blk.0.attn_q.weight", 5),
            tensor("blk.0.ffn_up.weight", 6),
            tensor("blk.10.ffn_up.weight", 9),
            tensor("output_norm.weight", 1),
            tensor("rope_freqs.weight", 1),
        ];
        let needs = Needs::from_parts(&tensors, &shape(), 500).unwrap();
        let layer = |weights| Layer { weights, cache: 512 * 4 };
        assert_eq!(
            needs.layers,
            [layer(11), layer(8), layer(9)],
            "in the order of their numbers, not of their names"
        );
        assert_eq!(needs.output, 71, "without an output of its own the embedding is used for it");
        assert_eq!(needs.compute, 512 * (1800 + 1024 + 4000));
        let own = [tensors.as_slice(), &[tensor("output.weight", 40)]].concat();
        assert_eq!(Needs::from_parts(&own, &shape(), 500).unwrap().output, 41);
    }

    #[test]
    fn a_context_is_never_longer_than_the_trained_one() {
        let tensors = [tensor("blk.0.attn_q.weight", 5)];
        let cache = |context| Needs::from_parts(&tensors, &shape(), context).unwrap().layers[0].cache;
        assert_eq!((cache(0), cache(8192), cache(1_000_000)), (8192 * 4, 8192 * 4, 8192 * 4));
        assert_eq!(cache(1), 256 * 4);
    }

    #[test]
    fn a_file_without_layers_tells_nothing() {
        assert_eq!(Needs::from_parts(&[tensor("token_embd.weight", 5)], &shape(), 500), None);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the model is too large for the repository")]
    fn the_needs_of_a_real_model_add_up_to_its_file() {
        let Some(path) = std::env::var_os("WEBPLUS_TEST_MODEL") else {
            eprintln!("skipped: WEBPLUS_TEST_MODEL names no model");
            return;
        };
        let file = std::fs::metadata(&path).unwrap().len();
        let request =
            LoadRequest { path: path.into(), context: 4096, threads: 1, gpu_layers: 99, confine: false };
        let needs = Needs::of(&request).unwrap();
        assert_eq!(needs.layers.len(), 30);
        let weights: u64 = needs.layers.iter().map(|layer| layer.weights).sum::<u64>() + needs.output;
        assert!(weights <= file && file - weights < file / 20, "{weights} of {file}");
        let cache: u64 = needs.layers.iter().map(|layer| layer.cache).sum();
        assert_eq!(cache, 30 * 4096 * 3 * 128 * 2);
    }
}
