//! The Secret Service (GNOME Keyring, KWallet, KeePassXC). Whether it is locked is asked apart from the store, because
//! the store would open a prompt and wait for it.

use std::{collections::HashMap, sync::Arc};

use ::secret_service::{
    EncryptionType, Error,
    blocking::{Collection, SecretService},
};
use keyring_core::CredentialStore;
use zbus_secret_service_keyring_store::Store;

use super::{super::wording, Platform, SecretError};

pub(in crate::secrets::keychain) struct Native;

impl Platform for Native {
    fn locked(&self) -> Result<bool, SecretError> {
        default_collection(&connect()?)?.is_locked().map_err(|error| explain(&error))
    }

    fn unlock(&self) -> Result<(), SecretError> {
        default_collection(&connect()?)?.unlock().map_err(|error| explain(&error))
    }

    fn has(&self, service: &str, handle: &str) -> Result<bool, SecretError> {
        let connection = connect()?;
        let named = HashMap::from([("service", service), ("username", handle)]);
        let found = connection.search_items(named).map_err(|error| explain(&error))?;
        if !found.unlocked.is_empty() {
            return Ok(true);
        }
        // A locked keychain may hide what it holds, so nothing found there means nothing.
        let locked = !found.locked.is_empty()
            || default_collection(&connection)?.is_locked().map_err(|error| explain(&error))?;
        if locked { Err(wording::locked()) } else { Ok(false) }
    }

    fn open(&self) -> Result<Arc<CredentialStore>, SecretError> {
        Ok(Store::new().map_err(|error| wording::absent(&error))?)
    }
}

/// What the store's "no access" means: no collection, or a locked one.
pub(in crate::secrets::keychain) fn explain_access(
    error: &(dyn std::error::Error + Send + Sync + 'static),
) -> SecretError {
    match error.downcast_ref::<Error>() {
        Some(error) => explain(error),
        None => wording::locked(),
    }
}

/// A connection without encryption: no secret passes over it.
fn connect() -> Result<SecretService<'static>, SecretError> {
    SecretService::connect(EncryptionType::Plain).map_err(|error| wording::absent(&error))
}

fn default_collection<'a>(connection: &'a SecretService<'static>) -> Result<Collection<'a>, SecretError> {
    connection.get_default_collection().map_err(|error| explain(&error))
}

fn explain(error: &Error) -> SecretError {
    match error {
        Error::NoResult => no_collection(),
        Error::Unavailable => wording::absent(error),
        Error::Locked => wording::locked(),
        Error::Prompt | Error::PromptDisconnected => dismissed(),
        other => wording::explain_other(other),
    }
}

fn no_collection() -> SecretError {
    SecretError::Unavailable(
        "The keychain has no keyring yet. Create a default one in your passwords application and try again, or keep the key in a vault under a passphrase, or for this session only."
            .to_owned(),
    )
}

fn dismissed() -> SecretError {
    SecretError::Locked("The keychain was not unlocked. Try again and answer its prompt.".to_owned())
}
