//! A program whose main is as ours are, for the tests of steps that run programs.

use std::process::ExitCode;

fn main() -> ExitCode {
    webplus_app::as_guard(std::env::args_os()).unwrap_or(ExitCode::FAILURE)
}
