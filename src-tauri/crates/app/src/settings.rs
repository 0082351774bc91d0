//! What a person may change, kept with everything else in the database.

use domain::{Actor, ModelRef, UserId};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{App, Error, api::Nothing, events::Event};

/// All settings, with what holds where nothing was set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct Settings {
    /// The model of new conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_model: Option<ModelRef>,
    /// Whether closing the window leaves Web+ in the tray, where there is one.
    pub close_to_tray: bool,
    /// Where starter models are downloaded from; empty for the built-in hub.
    pub hub_url: String,
    /// A list of starter models (JSON) in place of the built-in one; empty for none.
    pub starter_list: String,
    /// Where a newer list of models to choose from is fetched, when that is asked for; empty for nowhere.
    pub catalogue_url: String,
    /// How long a local model may take to its first token, in seconds: 10 to 3600.
    pub first_token_timeout: u32,
    /// The most kilobytes a second that our own downloads take: 32 and up; no limit when absent. Ollama knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_limit: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            default_model: None,
            close_to_tray: false,
            hub_url: String::new(),
            starter_list: String::new(),
            catalogue_url: String::new(),
            first_token_timeout: 300,
            download_limit: None,
        }
    }
}

/// What to change; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct SettingsUpdateParams {
    /// See `Settings`; null for none.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub default_model: Option<Option<ModelRef>>,
    /// See `Settings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_to_tray: Option<bool>,
    /// See `Settings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_url: Option<String>,
    /// See `Settings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starter_list: Option<String>,
    /// See `Settings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue_url: Option<String>,
    /// See `Settings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_timeout: Option<u32>,
    /// See `Settings`; null for none.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub download_limit: Option<Option<u32>>,
}

/// The one row that holds them.
const KEY: &str = "settings";

/// All settings.
pub async fn get(app: App, actor: Actor, _params: Nothing) -> Result<Settings, Error> {
    load(&app, actor.user_id).await
}

/// Changes what is named and answers with all.
pub async fn update(app: App, actor: Actor, params: SettingsUpdateParams) -> Result<Settings, Error> {
    check(&params)?;
    let changes = serde_json::to_value(&params).unwrap_or_default();
    let value = app
        .store
        .write(move |conn| {
            let mut value = store::settings::get(conn, actor.user_id, KEY)?
                .unwrap_or_else(|| Value::Object(serde_json::Map::new()));
            if let (Some(all), Value::Object(changes)) = (value.as_object_mut(), changes) {
                all.extend(changes);
            }
            store::settings::set(conn, actor.user_id, KEY, &value)?;
            Ok(value)
        })
        .await?;
    let settings = lenient(value);
    app.set_first_token_timeout(settings.first_token_timeout);
    app.bus.publish(Event::SettingsChanged);
    Ok(settings)
}

/// A field that stands there, null or not; an absent one never comes here.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

fn check(params: &SettingsUpdateParams) -> Result<(), Error> {
    if params.first_token_timeout.is_some_and(|seconds| !(10..=3600).contains(&seconds)) {
        return Err(Error::invalid("The time to the first token must be between 10 and 3600 seconds."));
    }
    if params.download_limit.flatten().is_some_and(|limit| limit < 32) {
        return Err(Error::invalid("The limit of downloads must be at least 32 kilobytes a second."));
    }
    if let Some(url) = params.hub_url.as_deref().filter(|url| !url.is_empty()) {
        let fine =
            url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !fine {
            return Err(Error::invalid(
                "The hub's address must begin with https:// (or http:// on this computer).",
            ));
        }
    }
    if let Some(url) = params.catalogue_url.as_deref().filter(|url| !url.is_empty()) {
        // Nothing in it is signed: nobody on the way may change what people are offered.
        let is_here = |url: &url::Url| {
            url.scheme() == "http"
                && ["localhost", "127.0.0.1", "[::1]"].contains(&url.host_str().unwrap_or_default())
        };
        if !url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host() || is_here(&url)) {
            return Err(Error::invalid(
                "The list's address must begin with https:// (or http:// on this computer).",
            ));
        }
    }
    if let Some(list) = params.starter_list.as_deref().filter(|list| !list.is_empty()) {
        engine::StarterList::parse(list)?;
    }
    Ok(())
}

pub(crate) async fn load(app: &App, owner: UserId) -> Result<Settings, Error> {
    Ok(app.store.read(move |conn| read(conn, owner)).await?)
}

pub(crate) fn read(conn: &store::Connection, owner: UserId) -> Result<Settings, store::Error> {
    // A value of a newer or older shape falls back field by field, never as a whole.
    Ok(store::settings::get(conn, owner, KEY)?.map(lenient).unwrap_or_default())
}

fn lenient(value: Value) -> Settings {
    if let Ok(settings) = serde_json::from_value(value.clone()) {
        return settings;
    }
    let mut known = serde_json::to_value(Settings::default()).unwrap_or_default();
    for (key, field) in value.as_object().into_iter().flatten() {
        let mut candidate = known.clone();
        if let Some(all) = candidate.as_object_mut() {
            all.insert(key.clone(), field.clone());
        }
        if serde_json::from_value::<Settings>(candidate.clone()).is_ok() {
            known = candidate;
        }
    }
    serde_json::from_value(known).unwrap_or_default()
}

pub(crate) async fn default_model(app: &App, actor: Actor) -> Result<Option<ModelRef>, Error> {
    Ok(load(app, actor.user_id).await?.default_model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let read =
            |json: Value| serde_json::from_value::<SettingsUpdateParams>(json).map(|read| read.default_model);
        assert_eq!(read(serde_json::json!({})).ok(), Some(None));
        assert_eq!(read(serde_json::json!({"defaultModel": null})).ok(), Some(Some(None)));
        let model = ModelRef::new("a", "b").ok();
        assert_eq!(read(serde_json::json!({"defaultModel": "a/b"})).ok(), Some(Some(model)));
    }

    #[test]
    fn one_bad_field_costs_only_itself() {
        let read =
            lenient(serde_json::json!({"closeToTray": true, "firstTokenTimeout": "soon", "unknown": 1}));
        assert_eq!(read, Settings { close_to_tray: true, ..Settings::default() });
    }
}
