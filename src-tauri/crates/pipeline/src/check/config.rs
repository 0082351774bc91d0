//! Steps one by one: their kind, config, inputs, ports and policies.

use super::Checked;
use super::faults::Faults;
use super::names::{self, Allowed, Place};
use super::{fields, special};
use crate::port::PortType;
use crate::read::fields::{joined, nearest};
use crate::{KindInfo, Node, kind, kinds};

pub(super) fn check(checked: &Checked<'_>, faults: &mut Faults) {
    for (index, node) in checked.definition.nodes.iter().enumerate() {
        let before = faults.count();
        one(checked, index, node, faults);
        if node.off {
            // It doesn't run, so it may be half-made.
            faults.soften_from(before);
        }
    }
}

fn one(checked: &Checked<'_>, index: usize, node: &Node, faults: &mut Faults) {
    let at = format!("/nodes/{index}");
    let place = Place { node: Some(index), itself: false, inside: false, allowed: Allowed::Step };
    for (name, source) in &node.inputs {
        names::source(checked, source, &joined(&format!("{at}/in"), name), place, faults);
    }
    let Some(info) = kind(&node.kind) else {
        let words: Vec<&str> = kinds().iter().map(|kind| kind.kind.as_str()).collect();
        let hint = nearest(&node.kind, &words).map_or_else(
            || format!("There are: {}.", words.join(", ")),
            |near| format!("Did you mean `{near}`?"),
        );
        let message = format!("`{}` is no kind of step. {hint}", node.kind);
        faults.error("unknown_kind", format!("{at}/kind"), Some(&node.id), message);
        return;
    };
    if node.version > info.version {
        let message = format!(
            "This version of Web+ knows `{}` up to version {}. Update Web+, or set `v` to {}.",
            node.kind, info.version, info.version
        );
        faults.error("unknown_version", format!("{at}/v"), Some(&node.id), message);
    }
    fields::check(checked, index, node, info, faults);
    special::check(checked, index, node, faults);
    outputs(checked, &at, node, info, faults);
    policies(checked, index, &at, node, faults);
}

fn outputs(checked: &Checked<'_>, at: &str, node: &Node, info: &KindInfo, faults: &mut Faults) {
    for (name, of) in &node.outputs {
        let place = joined(&format!("{at}/out"), name);
        if !info.open_ports && !info.ports.iter().any(|port| port.name == *name) {
            let words: Vec<&str> = info.ports.iter().map(|port| port.name.as_str()).collect();
            let message = format!(
                "Steps of the kind `{}` have no result `{name}`, only: {}.",
                node.kind,
                words.join(", ")
            );
            faults.error("unknown_port", place.clone(), Some(&node.id), message);
        }
        port_type(checked, of, &place, Some(&node.id), faults);
    }
}

/// That there is such a type, and the schema that it names.
pub(super) fn port_type(
    checked: &Checked<'_>,
    text: &str,
    at: &str,
    node: Option<&str>,
    faults: &mut Faults,
) {
    match PortType::parse(text) {
        None => {
            let message = format!(
                "There is no type \"{text}\". There are text, markdown, json:SCHEMA, number, bool, list<…>, file, dir, image, audio, messages, diff, test_report, table, embedding, usage and any."
            );
            faults.error("unknown_type", at, node, message);
        }
        Some(parsed) => {
            if let Some(name) = parsed.schema().filter(|name| !checked.definition.schemas.contains_key(*name))
            {
                let message = format!("There is no schema `{name}`. Add it to the pipeline's schemas.");
                faults.error("unknown_schema", at, node, message);
            }
        }
    }
}

fn policies(checked: &Checked<'_>, index: usize, at: &str, node: &Node, faults: &mut Faults) {
    if let Some(text) = node.retry.as_ref().and_then(|retry| retry.retry_if.as_ref()) {
        let place = Place { node: Some(index), itself: false, inside: false, allowed: Allowed::Retry };
        names::expression(checked, text, &format!("{at}/retry/retry_if"), place, faults);
    }
    if !node.carry.is_empty() && node.kind != "loop" {
        let message = "Only a loop hands something from one turn to the next. Remove `carry`.";
        faults.error("not_a_loop", format!("{at}/carry"), Some(&node.id), message);
    }
    for (name, text) in &node.carry {
        let place = Place { node: Some(index), itself: false, inside: true, allowed: Allowed::Step };
        names::expression(checked, text, &joined(&format!("{at}/carry"), name), place, faults);
    }
    let known = crate::ports(node);
    let values = [("on_error/default", default_of(node)), ("on_ambiguous/assume_done", assumed_of(node))];
    for (key, values) in values {
        for name in
            values.into_iter().flat_map(|values| values.keys()).filter(|name| !known.contains_key(*name))
        {
            let message = format!("`{}` has no result `{name}`.", node.id);
            faults.error("unknown_port", joined(&format!("{at}/{key}"), name), Some(&node.id), message);
        }
    }
}

fn default_of(node: &Node) -> Option<&serde_json::Map<String, serde_json::Value>> {
    match &node.on_error {
        crate::OnError::Default(values) => Some(values),
        _ => None,
    }
}

fn assumed_of(node: &Node) -> Option<&serde_json::Map<String, serde_json::Value>> {
    match &node.on_ambiguous {
        crate::OnAmbiguous::AssumeDone(values) => Some(values),
        _ => None,
    }
}
