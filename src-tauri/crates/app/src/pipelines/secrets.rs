//! Named secrets of pipelines. A definition says `secret://NAME`; the value is looked up only here, just before it is used, and
//! only towards the place that it was entered for. It never enters inputs, results, logs or events.

use domain::{ErrorCode, KeySource, Secret};
use pipeline::Capability;

use super::step::{StepCall, StepError};
use crate::secrets::origin_of;

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
    let handle = handle(name, towards);
    // One that is kept for this session only goes first: it was entered last.
    for source in [KeySource::Session, KeySource::Keychain] {
        let found = call.app.secrets.get(&source, handle.clone()).await;
        if let Some(secret) = found.map_err(crate::Error::from)? {
            call.tell.hide(&secret);
            return Ok(secret);
        }
    }
    Err(missing(name, towards))
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
