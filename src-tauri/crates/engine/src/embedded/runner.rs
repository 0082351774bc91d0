//! Where the runner's program is.

use std::path::{Path, PathBuf};

/// The runner's program: the one that was named (`WEBPLUS_RUNNER`, which the mains read), whether it exists or not, so that
/// a wrong name is told instead of passed over; else the one beside our own program, or one folder above it (where tests
/// find it). `None` if there is none.
pub fn find_runner(explicit: Option<PathBuf>, program_folder: &Path) -> Option<PathBuf> {
    let name = format!("webplus-runner{}", std::env::consts::EXE_SUFFIX);
    explicit.filter(|path| !path.as_os_str().is_empty()).or_else(|| {
        [Some(program_folder), program_folder.parent()]
            .into_iter()
            .flatten()
            .map(|folder| folder.join(&name))
            .find(|path| path.is_file())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_named_runner_comes_first_then_the_one_beside_us() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find_runner(Some("/named".into()), folder.path()), Some("/named".into()));
        assert_eq!(find_runner(None, folder.path()), None);
        let beside = folder.path().join(format!("webplus-runner{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&beside, "").unwrap();
        assert_eq!(find_runner(Some(PathBuf::new()), folder.path()), Some(beside.clone()));
        assert_eq!(find_runner(None, &folder.path().join("deps")), Some(beside));
    }
}
