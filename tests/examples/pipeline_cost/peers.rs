//! What is run beside ours: the disk itself, and `LangGraph` where its packages are installed.

use std::{
    fs,
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::Outcome;

/// Small writes a second that the disk takes one after the other.
pub(crate) fn fdatasync(folder: &Path) -> Outcome<f64> {
    let mut file = fs::File::create(folder.join("raw"))?;
    file.write_all(&vec![0; 1 << 20])?;
    file.sync_all()?;
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(1) {
        file.seek(SeekFrom::Start((count % 200) * 4096))?;
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Steps a second of a chain in `LangGraph` with its `SqliteSaver`, each step kept before the next; why there is no such
/// figure otherwise. `WEBPLUS_PYTHON` names an interpreter that has the packages.
pub(crate) fn langgraph(folder: &Path, steps: usize) -> Result<f64, String> {
    let python = std::env::var("WEBPLUS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "bench", "lib", "langgraph_chain.py"].iter().collect();
    let output = Command::new(&python)
        .arg(script)
        .arg(folder.join(format!("langgraph-{}.db", std::process::id())))
        .arg(steps.to_string())
        .output()
        .map_err(|error| format!("{python}: {error}"))?;
    if output.status.code() == Some(3) {
        return Err(
            "pip install langgraph langgraph-checkpoint-sqlite, and name its interpreter in WEBPLUS_PYTHON"
                .to_owned(),
        );
    }
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|error| format!("{error}"))
}
