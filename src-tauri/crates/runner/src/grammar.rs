//! A JSON Schema as the grammar that an answer obeys. llama.cpp translates it, and passes over the bounds of numbers: those that
//! scores have are put in here. Whatever else it passes over is found by whoever reads the answer.

use std::collections::BTreeSet;

use llama_cpp_2::json_schema_to_grammar;
use serde_json::{Value, json};

/// How far apart bounds may be: each whole number between them is written into the grammar.
const WIDEST: u64 = 100;

/// The grammar's text; its first rule is `root`. An error says what of the schema can't be used.
pub(crate) fn of(schema: &Value) -> Result<String, String> {
    let mut schema = schema.clone();
    let mut found = BTreeSet::new();
    mark(&mut schema, &mut found);
    let mut grammar = json_schema_to_grammar(&schema.to_string()).map_err(|error| error.to_string())?;
    for (least, most) in found {
        // A constant is a literal of the grammar, in quotes of its own and of JSON's.
        let literal = format!("\"\\\"{}\\\"\"", name(least, most));
        grammar = grammar.replace(&literal, &name(least, most));
        let whole: Vec<String> = (least..most).map(|number| format!("\"{number}\"")).collect();
        let rule = format!(
            "\n{} ::= ({}) (\".\" [0-9]{{1,6}})? | \"{most}\" (\".\" \"0\"{{1,6}})?\n",
            name(least, most),
            whole.join(" | ")
        );
        grammar.push_str(&rule);
    }
    Ok(grammar)
}

/// The rule of numbers between these, and what stands for them until then.
fn name(least: u64, most: u64) -> String {
    format!("webplus-number-{least}-{most}")
}

/// Puts a constant in place of each number with bounds.
fn mark(schema: &mut Value, found: &mut BTreeSet<(u64, u64)>) {
    match schema {
        Value::Object(map) => {
            let bound = |key: &str| map.get(key).and_then(whole);
            if map.get("type").and_then(Value::as_str) == Some("number")
                && !["enum", "const", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]
                    .iter()
                    .any(|key| map.contains_key(*key))
                && let (Some(least), Some(most)) = (bound("minimum"), bound("maximum"))
                && least < most
                && most - least <= WIDEST
            {
                found.insert((least, most));
                *schema = json!({"const": name(least, most)});
                return;
            }
            // What an answer may be, word for word, is no schema.
            for (_, inner) in map.iter_mut().filter(|(key, _)| !["enum", "const"].contains(&key.as_str())) {
                mark(inner, found);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| mark(inner, found)),
        _ => {}
    }
}

fn whole(bound: &Value) -> Option<u64> {
    bound.as_u64().or_else(|| {
        let number = bound.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e9).contains(number))?;
        Some(number as u64)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_number_with_bounds_has_a_rule_of_its_own() {
        let schema = json!({
            "type": "object",
            "properties": {
                "score": {"type": "number", "minimum": 0, "maximum": 1.0},
                "stars": {"type": "number", "minimum": 1, "maximum": 3},
            },
            "required": ["score", "stars"],
        });
        let grammar = of(&schema).unwrap();
        assert!(
            grammar.contains(
                "\nwebplus-number-0-1 ::= (\"0\") (\".\" [0-9]{1,6})? | \"1\" (\".\" \"0\"{1,6})?\n"
            ),
            "{grammar}"
        );
        assert!(grammar.contains("\nwebplus-number-1-3 ::= (\"1\" | \"2\") "), "{grammar}");
        assert!(grammar.contains("score ::= webplus-number-0-1\n"), "{grammar}");
    }

    #[test]
    fn what_has_no_such_bounds_is_left_to_llama_cpp() {
        for schema in [
            json!({"type": "number"}),
            json!({"type": "number", "minimum": 0}),
            json!({"type": "number", "minimum": -1, "maximum": 1}),
            json!({"type": "number", "minimum": 0.5, "maximum": 1}),
            json!({"type": "number", "minimum": 0, "maximum": 1_000_000}),
            json!({"type": "integer", "minimum": 0, "maximum": 9}),
            json!({"enum": [{"type": "number", "minimum": 0, "maximum": 1}]}),
        ] {
            let grammar = of(&schema).unwrap();
            assert_eq!(grammar, json_schema_to_grammar(&schema.to_string()).unwrap(), "{schema}");
        }
    }
}
