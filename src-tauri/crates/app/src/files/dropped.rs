//! The models in a folder that a person dropped: what they would have chosen one by one.

use std::path::{Path, PathBuf};

/// So many folders deep is looked.
const DEPTH: u32 = 3;
/// The most entries that are looked at, in all.
const MOST: usize = 5_000;

/// The model files in a folder and the folders in it, in order: of a split model the first file, and no projectors, which come
/// with their model. Hidden ones and links to elsewhere are passed over. Blocks.
pub fn models_in(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut left) = (Vec::new(), MOST);
    look(folder, DEPTH, &mut left, &mut found);
    found.sort();
    found
}

fn look(folder: &Path, depth: u32, left: &mut usize, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if name.starts_with('.') {
            continue;
        }
        let Some(next) = left.checked_sub(1) else { return };
        *left = next;
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        if kind.is_dir() && depth > 1 {
            look(&path, depth - 1, left, found);
        } else if kind.is_file() && is_model(&path, &name) {
            found.push(path);
        }
    }
}

fn is_model(path: &Path, name: &str) -> bool {
    let is_first = engine::parts_of(path).first().is_some_and(|first| first == path);
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
        && !name.contains("mmproj")
        && is_first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs;

    use super::*;

    #[test]
    fn models_are_found_in_folders_of_folders_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        for name in [
            "b.gguf",
            "a/big-00001-of-00002.gguf",
            "a/big-00002-of-00002.gguf",
            "a/mmproj-f16.gguf",
            "a/readme.md",
            "a/b/C.GGUF",
            "a/b/c/too-deep.gguf",
            ".cache/hidden.gguf",
        ] {
            put(name);
        }
        let found = models_in(folder.path());
        let found: Vec<_> =
            found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(found, ["a/b/C.GGUF", "a/big-00001-of-00002.gguf", "b.gguf"]);
        assert!(models_in(&folder.path().join("none")).is_empty());
    }
}
