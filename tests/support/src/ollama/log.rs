//! The log of `serve`: written to its error output as recorded, or kept for a test.

use std::{
    io::{ErrorKind, Write},
    sync::{Mutex, PoisonError},
};

use super::clock;

/// Where lines go.
#[derive(Debug)]
pub(super) enum Log {
    /// The error output of this process. As a pipe without a reader it ends the process, as it ends the real one.
    Output,
    Kept(Mutex<Vec<String>>),
}

impl Log {
    /// A line as it is.
    pub(super) fn raw(&self, line: &str) {
        match self {
            Self::Output => {
                let written = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
                if written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe) {
                    std::process::exit(141);
                }
            }
            Self::Kept(lines) => {
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
            }
        }
    }

    /// A line with time, level and place; `rest` begins at `msg=`.
    pub(super) fn line(&self, level: &str, source: &str, rest: &str) {
        let time = clock::logged(clock::now());
        self.raw(&format!("time={time} level={level} source={source} {rest}"));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Output => Vec::new(),
            Self::Kept(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
