//! Where API keys are kept: the operating system's keychain, a vault under a passphrase, memory, or a variable of
//! the environment. Never in the database, in a log or in plaintext on a disk.
//!
//! Every store blocks on something (a prompt, a disk, a slow hash), so every call is a future that ends: the caller's
//! task is never held up, and a keychain that was absent or locked a moment ago is asked anew each time.
//!
//! Deliberately not here: which provider uses which key, and what the person is shown about it; and the kernel's key
//! retention service, which forgets at each reboot.

mod choice;
mod keychain;
mod memory;
mod origin;
mod vault;

use domain::{ErrorCode, Secret};
use futures_util::future::BoxFuture;

pub use choice::{ReadVariable, Secrets};
pub use keychain::Keychain;
pub use memory::MemorySecrets;
pub use origin::{OriginError, handle, origin_of};
pub use vault::Vault;

/// Why a secret can't be read or kept. Each holds the sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no keychain: no bus, no service on it, or no collection in it.
    #[error("{0}")]
    Unavailable(String),
    /// It is locked, its prompt was dismissed or not answered, it refuses this item, or the passphrase is wrong.
    #[error("{0}")]
    Locked(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl SecretError {
    /// What a client can branch on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::KeychainMissing,
            Self::Locked(_) => ErrorCode::KeychainLocked,
            Self::Failed(_) => ErrorCode::Internal,
        }
    }
}

/// A place that keeps secrets under handles.
pub trait SecretStore: Send + Sync {
    /// The secret; `None` when there is none under this handle (any more).
    fn get(&self, handle: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>>;

    /// Keeps the secret, in place of an older one.
    fn set(&self, handle: String, secret: Secret) -> BoxFuture<'_, Result<(), SecretError>>;

    /// Forgets the secret; one that isn't there is forgotten already.
    fn delete(&self, handle: String) -> BoxFuture<'_, Result<(), SecretError>>;

    /// Whether it can be used now, found out without asking the person where the platform allows that.
    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>>;

    /// Whether there is a secret under this handle, found out without asking the person where the platform allows that.
    fn has(&self, handle: String) -> BoxFuture<'_, Result<bool, SecretError>> {
        Box::pin(async move { Ok(self.get(handle).await?.is_some()) })
    }
}
