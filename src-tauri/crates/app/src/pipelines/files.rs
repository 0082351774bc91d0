//! Definitions that a person keeps as files, in git most likely: folders that are named here are looked through for
//! `*.webplus.json`, each of which is a pipeline of the library. What changes on the disk is read again at once; what is saved
//! on the page is written back. Neither ever goes over a change of the other without a word.

mod disk;
mod keeper;
mod saving;
mod scan;
mod text;
mod verbs;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use store::pipelines::PipelineRow;
use tokio::sync::Notify;

use super::{FileProblem, FileTrouble, PipelineOnDisk};
use crate::App;

pub(crate) use keeper::begin;
pub(crate) use saving::save;
pub use verbs::{list, watch};

/// How each of these files is called.
pub(crate) const ENDING: &str = ".webplus.json";

/// How the files stood when they were last looked at.
#[derive(Default)]
pub(crate) struct Definitions {
    /// Held while a file is read in or written, so that one is never both.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Folders were named, or a pipeline was brought back: look again.
    again: Notify,
}

#[derive(Default)]
struct State {
    /// By path.
    files: HashMap<PathBuf, Known>,
    /// Folders that can't be read, with why.
    folders: HashMap<PathBuf, String>,
}

/// A file as it was last looked at.
#[derive(Debug, Clone)]
struct Known {
    /// The hash of its bytes; empty for one that isn't there.
    content: String,
    shown: PipelineOnDisk,
}

impl Definitions {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, path: &Path) -> Option<Known> {
        self.lock().files.get(path).cloned()
    }

    fn set(&self, path: &Path, content: String, shown: PipelineOnDisk) {
        self.lock().files.insert(path.to_owned(), Known { content, shown });
    }

    /// What is the matter with a pipeline's file.
    pub(crate) fn problem(&self, file: Option<&str>) -> Option<FileProblem> {
        self.known(Path::new(file?))?.shown.problem
    }

    /// Whatever is known of that file, it is read again, soon.
    pub(crate) fn forget(&self, file: &str) {
        self.lock().files.remove(Path::new(file));
        self.look_again();
    }

    /// Looks at the folders again, soon.
    fn look_again(&self) {
        self.again.notify_one();
    }
}

/// Names what a pipeline's library and its file say: another name, another content of one of them.
pub(crate) fn revision(app: &App, row: &PipelineRow) -> String {
    let draft = pipeline::value_hash(&row.draft);
    let known = row.file.as_deref().and_then(|path| app.pipelines.files.known(Path::new(path)));
    match known.as_ref().and_then(|known| known.shown.problem.as_ref()).map(|problem| problem.kind) {
        Some(FileTrouble::Gone) => format!("{draft}-gone"),
        Some(FileTrouble::Broken | FileTrouble::Taken) => {
            let content: String = known.map(|known| known.content).unwrap_or_default();
            format!("{draft}-{}", content.chars().take(16).collect::<String>())
        }
        None => draft,
    }
}
