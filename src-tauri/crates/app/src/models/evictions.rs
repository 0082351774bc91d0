//! What would leave memory if a model were loaded now, said before it is.

use domain::{Actor, ErrorCode, ModelRef, ProviderKind};
use engine::{EstimateOptions, Hardware, ollama::OllamaState};
use llm::LoadedModel;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ModelEstimateParams, estimate, hosts, load_settings};
use crate::{App, Error, gateway, ollama};

/// How many models an Ollama keeps in memory where nobody says otherwise, on a processor.
const USUAL_MOST: usize = 3;
/// What the built-in engine loads a model with where nobody says otherwise, in tokens.
const USUAL_CONTEXT: u32 = 4096;

/// What is to be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelEvictionsParams {
    /// "provider/name".
    pub id: ModelRef,
    /// Tokens of context; what it would be loaded with when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
}

/// What loading would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelEvictions {
    /// What would leave memory, in this order.
    pub evicts: Vec<ModelRef>,
    /// What the model needs, in bytes; 0 where that can't be reckoned.
    #[ts(type = "number")]
    pub memory: u64,
    /// What is free now, in bytes.
    #[ts(type = "number")]
    pub free: u64,
}

pub(super) async fn of(
    app: &App,
    actor: Actor,
    params: &ModelEvictionsParams,
) -> Result<ModelEvictions, Error> {
    if params.context == Some(0) {
        return Err(Error::invalid("A context of 0 tokens holds nothing. Choose at least 1."));
    }
    let resolved = gateway::resolve(app, actor, &params.id).await?;
    let id = resolved.model.id.clone();
    let context = match params.context {
        Some(context) => Some(context),
        None => load_settings::of(app, actor, &id).await?.context,
    };
    let free = tokio::task::spawn_blocking(|| Hardware::measure().available_memory).await.unwrap_or(0);
    match resolved.config.kind {
        ProviderKind::Embedded => {
            let context = context.or(resolved.model.default_context).unwrap_or(USUAL_CONTEXT);
            let wanted = ModelEstimateParams { id: id.clone(), context, kv_cache: None };
            let memory = estimate::of(app, actor, &wanted).await?.total;
            let loaded = app.embedded()?.loaded().filter(|loaded| loaded.name != id.name());
            let evicts =
                loaded.and_then(|loaded| ModelRef::new(engine::embedded::PROVIDER, &loaded.name).ok());
            Ok(ModelEvictions { evicts: evicts.into_iter().collect(), memory, free })
        }
        ProviderKind::Ollama => {
            let host = hosts::host(app, actor, id.provider()).await?;
            let context = context.or(resolved.model.default_context);
            let settings = host.settings(app);
            let tokens = context.unwrap_or_else(|| ollama::usual_context(&settings));
            let options = host.load_options(app, actor, &id, tokens).await;
            let memory = memory(app, &host.ollama, id.name(), &options).await;
            let loaded = host.ollama.loaded().await?;
            let (most, has_gpu) = limits(app, &resolved);
            let order = leaving(loaded, id.name(), context, &Room { most, has_gpu, memory, free });
            let evicts = order.iter().filter_map(|name| ModelRef::new(id.provider(), name).ok()).collect();
            Ok(ModelEvictions { evicts, memory, free })
        }
        _ => Err(Error::new(
            ErrorCode::InvalidInput,
            "This model is at a provider over the network. Nothing here makes room for it.",
        )),
    }
}

/// How many models it keeps, and whether it computes on a GPU.
fn limits(app: &App, resolved: &gateway::Resolved) -> (usize, bool) {
    if !resolved.managed {
        return (USUAL_MOST, false);
    }
    let has_gpu = matches!(app.ollama.state(), OllamaState::Ready { devices, .. }
        if devices.iter().any(|device| device.library != "cpu"));
    let most = app.ollama.supervisor().map_or(0, |supervisor| supervisor.settings().max_loaded as usize);
    (if most == 0 { USUAL_MOST } else { most }, has_gpu)
}

async fn memory(app: &App, ollama: &llm::Ollama, name: &str, options: &EstimateOptions) -> u64 {
    let Some((header, digest)) = estimate::header(ollama, name).await else { return 0 };
    let factor = app.learned.of(&digest, &header).at(options.context);
    engine::estimate_with(&header, options).corrected(factor).total
}

struct Room {
    most: usize,
    has_gpu: bool,
    memory: u64,
    free: u64,
}

/// The engine counts models, and with a GPU looks at memory too; who would leave soonest leaves first.
fn leaving(mut loaded: Vec<LoadedModel>, name: &str, context: Option<u32>, room: &Room) -> Vec<String> {
    if let Some(at) = loaded.iter().position(|model| model.name == name) {
        // Another context loads it anew in its own place.
        let there = loaded.swap_remove(at);
        if context.is_none_or(|context| context == there.context) {
            return Vec::new();
        }
    }
    loaded.sort_by_key(|model| model.expires_at.map_or(i64::MAX, domain::Timestamp::millis));
    let mut leaving = Vec::new();
    let (mut left, mut free) = (loaded.len(), room.free);
    for model in loaded {
        let too_many = left + 1 > room.most;
        let too_little = room.has_gpu && free < room.memory;
        if !too_many && !too_little {
            break;
        }
        left -= 1;
        free = free.saturating_add(model.memory);
        leaving.push(model.name);
    }
    leaving
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    fn loaded(name: &str, memory: u64, expires: Option<i64>) -> LoadedModel {
        LoadedModel {
            name: name.to_owned(),
            memory,
            gpu_memory: 0,
            context: 4096,
            expires_at: expires.map(Timestamp::from_millis),
        }
    }

    #[test]
    fn who_would_leave_soonest_leaves_first() {
        let three = || vec![loaded("a", 10, None), loaded("b", 10, Some(5)), loaded("c", 10, Some(9))];
        let room = Room { most: 3, has_gpu: false, memory: 100, free: 0 };
        assert_eq!(leaving(three(), "d", None, &room), ["b"]);
        assert_eq!(leaving(three(), "a", None, &room), [""; 0], "it is there");
        assert_eq!(leaving(three(), "a", Some(8192), &room), [""; 0], "it takes its own place");
        let gpu = Room { most: 9, has_gpu: true, memory: 15, free: 0 };
        assert_eq!(leaving(three(), "d", None, &gpu), ["b", "c"]);
    }
}
