use super::*;
use crate::{Field, FieldShape};

fn fields() -> impl Iterator<Item = (&'static str, &'static Field)> {
    kinds().iter().flat_map(|kind| kind.fields.iter().map(|field| (kind.kind.as_str(), field)))
}

/// A form that doesn't know what a step does without a field shows the wrong thing: a switch off that is on.
#[test]
fn what_a_field_is_unless_told_stands_in_the_table() {
    for (kind, field) in fields() {
        if field.help.contains("unless told") || field.shape == FieldShape::Bool {
            assert!(field.default.is_some(), "{kind}.{} says what it is unless told", field.name);
        }
    }
    let http = kind("http").map(|kind| &kind.fields);
    let switch = http.into_iter().flatten().find(|field| field.name == "fail_on_status");
    assert_eq!(switch.and_then(|field| field.default.clone()), Some(Value::Bool(true)));
}

#[test]
fn what_a_field_is_unless_told_could_have_been_filled_in() {
    for (kind, field) in fields() {
        let Some(value) = &field.default else { continue };
        assert!(!field.required, "{kind}.{} must be filled in, and so is never left out", field.name);
        let fits = match field.shape {
            FieldShape::Bool => value.is_boolean(),
            FieldShape::Number => value.is_number(),
            FieldShape::Choice => {
                value.as_str().is_some_and(|word| field.choices.iter().any(|one| one == word))
            }
            FieldShape::Words => {
                value.as_array().is_some_and(|words| words.iter().all(Value::is_string) && !words.is_empty())
            }
            FieldShape::Json => true,
            _ => value.is_string(),
        };
        assert!(fits, "{kind}.{} can't be {value}", field.name);
    }
}

#[test]
fn every_kind_tells_how_it_is_used() {
    for kind in kinds() {
        let name = &kind.kind;
        assert!(kind.help.split_whitespace().count() >= 12, "{name} says how it is used");
        assert!(!kind.title.is_empty() && kind.summary.ends_with('.'), "{name} says what it does");
        for field in &kind.fields {
            assert!(!field.help.is_empty(), "{name}.{} says what it is for", field.name);
        }
        for port in &kind.ports {
            assert!(!port.help.is_empty(), "{name}.{} says what it holds", port.name);
        }
    }
}
