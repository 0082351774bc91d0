use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::{Known, Schema, Severity, examine};

const KEPT: &str = include_str!("../../format.schema.json");

#[test]
fn the_kept_schema_is_the_one_that_the_table_makes() {
    let kept: Value = serde_json::from_str(KEPT).unwrap_or_default();
    let made = format_schema();
    assert!(kept == made, "run: cargo test --workspace --lib -- --ignored write_the_kept_schema");
}

#[test]
#[ignore = "writes format.schema.json anew after a change of the table"]
fn write_the_kept_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/format.schema.json");
    let text = serde_json::to_string_pretty(&format_schema()).unwrap();
    std::fs::write(path, text + "\n").unwrap();
}

#[test]
fn it_accepts_a_sound_definition_and_refuses_others() {
    let schema = Schema::compile(&format_schema()).unwrap();
    let mut value = json!({
        "format": FORMAT, "id": "a-b", "inputs": {"x": {"type": "text"}},
        "nodes": [
            {"id": "a", "kind": "llm", "config": {"model": "a/b", "prompt": "{{ inputs.x }}"}, "timeout": "5s", "on_error": {"default": {}}},
            {"id": "l", "kind": "loop", "body": ["a"], "config": {"max_iterations": 2}}
        ],
        "triggers": [{"id": "s", "kind": "schedule", "cron": "0 7 * * *"}]
    });
    assert_eq!(schema.faults(&value), Vec::<String>::new());
    value["nodes"][0]["config"]["promt"] = json!("x");
    value["nodes"][1]["kind"] = json!("lop");
    value["triggers"][0]["kind"] = json!("moon");
    assert!(schema.faults(&value).len() >= 3, "{:?}", schema.faults(&value));
}

/// A definition with something of everything.
fn factory() -> Value {
    const TEMPLATE: &str = include_str!("../../../app/src/pipelines/templates/code-factory.webplus.json");
    serde_json::from_str(TEMPLATE).unwrap()
}

/// The schema, ready; to compile it takes longer than to use it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::compile(&format_schema()).unwrap());

/// What may stand anywhere, and mostly mustn't.
fn odd() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!(""),
        json!("x"),
        json!("5s"),
        json!("fail"),
        json!("a.b"),
        json!("{{ inputs.task }}"),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({"a": 1}),
        json!({"default": {}}),
    ]
}

/// What fits such a field.
fn fitting(field: &Field) -> Value {
    match field.shape {
        FieldShape::Template | FieldShape::LongTemplate => json!("x {{ inputs.task }}"),
        FieldShape::Text | FieldShape::Code => json!("x"),
        FieldShape::Expression => json!("1 == 1"),
        FieldShape::Map => json!({"a": "x", "b": 1}),
        FieldShape::Expressions => json!({"a": "inputs.task", "b": 1}),
        FieldShape::Words | FieldShape::TemplateList => json!(["x"]),
        FieldShape::Number => json!(1),
        FieldShape::Bool => json!(false),
        FieldShape::Choice => json!(field.choices[0]),
        FieldShape::Json => json!({"n": 1}),
        FieldShape::Model => json!("a/b"),
        FieldShape::Schema => json!("#/schemas/plan"),
        FieldShape::Messages => json!([{"role": "user", "content": "x"}]),
        FieldShape::Duration => json!("5s"),
        FieldShape::Pipeline => json!("other"),
    }
}

/// Every place in a value, with those of a node or a definition that could be there.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                places(inner, &place, found);
                found.push(place);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                let place = format!("{at}/{index}");
                places(inner, &place, found);
                found.push(place);
            }
        }
        _ => {}
    }
}

fn set(value: &mut Value, place: &str, new: Value) {
    let Some((parent, key)) = place.rsplit_once('/') else { return };
    match value.pointer_mut(parent) {
        Some(Value::Object(map)) => drop(map.insert(key.replace("~1", "/").replace("~0", "~"), new)),
        Some(Value::Array(list)) => {
            if let Some(one) = key.parse::<usize>().ok().and_then(|index| list.get_mut(index)) {
                *one = new;
            }
        }
        _ => {}
    }
}

/// A definition with a step of any kind, its fields filled in, or not, or wrongly; and a few things changed anywhere.
fn any_definition() -> impl Strategy<Value = Value> {
    let field = (0..10_u8, any::<prop::sample::Index>());
    let edit = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let more =
        ["v", "label", "off", "effect", "cache", "retry", "timeout", "on_error", "on_ambiguous", "in", "out"];
    (any::<prop::sample::Index>(), prop::collection::vec(field, 16), prop::collection::vec(edit, 0..3))
        .prop_map(move |(kind, fields, edits)| {
            let kind = kind.get(kinds());
            let mut config = Map::new();
            for (field, (choice, wrong)) in kind.fields.iter().zip(fields) {
                match choice {
                    0 => drop(config.insert(field.name.clone(), wrong.get(&odd()).clone())),
                    1..4 => drop(config.insert(field.name.clone(), fitting(field))),
                    _ if field.required => drop(config.insert(field.name.clone(), fitting(field))),
                    _ => {}
                }
            }
            let mut value = factory();
            value["nodes"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": "extra", "kind": kind.kind, "config": config}));
            let mut all = Vec::new();
            places(&value, "", &mut all);
            let last = value["nodes"].as_array().unwrap().len() - 1;
            all.extend(more.iter().map(|key| format!("/nodes/{last}/{key}")));
            all.extend(
                ["defaults", "concurrency", "secrets", "pins", "ui", "description"]
                    .map(|key| format!("/{key}")),
            );
            for (place, new) in edits {
                let place = place.get(&all).clone();
                set(&mut value, &place, new.get(&odd()).clone());
            }
            value
        })
}

fn accepted(value: &Value) -> bool {
    let (definition, faults) = examine(value, &Known::default());
    definition.is_some() && faults.iter().all(|fault| fault.severity != Severity::Error)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn what_is_read_without_a_fault_fits_the_schema(value in any_definition()) {
        if accepted(&value) {
            let faults = SCHEMA.faults(&value);
            prop_assert!(faults.is_empty(), "{:?}\n{:#}", faults, value);
        }
    }
}

#[test]
fn enough_of_what_is_made_up_is_accepted_for_that_to_say_something() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = any_definition();
    let (mut good, mut seen) = (0, std::collections::BTreeSet::new());
    for _ in 0..400 {
        let value = proptest::strategy::ValueTree::current(&strategy.new_tree(&mut runner).unwrap());
        if accepted(&value) {
            good += 1;
            seen.extend(
                value["nodes"]
                    .as_array()
                    .unwrap()
                    .last()
                    .and_then(|node| node["kind"].as_str())
                    .map(str::to_owned),
            );
        }
    }
    assert!(good > 60 && seen.len() * 2 > kinds().len(), "{good} of 400, of the kinds {seen:?}");
}
