//! JSON Schemas (draft 2020-12 unless they say otherwise), compiled without ever reading what they refer to outside.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

/// More than so many faults of one value help nobody.
const MAX_FAULTS: usize = 20;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
}

impl Schema {
    /// Compiles it. References outside the schema are refused, not fetched; patterns take linear time.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .build(schema)
            .map(|validator| Self { validator })
            .map_err(|error| format!("This is no usable JSON Schema: {error}."))
    }

    /// What about `value` doesn't fit, a sentence each; empty where it does.
    pub fn faults(&self, value: &Value) -> Vec<String> {
        let told = |error: jsonschema::ValidationError<'_>| {
            let place = error.instance_path().to_string();
            let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
            format!("{place}{error}")
        };
        self.validator.iter_errors(value).take(MAX_FAULTS).map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_told_with_its_places() {
        let schema = Schema::compile(
            &json!({"type": "object", "properties": {"n": {"type": "number"}}, "required": ["m"]}),
        )
        .unwrap();
        let faults = schema.faults(&json!({"n": "x"}));
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().any(|fault| fault.starts_with("/n: ")), "{faults:?}");
        assert!(schema.faults(&json!({"m": 1})).is_empty());
    }

    #[test]
    fn nothing_outside_is_fetched() {
        for reference in ["http://127.0.0.1:1/x.json", "file:///etc/passwd", "other.json"] {
            assert!(Schema::compile(&json!({"$ref": reference})).is_err(), "{reference}");
        }
    }

    #[test]
    fn a_pattern_that_would_backtrack_takes_no_time() {
        let schema = Schema::compile(&json!({"type": "string", "pattern": "^(a+)+$"})).unwrap();
        let begun = std::time::Instant::now();
        assert!(!schema.faults(&json!(format!("{}b", "a".repeat(40)))).is_empty());
        assert!(begun.elapsed() < std::time::Duration::from_secs(1));
    }
}
