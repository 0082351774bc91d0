//! What every main takes from the environment, in one place; the reading itself is the main's.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{ErrorCode, Secret};

use crate::{AppOptions, Error};

/// Options for a data folder, with what the environment says: `WEBPLUS_RUNNER` (the runner's file),
/// `WEBPLUS_VAULT_PASSPHRASE_FILE` (a file whose first line opens the vault), `WEBPLUS_ENGINE_THREADS` (1 and more) and
/// `WEBPLUS_OLLAMA` (where a local Ollama is looked for; `off` for nowhere).
pub fn environment_options(
    data_dir: PathBuf,
    read: &'static (impl Fn(&str) -> Option<String> + Send + Sync),
) -> Result<AppOptions, Error> {
    let mut options = AppOptions::new(data_dir);
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(Path::to_owned))
        .unwrap_or_default();
    options.runner = engine::find_runner(
        read("WEBPLUS_RUNNER").map(|file| std::path::absolute(&file).unwrap_or_else(|_| PathBuf::from(file))),
        &beside,
    );
    options.runner_environment =
        engine::KEPT_ENVIRONMENT.iter().filter_map(|name| Some(((*name).to_owned(), read(name)?))).collect();
    options.engine_threads = read("WEBPLUS_ENGINE_THREADS")
        .and_then(|threads| threads.parse().ok())
        .filter(|threads| *threads > 0);
    match read("WEBPLUS_OLLAMA").as_deref() {
        Some("off") => options.ollama = None,
        Some(address) => options.ollama = Some(address.to_owned()),
        None => {}
    }
    options.variable = Arc::new(read);
    if let Some(file) = read("WEBPLUS_VAULT_PASSPHRASE_FILE") {
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Error::new(ErrorCode::InvalidInput, format!("The vault's passphrase can't be read from {file}: {error}. Correct WEBPLUS_VAULT_PASSPHRASE_FILE."))
        })?;
        let passphrase = text.lines().next().unwrap_or_default().trim().to_owned();
        options.open_vault(Secret::new(passphrase))?;
    }
    Ok(options)
}
