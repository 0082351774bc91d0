//! The list as it is told: each model with how the person wants it loaded.

use domain::{Actor, Model, ModelRef};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{LoadSettings, ModelListParams, ModelListProblem, load_settings};
use crate::{App, Error};

/// A model, and how it is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ShelvedModel {
    /// The model.
    #[serde(flatten)]
    pub model: Model,
    /// What the person chose for it; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_settings: Option<LoadSettings>,
}

/// All models, and what could not be listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ModelList")]
pub struct ShelvedList {
    /// Local ones first.
    pub models: Vec<ShelvedModel>,
    /// Providers that could not be asked.
    pub problems: Vec<ModelListProblem>,
}

pub(super) async fn list(app: &App, actor: Actor, params: ModelListParams) -> Result<ShelvedList, Error> {
    let list = super::list(app.clone(), actor, params).await?;
    let mut chosen = load_settings::all(app, actor).await?;
    let shelved = |mut model: Model| {
        let load_settings = chosen.remove(&model.id);
        if let Some(settings) = &load_settings {
            settings.show_in(&mut model);
        }
        ShelvedModel { model, load_settings }
    };
    Ok(ShelvedList { models: list.models.into_iter().map(shelved).collect(), problems: list.problems })
}

pub(super) async fn one(app: &App, actor: Actor, model: Model) -> Result<ShelvedModel, Error> {
    let chosen = load_settings::of(app, actor, &model.id).await?;
    Ok(ShelvedModel { load_settings: some(chosen), model })
}

/// Nothing chosen is nothing told.
pub(super) fn some(chosen: LoadSettings) -> Option<LoadSettings> {
    (chosen != LoadSettings::default()).then_some(chosen)
}

/// By model.
pub(super) type Chosen = std::collections::HashMap<ModelRef, LoadSettings>;
