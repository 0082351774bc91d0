//! Reading a step's rendered config: what isn't as the kind wants it is told as a sentence.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::pipelines::step::StepError;

/// A rendered config.
#[derive(Debug, Clone, Copy)]
pub(super) struct Config<'a>(&'a Value);

impl<'a> Config<'a> {
    pub(super) fn new(input: &'a Value) -> Self {
        Self(input)
    }

    /// A field, unless it is absent or null.
    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A field that must be there, null included.
    pub(super) fn needed(self, name: &str) -> Result<&'a Value, StepError> {
        self.0.get(name).ok_or_else(|| StepError::invalid(format!("Fill in \"{name}\" of this step.")))
    }

    pub(super) fn text(self, name: &str) -> Result<&'a str, StepError> {
        self.optional_text(name)?
            .ok_or_else(|| StepError::invalid(format!("Fill in \"{name}\" of this step.")))
    }

    pub(super) fn optional_text(self, name: &str) -> Result<Option<&'a str>, StepError> {
        self.value(name)
            .map(|value| value.as_str().ok_or_else(|| StepError::invalid(wrong(name, "text", value))))
            .transpose()
    }

    pub(super) fn flag(self, name: &str) -> Result<bool, StepError> {
        self.value(name).map_or(Ok(false), |value| {
            value.as_bool().ok_or_else(|| StepError::invalid(wrong(name, "true or false", value)))
        })
    }

    pub(super) fn number(self, name: &str) -> Result<Option<f64>, StepError> {
        self.value(name)
            .map(|value| {
                let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
                number.ok_or_else(|| StepError::invalid(wrong(name, "a number", value)))
            })
            .transpose()
    }

    /// A whole number from 0 on.
    pub(super) fn count(self, name: &str) -> Result<Option<usize>, StepError> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        if number < 0.0 || number.fract() != 0.0 || number > 1e12 {
            return Err(StepError::invalid(format!(
                "\"{name}\" must be a whole number from 0 on; it is {number}."
            )));
        }
        Ok(Some(number as usize))
    }

    pub(super) fn map(self, name: &str) -> Result<Option<&'a Map<String, Value>>, StepError> {
        self.value(name)
            .map(|value| {
                value
                    .as_object()
                    .ok_or_else(|| StepError::invalid(wrong(name, "an object of names and values", value)))
            })
            .transpose()
    }

    /// A list of texts; one text alone counts as a list of it.
    pub(super) fn texts(self, name: &str) -> Result<Vec<String>, StepError> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    Value::Number(_) | Value::Bool(_) => Ok(item.to_string()),
                    other => Err(StepError::invalid(wrong(name, "a list of texts", other))),
                })
                .collect(),
            Some(other) => Err(StepError::invalid(wrong(name, "a list of texts", other))),
        }
    }

    /// A duration: "500ms", "30s", "5m", "3h", "2d", or a number of milliseconds.
    pub(super) fn duration(self, name: &str) -> Result<Option<Duration>, StepError> {
        self.value(name)
            .map(|value| {
                let read = match value {
                    Value::String(text) => pipeline::duration(text.trim()).map(Duration::from_millis),
                    other => other.as_u64().map(Duration::from_millis),
                };
                read.ok_or_else(|| StepError::invalid(wrong(name, "a duration such as \"30s\"", value)))
            })
            .transpose()
    }
}

fn wrong(name: &str, wanted: &str, value: &Value) -> String {
    let found = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("\"{name}\" of this step must be {wanted}; it is {found}.")
}
