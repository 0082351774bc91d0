//! Entering secrets for pipelines. They can be looked for and replaced, never read.

use std::collections::BTreeSet;

use domain::{Actor, KeySource, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;
use url::Url;

use super::{Towards, handle};
use crate::{
    App, Error,
    api::Nothing,
    providers::{KeepKey, TypedKey},
};

/// The longest secret, in bytes.
const LONGEST: usize = 8192;

/// What a secret is for; it goes nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SecretPlace {
    /// A server, by any address of it; scheme, host and port count.
    Server {
        /// Such as "https://api.github.com".
        address: String,
    },
    /// The environment of programs on this computer.
    Commands,
    /// Signing webhooks.
    Signing,
}

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretParams {
    /// As pipelines call it.
    pub name: String,
    /// What it is for.
    pub place: SecretPlace,
}

/// A secret, as typed.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SecretSetParams {
    /// As pipelines call it.
    pub name: String,
    /// What it is for.
    pub place: SecretPlace,
    /// The secret itself.
    pub value: TypedKey,
    /// Where to keep it.
    #[serde(default)]
    #[ts(as = "Option<KeepKey>")]
    pub keep: KeepKey,
}

/// A secret that was entered; what it is stays where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretEntry {
    /// As pipelines call it.
    pub name: String,
    /// What it is for: a server by its origin.
    pub place: SecretPlace,
    /// Where it is kept.
    pub keep: KeepKey,
    /// Whether it can be used now. One for the session is gone once Web+ ended; a vault may be closed.
    pub present: bool,
    /// When it was entered.
    pub set_at: Timestamp,
    /// Pipelines that name it, by id.
    pub pipelines: Vec<String>,
}

/// Keeps a secret, in place of an older one for the same place.
pub async fn set(app: App, actor: Actor, params: SecretSetParams) -> Result<Nothing, Error> {
    let handle = handle_of(&params.name, &params.place)?;
    let text = params.value.0.trim().to_owned();
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::invalid("That is no secret: it must be one line of text. Copy it again."));
    }
    app.secrets.set(&source_of(params.keep), handle, Secret::new(text)).await?;
    let entry =
        Entered { name: params.name, place: exact(params.place), keep: params.keep, set_at: app.clock.now() };
    change(&app, actor, move |all| {
        all.retain(|other| !other.is(&entry.name, &entry.place));
        all.push(entry);
    })
    .await
}

/// Forgets a secret, wherever it is kept.
pub async fn delete(app: App, actor: Actor, params: SecretParams) -> Result<Nothing, Error> {
    let handle = handle_of(&params.name, &params.place)?;
    for source in super::PLACES {
        match app.secrets.delete(source, handle.clone()).await {
            Ok(()) => {}
            // What can't be opened holds none that could be used.
            Err(error) => tracing::debug!(%error, "a place for secrets was passed over"),
        }
    }
    let place = exact(params.place);
    change(&app, actor, move |all| all.retain(|other| !other.is(&params.name, &place))).await
}

/// All that were entered, by name. No verb gives a value back.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<SecretEntry>, Error> {
    let (entered, rows) = app
        .store
        .read(move |conn| {
            Ok((
                store::settings::get(conn, actor.user_id, KEY)?,
                store::pipelines::list(conn, actor.user_id)?,
            ))
        })
        .await?;
    let mut found = Vec::new();
    for Entered { name, place, keep, set_at } in read(entered) {
        let handle = handle_of(&name, &place)?;
        let present = app.secrets.has(&source_of(keep), handle).await.unwrap_or(false);
        let names = |draft: &Value| {
            draft["secrets"].as_array().is_some_and(|all| all.iter().any(|one| one == name.as_str()))
        };
        let pipelines = rows.iter().filter(|row| names(&row.draft)).map(|row| row.id.clone()).collect();
        found.push(SecretEntry { name, place, keep, present, set_at, pipelines });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The names that can be used: what was entered for a session is gone with it. Keychains aren't asked: they may ask the person.
pub(crate) async fn entered(app: &App, actor: Actor) -> Result<BTreeSet<String>, Error> {
    let row = app.store.read(move |conn| store::settings::get(conn, actor.user_id, KEY)).await?;
    let mut found = BTreeSet::new();
    for Entered { name, place, keep, .. } in read(row) {
        let there = match keep {
            KeepKey::Session => {
                app.secrets.has(&source_of(keep), handle_of(&name, &place)?).await.unwrap_or(false)
            }
            KeepKey::Keychain | KeepKey::Vault => true,
        };
        if there {
            found.insert(name);
        }
    }
    Ok(found)
}

/// The one row that lists what was entered: keychains can't be asked what they hold.
const KEY: &str = "pipeline.secrets";

/// What is kept about a secret in the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entered {
    name: String,
    place: SecretPlace,
    keep: KeepKey,
    set_at: Timestamp,
}

impl Entered {
    fn is(&self, name: &str, place: &SecretPlace) -> bool {
        self.name == name && self.place == *place
    }
}

fn read(value: Option<Value>) -> Vec<Entered> {
    value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

async fn change(
    app: &App,
    actor: Actor,
    change: impl FnOnce(&mut Vec<Entered>) + Send + 'static,
) -> Result<Nothing, Error> {
    app.store
        .write(move |conn| {
            let mut all = read(store::settings::get(conn, actor.user_id, KEY)?);
            change(&mut all);
            store::settings::set(conn, actor.user_id, KEY, &json!(all))
        })
        .await?;
    Ok(Nothing {})
}

/// A server by its origin, however it was typed.
fn exact(place: SecretPlace) -> SecretPlace {
    match place {
        SecretPlace::Server { address } => {
            let origin = Url::parse(address.trim()).ok().and_then(|url| Towards::server(&url).ok());
            let address = origin.map_or(address, |origin| origin.place().to_owned());
            SecretPlace::Server { address }
        }
        other => other,
    }
}

fn source_of(keep: KeepKey) -> KeySource {
    match keep {
        KeepKey::Keychain => KeySource::Keychain,
        KeepKey::Vault => KeySource::Vault,
        KeepKey::Session => KeySource::Session,
    }
}

fn handle_of(name: &str, place: &SecretPlace) -> Result<String, Error> {
    let fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if name.is_empty() || name.len() > 100 || !name.chars().all(fine) {
        return Err(Error::invalid("A secret's name has letters, digits, - and _ only."));
    }
    let towards = match place {
        SecretPlace::Server { address } => {
            let address = Url::parse(address.trim())
                .map_err(|_| Error::invalid("That is no web address. Begin it with https://."))?;
            Towards::server(&address).map_err(|error| Error::invalid(error.message))?
        }
        SecretPlace::Commands => Towards::Commands,
        SecretPlace::Signing => Towards::Signing,
    };
    Ok(handle(name, &towards))
}
