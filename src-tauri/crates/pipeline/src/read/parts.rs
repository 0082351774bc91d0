//! What stands beside the steps in the file.

use serde_json::{Map, Value};

use super::fields::{Fields, Sink};
use super::{Named, is_name, is_slug};
use crate::expression::kind_of;
use crate::{
    Budget, Concurrency, Defaults, Edge, Input, OnExceed, Output, OverlapPolicy, Pins, PipelineTest, Retry,
    Timeouts, Trigger,
};

/// Reasons for which a try is repeated.
const REASONS: [&str; 5] = ["timeout", "rate_limit", "5xx", "network", "invalid_output"];
const NANO: f64 = 1_000_000_000.0;

pub(super) fn inputs(fields: &mut Fields<'_>, sink: &Sink) -> Named<Input> {
    let mut found = Named::new();
    for (name, value, place) in fields.inner("inputs").into_iter().flat_map(Fields::entries) {
        check_name(name, &place, "An input's", sink);
        let Some(mut inner) = Fields::of(value, place, sink) else { continue };
        let input = Input {
            kind: inner.required_text("type").unwrap_or("any").to_owned(),
            required: inner.bool("required").unwrap_or_default(),
            default: inner.value("default").cloned(),
            label: inner.text("label").map(str::to_owned),
            help: inner.text("help").map(str::to_owned),
        };
        inner.finish();
        found.insert(name.clone(), input);
    }
    found
}

pub(super) fn outputs(fields: &mut Fields<'_>, sink: &Sink) -> Named<Output> {
    let mut found = Named::new();
    for (name, value, place) in fields.inner("outputs").into_iter().flat_map(Fields::entries) {
        check_name(name, &place, "An output's", sink);
        let Some(mut inner) = Fields::of(value, place, sink) else { continue };
        let output = Output {
            kind: inner.text("type").map(str::to_owned),
            from: inner.required_text("from").unwrap_or_default().to_owned(),
        };
        inner.finish();
        found.insert(name.clone(), output);
    }
    found
}

/// Any values by name.
pub(super) fn values(fields: &mut Fields<'_>, key: &'static str, sink: &Sink) -> Named<Value> {
    let mut found = Named::new();
    for (name, value, place) in fields.inner(key).into_iter().flat_map(Fields::entries) {
        check_name(name, &place, "A", sink);
        found.insert(name.clone(), value.clone());
    }
    found
}

pub(super) fn defaults(fields: &mut Fields<'_>, sink: &Sink) -> Defaults {
    let Some(mut inner) = fields.inner("defaults") else { return Defaults::default() };
    let defaults = Defaults {
        retry: inner.inner("retry").map(|found| retry(found, &Retry::default())).unwrap_or_default(),
        timeout: inner.inner("timeout").map(|found| timeouts(found, true)).unwrap_or_default(),
        budget: inner.inner("budget").map(|found| budget(found, sink)),
    };
    inner.finish();
    defaults
}

/// A retry policy; what it doesn't say is as in `base`.
pub(super) fn retry(mut fields: Fields<'_>, base: &Retry) -> Retry {
    let retry_on = if fields.has("retry_on") {
        let words: Vec<(&str, usize)> = REASONS.iter().enumerate().map(|(at, word)| (*word, at)).collect();
        fields
            .choices("retry_on", &words)
            .into_iter()
            .filter_map(|at| REASONS.get(at))
            .map(|word| (*word).to_owned())
            .collect()
    } else {
        base.retry_on.clone()
    };
    let retry = Retry {
        max_attempts: fields.whole("max_attempts", 1, 100).map_or(base.max_attempts, |found| found as u32),
        initial: fields.duration("initial").unwrap_or(base.initial),
        factor: fields.number("factor", 1.0, 100.0).unwrap_or(base.factor),
        max: fields.duration("max").unwrap_or(base.max),
        jitter: fields.choice("jitter", &[("full", true), ("none", false)]).unwrap_or(base.jitter),
        retry_on,
        retry_if: fields.text("retry_if").map(str::to_owned).or_else(|| base.retry_if.clone()),
        pause: fields.choice("then", &[("fail", false), ("pause", true)]).unwrap_or(base.pause),
    };
    fields.finish();
    retry
}

/// Time-outs of a step, or of everything where `of_run`.
pub(super) fn timeouts(mut fields: Fields<'_>, of_run: bool) -> Timeouts {
    let mut found = Timeouts {
        attempt: fields.duration("attempt"),
        node: fields.duration("node"),
        idle: fields.duration("idle"),
        schedule: fields.duration("schedule"),
        ..Timeouts::default()
    };
    if of_run {
        found.run = fields.duration("run");
        found.include_waits = fields.bool("include_waits").unwrap_or_default();
    }
    fields.finish();
    found
}

fn budget(mut fields: Fields<'_>, sink: &Sink) -> Budget {
    let budget = Budget {
        nano_usd: fields.number("usd", 0.0, 1_000_000.0).map(|dollars| (dollars * NANO).round() as i64),
        tokens: fields.whole("tokens", 1, 1_000_000_000_000),
        on_exceed: fields
            .choice("on_exceed", &[("pause", OnExceed::Pause), ("fail", OnExceed::Fail)])
            .unwrap_or_default(),
    };
    if budget.nano_usd.is_none() && budget.tokens.is_none() {
        sink.fault("missing", fields.here().to_owned(), "A budget needs `usd`, `tokens` or both.".into());
    }
    fields.finish();
    budget
}

pub(super) fn concurrency(fields: &mut Fields<'_>, sink: &Sink) -> Concurrency {
    let Some(mut inner) = fields.inner("concurrency") else { return Concurrency::default() };
    let concurrency = Concurrency {
        max_runs: inner.whole("max_runs", 1, 10_000).map(|found| found as u32),
        key: inner.text("key").map(str::to_owned),
    };
    if concurrency.key.is_some() && concurrency.max_runs.is_none() {
        let message = "`key` groups runs for `max_runs`. Add `max_runs`.".into();
        sink.fault("missing", inner.here().to_owned(), message);
    }
    inner.finish();
    concurrency
}

/// `{"from": "a.ok", "to": "b", "when"?}`; `from` without a port means `ok`.
pub(super) fn edge(value: &Value, place: String, sink: &Sink) -> Option<Edge> {
    let mut fields = Fields::of(value, place, sink)?;
    let from = fields.required_text("from").unwrap_or_default();
    let to = fields.required_text("to").unwrap_or_default().to_owned();
    let when = fields.text("when").map(str::to_owned);
    fields.finish();
    let (from, port) = from.split_once('.').unwrap_or((from, "ok"));
    Some(Edge { from: from.to_owned(), port: port.to_owned(), to, when })
}

pub(super) fn trigger(value: &Value, place: String, sink: &Sink) -> Option<Trigger> {
    let mut fields = Fields::of(value, place, sink)?;
    let id = fields.required_text("id").unwrap_or_default().to_owned();
    if !id.is_empty() && !is_slug(&id) {
        let message =
            "A trigger's id starts with a small letter and has small letters, digits, - and _ only.".into();
        sink.fault("bad_id", fields.place("id"), message);
    }
    let kind = fields.required_text("kind").unwrap_or_default().to_owned();
    let mut inputs = Named::new();
    for (name, value, place) in fields.inner("inputs").into_iter().flat_map(Fields::entries) {
        match value.as_str() {
            Some(text) => {
                inputs.insert(name.clone(), text.to_owned());
            }
            None => {
                sink.fault(
                    "wrong_type",
                    place,
                    format!("This must be a template in quotes, but it is {}.", kind_of(value)),
                );
            }
        }
    }
    let on_overlap = fields
        .choice(
            "on_overlap",
            &[
                ("queue", OverlapPolicy::Queue),
                ("skip", OverlapPolicy::Skip),
                ("cancel_previous", OverlapPolicy::CancelPrevious),
                ("allow", OverlapPolicy::Allow),
            ],
        )
        .unwrap_or_default();
    let config = trigger_config(&kind, &mut fields, sink);
    fields.finish();
    Some(Trigger { id, kind, config, inputs, on_overlap })
}

/// What belongs to each kind stands beside `kind`, not in an object of its own.
fn trigger_config(kind: &str, fields: &mut Fields<'_>, sink: &Sink) -> Map<String, Value> {
    let mut config = Map::new();
    let (required, optional): (&[&'static str], &[&'static str]) = match kind {
        "schedule" => (&["cron"], &["tz", "missed"]),
        "watch" => (&["glob"], &["debounce", "path"]),
        "event" => (&["topic"], &["filter"]),
        "webhook" => (&["verify"], &["secret"]),
        "api" | "chat" | "" => (&[], &[]),
        other => {
            sink.fault(
                "unknown_kind",
                fields.place("kind"),
                format!("\"{other}\" is no kind of trigger. There are schedule, watch, event, webhook, api and chat."),
            );
            (
                &[],
                &["cron", "tz", "missed", "glob", "debounce", "path", "topic", "filter", "verify", "secret"],
            )
        }
    };
    for &key in required {
        if let Some(text) = fields.required_text(key) {
            config.insert(key.to_owned(), text.into());
        }
    }
    for &key in optional {
        if let Some(text) = fields.text(key) {
            config.insert(key.to_owned(), text.into());
        }
    }
    config
}

pub(super) fn test(value: &Value, place: String, sink: &Sink) -> Option<PipelineTest> {
    let mut fields = Fields::of(value, place, sink)?;
    let name = fields.required_text("name").unwrap_or_default().to_owned();
    let mut inputs = Map::new();
    for (name, value, _) in fields.inner("inputs").into_iter().flat_map(Fields::entries) {
        inputs.insert(name.clone(), value.clone());
    }
    let mocks = fields.inner("mocks").map(|mocks| pins(mocks, sink)).unwrap_or_default();
    let expect = fields.texts("expect");
    fields.finish();
    Some(PipelineTest { name, inputs, mocks, expect })
}

/// Values by node and port.
pub(super) fn pins(fields: Fields<'_>, sink: &Sink) -> Pins {
    let mut found = Pins::new();
    for (node, value, place) in fields.entries() {
        let ports = Fields::of(value, place, sink).into_iter().flat_map(Fields::entries);
        found.insert(node.clone(), ports.map(|(port, value, _)| (port.clone(), value.clone())).collect());
    }
    found
}

fn check_name(name: &str, place: &str, whose: &str, sink: &Sink) {
    if !is_name(name) {
        let message = format!(
            "{whose} name starts with a small letter and has small letters, digits and _ only: \"{name}\" doesn't."
        );
        sink.fault("bad_id", place.to_owned(), message);
    }
}
