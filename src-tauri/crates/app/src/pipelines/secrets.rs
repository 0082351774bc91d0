//! Named secrets of pipelines. A definition says `secret://NAME`; the value is looked up only here, just before it is used, and
//! only towards the place that it was entered for. It never enters inputs, results, logs or events.

mod verbs;

use domain::{ErrorCode, KeySource, Secret};
use pipeline::Capability;

use super::step::{StepCall, StepError};
use crate::{
    App, Error,
    secrets::{SecretError, origin_of},
};

pub use verbs::*;

/// Where is looked, in this order: what is kept for this session only was entered last.
const PLACES: &[KeySource] = &[KeySource::Session, KeySource::Vault, KeySource::Keychain];

/// Where a secret goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Towards {
    /// A server: scheme, host and port.
    Origin(String),
    /// The environment of a program on this computer.
    Commands,
    /// A signature that is made here; the secret itself goes nowhere.
    Signing,
}

impl Towards {
    /// The server of an address.
    pub(crate) fn server(address: &url::Url) -> Result<Self, StepError> {
        origin_of(address.as_str()).map(Self::Origin).map_err(|error| StepError::invalid(error.to_string()))
    }

    /// As it stands in the handle.
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::Origin(origin) => origin,
            Self::Commands => "commands",
            Self::Signing => "signing",
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Origin(origin) => format!("for {origin}"),
            Self::Commands => "for commands".to_owned(),
            Self::Signing => "for signing".to_owned(),
        }
    }
}

/// The name under which a secret is kept.
pub(crate) fn handle(name: &str, towards: &Towards) -> String {
    format!("pipeline/{name}/{}", towards.place())
}

/// The text with the references that the definition itself has replaced by their values.
pub(crate) async fn resolve(call: &StepCall, text: &str, towards: &Towards) -> Result<String, StepError> {
    let names = pipeline::secret_names(text);
    let mut values: Vec<(String, Secret)> = Vec::new();
    for name in names {
        if values.iter().all(|(known, _)| known != name) {
            values.push((name.to_owned(), get(call, name, towards).await?));
        }
    }
    pipeline::resolve(text, |name| {
        let found = values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.expose().to_owned()).ok_or_else(|| missing(name, towards))
    })
}

async fn get(call: &StepCall, name: &str, towards: &Towards) -> Result<Secret, StepError> {
    call.allowed.check(Capability::Secrets)?;
    if !call.definition.secrets.iter().any(|known| known == name) {
        return Err(StepError::invalid(format!(
            "\"{name}\" isn't among the secrets of this pipeline. Add it under \"secrets\"."
        )));
    }
    let secret = find(&call.app, &handle(name, towards)).await?.ok_or_else(|| missing(name, towards))?;
    call.tell.hide(&secret);
    Ok(secret)
}

/// The secret under this handle. A closed vault is passed over; a keychain that doesn't answer is told.
async fn find(app: &App, handle: &str) -> Result<Option<Secret>, Error> {
    for source in PLACES {
        match app.secrets.get(source, handle.to_owned()).await {
            Ok(Some(secret)) => return Ok(Some(secret)),
            Ok(None) => {}
            Err(SecretError::Locked(_)) if *source == KeySource::Vault => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn missing(name: &str, towards: &Towards) -> StepError {
    StepError::new(
        ErrorCode::Forbidden,
        format!(
            "There is no secret \"{name}\" {}. Enter it on the pipeline's page, then run it again.",
            towards.in_words()
        ),
    )
}
