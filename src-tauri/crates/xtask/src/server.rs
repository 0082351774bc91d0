//! A real server for the tests of the OpenAI and Anthropic clients: llama.cpp's own, from a Python package, in a virtual environment in the cache.
//!
//! Kept out of `cargo xtask run`: the product doesn't need it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model;
use crate::process::{Call, Result};
use crate::workspace::cache;

const PACKAGE: &str = "xllamacpp==2026.10.11549";
const FOLDER: &str = "test-server-2026.10.11549";

/// The Python that can import the server; `None` after a sentence when it can't be had.
pub(crate) fn test_python() -> Option<PathBuf> {
    match obtain() {
        Ok(python) => Some(python),
        Err(failure) => {
            println!("The real server is left out: {failure} Tests against it are skipped.");
            None
        }
    }
}

/// Whether this machine's Python can make a virtual environment with pip inside.
pub(crate) fn can_make_environments() -> bool {
    model::python().is_some_and(|python| Call::new(python).args(["-c", "import venv, ensurepip"]).succeeds())
}

fn obtain() -> Result<PathBuf> {
    let folder = cache()?.join(FOLDER);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if works(&python) {
        return Ok(python);
    }
    let system = model::python().ok_or("it comes through Python 3 with pip, which is not installed.")?;
    if !can_make_environments() {
        return Err("Python's venv module is not installed.".into());
    }
    // What is there doesn't work: an interrupted set-up, or a Python that has since been replaced.
    drop(fs::remove_dir_all(&folder));
    println!("Installing a real model server for the tests (34 MB, once).");
    Call::new(system).args(["-m", "venv"]).hidden_arg(&folder).run()?;
    Call::new(&python)
        .args([
            "-m",
            "pip",
            "--quiet",
            "--disable-pip-version-check",
            "install",
            "--only-binary=:all:",
            PACKAGE,
        ])
        .run()?;
    if works(&python) {
        Ok(python)
    } else {
        Err(format!("{PACKAGE} was installed but can't be imported.").into())
    }
}

fn works(python: &Path) -> bool {
    python.is_file() && Call::new(python).args(["-c", "import xllamacpp"]).succeeds()
}
