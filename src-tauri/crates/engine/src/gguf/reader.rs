//! Reads numbers and strings out of a file that isn't trusted: within a budget, within the file, with checked sums.

use std::io::{self, BufReader, Read, Seek};

use super::GgufError;

/// The longest key that is read, in bytes; the format allows 65,535.
const MAX_KEY: u64 = 65_535;

/// A source, how long it is, where we are and how far we go.
pub(super) struct Reader<R> {
    source: BufReader<R>,
    position: u64,
    length: u64,
    budget: u64,
}

impl<R: Read + Seek> Reader<R> {
    pub(super) fn new(source: R, length: u64, budget: u64) -> Self {
        Self { source: BufReader::with_capacity(64 * 1024, source), position: 0, length, budget }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Claims the next `count` bytes: they must be in the file and within the budget.
    fn claim(&mut self, count: u64) -> Result<(), GgufError> {
        let end = self.position.checked_add(count).filter(|end| *end <= self.length).ok_or_else(cut_off)?;
        if end > self.budget {
            return Err(damaged("its header is larger than any model's"));
        }
        self.position = end;
        Ok(())
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.claim(N as u64)?;
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map_err(ended)?;
        Ok(bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, GgufError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, GgufError> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// Steps over `count` bytes without reading them where possible.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), GgufError> {
        self.claim(count)?;
        let step = i64::try_from(count).map_err(|_| cut_off())?;
        self.source.seek_relative(step)?;
        Ok(())
    }

    /// A string of at most `most` bytes; a longer one is stepped over and gives `None`. Bytes that aren't UTF-8 are replaced.
    pub(super) fn string(&mut self, most: u64) -> Result<Option<String>, GgufError> {
        let length = self.u64()?;
        if length > most {
            self.skip(length)?;
            return Ok(None);
        }
        self.claim(length)?;
        // Grows by what is really read, never by what the file claims.
        let mut bytes = Vec::new();
        (&mut self.source).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(cut_off());
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// A key or a tensor's name: longer than `most` gives `None`, longer than any real one is damage.
    pub(super) fn key(&mut self, most: u64) -> Result<Option<String>, GgufError> {
        let before = self.position;
        let key = self.string(most)?;
        if self.position - before > MAX_KEY + 8 {
            return Err(damaged("it holds a name longer than the format allows"));
        }
        Ok(key)
    }
}

pub(super) fn damaged(what: &str) -> GgufError {
    GgufError::Damaged(format!("The model's file is damaged: {what}. Get the file again."))
}

pub(super) fn cut_off() -> GgufError {
    damaged("it ends too early, as after a broken download")
}

fn ended(error: io::Error) -> GgufError {
    if error.kind() == io::ErrorKind::UnexpectedEof { cut_off() } else { GgufError::Io(error) }
}

/// A sound file that isn't loaded here.
pub(super) fn unsupported(why: &str) -> GgufError {
    GgufError::Unsupported(format!("This model can't be loaded: {why}."))
}
