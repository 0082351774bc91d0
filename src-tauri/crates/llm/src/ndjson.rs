//! JSON lines as a pure fold over bytes: one object a line, lines ended by LF, CRLF or CR, blank lines ignored.

use crate::frame::{BYTE_ORDER_MARK, TooLarge};

/// Reads lines from bytes that were cut anywhere.
#[derive(Debug)]
pub struct NdjsonDecoder {
    limit: usize,
    line: Vec<u8>,
    at_start: bool,
}

impl NdjsonDecoder {
    /// A decoder that refuses a line of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit, line: Vec::new(), at_start: true }
    }

    /// Takes more bytes and adds the lines that they complete. Lines before one that is too large are still added.
    pub fn push(&mut self, mut bytes: &[u8], lines: &mut Vec<String>) -> Result<(), TooLarge> {
        // A raw line end can't stand inside JSON, so a lone CR ends a line too.
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (part, rest) = bytes.split_at(end);
            self.keep(part)?;
            bytes = rest.get(1..).unwrap_or_default();
            self.take_line(lines);
        }
        self.keep(bytes)
    }

    /// The stream has ended: hands out a last line without its end, if there is one.
    pub fn finish(&mut self, lines: &mut Vec<String>) {
        self.take_line(lines);
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        if self.line.len() + part.len() > self.limit {
            return Err(TooLarge { limit: self.limit });
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn take_line(&mut self, lines: &mut Vec<String>) {
        let line = self.line.as_slice();
        let line = if self.at_start { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        let text = line.trim_ascii();
        if !text.is_empty() {
            lines.push(String::from_utf8_lossy(text).into_owned());
        }
        if !self.line.is_empty() {
            self.at_start = false;
        }
        self.line.clear();
    }
}
