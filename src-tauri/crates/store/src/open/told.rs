//! What was done about a damaged database, until a person has seen it: a text beside the database, on the disk before the
//! damaged file leaves its place, so that neither a crash in between nor a command that nobody watched keeps it from being told.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
};

use crate::folder::{self, Folder};

/// The most bytes of it that are read: many times what is ever written.
const LONGEST: u64 = 64 * 1024;

/// Keeps the sentence, before those that weren't seen yet.
pub(super) fn keep(folder: &Folder, sentence: &str) -> io::Result<()> {
    let earlier = read(folder).map_or_else(String::new, |earlier| format!("\n{earlier}"));
    let half = folder.told().with_extension("part");
    let mut file = folder::create(&half)?;
    file.write_all(format!("{sentence}{earlier}").as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(half, folder.told())?;
    folder.sync()
}

/// What wasn't seen yet: a sentence a line, the newest first.
pub(crate) fn read(folder: &Folder) -> Option<String> {
    let mut text = String::new();
    File::open(folder.told()).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// It was seen.
pub(crate) fn forget(folder: &Folder) -> io::Result<()> {
    match fs::remove_file(folder.told()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => folder.sync(),
    }
}
