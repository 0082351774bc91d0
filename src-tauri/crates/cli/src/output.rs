//! Printing. With `--json` stdout has one JSON value per line and nothing else; without it, text for people. What went wrong
//! goes to stderr either way.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use serde_json::{Value, json};

use crate::failure::Failure;

/// Where results go.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether values are printed, not text.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A value, with `--json` only.
    pub(crate) fn json(&self, value: &Value) -> io::Result<()> {
        if self.json { line(&value.to_string()) } else { Ok(()) }
    }

    /// A line for people, on stdout; not printed with `--json`.
    pub(crate) fn sentence(&self, text: &str) -> io::Result<()> {
        if self.json { Ok(()) } else { line(text) }
    }

    /// Text without a line's end, for people.
    pub(crate) fn text(&self, text: &str) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Something for people beside the result.
    #[allow(clippy::unused_self, reason = "one who prints is handed an output, whatever it prints on")]
    pub(crate) fn aside(&self, text: &str) {
        // A closed stderr is no reason to fail.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Tells the failure and gives the exit status.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        if self.json {
            let _ = line(
                &json!({ "type": "error", "code": failure.code, "message": failure.message }).to_string(),
            );
        }
        self.aside(&failure.message);
        ExitCode::from(failure.status())
    }
}

fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}
