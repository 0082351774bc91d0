//! Whose folder it is and what we may do in it.

use std::path::Path;

use super::Library;

/// What we may do in a models folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whether its models can be read.
    pub readable: bool,
    /// Whether files can be removed from it.
    pub writable: bool,
    /// The name of the user whose it is, or the number; none where the system doesn't tell.
    pub owner: Option<String>,
}

impl Library {
    /// Whose it is, and what we may do in it.
    pub fn access(&self) -> Access {
        let folders = [self.path.clone(), self.blobs_folder(), self.path.join("manifests")];
        let there = || folders.iter().filter(|folder| folder.exists());
        Access {
            readable: folders.iter().all(|folder| {
                std::fs::read_dir(folder).is_ok_and(|_| true) || (self.path.is_dir() && is_missing(folder))
            }),
            writable: self.path.is_dir() && there().all(|folder| writable(folder)),
            owner: owner(&self.path),
        }
    }
}

fn is_missing(folder: &Path) -> bool {
    std::fs::symlink_metadata(folder).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

#[cfg(unix)]
#[allow(
    unsafe_code,
    reason = "the standard library doesn't tell whether a folder can be written without writing"
)]
fn writable(folder: &Path) -> bool {
    use std::{ffi::CString, os::unix::ffi::OsStrExt};
    let Ok(path) = CString::new(folder.as_os_str().as_bytes()) else { return false };
    // SAFETY: the path is a string that ends in a zero byte and lives during the call.
    unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), libc::W_OK | libc::X_OK, libc::AT_EACCESS) == 0 }
}

#[cfg(not(unix))]
fn writable(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|found| !found.permissions().readonly())
}

#[cfg(unix)]
fn owner(folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata(folder).ok()?.uid();
    Some(user_name(number).unwrap_or_else(|| number.to_string()))
}

#[cfg(not(unix))]
fn owner(_folder: &Path) -> Option<String> {
    None
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "only the system's library knows users that no file lists")]
fn user_name(number: u32) -> Option<String> {
    use std::{ffi::CStr, mem::MaybeUninit, ptr};
    let mut buffer = vec![0; 16 * 1024];
    let mut entry = MaybeUninit::<libc::passwd>::uninit();
    let mut found = ptr::null_mut();
    // SAFETY: all pointers are to memory of ours that lives during the call, and the length is the buffer's.
    let result = unsafe {
        libc::getpwuid_r(number, entry.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &raw mut found)
    };
    if result != 0 || found.is_null() {
        return None;
    }
    // SAFETY: it was found, so the entry is filled and its name ends in a zero byte inside the buffer, which still lives.
    let name = unsafe { CStr::from_ptr((*found).pw_name) };
    name.to_str().ok().map(str::to_owned)
}
