//! The operating system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! A call may hang for as long as a prompt stands unanswered, so each has a thread of its own, a store of its own and
//! a time-out; what is late is left to itself and can't hold up the next call. Nothing of a connection is kept, so a
//! keychain that appears, locks or unlocks later is seen at the next call.

mod platform;
mod prompt;
mod wording;

use std::{fmt, sync::Arc, thread, time::Duration};

use domain::Secret;
use futures_util::future::BoxFuture;
use keyring::{Entry, Error};
use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};
use zeroize::Zeroize as _;

use self::{
    platform::{Native, Platform},
    prompt::PromptSlot,
};
use super::{SecretError, SecretStore};

const SERVICE: &str = "webplus";
const PATIENCE: Duration = Duration::from_secs(5);
/// Calls that somebody waits for.
const AT_ONCE: usize = 4;
/// Threads alive, those included that nobody waits for any more.
const THREADS: usize = 8;

/// The operating system's keychain.
#[derive(Clone)]
pub struct Keychain {
    platform: Arc<dyn Platform>,
    prompt: PromptSlot,
    turns: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    patience: Duration,
}

impl Keychain {
    /// The keychain of this computer. Asks it nothing yet.
    pub fn new() -> Self {
        Self::over(Arc::new(Native), PATIENCE)
    }

    fn over(platform: Arc<dyn Platform>, patience: Duration) -> Self {
        Self {
            platform,
            prompt: PromptSlot::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            threads: Arc::new(Semaphore::new(THREADS)),
            patience,
        }
    }

    /// Runs the work, which may hang, in a thread of its own.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Attempt<'_>) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let answered = timeout(self.patience, async {
            let _turn = self.turns.acquire().await.map_err(|_| wording::ended())?;
            let permit =
                Arc::clone(&self.threads).try_acquire_owned().map_err(|_| wording::not_answering())?;
            let (platform, prompt) = (Arc::clone(&self.platform), self.prompt.clone());
            let (answer, reply) = oneshot::channel();
            thread::Builder::new()
                .name("keychain".to_owned())
                .spawn(move || {
                    let done = {
                        let waited_for = || !answer.is_closed();
                        work(&Attempt {
                            platform: platform.as_ref(),
                            prompt: &prompt,
                            waited_for: &waited_for,
                        })
                    };
                    drop(permit);
                    // nobody there any more: a secret in the answer is wiped as it is dropped
                    drop(answer.send(done));
                })
                .map_err(|_| wording::ended())?;
            reply.await.map_err(|_| wording::ended())?
        });
        answered.await.unwrap_or_else(|_| Err(wording::not_answering()))
    }
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

impl SecretStore for Keychain {
    fn get(&self, handle: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        Box::pin(self.call(move |attempt| {
            attempt.unlock()?;
            match attempt.entry(&handle)?.get_secret() {
                Ok(bytes) => text(bytes).map(Some),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(wording::explain(&error)),
            }
        }))
    }

    fn set(&self, handle: String, secret: Secret) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(self.call(move |attempt| {
            attempt.unlock()?;
            let entry = attempt.entry(&handle)?;
            let written = match entry.set_secret(secret.expose().as_bytes()) {
                Err(Error::Ambiguous(doubles)) => {
                    delete_all(&doubles)?;
                    entry.set_secret(secret.expose().as_bytes())
                }
                other => other,
            };
            written.map_err(|error| wording::explain(&error))
        }))
    }

    fn delete(&self, handle: String) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(self.call(move |attempt| {
            attempt.unlock()?;
            match attempt.entry(&handle)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(Error::Ambiguous(doubles)) => delete_all(&doubles),
                Err(error) => Err(wording::explain(&error)),
            }
        }))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(
            self.call(|attempt| if attempt.platform.locked()? { Err(wording::locked()) } else { Ok(()) }),
        )
    }

    fn has(&self, handle: String) -> BoxFuture<'_, Result<bool, SecretError>> {
        Box::pin(self.call(move |attempt| attempt.platform.has(SERVICE, &handle)))
    }
}

impl fmt::Debug for Keychain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keychain")
            .field("threads", &(THREADS - self.threads.available_permits()))
            .finish_non_exhaustive()
    }
}

/// What the thread of one call works with.
struct Attempt<'a> {
    platform: &'a dyn Platform,
    prompt: &'a PromptSlot,
    waited_for: &'a dyn Fn() -> bool,
}

impl Attempt<'_> {
    /// Lets the person unlock the keychain if it is locked. Only one prompt stands at a time.
    fn unlock(&self) -> Result<(), SecretError> {
        if !self.platform.locked()? {
            return Ok(());
        }
        let Some(_open) = self.prompt.claim() else { return Err(wording::prompt_open()) };
        self.platform.unlock()?;
        // The person has been told by now that it didn't work: nothing may be written behind their back.
        if (self.waited_for)() { Ok(()) } else { Err(wording::not_answering()) }
    }

    /// An entry of a store of our own: one that `keyring` made would be of the store that it opens once, and a keychain that
    /// was absent then would be absent to it for ever.
    fn entry(&self, handle: &str) -> Result<Entry, SecretError> {
        let store = self.platform.open()?;
        let inner = store.build(SERVICE, handle, None).map_err(|error| wording::explain(&error))?;
        Ok(Entry { inner })
    }
}

fn delete_all(doubles: &[keyring_core::Entry]) -> Result<(), SecretError> {
    for double in doubles {
        match double.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => {}
            Err(error) => return Err(wording::explain(&error)),
        }
    }
    Ok(())
}

fn text(bytes: Vec<u8>) -> Result<Secret, SecretError> {
    String::from_utf8(bytes).map(Secret::new).map_err(|error| {
        error.into_bytes().zeroize();
        SecretError::Failed(
            "The keychain holds something that is not a key under this name. Enter the key again.".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests;
