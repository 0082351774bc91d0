//! A run's inputs, from the command line and from files.

use serde_json::{Map, Value};

use crate::failure::Failure;

/// Types whose values are written as they are; those of all others are JSON.
const PLAIN: &[&str] = &["text", "markdown", "diff", "file", "dir", "image", "audio"];

pub(super) fn read(
    definition: &Value,
    given: &[(String, String)],
    files: &[(String, String)],
) -> Result<Map<String, Value>, Failure> {
    let mut inputs = Map::new();
    for (name, text) in given {
        inputs.insert(name.clone(), value(definition, name, text)?);
    }
    for (name, path) in files {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::invalid(format!("The input {name} can't be read from {path}: {error}."))
        })?;
        inputs.insert(name.clone(), value(definition, name, &text)?);
    }
    Ok(inputs)
}

fn value(definition: &Value, name: &str, text: &str) -> Result<Value, Failure> {
    let kind = definition["inputs"][name]["type"].as_str().unwrap_or("text");
    if PLAIN.contains(&kind) {
        return Ok(Value::String(text.to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        Failure::invalid(format!("The input {name} is {kind}, which is written as JSON: {error}."))
    })
}
