//! JSON Schemas as providers take them. Some refuse the whole request for a word that they don't know, so it is left out: whoever asked
//! holds the answer against the whole schema anyhow.

use serde_json::{Map, Value};

/// What says how large, long or many something is. Anthropic refuses it.
pub(crate) const BOUNDS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// What says how long a text is. OpenAI's strict mode refuses it.
pub(crate) const LENGTHS: &[&str] = &["minLength", "maxLength"];

/// The schema without these words.
pub(crate) fn without(schema: &Value, words: &[&str]) -> Value {
    let mut schema = schema.clone();
    each(&mut schema, &mut |map| map.retain(|word, _| !words.contains(&word.as_str())));
    schema
}

/// The schema with every object that names its properties closed, unless it says what else there may be.
pub(crate) fn closed(mut schema: Value) -> Value {
    each(&mut schema, &mut |map| {
        if map.contains_key("properties") {
            map.entry("additionalProperties").or_insert(Value::Bool(false));
        }
    });
    schema
}

/// Visits a schema and all within it, not what merely looks like one: properties have whatever names, constants whatever form.
fn each(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(map) = schema.as_object_mut() else { return };
    change(map);
    for (word, inner) in map.iter_mut() {
        match (word.as_str(), inner) {
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(named)) => {
                for inner in named.values_mut() {
                    each(inner, change);
                }
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems" | "items", Value::Array(list)) => {
                for inner in list {
                    each(inner, change);
                }
            }
            ("items" | "additionalProperties" | "not", inner) => each(inner, change),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_says_something_about_a_value_is_left_out() {
        let schema = json!({
            "type": "object",
            "properties": {
                "maximum": {"type": "number", "minimum": 0, "maximum": 1},
                "rows": {"type": "array", "maxItems": 3, "items": {"anyOf": [{"type": "string", "maxLength": 9}, {"const": {"maxLength": 2}}]}},
            },
            "required": ["maximum"],
        });
        let shown = json!({
            "type": "object",
            "properties": {
                "maximum": {"type": "number"},
                "rows": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"const": {"maxLength": 2}}]}},
            },
            "required": ["maximum"],
        });
        assert_eq!(without(&schema, BOUNDS), shown);
        assert_eq!(without(&schema, LENGTHS)["properties"]["rows"]["maxItems"], 3);
        assert_eq!(closed(shown)["additionalProperties"], false);
        let open = json!({"properties": {}, "additionalProperties": {"type": "string"}});
        assert_eq!(closed(open.clone()), open);
    }
}
