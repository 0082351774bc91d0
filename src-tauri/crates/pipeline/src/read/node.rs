//! One step of the file.

use domain::EffectClass;
use serde_json::{Map, Value};

use super::fields::{Fields, Sink};
use super::{Named, is_name, parts};
use crate::expression::kind_of;
use crate::{Cache, Defaults, Node, OnAmbiguous, OnError, Source, migrations};

pub(super) fn node(value: &Value, place: String, defaults: &Defaults, sink: &Sink) -> Option<Node> {
    let before = sink.count();
    let mut fields = Fields::of(value, place, sink)?;
    let id = fields.required_text("id").unwrap_or_default().to_owned();
    if !id.is_empty() && !is_name(&id) {
        sink.fault(
            "bad_id",
            fields.place("id"),
            format!("A step's id starts with a small letter and has small letters, digits and _ only: \"{id}\" doesn't."),
        );
    }
    let kind = fields.required_text("kind").unwrap_or_default().to_owned();
    let version = fields.whole("v", 1, 1_000).unwrap_or(1) as u32;
    let label = fields.text("label").map(str::to_owned);
    fields.text("note");
    let off = fields.bool("off").unwrap_or_default();
    let effect = fields.choice(
        "effect",
        &[
            ("pure", EffectClass::Pure),
            ("idempotent", EffectClass::Idempotent),
            ("at_most_once", EffectClass::AtMostOnce),
        ],
    );
    let config = match fields.value("config") {
        None => Map::new(),
        Some(Value::Object(config)) => config.clone(),
        Some(other) => {
            let message = format!("`config` must be an object in braces, but it is {}.", kind_of(other));
            sink.fault("wrong_type", fields.place("config"), message);
            Map::new()
        }
    };
    let inputs = fields.inner("in").map(|inputs| sources(inputs, sink)).unwrap_or_default();
    let outputs = texts(fields.inner("out"), "a port's type", sink);
    let cache =
        fields.choice("cache", &[("off", Cache::Off), ("content", Cache::Content)]).unwrap_or_default();
    let retry = fields.inner("retry").map(|retry| parts::retry(retry, &defaults.retry));
    let timeout = match fields.value("timeout") {
        Some(Value::String(_)) => {
            crate::Timeouts { attempt: fields.duration("timeout"), ..Default::default() }
        }
        _ => fields.inner("timeout").map(|timeout| parts::timeouts(timeout, false)).unwrap_or_default(),
    };
    let on_error = on_error(&mut fields, sink);
    let on_ambiguous = on_ambiguous(&mut fields, sink);
    let body = fields.texts("body");
    let carry = texts(fields.inner("carry"), "an expression", sink);
    fields.finish();
    sink.mark_from(before, &id);
    Some(migrations::newest(Node {
        id,
        kind,
        version,
        label,
        off,
        effect,
        config,
        inputs,
        outputs,
        cache,
        retry,
        timeout,
        on_error,
        on_ambiguous,
        body,
        carry,
    }))
}

fn sources(inputs: Fields<'_>, sink: &Sink) -> Named<Source> {
    let mut found = Named::new();
    for (name, value, place) in inputs.entries() {
        if !is_name(name) {
            let message =
                format!("An input's name has small letters, digits and _ only: \"{name}\" doesn't.");
            sink.fault("bad_id", place.clone(), message);
        }
        let Some(mut fields) = Fields::of(value, place, sink) else { continue };
        let source = if fields.has("node") {
            let node = fields.required_text("node");
            node.zip(fields.required_text("port"))
                .map(|(node, port)| Source::Port { node: node.to_owned(), port: port.to_owned() })
        } else if fields.has("input") {
            fields.text("input").map(|input| Source::Input(input.to_owned()))
        } else if fields.has("carry") {
            fields.text("carry").map(|carry| Source::Carry(carry.to_owned()))
        } else if fields.has("expr") {
            fields.text("expr").map(|text| Source::Expression(text.to_owned()))
        } else if fields.has("value") {
            fields.value("value").map(|value| Source::Value(value.clone()))
        } else {
            sink.fault(
                "missing",
                fields.here().to_owned(),
                "Say where it comes from: {\"node\", \"port\"}, {\"input\"}, {\"carry\"}, {\"expr\"} or {\"value\"}.".into(),
            );
            continue;
        };
        fields.finish();
        if let Some(source) = source {
            found.insert(name.clone(), source);
        }
    }
    found
}

fn texts(fields: Option<Fields<'_>>, what: &str, sink: &Sink) -> Named<String> {
    let mut found = Named::new();
    for (name, value, place) in fields.into_iter().flat_map(Fields::entries) {
        if !is_name(name) {
            let message = format!("A name has small letters, digits and _ only: \"{name}\" doesn't.");
            sink.fault("bad_id", place.clone(), message);
        }
        match value.as_str() {
            Some(text) => {
                found.insert(name.clone(), text.to_owned());
            }
            None => sink.fault(
                "wrong_type",
                place,
                format!("This must be {what} in quotes, but it is {}.", kind_of(value)),
            ),
        }
    }
    found
}

fn on_error(fields: &mut Fields<'_>, sink: &Sink) -> OnError {
    if let Some(Value::Object(_)) = fields.value("on_error") {
        return OnError::Default(values(fields, "on_error", "default", sink));
    }
    fields.choice("on_error", &[("fail", 0), ("branch", 1), ("skip", 2)]).map_or(OnError::Fail, |choice| {
        match choice {
            1 => OnError::Branch,
            2 => OnError::Skip,
            _ => OnError::Fail,
        }
    })
}

fn on_ambiguous(fields: &mut Fields<'_>, sink: &Sink) -> OnAmbiguous {
    if let Some(Value::Object(_)) = fields.value("on_ambiguous") {
        return OnAmbiguous::AssumeDone(values(fields, "on_ambiguous", "assume_done", sink));
    }
    fields.choice("on_ambiguous", &[("ask", 0), ("fail", 1), ("retry", 2)]).map_or(
        OnAmbiguous::Ask,
        |choice| match choice {
            1 => OnAmbiguous::Fail,
            2 => OnAmbiguous::Retry,
            _ => OnAmbiguous::Ask,
        },
    )
}

/// `{"KEY": {"port": value}}`
fn values(
    fields: &mut Fields<'_>,
    outer: &'static str,
    key: &'static str,
    sink: &Sink,
) -> Map<String, Value> {
    let Some(mut inner) = fields.inner(outer) else { return Map::new() };
    let found = match inner.required(key) {
        Some(Value::Object(values)) => values.clone(),
        Some(other) => {
            let message =
                format!("`{key}` must be an object of values by port, but it is {}.", kind_of(other));
            sink.fault("wrong_type", inner.place(key), message);
            Map::new()
        }
        None => Map::new(),
    };
    inner.finish();
    found
}
