//! The JSON Schema of a definition file, made from the table of kinds, for editors and other programs. `read` and `check` see
//! more; what they accept fits it.

use serde_json::{Map, Value, json};

use crate::read::MAX_NODES;
use crate::{FORMAT, Field, FieldShape, KindInfo, kinds};

/// A node's id and whatever expressions can name.
const NAME: &str = "^[a-z][a-z0-9_]{0,63}$";
const SLUG: &str = "^[a-z][a-z0-9_-]{0,63}$";
const DURATION: &str = "^[0-9]+(ms|s|m|h|d)$";

/// The schema (draft 2020-12) of a whole file.
pub fn format_schema() -> Value {
    let text = json!({"type": "string"});
    let name = json!({"type": "string", "pattern": NAME});
    let by_name = |values: Value| json!({"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": values});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:webplus.pipeline:1",
        "title": "A pipeline of Web+",
        "type": "object",
        "required": ["format", "id", "nodes"],
        "additionalProperties": false,
        "properties": {
            "$schema": text,
            "format": {"const": FORMAT},
            "id": {"type": "string", "pattern": SLUG},
            "name": text,
            "description": text,
            "inputs": by_name(json!({
                "type": "object", "required": ["type"], "additionalProperties": false,
                "properties": {"type": text, "required": {"type": "boolean"}, "default": true, "label": text, "help": text}
            })),
            "outputs": by_name(json!({
                "type": "object", "required": ["from"], "additionalProperties": false,
                "properties": {"type": text, "from": {"type": "string", "pattern": "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$"}}
            })),
            "vars": by_name(json!(true)),
            "defaults": {
                "type": "object", "additionalProperties": false,
                "properties": {"retry": {"$ref": "#/$defs/retry"}, "timeout": {"$ref": "#/$defs/timeouts"}, "budget": {"$ref": "#/$defs/budget"}}
            },
            "concurrency": {
                "type": "object", "additionalProperties": false,
                "properties": {"max_runs": {"type": "integer", "minimum": 1, "maximum": 10_000}, "key": text}
            },
            "nodes": {"type": "array", "maxItems": MAX_NODES, "items": {"$ref": "#/$defs/node"}},
            "edges": {"type": "array", "items": {
                "type": "object", "required": ["from", "to"], "additionalProperties": false,
                "properties": {"from": {"type": "string", "minLength": 1}, "to": name, "when": text}
            }},
            "triggers": {"type": "array", "items": {"$ref": "#/$defs/trigger"}},
            "schemas": by_name(json!({"type": ["object", "boolean"]})),
            "secrets": {"type": "array", "items": {"type": "string", "pattern": SLUG}},
            "on_failure": {"type": "string", "pattern": SLUG},
            "tests": {"type": "array", "items": {
                "type": "object", "required": ["name"], "additionalProperties": false,
                "properties": {"name": {"type": "string", "minLength": 1}, "inputs": {"type": "object"}, "mocks": {"$ref": "#/$defs/pins"},
                               "expect": {"type": "array", "items": text}}
            }},
            "ui": true,
            "pins": {"$ref": "#/$defs/pins"}
        },
        "$defs": {
            "duration": {"type": "string", "pattern": DURATION},
            "pins": {"type": "object", "additionalProperties": {"type": "object"}},
            "retry": retry(),
            "timeouts": {"type": "object", "additionalProperties": false, "properties": {
                "attempt": {"$ref": "#/$defs/duration"}, "node": {"$ref": "#/$defs/duration"}, "run": {"$ref": "#/$defs/duration"},
                "idle": {"$ref": "#/$defs/duration"}, "schedule": {"$ref": "#/$defs/duration"}, "include_waits": {"type": "boolean"}
            }},
            "budget": {"type": "object", "additionalProperties": false, "minProperties": 1, "properties": {
                "usd": {"type": "number", "minimum": 0}, "tokens": {"type": "integer", "minimum": 1}, "on_exceed": {"enum": ["pause", "fail"]}
            }},
            "trigger": trigger(),
            "source": {"oneOf": [
                {"type": "object", "required": ["node", "port"], "additionalProperties": false, "properties": {"node": name, "port": name}},
                {"type": "object", "required": ["input"], "additionalProperties": false, "properties": {"input": name}},
                {"type": "object", "required": ["carry"], "additionalProperties": false, "properties": {"carry": name}},
                {"type": "object", "required": ["expr"], "additionalProperties": false, "properties": {"expr": text}},
                {"type": "object", "required": ["value"], "additionalProperties": false, "properties": {"value": true}}
            ]},
            "node": node()
        }
    })
}

fn retry() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "max_attempts": {"type": "integer", "minimum": 1, "maximum": 100},
        "initial": {"$ref": "#/$defs/duration"},
        "factor": {"type": "number", "minimum": 1, "maximum": 100},
        "max": {"$ref": "#/$defs/duration"},
        "jitter": {"enum": ["full", "none"]},
        "retry_on": {"type": "array", "items": {"enum": ["timeout", "rate_limit", "5xx", "network", "invalid_output"]}},
        "retry_if": {"type": "string"},
        "then": {"enum": ["fail", "pause"]}
    }})
}

fn trigger() -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let kind = |name: &str, required: &[&str], more: Value| {
        let mut properties = json!({
            "id": {"type": "string", "pattern": SLUG},
            "kind": {"const": name},
            "inputs": {"type": "object", "additionalProperties": {"type": "string"}},
            "on_overlap": {"enum": ["queue", "skip", "cancel_previous", "allow"]}
        });
        if let (Value::Object(all), Value::Object(more)) = (&mut properties, more) {
            all.extend(more);
        }
        let required: Vec<&str> = ["id", "kind"].into_iter().chain(required.iter().copied()).collect();
        json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
    };
    json!({"oneOf": [
        kind("schedule", &["cron"], json!({"cron": text, "tz": text, "missed": {"enum": ["skip", "once", "all"]}})),
        kind("watch", &["glob"], json!({"glob": text, "path": text, "debounce": {"$ref": "#/$defs/duration"}})),
        kind("event", &["topic"], json!({"topic": text, "filter": text})),
        kind("webhook", &["verify"], json!({"verify": {"enum": ["standard-webhooks"]}, "secret": text})),
        kind("api", &[], json!({})),
        kind("chat", &[], json!({}))
    ]})
}

fn node() -> Value {
    let text = json!({"type": "string"});
    let name = json!({"type": "string", "pattern": NAME});
    let names: Vec<&str> = kinds().iter().map(|kind| kind.kind.as_str()).collect();
    let by_kind: Vec<Value> = kinds()
        .iter()
        .map(|kind| {
            json!({
                "if": {"properties": {"kind": {"const": kind.kind}}, "required": ["kind"]},
                "then": {"properties": {"config": config(kind)}}
            })
        })
        .collect();
    json!({
        "type": "object",
        "required": ["id", "kind"],
        "additionalProperties": false,
        "properties": {
            "id": name,
            "kind": {"enum": names},
            "v": {"type": "integer", "minimum": 1},
            "label": text,
            "note": text,
            "off": {"type": "boolean"},
            "effect": {"enum": ["pure", "idempotent", "at_most_once"]},
            "config": {"type": "object"},
            "in": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": {"$ref": "#/$defs/source"}},
            "out": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": text},
            "cache": {"enum": ["off", "content"]},
            "retry": {"$ref": "#/$defs/retry"},
            "timeout": {"oneOf": [{"$ref": "#/$defs/duration"}, {"$ref": "#/$defs/timeouts"}]},
            "on_error": {"oneOf": [
                {"enum": ["fail", "branch", "skip"]},
                {"type": "object", "required": ["default"], "additionalProperties": false, "properties": {"default": {"type": "object"}}}
            ]},
            "on_ambiguous": {"oneOf": [
                {"enum": ["ask", "fail", "retry"]},
                {"type": "object", "required": ["assume_done"], "additionalProperties": false, "properties": {"assume_done": {"type": "object"}}}
            ]},
            "body": {"type": "array", "items": name},
            "carry": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": text}
        },
        "allOf": by_kind
    })
}

fn config(kind: &KindInfo) -> Value {
    let properties: Map<String, Value> =
        kind.fields.iter().map(|field| (field.name.clone(), shape(field))).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn shape(field: &Field) -> Value {
    let mut shape = match field.shape {
        FieldShape::Template | FieldShape::LongTemplate | FieldShape::Text | FieldShape::Code => {
            json!({"type": "string"})
        }
        FieldShape::Model | FieldShape::Pipeline => json!({"type": "string", "minLength": 1}),
        // Text is an expression, anything else a constant.
        FieldShape::Expression | FieldShape::Json => json!({}),
        FieldShape::Map => {
            json!({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}})
        }
        FieldShape::Expressions => json!({"type": "object"}),
        FieldShape::Number => json!({"type": "number"}),
        FieldShape::Bool => json!({"type": "boolean"}),
        FieldShape::Choice => json!({"enum": field.choices}),
        FieldShape::Schema => json!({"type": ["string", "object", "boolean"]}),
        FieldShape::Messages => json!({"type": "array", "items": {
            "type": "object", "required": ["role", "content"], "additionalProperties": false,
            "properties": {"role": {"enum": ["system", "user", "assistant"]}, "content": {"type": "string"}}
        }}),
        FieldShape::TemplateList | FieldShape::Words => json!({"type": "array", "items": {"type": "string"}}),
        FieldShape::Duration => json!({"$ref": "#/$defs/duration"}),
    };
    if let Value::Object(shape) = &mut shape {
        shape.insert("description".into(), field.help.clone().into());
    }
    shape
}

#[cfg(test)]
mod tests;
