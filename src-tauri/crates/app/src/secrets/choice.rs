//! Which store a provider's key is in, and whether the provider may have it.
//!
//! Deliberately not here: a silent change from one store to another. What the person chose is what is asked.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use domain::{KeySource, KeyState, Provider, Secret};

use super::{MemorySecrets, SecretError, SecretStore, handle, origin_of};

/// Reads a variable of the environment.
pub type ReadVariable = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// All the stores behind one door, chosen by [`KeySource`].
pub struct Secrets {
    keychain: Arc<dyn SecretStore>,
    vault: RwLock<Option<Arc<dyn SecretStore>>>,
    session: MemorySecrets,
    variable: ReadVariable,
}

impl Secrets {
    /// The stores of this process. The vault may come later, with [`Self::use_vault`].
    pub fn new(
        keychain: Arc<dyn SecretStore>,
        vault: Option<Arc<dyn SecretStore>>,
        variable: ReadVariable,
    ) -> Self {
        Self { keychain, vault: RwLock::new(vault), session: MemorySecrets::new(), variable }
    }

    /// Uses this vault from now on: its passphrase was just entered.
    pub fn use_vault(&self, vault: Arc<dyn SecretStore>) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = Some(vault);
    }

    /// The provider's key, if the provider is still at the origin that the key was entered for. `None` when it needs
    /// none, or when the key must be entered (again).
    pub async fn key(&self, provider: &Provider) -> Result<Option<Secret>, SecretError> {
        match bound_handle(provider) {
            Some(handle) => self.get(&provider.key_source, handle).await,
            None => Ok(None),
        }
    }

    /// Whether the provider's key can be used now. Prompts nobody where the platform allows that, and never fails.
    pub async fn state(&self, provider: &Provider) -> KeyState {
        if provider.key_source == KeySource::None {
            return KeyState::NotNeeded;
        }
        let Some(handle) = bound_handle(provider) else { return KeyState::Missing };
        let found = match self.store(&provider.key_source) {
            Ok(Place::Store(store)) => store.has(handle).await,
            Ok(Place::Session) => self.session.has(handle).await,
            Ok(Place::Variable(name)) => Ok(self.read(&name).is_some()),
            Ok(Place::Nowhere) => Ok(false),
            Err(error) => Err(error),
        };
        match found {
            Ok(true) => KeyState::Present,
            Ok(false) => KeyState::Missing,
            Err(SecretError::Locked(_)) => KeyState::Locked,
            Err(SecretError::Unavailable(_) | SecretError::Failed(_)) => KeyState::Unavailable,
        }
    }

    /// The secret under this handle; a variable of the environment has no handle, its name says all.
    pub async fn get(&self, source: &KeySource, handle: String) -> Result<Option<Secret>, SecretError> {
        match self.store(source)? {
            Place::Store(store) => store.get(handle).await,
            Place::Session => self.session.get(handle).await,
            Place::Variable(name) => Ok(self.read(&name)),
            Place::Nowhere => Ok(None),
        }
    }

    /// Whether there is one under this handle, found out without a prompt where the platform allows that.
    pub async fn has(&self, source: &KeySource, handle: String) -> Result<bool, SecretError> {
        match self.store(source)? {
            Place::Store(store) => store.has(handle).await,
            Place::Session => self.session.has(handle).await,
            Place::Variable(name) => Ok(self.read(&name).is_some()),
            Place::Nowhere => Ok(false),
        }
    }

    /// Keeps a secret. Variables of the environment are only read.
    pub async fn set(&self, source: &KeySource, handle: String, secret: Secret) -> Result<(), SecretError> {
        match self.store(source)? {
            Place::Store(store) => store.set(handle, secret).await,
            Place::Session => self.session.set(handle, secret).await,
            Place::Variable(name) => Err(SecretError::Failed(format!(
                "This key is read from the environment variable {name}. Set it there and start Web+ again."
            ))),
            Place::Nowhere => Err(SecretError::Failed(
                "This provider is set up without a key. Choose where to keep one, then enter it.".to_owned(),
            )),
        }
    }

    /// Forgets a secret. A variable of the environment stays as it is.
    pub async fn delete(&self, source: &KeySource, handle: String) -> Result<(), SecretError> {
        match self.store(source)? {
            Place::Store(store) => store.delete(handle).await,
            Place::Session => self.session.delete(handle).await,
            Place::Variable(_) | Place::Nowhere => Ok(()),
        }
    }

    /// Whether keys can be kept there now, found out without a prompt where the platform allows that.
    pub async fn probe(&self, source: &KeySource) -> Result<(), SecretError> {
        match self.store(source)? {
            Place::Store(store) => store.probe().await,
            Place::Session | Place::Variable(_) | Place::Nowhere => Ok(()),
        }
    }

    fn store(&self, source: &KeySource) -> Result<Place, SecretError> {
        Ok(match source {
            KeySource::None => Place::Nowhere,
            KeySource::Keychain => Place::Store(Arc::clone(&self.keychain)),
            KeySource::Vault => {
                let vault = self.vault.read().unwrap_or_else(PoisonError::into_inner).clone();
                Place::Store(vault.ok_or_else(|| {
                    SecretError::Locked("The vault is closed. Enter its passphrase under Settings, Providers, or name a file that holds it in WEBPLUS_VAULT_PASSPHRASE_FILE, then try again.".to_owned())
                })?)
            }
            KeySource::Session => Place::Session,
            KeySource::Env { name } => Place::Variable(name.clone()),
        })
    }

    fn read(&self, name: &str) -> Option<Secret> {
        (self.variable)(name).filter(|value| !value.is_empty()).map(Secret::new)
    }
}

enum Place {
    Store(Arc<dyn SecretStore>),
    Session,
    Variable(String),
    Nowhere,
}

/// The handle of the provider's key, unless the provider has moved to another origin since the key was entered.
fn bound_handle(provider: &Provider) -> Option<String> {
    let origin = origin_of(&provider.base_url).ok()?;
    (provider.key_origin.as_deref() == Some(origin.as_str())).then(|| handle(provider.id, &origin))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vault = self.vault.read().unwrap_or_else(PoisonError::into_inner).is_some();
        f.debug_struct("Secrets")
            .field("vault_open", &vault)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
