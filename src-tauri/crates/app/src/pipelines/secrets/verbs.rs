//! Entering secrets for pipelines. They can be looked for and replaced, never read.

use domain::{Actor, KeySource, Secret};
use serde::{Deserialize, Serialize};
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

/// Whether a secret is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretState {
    /// Whether it can be used now.
    pub present: bool,
}

/// Keeps a secret, in place of an older one for the same place.
pub async fn set(app: App, _actor: Actor, params: SecretSetParams) -> Result<Nothing, Error> {
    let handle = handle_of(&params.name, &params.place)?;
    let text = params.value.0.trim().to_owned();
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::invalid("That is no secret: it must be one line of text. Copy it again."));
    }
    let source = match params.keep {
        KeepKey::Keychain => KeySource::Keychain,
        KeepKey::Vault => KeySource::Vault,
        KeepKey::Session => KeySource::Session,
    };
    app.secrets.set(&source, handle, Secret::new(text)).await?;
    Ok(Nothing {})
}

/// Forgets a secret, wherever it is kept.
pub async fn delete(app: App, _actor: Actor, params: SecretParams) -> Result<Nothing, Error> {
    let handle = handle_of(&params.name, &params.place)?;
    for source in super::PLACES {
        match app.secrets.delete(source, handle.clone()).await {
            Ok(()) => {}
            // What can't be opened holds none that could be used.
            Err(error) => tracing::debug!(%error, "a place for secrets was passed over"),
        }
    }
    Ok(Nothing {})
}

/// Whether there is one. Steps find what this finds.
pub async fn state(app: App, _actor: Actor, params: SecretParams) -> Result<SecretState, Error> {
    let handle = handle_of(&params.name, &params.place)?;
    Ok(SecretState { present: super::find(&app, &handle).await?.is_some() })
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
