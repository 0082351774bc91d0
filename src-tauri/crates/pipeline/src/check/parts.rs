//! What stands beside the steps: inputs and outputs, schemas and secrets, triggers, the file's own tests.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Checked;
use super::config::port_type;
use super::faults::Faults;
use super::names::{self, Allowed, Place};
use crate::expression::check_expression;
use crate::port::compatible;
use crate::read::fields::{joined, nearest};
use crate::read::{duration, is_slug};
use crate::{References, Schema, Trigger, coerce, ports};

pub(super) fn before_steps(checked: &Checked<'_>, faults: &mut Faults) {
    let definition = checked.definition;
    if definition.nodes.is_empty() {
        faults.warning("empty", "/nodes", None, "There is no step yet. Add one.");
    }
    for (name, input) in &definition.inputs {
        let at = joined("/inputs", name);
        port_type(checked, &input.kind, &format!("{at}/type"), None, faults);
        if let Some(value) = &input.default
            && let Err(message) = coerce(value.clone(), "any", &input.kind)
        {
            faults.error("wrong_type", format!("{at}/default"), None, message);
        }
    }
    for (name, schema) in &definition.schemas {
        if let Err(message) = Schema::compile(schema) {
            faults.error("bad_schema", joined("/schemas", name), None, message);
        }
    }
    for (index, name) in definition.secrets.iter().enumerate() {
        let at = format!("/secrets/{index}");
        if !is_slug(name) {
            let message =
                format!("A secret's name has small letters, digits, - and _ only: \"{name}\" doesn't.");
            faults.error("bad_id", at, None, message);
        } else if checked.known.secrets.is_some_and(|known| !known.contains(name)) {
            faults.warning(
                "missing_secret",
                at,
                None,
                format!("The secret `{name}` isn't on this computer. Enter it in the settings."),
            );
        }
    }
    if let Some(text) = &definition.concurrency.key {
        let place = Place { node: None, itself: false, inside: false, allowed: Allowed::Inputs };
        names::template(checked, text, "/concurrency/key", place, faults);
    }
    if let Some(text) = &definition.defaults.retry.retry_if {
        // It holds for every step, so it can only name what every try has.
        if let Err(error) = check_expression(text) {
            faults.error("bad_expression", "/defaults/retry/retry_if", None, error.to_string());
        } else {
            let mut found = References::default();
            found.expression(text);
            if let Some(node) = found.nodes.keys().next() {
                let message = format!(
                    "This holds for every step, so it can't use `nodes.{node}`. Use `error` and `output`."
                );
                faults.error("not_there", "/defaults/retry/retry_if", None, message);
            }
        }
    }
    if let Some(id) = &definition.on_failure {
        if *id == definition.id {
            faults.error(
                "runs_itself",
                "/on_failure",
                None,
                "A pipeline can't be run on its own failure. Choose another.",
            );
        } else if checked.known.pipelines.is_some_and(|known| !known.contains(id)) {
            faults.error("unknown_pipeline", "/on_failure", None, format!("There is no pipeline `{id}`."));
        }
    }
}

pub(super) fn after_steps(checked: &Checked<'_>, faults: &mut Faults) {
    outputs(checked, faults);
    triggers(checked, faults);
    tests(checked, faults);
}

fn outputs(checked: &Checked<'_>, faults: &mut Faults) {
    for (name, output) in &checked.definition.outputs {
        let at = joined("/outputs", name);
        if let Some(of) = &output.kind {
            port_type(checked, of, &format!("{at}/type"), None, faults);
        }
        let at = format!("{at}/from");
        let Some((node, port)) = output.from.split_once('.') else {
            let message = format!(
                "Say which result of which step it is, such as \"report.text\"; \"{}\" doesn't.",
                output.from
            );
            faults.error("wrong_type", at, None, message);
            continue;
        };
        let before = faults.count();
        let place = Place { node: None, itself: false, inside: false, allowed: Allowed::Outputs };
        let source = crate::Source::Port { node: node.to_owned(), port: port.to_owned() };
        names::source(checked, &source, &at, place, faults);
        let from = checked.layout.node(node).and_then(|node| ports(node).get(port).cloned());
        if let (Some(from), Some(to)) = (from, &output.kind)
            && faults.count() == before
            && !compatible(&from, to)
        {
            let message =
                format!("`{}` is {from}, which doesn't go into {to}. Change one of the types.", output.from);
            faults.error("wrong_type", at, None, message);
        }
    }
}

fn triggers(checked: &Checked<'_>, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, trigger) in checked.definition.triggers.iter().enumerate() {
        let at = format!("/triggers/{index}");
        if !seen.insert(&trigger.id) {
            faults.error(
                "duplicate_id",
                format!("{at}/id"),
                None,
                format!("There are two triggers called `{}`.", trigger.id),
            );
        }
        let place = Place { node: None, itself: false, inside: false, allowed: Allowed::Event };
        for (name, text) in &trigger.inputs {
            let at = joined(&format!("{at}/inputs"), name);
            known_input(checked, name, &at, faults);
            names::template(checked, text, &at, place, faults);
        }
        let text = |key: &str| trigger.config.get(key).and_then(Value::as_str);
        if let Some(filter) = text("filter") {
            names::expression(checked, filter, &format!("{at}/filter"), place, faults);
        }
        if let Some(cron) = text("cron").filter(|cron| cron.split_whitespace().count() != 5) {
            let message = format!(
                "A schedule has five fields: minute, hour, day, month, weekday, such as \"0 7 * * 1-5\"; \"{cron}\" hasn't."
            );
            faults.error("bad_schedule", format!("{at}/cron"), None, message);
        }
        words(trigger, "missed", &["skip", "once", "all"], &at, faults);
        words(trigger, "verify", &["standard-webhooks"], &at, faults);
        if let Some(text) = text("debounce").filter(|text| duration(text).is_none()) {
            let message = format!("`debounce` is a duration such as \"2s\", but it is \"{text}\".");
            faults.error("wrong_type", format!("{at}/debounce"), None, message);
        }
        // People and clients fill in what is missing; nobody does when it starts by itself.
        if !["api", "chat"].contains(&trigger.kind.as_str()) {
            for (name, input) in &checked.definition.inputs {
                if input.required && input.default.is_none() && !trigger.inputs.contains_key(name) {
                    let message = format!(
                        "The trigger `{}` gives no `{name}`, which a run needs. Add it to its inputs.",
                        trigger.id
                    );
                    faults.error("missing", format!("{at}/inputs"), None, message);
                }
            }
        }
    }
}

fn words(trigger: &Trigger, key: &str, choices: &[&str], at: &str, faults: &mut Faults) {
    if let Some(word) = trigger.config.get(key).and_then(Value::as_str).filter(|word| !choices.contains(word))
    {
        let message = format!("`{key}` is one of {}, but it is \"{word}\".", choices.join(", "));
        faults.error("wrong_type", format!("{at}/{key}"), None, message);
    }
}

fn tests(checked: &Checked<'_>, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, test) in checked.definition.tests.iter().enumerate() {
        let at = format!("/tests/{index}");
        if !seen.insert(&test.name) {
            faults.error(
                "duplicate_id",
                format!("{at}/name"),
                None,
                format!("There are two tests called \"{}\".", test.name),
            );
        }
        for name in test.inputs.keys() {
            known_input(checked, name, &joined(&format!("{at}/inputs"), name), faults);
        }
        for node in test.mocks.keys().filter(|node| checked.layout.index(node).is_none()) {
            let message = format!("There is no step `{node}`.{}", checked.layout.hint(node));
            faults.error("unknown_node", joined(&format!("{at}/mocks"), node), None, message);
        }
        let place = Place { node: None, itself: false, inside: false, allowed: Allowed::Outputs };
        for (number, text) in test.expect.iter().enumerate() {
            names::expression(checked, text, &format!("{at}/expect/{number}"), place, faults);
        }
    }
}

fn known_input(checked: &Checked<'_>, name: &str, at: &str, faults: &mut Faults) {
    let inputs = &checked.definition.inputs;
    if !inputs.contains_key(name) {
        let words: Vec<&str> = inputs.keys().map(String::as_str).collect();
        let hint = nearest(name, &words).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
        faults.error("unknown_input", at, None, format!("This pipeline has no input `{name}`.{hint}"));
    }
}
