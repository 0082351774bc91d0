//! Reading and writing one file.

use std::{
    fs::File,
    io::{self, ErrorKind, Read as _, Write as _},
    path::Path,
};

use serde_json::Value;

use super::{super::library::MAX_DEFINITION, text};

/// What stands on the disk.
pub(super) struct OnDisk {
    /// The hash of its bytes.
    pub content: String,
    /// What it says, or why that can't be read.
    pub value: Result<Value, String>,
}

/// Reads a file; `None` where there is none.
pub(super) fn read(path: &Path) -> Option<OnDisk> {
    let mut bytes = Vec::new();
    let most = MAX_DEFINITION as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return None,
        Err(error) => {
            let why = format!("It can't be read ({error}). Give yourself the right to, then look again.");
            return Some(OnDisk { content: String::new(), value: Err(why) });
        }
        Ok(_) => {}
    }
    let content = blake3::hash(&bytes).to_hex().to_string();
    if bytes.len() > MAX_DEFINITION {
        let why = "It is larger than 4 MiB. Move long texts into inputs or files.".to_owned();
        return Some(OnDisk { content, value: Err(why) });
    }
    let value = serde_json::from_slice(&bytes).map_err(|error| {
        if bytes.is_empty() {
            "It is empty. Write a pipeline into it, or delete it.".to_owned()
        } else {
            format!("It isn't JSON ({error}). Correct it there; it is read again at once.")
        }
    });
    Some(OnDisk { content, value })
}

/// Writes a definition: beside the file, forced to the disk, then in its place, so that whoever reads finds the old one or
/// the new one whole. Gives the hash of what was written.
pub(super) fn write(path: &Path, definition: &Value) -> io::Result<String> {
    // A link is written through: it would be a file of its own otherwise.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(ErrorKind::InvalidInput.into());
    };
    std::fs::create_dir_all(folder)?;
    let bytes = text::pretty(definition).into_bytes();
    let beside = folder.join(format!(".{}.new", name.to_string_lossy()));
    let written = (|| {
        let mut file = File::create(&beside)?;
        file.write_all(&bytes)?;
        if let Ok(about) = place.metadata() {
            file.set_permissions(about.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&beside, &place)?;
        // The name itself lasts only once its folder does; Windows has no such thing.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    })();
    if written.is_err() {
        // What is left beside it has a name that nobody looks for.
        let _left = std::fs::remove_file(&beside);
    }
    written.map(|()| blake3::hash(&bytes).to_hex().to_string())
}
