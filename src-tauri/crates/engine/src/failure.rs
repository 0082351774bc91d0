//! Makes the errors of this crate: a code and a sentence.

use std::{io, path::Path};

use domain::ErrorCode;
use llm::Error;

/// An error of the local engine.
pub(crate) fn failure(code: ErrorCode, message: impl Into<String>) -> Error {
    Error::Engine { code, message: message.into() }
}

/// What went wrong with a file of ours in the models' folder.
pub(crate) fn storage(error: &io::Error, path: &Path) -> Error {
    let place = path.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => failure(
            ErrorCode::DiskFull,
            format!(
                "The disk is full: {place} could not be written. Free some space and try again; what is there is kept."
            ),
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => failure(
            ErrorCode::ReadOnly,
            format!(
                "{place} can't be written. Check the folder's permissions, or choose another data folder."
            ),
        ),
        _ => failure(ErrorCode::Internal, format!("{place} could not be written ({error}). Try again.")),
    }
}

/// Bytes as people write them: "1.5 GB", with powers of ten as disks and download pages have them.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..=999_999 => format!("{} KB", count.div_ceil(1000)),
        1_000_000..=999_949_999 => format!("{} MB", (count + 500_000) / 1_000_000),
        _ => {
            let tenths = (count + 50_000_000) / 100_000_000;
            format!("{}.{} GB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_read_as_on_a_download_page() {
        assert_eq!(bytes(98_362_432), "98 MB");
        assert_eq!(bytes(999_999_999), "1.0 GB");
        assert_eq!(bytes(1_550_000_000), "1.6 GB");
        assert_eq!(bytes(1), "1 KB");
    }
}
