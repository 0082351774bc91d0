//! How a model is loaded: what of a request's options another load is needed for.

use serde_json::{Map, Value, json};

/// How a model of an Ollama is loaded; the server's own choice for what is absent. A request that says it otherwise than the
/// one before loads the model again, so all of them have to say the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OllamaLoad {
    /// Tokens of context.
    pub context: Option<u32>,
    /// Layers on a GPU; 0 for none.
    pub gpu_layers: Option<u32>,
    /// Threads to compute with.
    pub threads: Option<u32>,
    /// Tokens of the prompt that are computed at once.
    pub batch: Option<u32>,
    /// Whether the file is mapped into memory instead of being read.
    pub mmap: Option<bool>,
}

impl OllamaLoad {
    /// Puts what was chosen among the options of a request.
    pub(super) fn put(self, options: &mut Map<String, Value>) {
        let numbers = [
            ("num_ctx", self.context),
            ("num_gpu", self.gpu_layers),
            ("num_thread", self.threads),
            ("num_batch", self.batch),
        ];
        for (name, value) in numbers {
            if let Some(value) = value {
                options.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(mmap) = self.mmap {
            options.insert("use_mmap".to_owned(), json!(mmap));
        }
    }

    /// The same with the context that one request wants, if it wants one.
    pub(super) fn with_context(self, context: Option<u32>) -> Self {
        Self { context: context.or(self.context), ..self }
    }
}
