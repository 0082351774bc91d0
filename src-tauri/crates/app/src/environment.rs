//! What every main takes from the environment, in one place; the reading itself is the main's.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{ErrorCode, Secret};

use crate::{AppOptions, Error, clock::ShiftedClock, ollama::OllamaOptions};

/// Options for a data folder, with what the environment says: `WEBPLUS_RUNNER` (the runner's file),
/// `WEBPLUS_VAULT_PASSPHRASE_FILE` (a file whose first line opens the vault), `WEBPLUS_ENGINE_THREADS` (1 and more) and
/// `WEBPLUS_OLLAMA` (`off` leaves an Ollama on this computer alone; an address is looked at instead of `OLLAMA_HOST`'s). An
/// Ollama of our own gets the search path and what else `engine::ollama::environment::KEPT` names. A debug build also takes
/// `WEBPLUS_CLOCK_SHIFT`, a file that says by how many milliseconds its clock is off, for tests of clocks that are set.
pub fn environment_options(
    data_dir: PathBuf,
    read: &'static (impl Fn(&str) -> Option<String> + Send + Sync),
) -> Result<AppOptions, Error> {
    if cfg!(debug_assertions) {
        arm_kill_points(read)?;
    }
    let mut options = AppOptions::new(data_dir);
    if cfg!(debug_assertions)
        && let Some(file) = read("WEBPLUS_CLOCK_SHIFT")
    {
        options.clock = Arc::new(ShiftedClock(PathBuf::from(file)));
    }
    options.program = std::env::current_exe().ok();
    let beside = options
        .program
        .as_deref()
        .and_then(|program| program.parent())
        .map(Path::to_owned)
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
    options.ollama = ollama(read);
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

/// For tests of crashes: `WEBPLUS_KILL_AT` names the meeting of a kill point at which the process ends, `WEBPLUS_KILL_RECORD` a
/// file that all meetings are added to.
fn arm_kill_points(read: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let (at, record) = (read("WEBPLUS_KILL_AT"), read("WEBPLUS_KILL_RECORD"));
    if at.is_none() && record.is_none() {
        return Ok(());
    }
    let record = record.map(|file| std::fs::OpenOptions::new().append(true).create(true).open(file));
    let record = record.transpose().map_err(|error| {
        Error::new(
            ErrorCode::InvalidInput,
            format!("The file named in WEBPLUS_KILL_RECORD can't be written: {error}."),
        )
    })?;
    store::kill::arm(at, record);
    Ok(())
}

fn ollama(read: impl Fn(&str) -> Option<String>) -> Option<OllamaOptions> {
    let wanted = read("WEBPLUS_OLLAMA").filter(|wanted| !wanted.is_empty());
    if wanted.as_deref() == Some("off") {
        return None;
    }
    let kept = engine::ollama::environment::KEPT.iter();
    let mut environment: Vec<(String, String)> =
        kept.filter_map(|name| Some(((*name).to_owned(), read(name)?))).collect();
    environment.extend(read("OLLAMA_MODELS").map(|folder| ("OLLAMA_MODELS".to_owned(), folder)));
    if let Some(address) = wanted.or_else(|| read("OLLAMA_HOST")) {
        environment.push(("OLLAMA_HOST".to_owned(), address));
    }
    Some(OllamaOptions::new(std::env::current_exe().ok()?, environment))
}
