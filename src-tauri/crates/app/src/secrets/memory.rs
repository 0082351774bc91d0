//! Keys for this session only: they end with the process, and nothing of them reaches a disk.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::Secret;
use futures_util::future::{BoxFuture, ready};

use super::{SecretError, SecretStore};

/// A store in memory.
#[derive(Default)]
pub struct MemorySecrets {
    secrets: Mutex<HashMap<String, Secret>>,
}

impl MemorySecrets {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn secrets(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for MemorySecrets {
    fn get(&self, handle: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        Box::pin(ready(Ok(self.secrets().get(&handle).cloned())))
    }

    fn set(&self, handle: String, secret: Secret) -> BoxFuture<'_, Result<(), SecretError>> {
        self.secrets().insert(handle, secret);
        Box::pin(ready(Ok(())))
    }

    fn delete(&self, handle: String) -> BoxFuture<'_, Result<(), SecretError>> {
        self.secrets().remove(&handle);
        Box::pin(ready(Ok(())))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemorySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySecrets").field("kept", &self.secrets().len()).finish()
    }
}
