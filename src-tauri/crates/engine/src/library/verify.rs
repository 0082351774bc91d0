//! Our own look at a blob's content: the engine looks only in the request that downloaded it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use domain::ErrorCode;
use llm::Error;
use sha2::{Digest, Sha256};

use super::{BlobDigest, Library};
use crate::{
    failure::failure,
    import::{PIECE, blocking, hex},
};

impl Library {
    /// Whether a blob's content is what its digest says; `progress` is told the bytes read so far. Dropped, it stops. Fails
    /// with `not_found` where the file is gone or can't be read.
    pub async fn verify(
        &self,
        digest: &BlobDigest,
        mut progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<bool, Error> {
        let (file, digest) = (self.blob(digest), digest.clone());
        blocking(move |stop| {
            let found = hash(&file, stop, &mut progress).map_err(|error| {
                failure(ErrorCode::NotFound, format!("{} can't be read ({error}).", file.display()))
            })?;
            Ok(found == digest.hex())
        })
        .await
    }
}

/// The SHA-256 of a whole file in hexadecimal. Blocks.
pub(super) fn hash(file: &Path, stop: &AtomicBool, progress: &mut dyn FnMut(u64)) -> io::Result<String> {
    let (mut file, mut buffer) = (File::open(file)?, vec![0; PIECE]);
    let (mut hash, mut done) = (Sha256::new(), 0);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "stopped"));
        }
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(buffer.get(..count).unwrap_or_default());
        done += count as u64;
        progress(done);
    }
}
