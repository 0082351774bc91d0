//! A definition out of JSON, strictly: an unknown key is a fault, so is a wrong type, and all of them are told at once with
//! their places. Whether the parts fit together is `check`'s affair.

pub(crate) mod fields;
mod node;
mod parts;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Definition, FORMAT, Fault, Known, check};
use fields::{Fields, Sink};

/// The most steps of a definition.
pub const MAX_NODES: usize = 5_000;
/// The most edges of a definition.
pub const MAX_EDGES: usize = 20_000;

/// Reads a definition.
pub fn read(value: &Value) -> Result<Definition, Vec<Fault>> {
    match parts(value) {
        (Some(definition), faults) if faults.is_empty() => Ok(definition),
        (_, faults) => Err(faults),
    }
}

/// Reads a definition and checks whether its parts fit together, so that all faults of both sorts are told at once. The
/// definition is there where reading it found none.
pub fn examine(value: &Value, known: &Known<'_>) -> (Option<Definition>, Vec<Fault>) {
    let (definition, mut faults) = parts(value);
    let Some(definition) = definition else { return (None, faults) };
    let unread = !faults.is_empty();
    // Where a step or an edge couldn't be made of its text at all, whatever refers to it would be blamed in its stead.
    if whole(value, "nodes", definition.nodes.len()) && whole(value, "edges", definition.edges.len()) {
        let mut more = check(&definition, known);
        more.retain(|fault| faults.iter().all(|told| told.place != fault.place));
        faults.append(&mut more);
    }
    ((!unread).then_some(definition), faults)
}

fn whole(value: &Value, part: &str, read: usize) -> bool {
    value.get(part).and_then(Value::as_array).map_or(0, Vec::len) == read
}

fn parts(value: &Value) -> (Option<Definition>, Vec<Fault>) {
    let sink = Sink::default();
    let definition = Fields::of(value, String::new(), &sink).map(|fields| definition(fields, &sink));
    (definition, sink.into_faults())
}

fn definition(mut fields: Fields<'_>, sink: &Sink) -> Definition {
    match fields.required_text("format") {
        Some(FORMAT) | None => {}
        Some(_) => sink.fault(
            "wrong_format",
            fields.place("format"),
            format!("This version of Web+ reads \"{FORMAT}\". Set format to that, or use a version that knows this one."),
        ),
    }
    let id = fields.required_text("id").unwrap_or_default().to_owned();
    if !id.is_empty() && !is_slug(&id) {
        sink.fault(
            "bad_id",
            fields.place("id"),
            "A pipeline's id starts with a small letter and has small letters, digits, - and _ only, at most 64.".into(),
        );
    }
    let name = fields.text("name").filter(|name| !name.trim().is_empty()).unwrap_or(&id).to_owned();
    let description = fields.text("description").unwrap_or_default().to_owned();
    let inputs = parts::inputs(&mut fields, sink);
    let outputs = parts::outputs(&mut fields, sink);
    let vars = parts::values(&mut fields, "vars", sink);
    let defaults = parts::defaults(&mut fields, sink);
    let concurrency = parts::concurrency(&mut fields, sink);
    let nodes = match fields.required("nodes") {
        Some(_) => {
            let listed = fields.list("nodes", MAX_NODES);
            listed.filter_map(|(value, place)| node::node(value, place, &defaults, sink)).collect()
        }
        None => Vec::new(),
    };
    let listed = fields.list("edges", MAX_EDGES);
    let edges = listed.filter_map(|(value, place)| parts::edge(value, place, sink)).collect();
    let triggers: Vec<_> = fields
        .list("triggers", 100)
        .filter_map(|(value, place)| parts::trigger(value, place, sink))
        .collect();
    let schemas = parts::values(&mut fields, "schemas", sink);
    let secrets = fields.texts("secrets");
    let on_failure = fields.text("on_failure").map(str::to_owned);
    let tests =
        fields.list("tests", 1_000).filter_map(|(value, place)| parts::test(value, place, sink)).collect();
    let ui = fields.value("ui").cloned().unwrap_or(Value::Null);
    let pins = fields.inner("pins").map(|pins| parts::pins(pins, sink)).unwrap_or_default();
    // A word for editors; it says where the format's schema is.
    fields.text("$schema");
    fields.finish();
    Definition {
        id,
        name,
        description,
        inputs,
        outputs,
        vars,
        defaults,
        concurrency,
        nodes,
        edges,
        triggers,
        schemas,
        secrets,
        on_failure,
        tests,
        ui,
        pins,
    }
}

/// Small letters, digits, dashes and underscores, a letter first, at most 64.
pub(crate) fn is_slug(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter))
}

/// What expressions can name: a slug without dashes.
pub(crate) fn is_name(text: &str) -> bool {
    is_slug(text) && !text.contains('-')
}

/// Milliseconds of "500ms", "30s", "5m", "2h", "3d"; at most ten years.
pub fn duration(text: &str) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(factor)?;
    (milliseconds <= 10 * 366 * 86_400_000).then_some(milliseconds)
}

type Named<T> = BTreeMap<String, T>;

#[cfg(test)]
mod tests;
