//! Lines in and out: whole, flushed, at most `MAX_LINE` bytes; and how the process ends.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Mutex, PoisonError};

use domain::{ErrorCode, MAX_LINE, RunnerReply, RunnerRequest};

use crate::failure::Failure;

/// One line of input.
pub(crate) enum Line {
    /// A whole line, without its end.
    Text(Vec<u8>),
    /// More than `MAX_LINE` bytes without an end.
    TooLong,
    /// The input is over; what came after the last line end is dropped.
    End,
}

/// Reads one line, never more than `MAX_LINE` bytes of it.
pub(crate) fn read_line(input: &mut impl BufRead) -> io::Result<Line> {
    let mut line = Vec::new();
    input.by_ref().take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Line::Text(line));
    }
    Ok(if line.len() > MAX_LINE { Line::TooLong } else { Line::End })
}

/// What a too long line is answered with, before the process ends.
pub(crate) fn too_long() -> Failure {
    Failure::new(
        ErrorCode::TooLarge,
        format!("A request is longer than {MAX_LINE} bytes, the most the engine takes."),
    )
}

/// A request out of a line.
pub(crate) fn parse(line: &[u8]) -> Result<RunnerRequest, Failure> {
    serde_json::from_slice(line).map_err(|error| {
        Failure::invalid(format!("The engine was sent a request that it can't read: {error}."))
    })
}

/// The way out: stdout, one whole line at a time, from any thread.
pub(crate) struct Output {
    stdout: Mutex<io::Stdout>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stdout: Mutex::new(io::stdout()) }
    }

    /// Writes one reply. Nobody can be told when that fails: the application is gone, and so is the process.
    pub(crate) fn send(&self, reply: &RunnerReply) {
        let Ok(mut line) = serde_json::to_vec(reply) else { leave(1) };
        line.push(b'\n');
        let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        if stdout.write_all(&line).and_then(|()| stdout.flush()).is_err() {
            leave(1);
        }
    }

    /// Says why one request failed.
    pub(crate) fn fail(&self, id: u64, failure: Failure) {
        self.send(&RunnerReply::Error { id: Some(id), code: failure.code, message: failure.message });
    }

    /// Says why the process can't go on, and ends it.
    pub(crate) fn fail_and_leave(&self, failure: Failure) -> ! {
        self.send(&RunnerReply::Error { id: None, code: failure.code, message: failure.message });
        leave(1)
    }
}

/// Ends the process now, while other threads may be computing: nothing is run at exit, because destructors of the engine
/// would pull the memory from under those threads.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library's exit runs exit handlers")]
pub(crate) fn leave(code: i32) -> ! {
    // SAFETY: `_exit` takes any status, touches no memory of ours and doesn't return.
    unsafe { libc::_exit(code) }
}

/// Ends the process now; Windows ends the other threads before it runs anything.
#[cfg(not(unix))]
pub(crate) fn leave(code: i32) -> ! {
    std::process::exit(code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_line_longer_than_the_limit_is_refused_without_being_kept() {
        let mut input = io::Cursor::new(vec![b'x'; MAX_LINE + 10]);
        assert!(matches!(read_line(&mut input).unwrap(), Line::TooLong));
    }

    #[test]
    fn a_line_cut_by_the_end_of_input_is_not_a_line() {
        let mut input = io::Cursor::new(b"one\ntw".to_vec());
        assert!(matches!(read_line(&mut input).unwrap(), Line::Text(line) if line == b"one"));
        assert!(matches!(read_line(&mut input).unwrap(), Line::End));
    }
}
