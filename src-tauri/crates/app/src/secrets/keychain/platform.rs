//! What each operating system's keychain is asked.

use std::sync::Arc;

use keyring_core::CredentialStore;

use super::SecretError;

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) use native::Native;
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use secret_service::{Native, explain_access};

/// A keychain, asked from a thread that may hang. Nothing is remembered from one call to the next.
pub(super) trait Platform: Send + Sync {
    /// Whether it must be unlocked first. Never prompts.
    fn locked(&self) -> Result<bool, SecretError>;

    /// Unlocks it; returns when the person has answered the prompt.
    fn unlock(&self) -> Result<(), SecretError>;

    /// Whether there is such an item. Never prompts.
    fn has(&self, service: &str, handle: &str) -> Result<bool, SecretError>;

    /// A store of its own for one call.
    fn open(&self) -> Result<Arc<CredentialStore>, SecretError>;
}
