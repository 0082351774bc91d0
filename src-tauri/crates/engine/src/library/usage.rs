//! What the folder takes on the disk, and freeing what nothing needs. The engine has no request for that.

use domain::ErrorCode;
use llm::Error;

use super::{Library, blobs::Found};
use crate::{failure::failure, space};

/// What a models folder takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    /// Blobs that models need; one that several need counts once.
    pub models: u64,
    /// Whole blobs that no model needs: an import leaves its original, for one.
    pub unreferenced: u64,
    /// What unfinished downloads and uploads left.
    pub partials: u64,
    /// Free on its disk; none where the system doesn't tell.
    pub free: Option<u64>,
}

impl Library {
    /// What it takes.
    pub fn space(&self) -> Result<Space, Error> {
        let needed = self.listing()?.needed();
        let mut sum = Space { free: space::free(&self.path), ..Space::default() };
        for found in self.files()? {
            match found {
                Found::Blob(digest, _, size) if needed.contains(&digest) => sum.models += size,
                Found::Blob(_, _, size) => sum.unreferenced += size,
                Found::Partial(partial) => sum.partials += partial.bytes,
            }
        }
        Ok(sum)
    }

    /// Removes blobs that no model needs, and what unfinished downloads left; tells how many bytes that freed. To be called
    /// only while no pull, create or upload runs. Fails with `read_only` where the folder can't be written (the sentence names
    /// the file and the command) and with `conflict` where a manifest can't be read, for then it is unknown what it needs.
    pub fn free_space(&self) -> Result<u64, Error> {
        let listing = self.listing()?;
        if let Some(manifest) = listing.unreadable.first() {
            return Err(failure(
                ErrorCode::Conflict,
                format!(
                    "Nothing was removed: {} can't be read, so it is unknown which files its model needs. Remove that file or pull its model again, then try again.",
                    manifest.display()
                ),
            ));
        }
        let needed = listing.needed();
        let mut freed = 0;
        for found in self.files()? {
            let (file, size) = match found {
                Found::Blob(digest, ..) if needed.contains(&digest) => continue,
                Found::Blob(_, file, size) => (file, size),
                Found::Partial(partial) => (partial.file, partial.bytes),
            };
            freed += if self.remove(&file)? { size } else { 0 };
        }
        Ok(freed)
    }
}
