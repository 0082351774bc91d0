//! Which files a trigger watches and which of them are new or changed. What a file holds decides, not when it was written: it is
//! hashed when its time or size changed, and begins a run when its hash is another than the one that the trigger knows.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{File, Metadata},
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
    time::{Duration, SystemTime},
};

use globset::{GlobBuilder, GlobMatcher};
use serde_json::Value;
use walkdir::WalkDir;

/// The most files that a trigger may watch.
pub(super) const MOST: usize = 10_000;
/// How many files are looked at for them.
const LOOKED_AT: usize = 200_000;
/// How deep folders are looked into.
const DEEPEST: usize = 32;
/// The largest file that is watched, in bytes.
const LARGEST: u64 = 256 << 20;
/// The largest text that a run is given at once, in bytes; the path is given in any case.
const LARGEST_TEXT: u64 = 1 << 20;
/// How long a file must have been left alone unless told.
const DEBOUNCE: Duration = Duration::from_secs(2);
/// Letters of a hash that are kept.
const HASH: usize = 32;

/// Hashes by path.
pub(super) type Seen = BTreeMap<String, String>;

/// What is watched.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The folder that holds everything that can match.
    pub folder: PathBuf,
    /// How long a file must have been left alone.
    pub debounce: Duration,
    matcher: GlobMatcher,
}

/// A file that is new or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub path: PathBuf,
    pub hash: String,
    pub size: u64,
    /// Its text, where it is one and not too long.
    pub text: Option<String>,
    pub is_new: bool,
}

/// What a look found.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub found: Vec<Found>,
    /// Those that are there now, of those that were known.
    pub still_there: Vec<String>,
    /// Whether something is being written just now: look again soon.
    pub unsettled: bool,
    /// Whether there are more files than are watched.
    pub too_many: bool,
}

/// Times and sizes at which a file was hashed, so that it needn't be again.
pub(super) type Hashed = HashMap<PathBuf, (SystemTime, u64, String)>;

impl Place {
    /// From a trigger's config: `glob`, `path`, `debounce`.
    pub(super) fn of(config: &Value) -> Result<Self, String> {
        let text = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
        let whole = Path::new(text("path")).join(text("glob"));
        if !whole.is_absolute() {
            return Err(
                "The trigger doesn't say where to look. Add `path`: the folder, as a whole path.".to_owned()
            );
        }
        if whole.components().any(|part| part == Component::ParentDir) {
            return Err("A watched path can't have \"..\" in it. Write the folder itself.".to_owned());
        }
        // As far as no part has a wildcard.
        let special =
            |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
        let mut folder: PathBuf = whole.components().take_while(|part| !special(part)).collect();
        if folder == whole {
            folder.pop();
        }
        let pattern = whole.to_string_lossy();
        let matcher = GlobBuilder::new(&pattern)
            .literal_separator(true)
            .build()
            .map_err(|error| format!("The pattern can't be used ({error}). Correct `glob`."))?
            .compile_matcher();
        let debounce = pipeline::duration(text("debounce")).map_or(DEBOUNCE, Duration::from_millis);
        Ok(Self { folder, debounce, matcher })
    }

    /// Whether that file is watched.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.matcher.is_match(path)
    }

    /// Looks at every file. `now` is the file system's idea of the time.
    pub(super) fn look(&self, known: &Seen, hashed: &mut Hashed, now: SystemTime) -> Look {
        let mut look = Look::default();
        let walk =
            WalkDir::new(&self.folder).follow_links(false).max_depth(DEEPEST).sort_by_file_name().into_iter();
        let files = walk
            .filter_entry(|entry| entry.file_name() != ".git")
            .flatten()
            .take(LOOKED_AT)
            .filter(|entry| entry.file_type().is_file() && self.has(entry.path()));
        for (number, entry) in files.enumerate() {
            if number >= MOST {
                look.too_many = true;
                break;
            }
            let Ok(about) = entry.metadata() else { continue };
            let path = entry.into_path();
            let name = path.to_string_lossy().into_owned();
            let Some(hash) = self.hash(&path, &about, hashed, now, &mut look.unsettled) else {
                look.still_there.push(name);
                continue;
            };
            let before = known.get(&name);
            if before == Some(&hash) {
                look.still_there.push(name);
            } else {
                let text =
                    (about.len() <= LARGEST_TEXT).then(|| std::fs::read_to_string(&path).ok()).flatten();
                look.found.push(Found { path, hash, size: about.len(), text, is_new: before.is_none() });
            }
        }
        look
    }

    /// `None` for one that can't be read, is too large, or is being written.
    fn hash(
        &self,
        path: &Path,
        about: &Metadata,
        hashed: &mut Hashed,
        now: SystemTime,
        unsettled: &mut bool,
    ) -> Option<String> {
        let (time, size) = (about.modified().ok()?, about.len());
        if let Some((at, length, hash)) = hashed.get(path)
            && (*at, *length) == (time, size)
        {
            return Some(hash.clone());
        }
        if size > LARGEST {
            return None;
        }
        // A time to come is a clock that was put back: such a file isn't waited for.
        if now.duration_since(time).is_ok_and(|age| age < self.debounce) {
            *unsettled = true;
            return None;
        }
        let hash = file_hash(path).ok()?;
        let after = path.metadata().ok()?;
        if (after.modified().ok()?, after.len()) != (time, size) {
            *unsettled = true;
            return None;
        }
        hashed.insert(path.to_owned(), (time, size, hash.clone()));
        Some(hash)
    }
}

/// As it is kept for a content.
pub(super) fn content_hash(content: &[u8]) -> String {
    shortened(&blake3::hash(content))
}

fn file_hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?.take(LARGEST);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(shortened(&hasher.finalize())),
            count => {
                hasher.update(buffer.get(..count).unwrap_or_default());
            }
        }
    }
}

fn shortened(hash: &blake3::Hash) -> String {
    hash.to_hex().chars().take(HASH).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn later() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(9_999_999_999)
    }

    fn names(look: &Look) -> Vec<String> {
        look.found
            .iter()
            .map(|found| found.path.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_file_is_found_once_for_each_content() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("in/deep")).unwrap();
        let place = Place::of(&json!({"path": root, "glob": "in/**/*.md"})).unwrap();
        assert_eq!(place.folder, root.join("in"));
        let (mut known, mut hashed) = (Seen::new(), Hashed::new());
        for (name, text) in
            [("in/a.md", "one"), ("in/deep/b.md", "two"), ("in/c.txt", "three"), ("d.md", "four")]
        {
            fs::write(root.join(name), text).unwrap();
        }
        let look = place.look(&known, &mut hashed, later());
        assert_eq!(names(&look), ["a.md", "b.md"]);
        assert_eq!((look.found[0].text.as_deref(), look.found[0].is_new), (Some("one"), true));
        for found in look.found {
            known.insert(found.path.to_string_lossy().into_owned(), found.hash);
        }
        assert!(place.look(&known, &mut hashed, later()).found.is_empty());
        // The same again is nothing new, whatever its time says; another content is, and so is the first one after it.
        fs::write(root.join("in/a.md"), "one").unwrap();
        assert!(place.look(&known, &mut Hashed::new(), later()).found.is_empty());
        fs::write(root.join("in/a.md"), "other").unwrap();
        let look = place.look(&known, &mut Hashed::new(), later());
        assert_eq!((names(&look), look.found[0].is_new), (vec!["a.md".to_owned()], false));
        assert_eq!(look.found[0].hash, content_hash(b"other"));
    }

    #[test]
    fn a_file_that_is_being_written_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("a.md"), "half").unwrap();
        let place = Place::of(&json!({"path": root, "glob": "*.md", "debounce": "2s"})).unwrap();
        let written = fs::metadata(root.join("a.md")).unwrap().modified().unwrap();
        let look = place.look(&Seen::new(), &mut Hashed::new(), written + Duration::from_secs(1));
        assert!(look.found.is_empty() && look.unsettled);
        let look = place.look(&Seen::new(), &mut Hashed::new(), written + Duration::from_secs(3));
        assert_eq!((look.found.len(), look.unsettled), (1, false));
    }

    #[test]
    fn a_place_is_a_whole_path() {
        assert!(Place::of(&json!({"glob": "*.md"})).unwrap_err().contains("`path`"));
        assert!(Place::of(&json!({"path": "/a/../b", "glob": "*.md"})).is_err());
        assert!(Place::of(&json!({"path": "/a", "glob": "[x"})).is_err());
        let place = Place::of(&json!({"path": "/a", "glob": "b.md"})).unwrap();
        assert_eq!(place.folder, Path::new("/a"));
        assert!(place.has(Path::new("/a/b.md")) && !place.has(Path::new("/a/c/b.md")));
    }
}
