//! Values for a step: what it is given by name, and its config with templates and expressions worked out.

use serde_json::{Map, Value};

use crate::expression::{ExpressionError, condition, evaluate, render};
use crate::read::fields::joined;
use crate::references::is_judged;
use crate::{Definition, Fault, Field, FieldShape, Node, References, Severity, Source, coerce, kind, secret};

/// Makes a value for everything that is named and that isn't there: results of steps that were passed over, and inputs that
/// weren't given, are none and not a mistake.
pub fn complete(context: &mut Value, references: &References) {
    let Some(context) = context.as_object_mut() else { return };
    let nodes = context.entry("nodes").or_insert_with(|| Value::Object(Map::new()));
    for (node, ports) in &references.nodes {
        let Some(nodes) = nodes.as_object_mut() else { return };
        let node = nodes.entry(node.clone()).or_insert_with(|| Value::Object(Map::new()));
        if node.is_null() {
            *node = Value::Object(Map::new());
        }
        for port in ports {
            if let Some(node) = node.as_object_mut() {
                node.entry(port.clone()).or_insert(Value::Null);
            }
        }
    }
    for (key, names) in [("inputs", &references.inputs), ("carry", &references.carry)] {
        let values = context.entry(key).or_insert_with(|| Value::Object(Map::new()));
        for name in names.iter().filter(|name| *name != "*") {
            if let Some(values) = values.as_object_mut() {
                values.entry(name.clone()).or_insert(Value::Null);
            }
        }
    }
}

/// The inputs of a run: what was given, checked against what the definition asks for, with defaults; those that may be absent
/// and are, are none.
pub fn inputs(definition: &Definition, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Fault>> {
    let mut found = Map::new();
    let mut faults = Vec::new();
    let mut fault = |code: &str, name: &str, message: String| {
        faults.push(Fault {
            severity: Severity::Error,
            code: code.into(),
            place: joined("/inputs", name),
            node: None,
            message,
        });
    };
    for (name, input) in &definition.inputs {
        let value = given.get(name).filter(|value| !value.is_null()).or(input.default.as_ref()).cloned();
        match value {
            None if input.required => {
                let label = input.label.as_ref().unwrap_or(name);
                fault("missing", name, format!("\"{label}\" is missing. Fill it in."));
            }
            None => {
                found.insert(name.clone(), Value::Null);
            }
            Some(value) => match coerce(value, "any", &input.kind) {
                Ok(value) => {
                    found.insert(name.clone(), value);
                }
                Err(message) => fault("wrong_type", name, format!("{name}: {message}")),
            },
        }
    }
    for name in given.keys().filter(|name| !definition.inputs.contains_key(*name)) {
        fault("unknown_input", name, format!("This pipeline has no input \"{name}\"."));
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// The step's own inputs, `in` of its context, from where it says they come. `context` has all the rest.
pub fn bind(node: &Node, context: &Value) -> Result<Map<String, Value>, Fault> {
    let mut found = Map::new();
    for (name, source) in &node.inputs {
        let at = |keys: &[&str]| {
            let value = keys.iter().try_fold(context, |value, key| value.get(*key));
            Ok(value.cloned().unwrap_or(Value::Null))
        };
        let value = match source {
            Source::Port { node, port } => at(&["nodes", node, port]),
            Source::Input(input) => at(&["inputs", input]),
            Source::Carry(carry) => at(&["carry", carry]),
            Source::Expression(text) => evaluate(text, context),
            Source::Value(value) => Ok(value.clone()),
        };
        let value = value.map_err(|error| told(node, joined("/in", name), &error))?;
        found.insert(name.clone(), value);
    }
    Ok(found)
}

/// The step's config with its templates rendered and its expressions evaluated, field by field as its kind has them; what the
/// kind doesn't know is left out. `context` has `in` already (see `bind`). A loop's `until` and a map's `result` stay text,
/// since they hold inside. In fields that may have secrets, `secret://NAME` stands only where the definition has it: see
/// `secret`.
pub fn prepare(node: &Node, context: &Value) -> Result<Value, Fault> {
    let Some(info) = kind(&node.kind) else {
        return Err(Fault {
            severity: Severity::Error,
            code: "unknown_kind".into(),
            place: "/kind".into(),
            node: Some(node.id.clone()),
            message: format!("This version of Web+ doesn't know steps of the kind \"{}\".", node.kind),
        });
    };
    let mut config = Map::new();
    for field in &info.fields {
        let Some(value) = node.config.get(&field.name) else { continue };
        let prepared = if is_judged(&node.kind, &field.name) {
            Ok(value.clone())
        } else if is_condition(&node.kind, &field.name) {
            match value {
                Value::String(text) => condition(text, context).map(Value::Bool),
                other => Ok(other.clone()),
            }
        } else {
            prepared(field, value, context)
        };
        let value = prepared.map_err(|error| told(node, joined("/config", &field.name), &error))?;
        config.insert(field.name.clone(), value);
    }
    Ok(Value::Object(config))
}

/// Whether the field's value must be true or false.
pub(crate) fn is_condition(kind: &str, field: &str) -> bool {
    matches!((kind, field), ("condition", "if") | ("assert", "that"))
}

fn prepared(field: &Field, value: &Value, context: &Value) -> Result<Value, ExpressionError> {
    match field.shape {
        // What isn't text is a constant.
        FieldShape::Expression => match value {
            Value::String(text) => evaluate(text, context),
            other => Ok(other.clone()),
        },
        FieldShape::Expressions => match value {
            Value::Object(map) => {
                let mut found = Map::new();
                for (name, value) in map {
                    let value = match value {
                        Value::String(text) => evaluate(text, context)?,
                        other => other.clone(),
                    };
                    found.insert(name.clone(), value);
                }
                Ok(Value::Object(found))
            }
            other => Ok(other.clone()),
        },
        FieldShape::Template
        | FieldShape::LongTemplate
        | FieldShape::Model
        | FieldShape::Map
        | FieldShape::Messages
        | FieldShape::TemplateList => rendered(value, field.secret, context),
        FieldShape::Text
        | FieldShape::Code
        | FieldShape::Words
        | FieldShape::Number
        | FieldShape::Bool
        | FieldShape::Choice
        | FieldShape::Json
        | FieldShape::Schema
        | FieldShape::Duration
        | FieldShape::Pipeline => Ok(value.clone()),
    }
}

fn rendered(value: &Value, with_secrets: bool, context: &Value) -> Result<Value, ExpressionError> {
    Ok(match value {
        Value::String(text) if with_secrets => Value::String(secret::rendered(text, context)?),
        Value::String(text) => Value::String(render(text, context)?),
        Value::Array(values) => {
            let values = values.iter().map(|value| rendered(value, with_secrets, context));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Object(map) => {
            let mut found = Map::new();
            for (key, value) in map {
                found.insert(key.clone(), rendered(value, with_secrets, context)?);
            }
            Value::Object(found)
        }
        other => other.clone(),
    })
}

fn told(node: &Node, place: String, error: &ExpressionError) -> Fault {
    Fault {
        severity: Severity::Error,
        code: "bad_expression".into(),
        place,
        node: Some(node.id.clone()),
        message: error.to_string(),
    }
}
