//! macOS and Windows: the keychain belongs to the person's login session, and the system itself asks when it must.

use std::sync::Arc;

use keyring_core::CredentialStore;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
use windows_native_keyring_store::Store;

use super::{super::wording, Platform, SecretError};

pub(in crate::secrets::keychain) struct Native;

impl Platform for Native {
    fn locked(&self) -> Result<bool, SecretError> {
        self.open().map(|_| false)
    }

    fn unlock(&self) -> Result<(), SecretError> {
        Ok(())
    }

    #[cfg(target_os = "macos")]
    fn has(&self, service: &str, handle: &str) -> Result<bool, SecretError> {
        // Reads attributes only, which needs no permission for the item.
        let named = std::collections::HashMap::from([("service", service), ("user", handle)]);
        Ok(!self.open()?.search(&named).map_err(|error| wording::explain(&error))?.is_empty())
    }

    #[cfg(windows)]
    fn has(&self, service: &str, handle: &str) -> Result<bool, SecretError> {
        use zeroize::Zeroize as _;

        let entry = self.open()?.build(service, handle, None).map_err(|error| wording::explain(&error))?;
        match entry.get_secret() {
            Ok(mut secret) => {
                secret.zeroize();
                Ok(true)
            }
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(wording::explain(&error)),
        }
    }

    fn open(&self) -> Result<Arc<CredentialStore>, SecretError> {
        Ok(Store::new().map_err(|error| wording::absent(&error))?)
    }
}
