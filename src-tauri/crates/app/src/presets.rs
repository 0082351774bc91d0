//! Presets: saved sets of model, system prompt and parameters.

use domain::{Actor, ModelRef, Parameters, Preset, PresetId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{App, Error, api::Nothing, events::Event};

/// Which preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresetIdParams {
    /// The preset.
    pub id: PresetId,
}

/// A preset to be made or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PresetSaveParams {
    /// Which to change; absent makes a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PresetId>,
    /// 1 to 100 characters.
    pub name: String,
    /// The model, if it chooses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelRef>,
    /// The system prompt.
    pub system_prompt: String,
    /// The parameters.
    pub parameters: Parameters,
}

/// All presets, by name.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<Preset>, Error> {
    Ok(app.store.read(move |conn| store::presets::list(conn, actor.user_id)).await?)
}

/// Makes or changes a preset.
pub async fn save(app: App, actor: Actor, params: PresetSaveParams) -> Result<Preset, Error> {
    let name = params.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Error::invalid("Give the preset a name of 1 to 100 characters."));
    }
    let is_new = params.id.is_none();
    let preset = Preset {
        id: params.id.unwrap_or_else(|| PresetId::new(app.clock.now())),
        name,
        model: params.model,
        system_prompt: params.system_prompt,
        parameters: params.parameters,
    };
    let saved = preset.clone();
    app.store
        .write(move |conn| {
            if is_new {
                store::presets::insert(conn, actor.user_id, &saved)
            } else {
                store::presets::update(conn, actor.user_id, &saved)
            }
        })
        .await?;
    app.bus.publish(Event::PresetChanged);
    Ok(preset)
}

/// Deletes a preset.
pub async fn delete(app: App, actor: Actor, params: PresetIdParams) -> Result<Nothing, Error> {
    app.store.write(move |conn| store::presets::delete(conn, actor.user_id, params.id)).await?;
    app.bus.publish(Event::PresetChanged);
    Ok(Nothing {})
}
