//! How a model is loaded, as the person chose: remembered with the model, for every time that it is.

use domain::{Actor, ErrorCode, Model, ModelRef, ProviderKind};
use engine::KvType;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::{Connection, models::ModelRecord};
use ts_rs::TS;

use super::{
    local,
    shelved::{self, Chosen},
};
use crate::{App, Error, gateway};

/// The most threads and layers that make sense.
const MOST: u32 = 4096;
/// The most tokens computed at once: beyond, only memory grows.
const MOST_AT_ONCE: u32 = 16_384;

/// What to remember; an absent field goes back to the engine's own choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ModelLoadSettingsParams {
    /// "provider/name".
    pub id: ModelRef,
    /// What holds for it from now on.
    #[serde(flatten)]
    pub settings: LoadSettings,
}

/// How a model is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct LoadSettings {
    /// Tokens of context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
    /// Layers on a GPU; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_layers: Option<u32>,
    /// How the context's memory is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv_cache: Option<KvType>,
    /// Whether flash attention is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flash_attention: Option<bool>,
    /// Threads to compute with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Tokens of the prompt that are computed at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
    /// Whether the file is mapped into memory instead of being read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mmap: Option<bool>,
}

impl LoadSettings {
    /// As an Ollama is told them.
    pub(crate) fn ollama(&self) -> llm::OllamaLoad {
        llm::OllamaLoad {
            context: self.context,
            gpu_layers: self.gpu_layers,
            threads: self.threads,
            batch: self.batch,
            mmap: self.mmap,
        }
    }

    /// A model shows the context that was chosen as its usual one; more than its own is cut by the engine.
    pub(crate) fn show_in(&self, model: &mut Model) {
        if let Some(context) = self.context {
            model.default_context = Some(model.context_window.map_or(context, |most| context.min(most)));
        }
    }
}

/// What is remembered of a model.
pub(super) async fn of(app: &App, actor: Actor, id: &ModelRef) -> Result<LoadSettings, Error> {
    let wanted = id.clone();
    Ok(app.store.read(move |conn| read(conn, actor, &wanted)).await?)
}

/// The same, within a reading of the database.
pub(crate) fn read(conn: &Connection, actor: Actor, id: &ModelRef) -> Result<LoadSettings, store::Error> {
    match store::models::get(conn, actor.user_id, id) {
        Ok(record) => Ok(serde_json::from_value(record.load_settings).unwrap_or_default()),
        Err(store::Error::NotFound) => Ok(LoadSettings::default()),
        Err(error) => Err(error),
    }
}

/// What is remembered of all models for which something was chosen.
pub(super) async fn all(app: &App, actor: Actor) -> Result<Chosen, Error> {
    let records = app.store.read(move |conn| store::models::list(conn, actor.user_id)).await?;
    let chosen = records.into_iter().filter_map(|record| {
        let settings = serde_json::from_value(record.load_settings).unwrap_or_default();
        Some((record.model, shelved::some(settings)?))
    });
    Ok(chosen.collect())
}

/// Remembers them and answers with the model. What its engine doesn't take is refused with a sentence, so that nobody believes
/// that it holds.
pub(super) async fn set(app: &App, actor: Actor, params: ModelLoadSettingsParams) -> Result<Model, Error> {
    let resolved = gateway::resolve(app, actor, &params.id).await?;
    let model = &resolved.model;
    check(&params.settings, model, resolved.config.kind)?;
    let value = serde_json::to_value(&params.settings).unwrap_or_default();
    remember(app, actor, model.id.clone(), move |settings| {
        for name in ["context", "gpuLayers", "kvCache", "flashAttention", "threads", "batch", "mmap"] {
            settings.remove(name);
        }
        settings.extend(value.as_object().cloned().unwrap_or_default());
    })
    .await?;
    if resolved.config.kind == ProviderKind::Embedded {
        local::refresh_local(app, actor).await?;
    }
    app.models_changed(model.id.provider());
    Ok(gateway::resolve(app, actor, &model.id).await?.model)
}

fn check(wanted: &LoadSettings, model: &Model, kind: ProviderKind) -> Result<(), Error> {
    let own = kind == ProviderKind::Embedded;
    let (who, elsewhere) = match kind {
        ProviderKind::Embedded => ("The built-in engine", "it chooses by itself"),
        ProviderKind::Ollama => {
            ("Ollama", "it holds for all of Ollama's models. Set it under Settings, Engine")
        }
        _ => {
            return Err(Error::invalid(
                "This model is at a provider over the network. How it is loaded is decided there.",
            ));
        }
    };
    let not_taken = [
        ("the type of the context's memory", wanted.kv_cache.is_some(), elsewhere),
        ("flash attention", wanted.flash_attention.is_some(), elsewhere),
        ("how much is computed at once", own && wanted.batch.is_some(), "it chooses by itself"),
        ("how the file is read", own && wanted.mmap.is_some(), "it always maps it into memory"),
    ];
    if wanted.gpu_layers.is_some_and(|layers| layers > MOST)
        || wanted.threads.is_some_and(|threads| !(1..=MOST).contains(&threads))
    {
        return Err(Error::invalid(format!("Choose at most {MOST} layers, and 1 to {MOST} threads.")));
    }
    if wanted.batch.is_some_and(|tokens| !(1..=MOST_AT_ONCE).contains(&tokens)) {
        return Err(Error::invalid(format!("1 to {MOST_AT_ONCE} tokens can be computed at once.")));
    }
    if let Some((what, _, instead)) = not_taken.iter().find(|(_, set, _)| *set) {
        return Err(Error::invalid(format!(
            "{who} takes no setting for {what} of one model: {instead}. Leave it empty."
        )));
    }
    match (wanted.context, model.context_window) {
        (Some(context), Some(most)) if !(1..=most).contains(&context) => {
            Err(Error::invalid(format!("{} takes 1 to {most} tokens of context, not {context}.", model.name)))
        }
        (Some(0), None) => Err(Error::invalid("A context of 0 tokens holds nothing. Choose at least 1.")),
        _ => Ok(()),
    }
}

/// Remembers the context alone.
pub(super) async fn remember_context(
    app: &App,
    actor: Actor,
    id: &ModelRef,
    context: Option<u32>,
) -> Result<(), Error> {
    let Some(context) = context else { return Ok(()) };
    remember(app, actor, id.clone(), move |settings| {
        settings.insert("context".to_owned(), json!(context));
    })
    .await
}

async fn remember(
    app: &App,
    actor: Actor,
    id: ModelRef,
    settings: impl FnOnce(&mut Map<String, Value>) + Send + 'static,
) -> Result<(), Error> {
    change(app, actor, id, move |record| {
        if let Some(kept) = record.load_settings.as_object_mut() {
            settings(kept);
        }
    })
    .await
}

/// Changes what is remembered of a model, of which there may be nothing yet.
pub(super) async fn change(
    app: &App,
    actor: Actor,
    id: ModelRef,
    change: impl FnOnce(&mut ModelRecord) + Send + 'static,
) -> Result<(), Error> {
    let now = app.clock.now();
    let kept = app.store.write(move |conn| {
        let mut record = match store::models::get(conn, actor.user_id, &id) {
            Ok(record) => record,
            Err(store::Error::NotFound) => ModelRecord {
                model: id,
                path: None,
                origin: None,
                sha256: None,
                size: None,
                header: None,
                load_settings: json!({}),
                test_size: false,
                updated_at: now,
            },
            Err(error) => return Err(error),
        };
        change(&mut record);
        store::models::upsert(conn, actor.user_id, &record)
    });
    Ok(kept.await?)
}

/// They go with a model that gets another name; where it came from is known of the old one only.
pub(super) async fn move_to(app: &App, actor: Actor, from: &ModelRef, to: &ModelRef) -> Result<(), Error> {
    let (from, to) = (from.clone(), to.clone());
    let moved = app.store.write(move |conn| {
        let record = store::models::get(conn, actor.user_id, &from)?;
        store::models::delete(conn, actor.user_id, &from)?;
        store::models::upsert(
            conn,
            actor.user_id,
            &ModelRecord { model: to, origin: None, sha256: None, ..record },
        )
    });
    match moved.await {
        Ok(()) | Err(store::Error::NotFound) => Ok(()),
        Err(error) => {
            Err(Error::new(ErrorCode::Internal, "The model's settings could not be moved to its new name.")
                .caused_by(error))
        }
    }
}
