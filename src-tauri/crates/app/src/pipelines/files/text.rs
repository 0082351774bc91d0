//! A definition as text: keys in the order in which people read them, so that a file in git changes only where it changed.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What comes first, in this order; everything else follows by name, and how it looks comes last.
const FIRST: &[&str] = &[
    "format",
    "id",
    "name",
    "label",
    "description",
    "kind",
    "v",
    "type",
    "from",
    "to",
    "inputs",
    "outputs",
    "vars",
    "secrets",
    "defaults",
    "effect",
    "config",
    "in",
    "out",
];
const LAST: &[&str] = &["nodes", "edges", "triggers", "schemas", "tests", "pins", "ui"];
/// Objects and lists that fit into so many letters stand on one line.
const SHORT: usize = 100;

/// The text, ended by a line break.
pub(super) fn pretty(definition: &Value) -> String {
    let mut text = String::new();
    write(&mut text, definition, 0);
    text.push('\n');
    text
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let line = short(value);
    // The outermost always stands on lines of its own: so does each step and each edge in it.
    if depth > 0 && line.chars().count() + 2 * depth <= SHORT {
        text.push_str(&line);
        return;
    }
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push_str("{\n");
            let keys = ordered(map);
            for (number, (key, inner)) in keys.iter().enumerate() {
                indent(text, depth + 1);
                let _fine = write!(text, "{}: ", Value::from(key.as_str()));
                write(text, inner, depth + 1);
                text.push_str(if number + 1 < keys.len() { ",\n" } else { "\n" });
            }
            indent(text, depth);
            text.push('}');
        }
        Value::Array(list) if !list.is_empty() => {
            text.push_str("[\n");
            for (number, inner) in list.iter().enumerate() {
                indent(text, depth + 1);
                write(text, inner, depth + 1);
                text.push_str(if number + 1 < list.len() { ",\n" } else { "\n" });
            }
            indent(text, depth);
            text.push(']');
        }
        _ => text.push_str(&line),
    }
}

/// On one line, as a person would write it.
fn short(value: &Value) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let inner: Vec<String> = ordered(map)
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), short(value)))
                .collect();
            format!("{{ {} }}", inner.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(short).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn ordered(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |key: &str| {
        let place = |list: &[&str]| list.iter().position(|one| *one == key);
        match (place(FIRST), place(LAST)) {
            (Some(place), _) => place,
            (None, Some(place)) => 2000 + place,
            (None, None) => 1000,
        }
    };
    let mut keys: Vec<_> = map.iter().collect();
    keys.sort_by(|(a, _), (b, _)| place(a).cmp(&place(b)).then(a.cmp(b)));
    keys
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_reads_from_what_it_is_to_how_it_looks() {
        let definition = json!({
            "ui": {}, "nodes": [{"config": {"template": "x"}, "kind": "template", "id": "a"}], "id": "p", "format": "f", "edges": [],
        });
        let text = pretty(&definition);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "{",
                r#"  "format": "f","#,
                r#"  "id": "p","#,
                r#"  "nodes": [{ "id": "a", "kind": "template", "config": { "template": "x" } }],"#,
                r#"  "edges": [],"#,
                r#"  "ui": {}"#,
                "}"
            ]
        );
    }

    #[test]
    fn what_is_written_says_what_was_given() -> Result<(), serde_json::Error> {
        let long = "a long text with \"marks\", \n lines and ünicode ".repeat(9);
        let definition = json!({"id": "p", "nodes": [{"id": "a", "config": {"template": long, "list": [1, [], {}, null, -0.5]}}]});
        assert_eq!(serde_json::from_str::<Value>(&pretty(&definition))?, definition);
        Ok(())
    }
}
