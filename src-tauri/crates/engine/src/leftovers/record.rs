//! What is written down of an engine: one small file for each, named after its mark.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An engine that may run. Only the mark and the boot decide what is killed; the rest is for whoever looks into the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub(crate) mark: Uuid,
    /// Which start of the computer; empty where the system doesn't tell.
    pub(crate) boot: String,
    pub(crate) pid: Option<u32>,
    pub(crate) session: Option<u32>,
    pub(crate) start_time: Option<u64>,
}

#[cfg(unix)]
impl Record {
    /// Of an engine that isn't there yet.
    pub(crate) fn new(mark: Uuid) -> Self {
        Self { mark, boot: boot(), pid: None, session: None, start_time: None }
    }

    /// It is there, and leads its own session.
    pub(crate) fn found(&mut self, pid: u32) {
        (self.pid, self.session) = (Some(pid), Some(pid));
        self.start_time = super::running::start_time(pid);
    }

    /// Writes it as a whole or not at all. Not forced to the disk: what a power cut loses it has ended too.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        use std::{
            io::Write as _,
            os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let place = place(folder, self.mark);
        let unfinished = place.with_extension("new");
        let mut file =
            fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        fs::rename(&unfinished, &place)
    }
}

/// The records of a folder, and how many files there were none; those are removed.
pub(super) fn all(folder: &Path) -> (Vec<Record>, usize) {
    let (mut records, mut unreadable) = (Vec::new(), 0);
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let ours = path.extension().is_some_and(|extension| extension == "json" || extension == "new");
        if !ours {
            continue;
        }
        let record: Option<Record> =
            fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match record {
            Some(record) if place(folder, record.mark) == path => records.push(record),
            _ => {
                unreadable += 1;
                erase(&path);
            }
        }
    }
    (records, unreadable)
}

pub(super) fn remove(folder: &Path, mark: Uuid) {
    erase(&place(folder, mark));
}

fn place(folder: &Path, mark: Uuid) -> PathBuf {
    folder.join(format!("{mark}.json"))
}

fn erase(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "the record of an engine could not be removed");
        }
        _ => {}
    }
}

/// What tells this start of the computer from every other.
#[cfg(target_os = "linux")]
pub(super) fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// What tells this start of the computer from every other.
#[cfg(target_os = "macos")]
#[allow(unsafe_code, reason = "the standard library doesn't tell")]
pub(super) fn boot() -> String {
    let mut text = [0_u8; 64];
    let mut length = text.len();
    // SAFETY: the name ends in zero; at most `length` bytes are written to `text`, and `length` then says how many.
    let result = unsafe {
        let (name, text) = (c"kern.bootsessionuuid".as_ptr(), text.as_mut_ptr().cast());
        libc::sysctlbyname(name, text, &raw mut length, std::ptr::null_mut(), 0)
    };
    if result != 0 {
        return String::new();
    }
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// What tells this start of the computer from every other: nothing that doesn't change with the clock.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn boot() -> String {
    String::new()
}
