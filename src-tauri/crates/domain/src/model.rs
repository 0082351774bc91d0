//! Models, local and remote, and what can be asked of them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Timestamp;

/// "provider/name": which model, at which provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct ModelRef {
    provider: String,
    name: String,
}

/// A text that isn't "provider/name".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a model: write it as provider/name, for example embedded/smollm2-135m-instruct")]
pub struct ParseModelRefError(String);

impl ModelRef {
    /// A reference from its two halves; the provider's slug must not be empty or hold a slash, the name not be empty.
    pub fn new(provider: &str, name: &str) -> Result<Self, ParseModelRefError> {
        if provider.is_empty()
            || provider.contains('/')
            || name.is_empty()
            || name.len() > 512
            || name.contains('\0')
        {
            return Err(ParseModelRefError(format!("{provider}/{name}").chars().take(80).collect()));
        }
        Ok(Self { provider: provider.to_owned(), name: name.to_owned() })
    }

    /// The provider's slug.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The model's name at its provider; may hold slashes.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.name)
    }
}

impl FromStr for ModelRef {
    type Err = ParseModelRefError;
    fn from_str(text: &str) -> Result<Self, ParseModelRefError> {
        match text.split_once('/') {
            Some((provider, name)) => Self::new(provider, name),
            None => Err(ParseModelRefError(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for ModelRef {
    type Error = ParseModelRefError;
    fn try_from(text: String) -> Result<Self, ParseModelRefError> {
        text.parse()
    }
}

impl From<ModelRef> for String {
    fn from(model: ModelRef) -> Self {
        model.to_string()
    }
}

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Answers messages.
    Chat,
    /// Continues a text; no chat template.
    Completion,
    /// Looks at images.
    Vision,
    /// Calls tools.
    Tools,
    /// Thinks before it answers.
    Reasoning,
    /// Follows a JSON Schema.
    JsonSchema,
    /// Makes embeddings.
    Embedding,
}

/// Where a model is on its way to being usable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ModelState {
    /// At a provider over the network.
    Remote,
    /// Being downloaded.
    Pulling {
        /// Bytes here.
        #[ts(type = "number")]
        completed: u64,
        /// Bytes in all; 0 while unknown.
        #[ts(type = "number")]
        total: u64,
    },
    /// On this disk, not in memory.
    OnDisk,
    /// Being read into memory.
    Loading {
        /// 0 to 1.
        progress: f32,
    },
    /// In memory.
    Loaded {
        /// Bytes of memory; 0 where unknown.
        #[ts(type = "number")]
        memory: u64,
        /// The context it was loaded with, in tokens.
        context: u32,
        /// Bytes of these on a GPU, where that is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        gpu_memory: Option<u64>,
        /// When it leaves memory by itself; absent where it stays, or where nobody tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        expires_at: Option<Timestamp>,
    },
    /// Being taken out of memory.
    Unloading,
    /// Said to be in memory, but it doesn't answer: what runs it is dead or hangs. Unloading it helps.
    NotAnswering {
        /// What happened and what to do.
        message: String,
    },
    /// Its file is damaged.
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
}

/// A setting of a turn, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ParameterName {
    /// See `Parameters`.
    Temperature,
    /// See `Parameters`.
    TopP,
    /// See `Parameters`.
    TopK,
    /// See `Parameters`.
    MaxTokens,
    /// See `Parameters`.
    ContextSize,
    /// See `Parameters`.
    Seed,
    /// See `Parameters`.
    Stop,
    /// See `Parameters`.
    ReasoningEffort,
    /// See `Parameters`.
    JsonSchema,
}

/// A parameter that a model supports, with its range and default as its provider tells them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ParameterSpec {
    /// Which one.
    pub name: ParameterName,
    /// Smallest value of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest value of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What is used when nothing is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<f64>,
}

/// A model as the shelf shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Model {
    /// "provider/name".
    pub id: ModelRef,
    /// What the person sees.
    pub name: String,
    /// Where it is.
    pub state: ModelState,
    /// What it can do.
    pub capabilities: Vec<Capability>,
    /// The parameters that it supports.
    pub parameters: Vec<ParameterSpec>,
    /// The largest context, in tokens, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u32>,
    /// The most tokens in one answer, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u32>,
    /// Bytes on disk of a local one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub size: Option<u64>,
    /// "Q4_K_M" and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantization: Option<String>,
    /// "llama", "qwen3" and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// "135M" and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_size: Option<String>,
    /// The estimate of memory, in bytes, when loaded with `default_context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub memory_estimate: Option<u64>,
    /// The context that a local one is loaded with unless told otherwise, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_context: Option<u32>,
    /// Whether it is only good for trying things out; such a one is never preselected beside another.
    #[serde(default)]
    pub test_size: bool,
}
