//! Small conversions between values that several kinds need.

use serde_json::Value;

use crate::pipelines::step::{StepEnd, StepError};

/// Left by `ok` with these values.
pub(super) fn done<const N: usize>(values: [(&str, Value); N]) -> StepEnd {
    StepEnd::ok(values.map(|(name, value)| (name.to_owned(), value)))
}

/// Left by this way with these values.
pub(super) fn leave<const N: usize>(port: &str, values: [(&str, Value); N]) -> StepEnd {
    StepEnd::by(port, values.map(|(name, value)| (name.to_owned(), value)))
}

/// A value as text: text as it is, everything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The schema that a config names, as `#/schemas/NAME` or as the schema itself.
pub(super) fn schema(definition: &pipeline::Definition, value: &Value) -> Result<Value, StepError> {
    match value {
        Value::String(reference) => {
            let name = reference.strip_prefix("#/schemas/").unwrap_or(reference);
            definition.schemas.get(name).cloned().ok_or_else(|| {
                StepError::invalid(format!(
                    "There is no schema \"{name}\" in this pipeline. Add it under \"schemas\"."
                ))
            })
        }
        other => Ok(other.clone()),
    }
}

/// The beginning of a text, for a sentence.
pub(super) fn excerpt(text: &str, characters: usize) -> String {
    let mut short: String = text.chars().take(characters).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
