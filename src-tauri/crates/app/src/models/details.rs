//! All that is known of a model: its papers, as its engine or its file tells them.

use domain::{Actor, ModelRef, ProviderKind, Timestamp};
use engine::{GgufHeader, Library, Reference, TensorSum, embedded::PROVIDER};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    hosts::{self, Host, on_disk},
    pulled,
};
use crate::{App, Error, conversations::missing, gateway};

/// Longer values of a file's metadata are shortened, in characters.
const LONGEST: usize = 2000;

/// A model's papers. What its engine doesn't tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct ModelDetails {
    /// What it was made from, as Ollama writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelfile: Option<String>,
    /// How a conversation is written for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Its own settings, a line each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
    /// Its own system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Its licence, or what it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// What its file says of itself.
    pub metadata: Vec<ModelFact>,
    /// Its tensors by how they are packed, the largest first.
    pub tensors: Vec<ModelTensors>,
    /// Its file on this computer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What tells this version of it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When it was last changed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<Timestamp>,
}

/// One thing that a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelFact {
    /// "llama.context_length" and the like.
    pub key: String,
    /// Its value as text.
    pub value: String,
}

/// Tensors that are packed the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelTensors {
    /// "Q4_K" and the like.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
    /// Parameters that they hold.
    #[ts(type = "number")]
    pub parameters: u64,
    /// Bytes of all of them; 0 where the packing isn't known here.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl From<TensorSum> for ModelTensors {
    fn from(sum: TensorSum) -> Self {
        Self { kind: sum.kind, count: sum.count, parameters: sum.elements, bytes: sum.bytes }
    }
}

pub(super) async fn show(app: &App, actor: Actor, id: &ModelRef) -> Result<ModelDetails, Error> {
    if id.provider() == PROVIDER {
        return embedded(app, actor, id).await;
    }
    let resolved = gateway::resolve(app, actor, id).await?;
    if resolved.config.kind != ProviderKind::Ollama {
        return Err(Error::invalid(
            "This model is at a provider over the network, which tells no more of it than the list shows.",
        ));
    }
    let host = hosts::host(app, actor, id.provider()).await?;
    let told = host.ollama.show_whole(resolved.model.id.name()).await?;
    let mut details = papers(&told);
    details.metadata.extend(layers(app, details.file.as_deref()));
    if let Some(library) = host.library(app, actor).await {
        let reference = Host::reference(&resolved.model.id)?;
        (details.digest, details.modified_at) = on_disk(move || manifest(&library, &reference)).await?;
    }
    Ok(details)
}

/// Where the layers of a model lay when an Ollama of ours loaded it last, as its log told.
fn layers(app: &App, file: Option<&str>) -> Option<ModelFact> {
    let loads = app.ollama.supervisor().ok()?.loads();
    let (gpu, all) = loads.iter().rev().find(|load| Some(load.model.as_str()) == file)?.layers?;
    Some(ModelFact {
        key: "layers on the GPU".to_owned(),
        value: format!("{gpu} of {all}, when it was loaded last"),
    })
}

/// The digest of a model's manifest, and when it was written.
fn manifest(
    library: &Library,
    reference: &Reference,
) -> Result<(Option<String>, Option<Timestamp>), llm::Error> {
    let Some(model) = library.model(reference)? else { return Ok((None, None)) };
    let digest = pulled::digest(&model);
    let since = model.modified.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since.and_then(|since| i64::try_from(since.as_millis()).ok()).map(Timestamp::from_millis);
    Ok((digest, modified))
}

fn papers(told: &Value) -> ModelDetails {
    let text = |name: &str| told[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let modelfile = text("modelfile");
    let file = modelfile.as_deref().and_then(|lines| {
        let from = lines.lines().find_map(|line| line.strip_prefix("FROM "))?.trim();
        std::path::Path::new(from).is_absolute().then(|| from.to_owned())
    });
    ModelDetails {
        template: text("template"),
        parameters: text("parameters"),
        system: text("system"),
        license: text("license"),
        metadata: facts(&told["model_info"]),
        tensors: tensors(&told["tensors"]),
        modelfile,
        file,
        digest: None,
        modified_at: None,
    }
}

fn facts(told: &Value) -> Vec<ModelFact> {
    let fact = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text.chars().take(LONGEST).collect(),
            Value::Array(_) | Value::Object(_) => value.to_string().chars().take(LONGEST).collect(),
            other => other.to_string(),
        };
        Some(ModelFact { key: key.clone(), value })
    };
    told.as_object().into_iter().flatten().filter_map(fact).collect()
}

fn tensors(told: &Value) -> Vec<ModelTensors> {
    let mut sums: Vec<ModelTensors> = Vec::new();
    for tensor in told.as_array().into_iter().flatten() {
        let Some(kind) = tensor["type"].as_str() else { continue };
        let sizes = tensor["shape"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let elements = sizes.fold(1_u64, u64::saturating_mul);
        let bytes = packing(kind).map_or(0, |(block, size)| (elements / block).saturating_mul(size));
        if let Some(sum) = sums.iter_mut().find(|sum| sum.kind == kind) {
            sum.count += 1;
            sum.parameters = sum.parameters.saturating_add(elements);
            sum.bytes = sum.bytes.saturating_add(bytes);
        } else {
            let kind = kind.to_owned();
            sums.push(ModelTensors { kind, count: 1, parameters: elements, bytes });
        }
    }
    sums.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.kind.cmp(&b.kind)));
    sums
}

/// How many elements a block of a packing has, and in how many bytes.
fn packing(kind: &str) -> Option<(u64, u64)> {
    Some(match kind {
        "F64" => (1, 8),
        "F32" => (1, 4),
        "F16" | "BF16" => (1, 2),
        "Q8_0" => (32, 34),
        "Q5_1" => (32, 24),
        "Q5_0" => (32, 22),
        "Q4_1" => (32, 20),
        "Q4_0" | "IQ4_NL" => (32, 18),
        "MXFP4" => (32, 17),
        "Q8_K" => (256, 292),
        "Q6_K" => (256, 210),
        "Q5_K" => (256, 176),
        "Q4_K" => (256, 144),
        "IQ4_XS" => (256, 136),
        "Q3_K" | "IQ3_S" => (256, 110),
        "IQ3_XXS" => (256, 98),
        "Q2_K" => (256, 84),
        "IQ2_S" => (256, 82),
        "IQ2_XS" => (256, 74),
        "IQ2_XXS" | "TQ2_0" => (256, 66),
        "IQ1_M" => (256, 56),
        "TQ1_0" => (256, 54),
        "IQ1_S" => (256, 50),
        _ => return None,
    })
}

/// From what was noted when its file was added.
async fn embedded(app: &App, actor: Actor, id: &ModelRef) -> Result<ModelDetails, Error> {
    let wanted = id.clone();
    let record = app
        .store
        .read(move |conn| store::models::get(conn, actor.user_id, &wanted))
        .await
        .map_err(|error| missing(error, "model"))?;
    let mut header = record.header.unwrap_or_default();
    let known = serde_json::from_value::<GgufHeader>(header.clone()).ok();
    let file = record.path.map(|name| app.models_dir().join(name));
    let mut packings = known.as_ref().map(|known| known.packings.clone()).unwrap_or_default();
    if packings.is_empty()
        && let Some(file) = file.clone()
    {
        // One that was added before this was noted; what can't be read has no summary.
        packings = on_disk(move || Ok(GgufHeader::of_parts(&engine::parts_of(&file))?.packings))
            .await
            .unwrap_or_default();
    }
    if let Some(header) = header.as_object_mut() {
        header.remove("packings");
    }
    Ok(ModelDetails {
        license: known.and_then(|known| known.license),
        metadata: facts(&header),
        tensors: packings.into_iter().map(ModelTensors::from).collect(),
        file: file.map(|file| file.to_string_lossy().into_owned()),
        digest: record.sha256,
        modified_at: Some(record.updated_at),
        ..ModelDetails::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tensors_are_summed_by_how_they_are_packed() {
        let told = json!([
            {"name": "a", "type": "F32", "shape": [576]},
            {"name": "b", "type": "Q4_1", "shape": [576, 192]},
            {"name": "c", "type": "Q4_1", "shape": [576, 192]},
            {"name": "d", "type": "NEW", "shape": [9]},
        ]);
        let sum = |kind: &str, count, parameters, bytes| ModelTensors {
            kind: kind.to_owned(),
            count,
            parameters,
            bytes,
        };
        assert_eq!(
            tensors(&told),
            [sum("Q4_1", 2, 221_184, 138_240), sum("F32", 1, 576, 2304), sum("NEW", 1, 9, 0)]
        );
    }
}
