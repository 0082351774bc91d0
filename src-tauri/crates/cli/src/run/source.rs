//! What is to be run: a file, or a pipeline that is kept; and what is wrong with it.

use std::{path::Path, process::ExitCode};

use serde_json::{Value, json};

use crate::{door::Door, failure::Failure, output::Output};

/// A definition that can be run.
pub(crate) struct Source {
    pub definition: Value,
    /// Whether it is one of the application's own, known by its id.
    pub is_kept: bool,
    faults: Vec<Value>,
}

/// What keeps a pipeline from running.
pub(crate) struct Invalid {
    faults: Vec<Value>,
}

impl Invalid {
    pub(crate) fn sentence(message: String) -> Self {
        Self {
            faults: vec![
                json!({ "severity": "error", "code": "invalid_input", "place": "", "message": message }),
            ],
        }
    }
}

impl Source {
    /// What somebody should look at.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        self.faults.iter().map(line)
    }
}

/// The file of that name, or else the pipeline of that id.
pub(super) async fn find(door: &Door, named: &str) -> Result<Result<Source, Invalid>, Failure> {
    let path = Path::new(named);
    let is_file = path.is_file() || path.extension().is_some_and(|extension| extension == "json");
    if is_file {
        return from_file(door, path).await;
    }
    let kept: Value = door.call("pipeline/get", json!({ "id": named })).await?;
    Ok(sorted(kept["definition"].clone(), &kept["faults"], true))
}

/// The definition in a file, checked.
pub(crate) async fn from_file(door: &Door, path: &Path) -> Result<Result<Source, Invalid>, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::invalid(format!("{} can't be read: {error}.", path.display())))?;
    let definition: Value = match serde_json::from_str(&text) {
        Ok(definition) => definition,
        Err(error) => {
            return Ok(Err(Invalid::sentence(format!("{} isn't JSON: {error}.", path.display()))));
        }
    };
    let check: Value = door.call("pipeline/validate", json!({ "definition": definition })).await?;
    Ok(sorted(definition, &check["faults"], false))
}

fn sorted(definition: Value, faults: &Value, is_kept: bool) -> Result<Source, Invalid> {
    let faults = faults.as_array().cloned().unwrap_or_default();
    if faults.iter().any(|fault| fault["severity"] == "error") {
        return Err(Invalid { faults });
    }
    Ok(Source { definition, is_kept, faults })
}

/// Tells the faults, a line each.
pub(crate) fn told(invalid: &Invalid, output: &Output) -> Result<ExitCode, Failure> {
    for fault in &invalid.faults {
        output.aside(&line(fault));
    }
    output.json(&json!({ "type": "invalid", "faults": invalid.faults }))?;
    Ok(ExitCode::from(super::INVALID))
}

fn line(fault: &Value) -> String {
    let message = fault["message"].as_str().unwrap_or_default();
    match fault["place"].as_str() {
        Some(place) if !place.is_empty() => format!("{place}: {message}"),
        _ => message.to_owned(),
    }
}
