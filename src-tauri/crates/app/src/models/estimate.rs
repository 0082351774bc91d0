//! How much memory a model needs, reckoned from its file's header before it is loaded.

use std::path::PathBuf;

use domain::{Actor, ErrorCode, ModelRef, ProviderKind};
use engine::{EstimateOptions, GgufHeader, KvType, MemoryEstimate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{hosts, learned};
use crate::{App, Error, conversations::missing, gateway};

/// Whose memory is reckoned, and how it would be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ModelEstimateParams {
    /// "provider/name".
    pub id: ModelRef,
    /// Tokens of context, at least 1.
    pub context: u32,
    /// How the context's memory is kept; as its engine is set when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kv_cache: Option<KvType>,
}

/// What a model takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelEstimate {
    /// The weights, those of a projector and of adapters included.
    #[ts(type = "number")]
    pub weights: u64,
    /// What is kept of the context.
    #[ts(type = "number")]
    pub kv: u64,
    /// Room to compute in, and the process.
    #[ts(type = "number")]
    pub compute: u64,
    /// All of it.
    #[ts(type = "number")]
    pub total: u64,
    /// What may come on top as the model is used: prompts of earlier chats that the engine keeps, at most.
    #[ts(type = "number")]
    pub prompt_cache: u64,
    /// Whether that is all: some architectures keep the context in a way that can't be reckoned.
    pub known: bool,
}

impl From<MemoryEstimate> for ModelEstimate {
    fn from(estimate: MemoryEstimate) -> Self {
        Self {
            weights: estimate.weights,
            kv: estimate.kv,
            compute: estimate.total.saturating_sub(estimate.weights).saturating_sub(estimate.kv),
            total: estimate.total,
            prompt_cache: estimate.prompt_cache,
            known: estimate.known,
        }
    }
}

pub(super) async fn of(
    app: &App,
    actor: Actor,
    params: &ModelEstimateParams,
) -> Result<ModelEstimate, Error> {
    if params.context == 0 {
        return Err(Error::invalid("A context of 0 tokens holds nothing. Choose at least 1."));
    }
    let loaded = |options: EstimateOptions| match params.kv_cache {
        Some(kept) => EstimateOptions { kv_key: kept, kv_value: kept, ..options },
        None => options,
    };
    if params.id.provider() == engine::embedded::PROVIDER {
        let (header, size, content) = noted(app, actor, &params.id).await?;
        let options = EstimateOptions { file_size: Some(size), ..EstimateOptions::embedded(params.context) };
        let factor = app.learned.of(&content, &header).at(params.context);
        return Ok(engine::estimate_with(&header, &loaded(options)).corrected(factor).into());
    }
    let resolved = gateway::resolve(app, actor, &params.id).await?;
    if resolved.config.kind != ProviderKind::Ollama {
        return Err(Error::invalid("This model is at a provider over the network. It takes no memory here."));
    }
    let host = hosts::host(app, actor, params.id.provider()).await?;
    let (header, content) = header(&host.ollama, resolved.model.id.name()).await.ok_or_else(|| {
        Error::new(
            ErrorCode::ReadOnly,
            "The model's file can't be read from here, so its memory can't be reckoned. It can be loaded all the same.",
        )
    })?;
    let factor = app.learned.of(&content, &header).at(params.context);
    let options = host.load_options(app, actor, &resolved.model.id, params.context).await;
    Ok(engine::estimate_with(&header, &loaded(options)).corrected(factor).into())
}

/// The header that was read when the model was added, so that the file isn't touched; the file's size, and its digest.
async fn noted(app: &App, actor: Actor, id: &ModelRef) -> Result<(GgufHeader, u64, String), Error> {
    let wanted = id.clone();
    let record = app
        .store
        .read(move |conn| store::models::get(conn, actor.user_id, &wanted))
        .await
        .map_err(|error| missing(error, "model"))?;
    let header = record.header.and_then(|header| serde_json::from_value(header).ok());
    let content = record.sha256.unwrap_or_default();
    header.zip(record.size).map(|(header, size)| (header, size, content)).ok_or_else(|| {
        Error::new(
            ErrorCode::ModelDamaged,
            "What the model's file says of itself is missing. Remove the model and add it again.",
        )
    })
}

/// The header of a model of an Ollama and the digest of its file, where that can be read.
pub(super) async fn header(ollama: &llm::Ollama, name: &str) -> Option<(GgufHeader, String)> {
    let file = PathBuf::from(ollama.show(name).await.ok()?.file?);
    let content = learned::digest_of(&file);
    let header = tokio::task::spawn_blocking(move || GgufHeader::of_file(&file).ok()).await.ok()??;
    Some((header, content))
}
