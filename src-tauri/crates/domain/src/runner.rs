//! What the application and its model runner (a process of its own) say to each other: one JSON value per line, on the
//! runner's stdin and stdout, each line at most `MAX_LINE` bytes. Here because both sides must mean the same.

use serde::{Deserialize, Serialize};

use crate::{ErrorCode, FinishReason, Parameters, Role, TokenUsage};

/// The longest line either side accepts, in bytes. Longer input ends the conversation with an error.
pub const MAX_LINE: usize = 8 * 1024 * 1024;

/// What version of this protocol the runner speaks; told in `RunnerReply::Hello`.
pub const RUNNER_PROTOCOL: u32 = 1;

/// What the application tells the runner. The first must be `Load`; end of input means exit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunnerRequest {
    /// Read a model into memory. Once per process: another model is another process.
    Load {
        /// The GGUF file, absolute.
        path: String,
        /// Tokens of context.
        context: u32,
        /// Threads to compute with.
        threads: u32,
        /// Layers to put on a GPU where the build has one; 0 for none.
        gpu_layers: u32,
        /// Whether the process should confine itself to that file before it reads it.
        confine: bool,
    },
    /// Answer messages.
    Generate {
        /// Chosen by the application; every reply to this carries it.
        id: u64,
        /// System prompt; empty for none (then the template's own default stands).
        system: String,
        /// Oldest first; text only.
        messages: Vec<RunnerMessage>,
        /// Whether the last message is a partial answer to be extended.
        extend: bool,
        /// What to sample with. `context_size` is ignored here: it was settled by `Load`.
        parameters: Parameters,
    },
    /// Stop that generation; answered by its `Finished` with reason `cancelled`.
    Cancel {
        /// Which.
        id: u64,
    },
    /// How many tokens the rendered prompt has.
    Count {
        /// See `Generate`.
        id: u64,
        /// See `Generate`.
        system: String,
        /// See `Generate`.
        messages: Vec<RunnerMessage>,
    },
    /// Make embeddings.
    Embed {
        /// See `Generate`.
        id: u64,
        /// Texts, one vector each.
        texts: Vec<String>,
    },
}

/// One message of the prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerMessage {
    /// Who wrote it.
    pub role: Role,
    /// Its text.
    pub text: String,
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunnerEnd {
    /// By itself.
    Done {
        /// Why.
        reason: FinishReason,
    },
    /// By `Cancel`.
    Cancelled,
}

/// What the runner tells the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum RunnerReply {
    /// First line, before anything is read.
    Hello {
        /// `RUNNER_PROTOCOL`.
        protocol: u32,
        /// The engine's version, for people.
        engine: String,
        /// What this build can compute on: "cpu", "vulkan", "metal".
        backends: Vec<String>,
        /// CPU features that this build needs and this CPU lacks; loading is refused unless empty.
        missing_cpu_features: Vec<String>,
    },
    /// Loading: 0 to 1.
    Loading {
        /// How far.
        progress: f32,
    },
    /// Ready.
    Loaded {
        /// Tokens of context it really has.
        context: u32,
        /// The context it was trained with.
        trained_context: u32,
        /// Whether it has a chat template of its own that we can render.
        chat_template: bool,
        /// Layers on a GPU.
        gpu_layers: u32,
        /// Layers in all.
        layers: u32,
        /// Whether the process is confined.
        confined: bool,
        /// Whether it makes embeddings.
        embedding: bool,
        /// Sentences for the person ("the GPU has too little memory: the CPU is used").
        notices: Vec<String>,
    },
    /// The prompt is being read.
    Prefill {
        /// Which.
        id: u64,
        /// Tokens done (those found in the cache included).
        done: u32,
        /// Tokens in all.
        total: u32,
    },
    /// More text; never half a character.
    Text {
        /// Which.
        id: u64,
        /// The piece.
        text: String,
    },
    /// The end of a generation.
    Finished {
        /// Which.
        id: u64,
        /// Why.
        end: RunnerEnd,
        /// Tokens: `input` newly read, `cache_read` found in the prompt cache, `output` generated.
        usage: TokenUsage,
        /// Milliseconds for the new part of the prompt.
        prompt_ms: f64,
        /// Milliseconds for generating.
        generation_ms: f64,
        /// Something the person should know, e.g. that there was no chat template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<String>,
    },
    /// Answer to `Count`.
    Counted {
        /// Which.
        id: u64,
        /// Tokens of the rendered prompt.
        tokens: u32,
    },
    /// Answer to `Embed`.
    Embedded {
        /// Which.
        id: u64,
        /// One vector per text, normalised.
        vectors: Vec<Vec<f32>>,
        /// Tokens read.
        tokens: u64,
    },
    /// A failure. Without an id it concerns loading, and the process ends.
    Error {
        /// Which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The kind.
        code: ErrorCode,
        /// The sentence: what happened, to what, what to do.
        message: String,
    },
}
