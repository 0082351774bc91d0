//! /api/tags, /api/ps and /api/show.

use domain::{Capability, Model, ModelRef, ModelState, ParameterName, ParameterSpec, Timestamp};
use serde_json::Value;

use crate::{
    json::{number, text},
    parameters::{plain, spec},
};

/// A model in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedModel {
    /// Its name, with its tag.
    pub name: String,
    /// Bytes in all.
    pub memory: u64,
    /// Bytes of these on a GPU.
    pub gpu_memory: u64,
    /// The context that it was loaded with, in tokens; 0 where an old server doesn't tell.
    pub context: u32,
    /// When it will be unloaded; absent where it stays.
    pub expires_at: Option<Timestamp>,
}

impl LoadedModel {
    /// The same, as the shelf shows it.
    pub fn state(&self) -> ModelState {
        ModelState::Loaded {
            memory: self.memory,
            context: self.context,
            gpu_memory: Some(self.gpu_memory),
            expires_at: self.expires_at,
        }
    }
}

/// What /api/show, or a newer /api/tags, tells about a model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelDetails {
    /// What it can do, where the server tells.
    pub capabilities: Vec<Capability>,
    /// The largest context, in tokens.
    pub context: Option<u32>,
    /// "llama" and the like.
    pub family: Option<String>,
    /// "134.52M" and the like.
    pub parameter_size: Option<String>,
    /// "Q4_1" and the like.
    pub quantization: Option<String>,
    /// The context that its own settings name (`num_ctx`), in tokens.
    pub default_context: Option<u32>,
    /// The folder and name of its file, from the `FROM` line.
    pub file: Option<String>,
    /// Why it can't be used, where it can't.
    pub damaged: Option<String>,
}

pub(super) fn details(value: &Value) -> ModelDetails {
    let word =
        |name: &str| text(value, &["details", name]).filter(|text| !text.is_empty()).map(str::to_owned);
    let tokens = |tokens: u64| u32::try_from(tokens).ok().filter(|tokens| *tokens > 0);
    let architecture = text(value, &["model_info", "general.architecture"]).unwrap_or_default();
    let context = number(value, &["details", "context_length"])
        .or_else(|| number(value, &["model_info", &format!("{architecture}.context_length")]));
    let setting = |wanted: &str| {
        let mut lines = value["parameters"].as_str().unwrap_or_default().lines();
        lines.find_map(|line| {
            line.split_once(char::is_whitespace)
                .filter(|(name, _)| *name == wanted)
                .map(|(_, rest)| rest.trim())
        })
    };
    let file =
        value["modelfile"].as_str().unwrap_or_default().lines().find_map(|line| line.strip_prefix("FROM "));
    ModelDetails {
        capabilities: capabilities(value),
        context: context.and_then(tokens),
        family: word("family"),
        parameter_size: word("parameter_size"),
        quantization: word("quantization_level"),
        default_context: setting("num_ctx").and_then(|text| text.parse().ok()),
        file: file.map(|file| file.trim().to_owned()),
        damaged: None,
    }
}

fn capabilities(value: &Value) -> Vec<Capability> {
    let words = value["capabilities"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut found = Vec::new();
    for word in words {
        match word {
            "completion" => found.extend([Capability::Chat, Capability::JsonSchema]),
            "insert" => found.push(Capability::Completion),
            "tools" => found.push(Capability::Tools),
            "vision" => found.push(Capability::Vision),
            "thinking" => found.push(Capability::Reasoning),
            "embedding" => found.push(Capability::Embedding),
            _ => {}
        }
    }
    found
}

pub(super) fn loaded(value: &Value) -> Vec<LoadedModel> {
    let rows = value["models"].as_array().into_iter().flatten();
    rows.filter_map(|row| {
        Some(LoadedModel {
            name: row["name"].as_str()?.to_owned(),
            memory: number(row, &["size"]).unwrap_or(0),
            gpu_memory: number(row, &["size_vram"]).unwrap_or(0),
            context: number(row, &["context_length"])
                .and_then(|tokens| u32::try_from(tokens).ok())
                .unwrap_or(0),
            expires_at: row["expires_at"].as_str().and_then(super::time::parse),
        })
    })
    .collect()
}

/// What the engine takes; thinking only for models that can.
pub(super) fn parameters(context: Option<u32>, thinks: bool) -> Vec<ParameterSpec> {
    let mut specs = vec![
        spec(ParameterName::Temperature, Some(0.0), Some(2.0), Some(0.8)),
        spec(ParameterName::TopP, Some(0.0), Some(1.0), Some(0.9)),
        spec(ParameterName::TopK, Some(1.0), None, Some(40.0)),
        spec(ParameterName::MaxTokens, Some(1.0), None, None),
        spec(ParameterName::ContextSize, Some(1.0), context.map(f64::from), None),
        plain(ParameterName::Seed),
        spec(ParameterName::Stop, None, Some(4.0), None),
        plain(ParameterName::JsonSchema),
    ];
    if thinks {
        specs.push(plain(ParameterName::ReasoningEffort));
    }
    specs
}

/// A model as the shelf shows it, on disk or at the engine's own cloud.
pub(super) fn model(row: &Value, details: &ModelDetails, slug: &str) -> Option<Model> {
    let name = row["name"].as_str()?;
    let state = match (&details.damaged, row["remote_host"].as_str()) {
        (Some(reason), _) => ModelState::Damaged { reason: reason.clone() },
        (None, Some(host)) if !host.is_empty() => ModelState::Remote,
        _ => ModelState::OnDisk,
    };
    let mut capabilities = details.capabilities.clone();
    if capabilities.is_empty() {
        capabilities.push(Capability::Chat);
    }
    let thinks = capabilities.contains(&Capability::Reasoning);
    Some(Model {
        id: ModelRef::new(slug, name).ok()?,
        name: name.strip_suffix(":latest").unwrap_or(name).to_owned(),
        state,
        parameters: parameters(details.context, thinks),
        capabilities,
        context_window: details.context,
        max_output: None,
        size: number(row, &["size"]),
        quantization: details.quantization.clone(),
        family: details.family.clone(),
        parameter_size: details.parameter_size.clone(),
        memory_estimate: None,
        default_context: details.default_context,
        test_size: number(row, &["size"]).is_some_and(|size| size < 200_000_000) && !name.contains("embed"),
    })
}
