//! Where keys are kept, and whether each provider's can be had.

use std::sync::Arc;

use domain::{KeySource, KeyState, Provider, ProviderKind};
use futures_util::future::join_all;

use super::{
    check::{Check, CheckStatus, Finding},
    patient::Patient,
    timed::timed,
};
use crate::ollama;

pub(super) async fn keychain(patient: Arc<Patient>) -> Finding {
    match patient.options.keychain.probe().await {
        Ok(()) => Finding::fine("The system’s keychain can be used."),
        Err(problem) => Finding::split(CheckStatus::Warn, &problem.to_string()),
    }
}

/// One check for each provider that is in use; the engines on this computer have their own.
pub(super) async fn providers(patient: &Patient) -> Vec<Check> {
    let Some(records) = patient.records().await else { return Vec::new() };
    let outside = patient.secrets();
    let secrets = patient.app.as_ref().map_or(&outside, |app| &app.secrets);
    let used = records.providers.iter().filter(|provider| {
        provider.enabled && provider.kind != ProviderKind::Embedded && provider.slug != ollama::SLUG
    });
    let running = patient.app.is_some();
    join_all(used.map(|provider| {
        timed(format!("provider.{}", provider.slug), provider.name.clone(), async move {
            judged(provider, secrets.state(provider).await, running)
        })
    }))
    .await
}

fn judged(provider: &Provider, state: KeyState, running: bool) -> Finding {
    let Provider { name, base_url, key_source, .. } = provider;
    match state {
        KeyState::Present | KeyState::NotNeeded => Finding::fine(format!("{name} at {base_url} is set up.")),
        KeyState::Missing if !running && *key_source == KeySource::Session => Finding::fine(format!(
            "The key of {name} is with a running Web+ only, and can’t be seen from here."
        )),
        KeyState::Missing => {
            Finding::fail(format!("The key of {name} is gone."), "Enter it again under Settings, Providers.")
        }
        KeyState::Locked if *key_source == KeySource::Vault => Finding::fail(
            format!("The key of {name} is in the vault, which is closed."),
            "Enter its passphrase under Settings, Providers, or name a file that holds it in WEBPLUS_VAULT_PASSPHRASE_FILE.",
        ),
        KeyState::Locked => Finding::fail(
            format!("The key of {name} is in a locked keychain."),
            "Unlock the keychain and try again.",
        ),
        KeyState::Unavailable => Finding::fail(
            format!("The key of {name} is in a keychain that is not there."),
            "Start the system’s keychain, or enter the key again for this session.",
        ),
    }
}
