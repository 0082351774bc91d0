//! What is read from the environment: here, once, and handed on.

use std::path::PathBuf;

use app::AppOptions;
use domain::Secret;
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Logs go to stderr, warnings and worse unless `WEBPLUS_LOG` says otherwise.
pub(crate) fn start_log() {
    let filter = EnvFilter::try_from_env("WEBPLUS_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}

/// The application's options, from the arguments and the environment.
pub(crate) fn options(data_dir: Option<PathBuf>) -> Result<AppOptions, Failure> {
    let data_dir =
        data_dir.or_else(|| dirs::data_dir().map(|folder| folder.join("webplus"))).ok_or_else(|| {
            Failure::invalid("There is no home folder to keep data in. Name a folder with --data-dir.")
        })?;
    app::environment_options(data_dir, &variable)
        .map_err(|error| Failure { code: error.code, message: error.message })
}

#[allow(clippy::disallowed_methods, reason = "the mains read the environment and hand it on")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The secret from stdin: one line; typed unseen where a person sits there.
pub(crate) fn secret_from_stdin(prompt: &str) -> Result<Secret, Failure> {
    use std::io::{BufRead as _, IsTerminal as _};
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    }
    .map_err(|error| Failure::invalid(format!("The key could not be read from stdin: {error}.")))?;
    if text.trim().is_empty() {
        return Err(Failure::invalid("No key came from stdin. Pipe it in, or type it when asked."));
    }
    Ok(Secret::new(text.trim().to_owned()))
}
