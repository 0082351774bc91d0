//! Files that a person chose. The page never sends a path: the shell, which caught the drop or the dialog, and the upload
//! route hand out handles that work once and for a while.

mod dropped;

pub use dropped::models_in;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{App, Error};

/// How long a handle may lie unused.
const LIFETIME: Duration = Duration::from_mins(15);
/// The most handles at a time.
const MOST: usize = 64;

/// A chosen file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a temporary copy of ours (an upload), to be moved or deleted after use.
    pub temporary: bool,
}

/// The handles that are out.
#[derive(Debug, Default)]
pub struct Files {
    out: Mutex<HashMap<String, Chosen>>,
}

/// A file whose handle is out.
#[derive(Debug)]
struct Chosen {
    file: ChosenFile,
    since: Instant,
    /// Whether nobody has chosen it yet.
    offered: bool,
}

fn random() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(domain::ErrorCode::Internal, "The system gave no random numbers.").caused_by(error)
    })?;
    Ok(crate::hex(&bytes))
}

impl Files {
    /// A handle for a file: 128 random bits, good once.
    pub fn hand_out(&self, file: ChosenFile) -> Result<String, Error> {
        let handle = random()?;
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|_, chosen| {
            let fresh = chosen.since.elapsed() < LIFETIME;
            if !fresh && chosen.file.temporary {
                let _ = std::fs::remove_file(&chosen.file.path);
            }
            fresh
        });
        if out.values().filter(|chosen| !chosen.offered).count() >= MOST {
            return Err(Error::invalid(
                "Too many files were chosen and not used. Wait a little and choose again.",
            ));
        }
        out.insert(handle.clone(), Chosen { file, since: Instant::now(), offered: false });
        Ok(handle)
    }

    /// A handle for a file that was found and may never be chosen: the same as long as it isn't used, and it takes nobody's
    /// place.
    pub fn offer(&self, path: PathBuf) -> Result<String, Error> {
        let handle = random()?;
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let known = out.iter_mut().find(|(_, chosen)| chosen.offered && chosen.file.path == path);
        if let Some((handle, chosen)) = known {
            chosen.since = Instant::now();
            return Ok(handle.clone());
        }
        let file = ChosenFile { path, temporary: false };
        out.insert(handle.clone(), Chosen { file, since: Instant::now(), offered: true });
        Ok(handle)
    }

    /// The file of a handle, which is then used up.
    pub fn take(&self, handle: &str) -> Result<ChosenFile, Error> {
        self.out
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(handle)
            .map(|chosen| chosen.file)
            .ok_or_else(|| Error::invalid("That file is no longer at hand. Choose it again."))
    }
}

impl App {
    /// Removes what uploads of an earlier start left; handles don't outlive the application.
    pub(crate) async fn sweep_uploads(&self) {
        if let Err(error) = tokio::fs::remove_dir_all(self.options.data_dir.join("uploads")).await
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "old uploads could not be removed");
        }
    }

    /// Where an upload is written: a new name of ours in a folder of ours. `stem` may hold letters, digits, `-` and `_`.
    pub async fn upload_path(&self, stem: &str) -> Result<PathBuf, Error> {
        let folder = self.options.data_dir.join("uploads");
        tokio::fs::create_dir_all(&folder).await.map_err(|error| {
            Error::new(
                domain::ErrorCode::ReadOnly,
                "The data folder can't be written. Make it writable and send the file again.",
            )
            .caused_by(error)
        })?;
        let unique = domain::JobId::new(self.clock.now()).to_string();
        let stem: String = stem
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
            .collect();
        Ok(folder.join(format!("{stem}.{unique}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use super::*;

    #[tokio::test]
    async fn a_handle_works_once() {
        let files = Files::default();
        let file = ChosenFile { path: "model.gguf".into(), temporary: false };
        let handle = files.hand_out(file.clone()).unwrap();
        assert_eq!(files.take(&handle).unwrap(), file);
        assert!(files.take(&handle).is_err());
        assert!(files.take("../../etc/passwd").is_err());
    }

    #[tokio::test]
    async fn what_is_only_offered_keeps_its_handle_and_takes_no_place() {
        let files = Files::default();
        let first = files.offer("0.gguf".into()).unwrap();
        for number in 1..100 {
            files.offer(format!("{number}.gguf").into()).unwrap();
        }
        assert_eq!(files.offer("0.gguf".into()).unwrap(), first);
        let chosen = ChosenFile { path: "mine.gguf".into(), temporary: false };
        assert!(files.hand_out(chosen).is_ok());
        assert_eq!(files.take(&first).unwrap().path, PathBuf::from("0.gguf"));
        assert_ne!(files.offer("0.gguf".into()).unwrap(), first);
    }
}
