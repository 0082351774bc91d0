//! Prints the page's generated types; `cargo xtask bindings` writes them to their file.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this is for")]

fn main() -> std::process::ExitCode {
    match webplus_app::bindings::typescript() {
        Ok(text) => {
            print!("{text}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
