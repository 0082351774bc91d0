//! Walks through a folder of somebody else: not deep, not for long, not through links to folders.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::DiscoverOptions;

/// How many folders deep: owner, repository, snapshots, revision and what lies below.
const MAX_DEPTH: usize = 6;

/// A file that is called a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelFile {
    /// As it was found.
    pub(super) path: PathBuf,
    /// Where it really is.
    pub(super) real: PathBuf,
    /// In bytes.
    pub(super) size: u64,
}

/// How far a search has come.
pub(super) struct Walk {
    exclude: Vec<PathBuf>,
    entries: usize,
    begun: Instant,
    longest: Duration,
    stopped: bool,
}

impl Walk {
    pub(super) fn new(options: &DiscoverOptions) -> Self {
        let exclude = options.exclude.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
        Self {
            exclude,
            entries: options.most_entries,
            begun: Instant::now(),
            longest: options.longest,
            stopped: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.stopped || self.begun.elapsed() > self.longest
    }

    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn complete(&self) -> bool {
        !self.stopped
    }

    /// The model files below a folder, by path.
    pub(super) fn files(&mut self, root: &Path) -> Vec<ModelFile> {
        let mut files = Vec::new();
        let mut folders = vec![(root.to_owned(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let mut entries: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().collect();
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                if self.entries == 0 || self.is_over() {
                    self.stop();
                    return files;
                }
                self.entries -= 1;
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    if depth < MAX_DEPTH && entry.file_name() != ".ollama" {
                        folders.push((entry.path(), depth + 1));
                    }
                } else {
                    files.extend(self.model(&entry.path()));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn model(&self, path: &Path) -> Option<ModelFile> {
        path.extension().filter(|ending| ending.eq_ignore_ascii_case("gguf"))?;
        // A link whose file is gone has no real path.
        let real = fs::canonicalize(path).ok()?;
        let about = fs::metadata(&real).ok().filter(fs::Metadata::is_file)?;
        let blob = real.file_name()?.to_string_lossy().starts_with("sha256-");
        let ours = self.exclude.iter().any(|folder| real.starts_with(folder));
        (!blob && !ours).then(|| ModelFile { path: path.to_owned(), real, size: about.len() })
    }
}
