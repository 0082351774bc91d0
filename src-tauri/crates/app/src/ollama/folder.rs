//! Watches a models folder: what another program pulls or removes is seen at once.
//!
//! Only the list is watched (`manifests`), not the files of the weights, which a pull writes to all the time.

use std::path::{Path, PathBuf};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::UnboundedSender;

/// A folder that is watched until this is dropped.
pub(super) struct Folder {
    path: PathBuf,
    /// Whether the list was there to be watched when this began.
    whole: bool,
    _watcher: RecommendedWatcher,
}

impl Folder {
    /// Begins to watch, and tells of every change; none where that isn't possible (yet).
    pub(super) fn watch(path: &Path, tell: UnboundedSender<()>) -> Option<Self> {
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = tell.send(());
            }
        })
        .inspect_err(|error| tracing::warn!(%error, "a models folder can't be watched"))
        .ok()?;
        watcher.watch(path, RecursiveMode::NonRecursive).ok()?;
        let whole = watcher.watch(&path.join("manifests"), RecursiveMode::Recursive).is_ok();
        Some(Self { path: path.to_owned(), whole, _watcher: watcher })
    }

    /// Whether this is that folder, with its list.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.path == path && (self.whole || !path.join("manifests").is_dir())
    }
}
