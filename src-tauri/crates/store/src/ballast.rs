//! Room kept in reserve: a file that is given up when the disk is full, so that a last small write still succeeds.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

use crate::folder;

/// How long after a failure the room is asked for again.
const AGAIN: Duration = Duration::from_mins(1);

pub(crate) struct Ballast {
    path: PathBuf,
    size: u64,
    retry_at: Option<Instant>,
}

impl Ballast {
    /// A ballast of that many bytes; 0 for none. Nothing is done to the disk yet.
    pub(crate) fn new(path: PathBuf, size: u64) -> Self {
        Self { path, size, retry_at: None }
    }

    /// Makes the file unless it was given up a moment ago.
    pub(crate) fn make_unless_given_up(&mut self) {
        if self.retry_at.is_none() {
            self.make();
        }
    }

    /// Makes the file if it isn't there in full.
    fn make(&mut self) {
        self.retry_at = None;
        let there = fs::metadata(&self.path).is_ok_and(|file| file.len() == self.size);
        if self.size == 0 || there {
            return;
        }
        if let Err(error) = fill(&self.path, self.size) {
            tracing::warn!(%error, "no room for the reserve");
            self.release();
        }
    }

    /// Makes the file again some time after it was given up.
    pub(crate) fn make_if_due(&mut self) {
        if self.retry_at.is_some_and(|at| at <= Instant::now()) {
            self.make();
        }
    }

    /// Gives the room up.
    pub(crate) fn release(&mut self) {
        self.retry_at = Some(Instant::now() + AGAIN);
        match fs::remove_file(&self.path) {
            Ok(()) => tracing::warn!("the disk is full: the reserve was given up"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "the reserve could not be given up"),
        }
    }
}

/// Writes real bytes (a hole would reserve nothing, and zeros may be compressed away), twice as many as are kept:
/// otherwise the reserve would at once take the last room again that it has just been given up for.
fn fill(path: &Path, size: u64) -> std::io::Result<()> {
    let mut file = folder::create(path)?;
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut left = size.saturating_mul(2);
    let mut block = [0_u8; 8 * 1024];
    while left > 0 {
        for word in block.chunks_exact_mut(8) {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            word.copy_from_slice(&noise.to_le_bytes());
        }
        let count = left.min(block.len() as u64);
        file.write_all(block.get(..count as usize).unwrap_or(&block))?;
        left -= count;
    }
    file.sync_all()?;
    file.set_len(size)?;
    file.sync_all()
}
