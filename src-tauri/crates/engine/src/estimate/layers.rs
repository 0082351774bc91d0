//! Which layers of an architecture keep what of the context: facts of the architecture that its files don't repeat.
//!
//! Read in the source of llama.cpp (each architecture's hyperparameters, and which memory is made for it), as of 2026-11.

use crate::gguf::{GgufHeader, PerLayer};

/// What a layer keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Keys and values of the whole context.
    All,
    /// Keys and values of a window.
    Window,
    /// A state that doesn't grow.
    State,
    /// Keys and values of the whole context, and a state.
    AllAndState,
    /// Nothing of its own.
    Nothing,
}

/// What the layers of a model keep.
pub(super) enum Plan {
    /// Nothing at all: it reads a text in one piece.
    None,
    /// It can't be told.
    Unknown,
    /// Each as told.
    Layers(Layers),
}

/// What the layers of a model keep, in order.
pub(super) struct Layers {
    /// By layer, from the first.
    pub(super) keeps: Vec<Keeps>,
    /// Tokens that those with a window look back.
    pub(super) window: u64,
    /// Only keys are kept, values being made of them.
    pub(super) keys_only: bool,
}

/// More layers than any model has would only cost time.
const MOST_LAYERS: u32 = 4096;

/// Architectures that read a text in one piece.
const WITHOUT_CACHE: &[&str] = &[
    "bert",
    "dream",
    "eurobert",
    "gemma-embedding",
    "jina-bert-v2",
    "jina-bert-v3",
    "llada",
    "llada-moe",
    "modern-bert",
    "neo-bert",
    "nomic-bert",
    "nomic-bert-moe",
    "rnd1",
];

/// Architectures with stores of their own kind beside, or instead of, keys and values of each layer.
const OF_OTHER_KINDS: &[&str] = &[
    "arwkv7",
    "bailingmoe3",
    "deepseek32",
    "deepseek4",
    "dflash",
    "dots3note",
    "gemma4-assistant",
    "glm-dsa",
    "glm5-next",
    "hy_v4",
    "kimi-k3",
    "kimi-linear",
    "minimax-01",
    "minimax-m3",
    "plamo2",
    "qwen4exp",
    "rwkv6",
    "rwkv6qwen2",
    "rwkv7",
    "t5",
    "t5encoder",
];

pub(super) fn plan(header: &GgufHeader) -> Plan {
    let architecture = header.architecture.as_str();
    if WITHOUT_CACHE.contains(&architecture) {
        return Plan::None;
    }
    let Some(all) = header.block_count.map(|count| count.min(MOST_LAYERS)) else { return Plan::Unknown };
    if OF_OTHER_KINDS.contains(&architecture) || header.layout.indexer {
        return Plan::Unknown;
    }
    let count = all.saturating_sub(header.layout.predicting_layers.unwrap_or(0));
    let heads = |layer| header.head_count_kv.as_ref().map_or(1, |heads| heads.at(layer));
    let without_heads = |layer| if heads(layer) == 0 { Keeps::State } else { Keeps::All };
    let (keeps, window): (Vec<Keeps>, u64) = match architecture {
        "mamba" | "mamba2" => ((0..count).map(|_| Keeps::State).collect(), 0),
        "falcon-h1" => ((0..count).map(|_| Keeps::AllAndState).collect(), 0),
        "granitehybrid" | "jamba" => ((0..count).map(without_heads).collect(), 0),
        "lfm2" | "lfm2moe" => {
            let attention = if header.sliding_window.is_some() { Keeps::Window } else { Keeps::All };
            let keeps = |layer| if heads(layer) == 0 { Keeps::State } else { attention };
            ((0..count).map(keeps).collect(), u64::from(header.sliding_window.unwrap_or(0)))
        }
        "nemotron_h" | "nemotron_h_moe" => {
            let forward =
                |layer| header.feed_forward_length.as_ref().map_or(0, |length| length.at(layer)) > 0;
            let keeps = |layer| if forward(layer) { Keeps::Nothing } else { without_heads(layer) };
            ((0..count).map(keeps).collect(), 0)
        }
        "qwen35" | "qwen35moe" | "qwen3next" => {
            ((0..count).map(|layer| with_state(header, layer)).collect(), 0)
        }
        "deepseek2" | "mistral4" => ((0..count).map(|_| Keeps::All).collect(), 0),
        _ if header.unusual_memory => return Plan::Unknown,
        _ => match sliding(header, count) {
            Ok(layers) => layers,
            Err(Untold) => return Plan::Unknown,
        },
    };
    Plan::Layers(Layers { keeps, window, keys_only: header.layout.latent })
}

fn with_state(header: &GgufHeader, layer: u32) -> Keeps {
    let state = match &header.layout.state_layers {
        Some(layers) => layers.at(layer) != 0,
        None => !(layer + 1).is_multiple_of(header.layout.attention_every.unwrap_or(4).max(1)),
    };
    if state { Keeps::State } else { Keeps::All }
}

/// The file lacks what its architecture needs.
struct Untold;

/// How an architecture's layers slide where the file has no pattern of its own.
struct Sliding {
    /// Every so-many-th layer looks at everything.
    every: Option<u32>,
    /// That layer is the first of them, not the last.
    first: bool,
    /// The window where the file names none; without either nothing slides.
    window: Option<u32>,
}

fn usual(architecture: &str, layers: u32) -> Option<Sliding> {
    let last = |every, window| Some(Sliding { every: Some(every), first: false, window });
    let first = |every| Some(Sliding { every: Some(every), first: true, window: None });
    match architecture {
        "gemma2" => last(2, Some(4096)),
        "gpt-oss" => last(2, None),
        "gemma3" => last(6, None),
        "gemma3n" => last(5, None),
        "afmoe" | "cohere2" | "mellum" | "muse-glimmer" | "olmo2" => last(4, None),
        "exaone-moe" => last(4, Some(128)),
        // Only the large one slides.
        "exaone4" if layers == 64 => last(4, Some(4096)),
        "llama4" => last(4, Some(8192)),
        "plamo3" => last(8, None),
        "cohere2moe" | "laguna" | "smallthinker" => first(4),
        "gemma4" | "granite_swa" | "maple" | "mimo2" | "spark2_5" | "step35" => {
            Some(Sliding { every: None, first: false, window: None })
        }
        _ => None,
    }
}

/// What each layer keeps, and the window in tokens. Where an architecture isn't known to slide, a window in its file isn't
/// used by the engine either.
fn sliding(header: &GgufHeader, count: u32) -> Result<(Vec<Keeps>, u64), Untold> {
    let all = || (0..count).map(|_| Keeps::All).collect();
    let Some(usual) = usual(&header.architecture, count) else { return Ok((all(), 0)) };
    let window = match header.architecture.as_str() {
        "llama4" => Some(8192),
        "smallthinker" => header.sliding_window.map(|_| 4096),
        _ => header.sliding_window.or(usual.window),
    };
    let Some(window) = window else { return Ok((all(), 0)) };
    let slides: Box<dyn Fn(u32) -> bool> = match (&header.layout.sliding_pattern, usual.every) {
        (Some(PerLayer::Each(layers)), _) => {
            Box::new(move |layer| layers.get(layer as usize).copied().unwrap_or(0) != 0)
        }
        (Some(PerLayer::Same(every)), Some(_)) => periodic(*every, usual.first),
        (None, Some(every)) => periodic(every, usual.first),
        (_, None) => return Err(Untold),
    };
    let own = own_layers(header);
    let keeps = |layer| {
        if layer >= own {
            Keeps::Nothing
        } else if slides(layer) {
            Keeps::Window
        } else {
            Keeps::All
        }
    };
    Ok(((0..count).map(keeps).collect(), u64::from(window)))
}

fn periodic(every: u32, first: bool) -> Box<dyn Fn(u32) -> bool> {
    Box::new(move |layer| {
        every == 0 || if first { !layer.is_multiple_of(every) } else { !(layer + 1).is_multiple_of(every) }
    })
}

/// How many layers, from the first, have keys and values of their own.
fn own_layers(header: &GgufHeader) -> u32 {
    match header.architecture.as_str() {
        "gemma3n" => 20,
        "gemma4" => header.block_count.unwrap_or(0).saturating_sub(header.layout.shared_layers.unwrap_or(0)),
        _ => u32::MAX,
    }
}
