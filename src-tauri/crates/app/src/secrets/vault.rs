//! Keys in a file that a passphrase opens, for computers without a keychain.
//!
//! The file is read anew at each call and written whole, with a salt and a nonce of its own each time. A file that
//! can't be read as a vault is moved aside, never overwritten; one that the passphrase doesn't open is left alone.
//! The passphrase stays in memory for as long as the vault is open, because each write needs it.

mod file;
mod format;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use domain::Secret;
use futures_util::future::BoxFuture;

use self::format::{Entries, Fault, Key, Sealed};
use super::{SecretError, SecretStore};

/// An open vault.
#[derive(Clone)]
pub struct Vault {
    open: Arc<Mutex<Open>>,
    path: PathBuf,
}

impl Vault {
    /// Opens the vault in this file; without one it begins empty, and the first key writes it. Takes a tenth of a
    /// second or so and 64 MiB for the time (that is what makes guessing slow): call it off the async threads.
    ///
    /// [`SecretError::Locked`] says that the passphrase is wrong, [`SecretError::Failed`] that the file can't be read
    /// or is damaged; a damaged one has been moved aside, and the next call begins an empty vault.
    pub fn open(path: PathBuf, passphrase: Secret) -> Result<Self, SecretError> {
        if passphrase.expose().is_empty() {
            return Err(SecretError::Failed(
                "The passphrase is empty. Choose one that nobody guesses.".to_owned(),
            ));
        }
        let mut open = Open { passphrase, key: None };
        if file::exists(&path)? {
            file::tighten(&path)?;
            open.load(&path)?;
        }
        Ok(Self { open: Arc::new(Mutex::new(open)), path })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Open, &Path) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let vault = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut open = vault.open.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut open, &vault.path)
        })
        .await
        .unwrap_or_else(|_| {
            Err(SecretError::Failed("Reading the vault was broken off. Try again.".to_owned()))
        })
    }
}

impl SecretStore for Vault {
    fn get(&self, handle: String) -> BoxFuture<'_, Result<Option<Secret>, SecretError>> {
        Box::pin(self.blocking(move |open, path| Ok(open.load(path)?.remove(&handle))))
    }

    fn set(&self, handle: String, secret: Secret) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(self.blocking(move |open, path| {
            let mut entries = open.load(path)?;
            entries.insert(handle, secret);
            open.save(path, &entries)
        }))
    }

    fn delete(&self, handle: String) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(self.blocking(move |open, path| {
            let mut entries = open.load(path)?;
            match entries.remove(&handle) {
                Some(_) => open.save(path, &entries),
                None => Ok(()),
            }
        }))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        Box::pin(self.blocking(|open, path| open.load(path).map(|_| ())))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).finish_non_exhaustive()
    }
}

struct Open {
    passphrase: Secret,
    /// The key of the file as it was last read or written; another salt there makes another key.
    key: Option<Key>,
}

impl Open {
    fn load(&mut self, path: &Path) -> Result<Entries, SecretError> {
        let Some(bytes) = file::read(path)? else { return Ok(Entries::new()) };
        match self.unseal(&bytes) {
            Ok(entries) => Ok(entries),
            Err(Fault::Refused) => Err(SecretError::Locked(
                "This passphrase doesn't open the vault. Enter the one that it was made with.".to_owned(),
            )),
            Err(Fault::Newer) => Err(SecretError::Failed(
                "The vault was written by a newer Web+. Start that one, or enter your keys somewhere else."
                    .to_owned(),
            )),
            Err(Fault::Random) => Err(no_randomness()),
            Err(Fault::Damaged) => {
                let kept = file::set_aside(path)?;
                Err(SecretError::Failed(format!(
                    "The vault is damaged and was kept aside as {}. Enter your keys again, or put a copy of the vault back.",
                    kept.display()
                )))
            }
        }
    }

    fn unseal(&mut self, bytes: &[u8]) -> Result<Entries, Fault> {
        let sealed = Sealed::parse(bytes)?;
        if let Some(key) = self.key.as_ref().filter(|key| sealed.is_for(key)) {
            return sealed.open(key);
        }
        let key = sealed.key(&self.passphrase)?;
        let entries = sealed.open(&key)?;
        self.key = Some(key);
        Ok(entries)
    }

    fn save(&mut self, path: &Path, entries: &Entries) -> Result<(), SecretError> {
        let key = Key::fresh(&self.passphrase).map_err(|_| no_randomness())?;
        let bytes = format::seal(entries, &key).map_err(|_| no_randomness())?;
        file::write(path, &bytes)?;
        self.key = Some(key);
        Ok(())
    }
}

fn no_randomness() -> SecretError {
    SecretError::Failed("This computer gave no random numbers, so nothing was written. Try again.".to_owned())
}
