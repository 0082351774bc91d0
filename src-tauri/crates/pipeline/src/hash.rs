//! The hash of a definition: of what it does, not of how it looks.

use serde_json::{Map, Value};

/// BLAKE3 over RFC 8785 of everything but `ui`, `pins`, `name`, `description`, and the steps' `label` and `note`; 64
/// hexadecimal digits. Moving a box or naming a step anew makes no new version, and so does the order of keys.
pub fn hash(value: &Value) -> String {
    let kept = match value {
        Value::Object(map) => Value::Object(kept(map)),
        other => other.clone(),
    };
    value_hash(&kept)
}

/// BLAKE3 over RFC 8785 of any value; 64 hexadecimal digits.
pub fn value_hash(value: &Value) -> String {
    let mut hasher = blake3::Hasher::new();
    // Fails for keys that aren't text only, and a value has none.
    if serde_json_canonicalizer::to_writer(value, &mut hasher).is_err() {
        hasher.update(value.to_string().as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

fn kept(map: &Map<String, Value>) -> Map<String, Value> {
    let aside = ["ui", "pins", "name", "description", "$schema"];
    let mut kept = Map::new();
    for (key, value) in map.iter().filter(|(key, _)| !aside.contains(&key.as_str())) {
        let value = match value {
            Value::Array(nodes) if key == "nodes" => Value::Array(nodes.iter().map(node).collect()),
            other => other.clone(),
        };
        kept.insert(key.clone(), value);
    }
    kept
}

fn node(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        map.remove("label");
        map.remove("note");
    }
    value
}
