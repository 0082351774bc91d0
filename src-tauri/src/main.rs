//! The desktop program: reads the environment, once, and hands it to the shell.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = webplus_desktop::as_guard(std::env::args_os()) {
        return code;
    }
    webplus_desktop::run(webplus_desktop::Surroundings::read(&variable))
}

#[allow(clippy::disallowed_methods, reason = "the mains read the environment and hand it on")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
