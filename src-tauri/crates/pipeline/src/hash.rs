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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("(nodes|ui|pins|name|id|label|config|[a-z]{1,4})", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// The same value as text with its keys the other way round.
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(map) => {
                let pairs: Vec<_> = map
                    .iter()
                    .rev()
                    .map(|(key, value)| format!("{}: {}", json!(key), reversed(value)))
                    .collect();
                format!("{{ {} }}", pairs.join(" ,"))
            }
            Value::Array(values) => {
                format!("[{}]", values.iter().map(reversed).collect::<Vec<_>>().join(", "))
            }
            other => other.to_string(),
        }
    }

    proptest! {
        #[test]
        fn layout_names_and_the_order_of_keys_change_no_hash(value in any_json(), layout in any_json()) {
            let mut first = json!({"id": "a", "nodes": [{"id": "x", "config": {"deep": value}}]});
            let wanted = hash(&first);
            let reread: Value = serde_json::from_str(&reversed(&first)).unwrap();
            prop_assert_eq!(&hash(&reread), &wanted);
            for key in ["ui", "pins", "name", "description"] {
                first[key] = layout.clone();
            }
            first["nodes"][0]["label"] = layout.clone();
            first["nodes"][0]["note"] = layout;
            prop_assert_eq!(&hash(&first), &wanted);
        }

        #[test]
        fn reading_any_json_at_all_never_panics(value in any_json()) {
            let _ = crate::read(&value);
            let _ = hash(&value);
            let whole = json!({"format": crate::FORMAT, "id": "a", "nodes": [{"id": "x", "kind": "llm", "config": {"prompt": value}}], "edges": value});
            if let Ok(definition) = crate::read(&whole) {
                let _ = crate::check(&definition, &crate::Known::default());
            }
        }
    }

    #[test]
    fn what_a_definition_does_is_part_of_its_hash() {
        let one = json!({"id": "a", "nodes": [{"id": "x", "config": {"name": "n", "ui": 1}}]});
        let mut other = one.clone();
        other["nodes"][0]["config"]["name"] = json!("m");
        assert_ne!(hash(&one), hash(&other), "only the outermost names are left out");
        assert_eq!(hash(&one).len(), 64);
    }
}
