//! An Ollama for tests, as a program: behaves as recorded, and misbehaves as a script says.
//!
//! `fake-ollama [--script FILE] serve`; the surroundings are the real one's. See `test_support::ollama`.
#![allow(clippy::disallowed_methods, reason = "a main reads its surroundings")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let executable = std::env::current_exe().unwrap_or_default();
    test_support::ollama::program(std::env::args().skip(1), |name| std::env::var(name).ok(), executable)
}
