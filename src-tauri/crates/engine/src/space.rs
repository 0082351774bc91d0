//! Free space on the disk.

use std::path::Path;

use domain::ErrorCode;
use llm::Error;

use crate::failure::{bytes, failure};

/// Checks that `needed` bytes and a tenth more are free where `folder` is. Where that can't be told, nothing is refused:
/// a full disk then shows at the write. Blocks.
pub(crate) fn check(folder: &Path, needed: u64) -> Result<(), Error> {
    let wanted = needed.saturating_add(needed / 10);
    match free(folder) {
        Some(free) if free < wanted => Err(failure(
            ErrorCode::DiskFull,
            format!(
                "There is too little space for this model: it needs {}, and {} are free in {}. Free some space and try again.",
                bytes(wanted),
                bytes(free),
                folder.display()
            ),
        )),
        _ => Ok(()),
    }
}

/// Bytes that we may still write where `folder` is.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library doesn't tell free space")]
pub(crate) fn free(folder: &Path) -> Option<u64> {
    use std::{ffi::CString, mem::MaybeUninit, os::unix::ffi::OsStrExt};
    let path = CString::new(folder.as_os_str().as_bytes()).ok()?;
    let mut answer = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path is a string that ends in a zero byte and lives during the call, and the struct is only written to.
    let result = unsafe { libc::statvfs(path.as_ptr(), answer.as_mut_ptr()) };
    if result != 0 {
        return None;
    }
    // SAFETY: statvfs said that it filled the struct.
    let answer = unsafe { answer.assume_init() };
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "narrower on some systems")]
    Some((answer.f_bavail as u64).saturating_mul(answer.f_frsize as u64))
}

/// Bytes that we may still write.
#[cfg(not(unix))]
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let disks = sysinfo::Disks::new_with_refreshed_list();
    let deepest = disks
        .iter()
        .filter(|disk| std::fs::canonicalize(disk.mount_point()).is_ok_and(|place| folder.starts_with(place)))
        .max_by_key(|disk| disk.mount_point().as_os_str().len());
    deepest.map(sysinfo::Disk::available_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_larger_than_the_disk_is_refused_with_the_numbers() {
        let folder = std::env::temp_dir();
        assert!(check(&folder, 1).is_ok());
        let refused = check(&folder, u64::MAX / 4).map_err(|error| (error.code(), error.to_string()));
        assert!(matches!(refused, Err((ErrorCode::DiskFull, text)) if text.contains("GB")));
    }
}
