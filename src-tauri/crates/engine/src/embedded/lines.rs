//! Reads lines with a cap: what the runner says is bounded even if the runner is broken.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use domain::MAX_LINE;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is read at once, in bytes.
const PIECE: usize = 16 * 1024;

/// Why there is no next line.
#[derive(Debug)]
pub(super) enum NoLine {
    /// The other side closed.
    End,
    /// It is longer than `MAX_LINE`.
    TooLong,
    /// It can't be read.
    Failed(io::Error),
}

/// A source of lines.
pub(super) struct Lines<R> {
    source: R,
    buffer: BytesMut,
    /// What was already looked through without finding a line's end.
    searched: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: BytesMut::with_capacity(PIECE), searched: 0 }
    }

    /// The next line without its end. May be dropped and called again: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Bytes, NoLine> {
        loop {
            if let Some(found) = self.buffer.iter().skip(self.searched).position(|byte| *byte == b'\n') {
                let mut line = self.buffer.split_to(self.searched + found + 1);
                line.truncate(line.len() - 1);
                self.searched = 0;
                return Ok(line.freeze());
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > MAX_LINE {
                return Err(NoLine::TooLong);
            }
            self.buffer.reserve(PIECE);
            match self.source.read_buf(&mut (&mut self.buffer).limit(PIECE)).await {
                Ok(0) => return Err(NoLine::End),
                Ok(_) => {}
                Err(error) => return Err(NoLine::Failed(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn lines_come_whole_however_they_were_cut() {
        let (mut far, near) = tokio::io::duplex(3);
        let mut lines = Lines::new(near);
        let writing = async {
            use tokio::io::AsyncWriteExt;
            far.write_all(b"one\n\nthree and more\nhalf").await.unwrap();
            drop(far);
        };
        let reading = async {
            assert_eq!(lines.next().await.unwrap(), "one");
            assert_eq!(lines.next().await.unwrap(), "");
            assert_eq!(lines.next().await.unwrap(), "three and more");
            assert!(matches!(lines.next().await, Err(NoLine::End)));
        };
        tokio::join!(writing, reading);
    }

    #[tokio::test]
    async fn an_endless_line_is_refused() {
        let mut lines = Lines::new(tokio::io::repeat(b'x'));
        assert!(matches!(lines.next().await, Err(NoLine::TooLong)));
        assert!(lines.buffer.len() < MAX_LINE + 64 * 1024);
    }
}
