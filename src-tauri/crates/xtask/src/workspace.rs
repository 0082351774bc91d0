//! Where things are: the repository, its target folder, the user's cache. Nothing here creates anything.

use std::env;
use std::path::{Path, PathBuf};

use crate::process::Result;

/// The checkout this tool was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the checkout from this tool's own manifest, and the target folder from where it was built into.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .ancestors()
            .nth(3)
            .filter(|folder| folder.join("src-tauri").is_dir())
            .ok_or("Run this as `cargo xtask` inside the Web+ checkout.")?
            .to_path_buf();
        let target = env::current_exe()
            .ok()
            .and_then(|executable| executable.ancestors().nth(2).map(Path::to_path_buf))
            .ok_or("Where this tool was built can't be found out.")?;
        Ok(Self { root, target })
    }

    /// The page's folder.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The folder of built executables.
    pub(crate) fn built(&self, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" })
    }

    /// A built executable of ours.
    pub(crate) fn executable(&self, release: bool, name: &str) -> PathBuf {
        self.built(release).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// A built example of ours.
    pub(crate) fn example(&self, release: bool, name: &str) -> PathBuf {
        self.built(release).join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// The user's cache folder for what set-up fetches, shared by every checkout.
pub(crate) fn cache() -> Result<PathBuf> {
    let home = || env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    let folder = if let Some(folder) = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(PathBuf::from(folder))
    } else if cfg!(windows) {
        env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library").join("Caches"))
    } else {
        home().map(|home| home.join(".cache"))
    };
    folder
        .map(|folder| folder.join("webplus"))
        .ok_or_else(|| "There is no home folder to keep downloads in: set HOME.".into())
}
