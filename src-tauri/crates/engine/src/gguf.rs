//! Reads the header of a GGUF file: what the model is, and whether the file is whole.
//!
//! A model file comes from strangers, so the reader is our own and small: every count and length has a hard cap, every sum
//! is checked, nothing is allocated by a length that the file names, and the file is never handed to the engine before it
//! passed here. Deliberately not here: the weights themselves, and the tokenizer (both are stepped over).

mod header;
mod layout;
mod names;
mod reader;
mod split;
mod tensors;
mod value;

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

use domain::ErrorCode;
use serde::{Deserialize, Serialize};

pub use layout::Layout;
use reader::Reader;
pub use split::{GgufKind, parts_of, split_name};
pub(crate) use split::{part_name, size_of};
pub use tensors::TensorSum;

/// The largest header that is read, in bytes: tokenizers with 260,000 words need about 12 MiB.
pub const MAX_HEADER: u64 = 128 * 1024 * 1024;

/// Why a file isn't a model that can be loaded. The display is a sentence for the person.
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// Not the format, cut off, or contradicting itself.
    #[error("{0}")]
    Damaged(String),
    /// A sound file, of a kind that isn't loaded here.
    #[error("{0}")]
    Unsupported(String),
    /// The file can't be read.
    #[error("The model's file can't be read ({0}). Check that it is still there and that you may read it.")]
    Io(#[from] io::Error),
}

impl GgufError {
    /// The code that clients act on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Damaged(_) => ErrorCode::ModelDamaged,
            Self::Unsupported(_) => ErrorCode::InvalidInput,
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => ErrorCode::NotFound,
            Self::Io(_) => ErrorCode::InvalidInput,
        }
    }
}

impl From<GgufError> for llm::Error {
    fn from(error: GgufError) -> Self {
        Self::Engine { code: error.code(), message: error.to_string() }
    }
}

/// A number that is the same in every layer, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerLayer {
    /// The same everywhere.
    Same(u32),
    /// One for each layer, in order.
    Each(Vec<u32>),
}

impl PerLayer {
    /// The number of the given layer, from 0; 0 for a layer beyond the list.
    pub fn at(&self, layer: u32) -> u32 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values.get(layer as usize).copied().unwrap_or(0),
        }
    }

    /// The largest of all layers.
    pub fn largest(&self) -> u32 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values.iter().copied().max().unwrap_or(0),
        }
    }
}

/// What a model's file says of itself. Lengths are in elements, counts in pieces, offsets and sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about a file")]
pub struct GgufHeader {
    /// The format's version: 2 or 3.
    pub version: u32,
    /// "llama", "qwen3" and the like.
    pub architecture: String,
    /// What its maker calls it.
    pub name: Option<String>,
    /// The size as its maker writes it: "135M", "8x7B".
    pub size_label: Option<String>,
    /// The licence as its maker writes it.
    pub license: Option<String>,
    /// "Q4_K_M" and the like.
    pub quantization: Option<String>,
    /// How many parameters its tensors hold.
    pub parameters: u64,
    /// The context it was trained with, in tokens.
    pub context_length: Option<u32>,
    /// Layers.
    pub block_count: Option<u32>,
    /// Width of the model.
    pub embedding_length: Option<u32>,
    /// Width of the feed-forward part.
    pub feed_forward_length: Option<PerLayer>,
    /// Attention heads.
    pub head_count: Option<PerLayer>,
    /// Heads that have keys and values of their own.
    pub head_count_kv: Option<PerLayer>,
    /// Width of a key.
    pub key_length: Option<u32>,
    /// Width of a value.
    pub value_length: Option<u32>,
    /// Tokens that a sliding layer looks back.
    pub sliding_window: Option<u32>,
    /// Words of its vocabulary.
    pub vocabulary: Option<u32>,
    /// Whether its memory for a context grows by other rules than keys and values of each layer (latent attention,
    /// state spaces), so that it can't be foretold here.
    pub unusual_memory: bool,
    /// How its layers remember.
    #[serde(default)]
    pub layout: Layout,
    /// Whether it makes embeddings instead of text.
    pub embedding: bool,
    /// Whether it brings a chat template.
    pub chat_template: bool,
    /// Whether its template knows of thinking.
    pub reasoning: bool,
    /// Tensors.
    pub tensors: u64,
    /// Its tensors by how they are packed, the largest first.
    #[serde(default)]
    pub packings: Vec<TensorSum>,
    /// Where the weights begin; of a split model the sum of its files'.
    pub data_offset: u64,
    /// Where the last weight ends; the file is at least this long. Of a split model the sum of its files'.
    pub data_end: u64,
}

/// A file and its length in bytes.
fn opened(path: &Path) -> Result<(File, u64), GgufError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(GgufError::Unsupported(
            "That is not a file. Choose a model file ending in .gguf.".into(),
        ));
    }
    Ok((file, metadata.len()))
}

impl GgufHeader {
    /// Reads and checks the header from the beginning of `source`, which is `length` bytes long.
    pub fn read(source: impl Read + Seek, length: u64) -> Result<Self, GgufError> {
        header::read(&mut Reader::new(source, length, MAX_HEADER))
    }

    /// Reads and checks the header of a file. Blocks.
    pub fn of_file(path: &Path) -> Result<Self, GgufError> {
        let (file, length) = opened(path)?;
        Self::read(file, length)
    }

    /// How many parameters, in words: its maker's label, else reckoned from the tensors ("135M", "1.5B").
    pub fn parameter_size(&self) -> String {
        match &self.size_label {
            Some(label) => label.clone(),
            None if self.parameters >= 999_500_000 => {
                let tenths = (self.parameters + 50_000_000) / 100_000_000;
                if tenths.is_multiple_of(10) {
                    format!("{}B", tenths / 10)
                } else {
                    format!("{}.{}B", tenths / 10, tenths % 10)
                }
            }
            None => format!("{}M", (self.parameters + 500_000) / 1_000_000),
        }
    }
}
