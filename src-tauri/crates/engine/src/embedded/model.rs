//! A model's file on this disk, and how the shelf shows it.

use std::path::{Path, PathBuf};

use domain::{Capability, Model, ModelRef, ModelState, ParameterName, ParameterSpec};
use serde::{Deserialize, Serialize};

use super::{EngineState, PROVIDER};
use crate::{
    estimate::{Factors, MemoryEstimate, estimate},
    failure::bytes,
    gguf::{self, GgufHeader},
    hardware::Hardware,
};

/// A model on this disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalModel {
    /// Its name, without the provider's slug.
    pub name: String,
    /// Its file, absolute; the first where it is split.
    pub path: PathBuf,
    /// Its size in bytes, of all its files.
    pub size: u64,
    /// What the file says of itself.
    pub header: GgufHeader,
    /// What the person sees.
    pub display_name: String,
    /// Whether it is only good for trying things out.
    pub test_size: bool,
    /// Tokens of context, if the person chose.
    pub context: Option<u32>,
    /// Layers on a GPU, if the person chose.
    #[serde(default)]
    pub gpu_layers: Option<u32>,
    /// Threads to compute with, if the person chose.
    #[serde(default)]
    pub threads: Option<u32>,
    /// What tells its content from others': its digest, where that is known.
    #[serde(default)]
    pub content: String,
    /// How far off estimates of its memory were.
    #[serde(default)]
    pub learned: Factors,
    /// Whether the person wants it loaded though it may not fit.
    pub force: bool,
    /// What is wrong with its file, if something is.
    pub damaged: Option<String>,
}

impl LocalModel {
    /// What is wrong with the file of a model that had `size` bytes when it was added: a sentence, or nothing.
    pub fn fault(path: &Path, size: u64) -> Option<String> {
        let Ok(found) = gguf::size_of(path) else {
            return Some("The model's file is gone. Remove the model and add it again.".to_owned());
        };
        if found == size {
            return None;
        }
        let (is, was) = (bytes(found), bytes(size));
        Some(if is == was {
            "The model's file was changed after it was added. Remove the model and add it again.".to_owned()
        } else {
            format!("The model's file has {is} instead of {was}. Remove the model and add it again.")
        })
    }

    /// The same for a file that was cut since the models were last looked at. One that is gone is for the runner to miss.
    pub(super) fn cut(&self) -> Option<String> {
        self.path.exists().then(|| Self::fault(&self.path, self.size)).flatten()
    }

    /// What it takes with a context of so many tokens, corrected by what it took before.
    pub fn estimate(&self, context: u32) -> MemoryEstimate {
        estimate(&self.header, self.size, context).corrected(self.learned.at(context))
    }

    /// The context it is loaded with on the given machine, in tokens.
    pub fn default_context(&self, hardware: &Hardware) -> u32 {
        self.context.unwrap_or_else(|| hardware.default_context(&self.header, self.size))
    }

    /// How the shelf shows it; `None` for a name that can't be one.
    pub(super) fn shown(&self, hardware: &Hardware, engine: &EngineState) -> Option<Model> {
        let context = self.default_context(hardware);
        Some(Model {
            id: ModelRef::new(PROVIDER, &self.name).ok()?,
            name: self.display_name.clone(),
            state: self.state(engine),
            capabilities: self.capabilities(),
            parameters: self.parameters(),
            context_window: self.header.context_length,
            max_output: None,
            size: Some(self.size),
            quantization: self.header.quantization.clone(),
            family: Some(self.header.architecture.clone()),
            parameter_size: Some(self.header.parameter_size()),
            memory_estimate: Some(self.estimate(context).total),
            default_context: Some(context),
            test_size: self.test_size,
        })
    }

    fn state(&self, engine: &EngineState) -> ModelState {
        if let Some(reason) = &self.damaged {
            return ModelState::Damaged { reason: reason.clone() };
        }
        match engine {
            EngineState::Loading { name, progress } if *name == self.name => {
                ModelState::Loading { progress: *progress }
            }
            EngineState::Loaded { model } if model.name == self.name => ModelState::Loaded {
                memory: model.memory,
                context: model.context,
                gpu_memory: None,
                expires_at: None,
            },
            _ => ModelState::OnDisk,
        }
    }

    fn capabilities(&self) -> Vec<Capability> {
        if self.header.embedding {
            return vec![Capability::Embedding];
        }
        let mut capabilities = vec![
            if self.header.chat_template { Capability::Chat } else { Capability::Completion },
            Capability::JsonSchema,
        ];
        if self.header.reasoning {
            capabilities.push(Capability::Reasoning);
        }
        capabilities
    }

    fn parameters(&self) -> Vec<ParameterSpec> {
        let spec = |name, min, max| ParameterSpec { name, min, max, default: None };
        let trained = self.header.context_length.map(f64::from);
        vec![
            spec(ParameterName::Temperature, Some(0.0), Some(2.0)),
            spec(ParameterName::TopP, Some(0.0), Some(1.0)),
            spec(ParameterName::TopK, Some(1.0), None),
            spec(ParameterName::MaxTokens, Some(1.0), None),
            spec(ParameterName::ContextSize, Some(256.0), trained),
            spec(ParameterName::Seed, Some(0.0), None),
            spec(ParameterName::Stop, None, Some(4.0)),
            spec(ParameterName::JsonSchema, None, None),
        ]
    }
}
