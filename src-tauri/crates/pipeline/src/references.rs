//! Which values a text names, so that only those are loaded, and so that each can be checked for being there at all.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scan::{self, Tag};
use crate::{Definition, FieldShape, Node, Source, kind};
use words::Words;

/// What is named by name. In a set of names, `*` means all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// Results: ports by node.
    pub nodes: BTreeMap<String, BTreeSet<String>>,
    /// Inputs of the pipeline.
    pub inputs: BTreeSet<String>,
    /// Variables of the run.
    pub vars: BTreeSet<String>,
    /// What the loop's turn before handed on.
    pub carry: BTreeSet<String>,
    /// The step's own named inputs.
    pub given: BTreeSet<String>,
    /// Whether the item of a map is named.
    pub item: bool,
    /// Whether the number of the item or turn is named.
    pub index: bool,
    /// Whatever else is named and isn't made by the text itself: `run`, `event`, or a mistake.
    pub others: BTreeSet<String>,
    /// Filters, as in `x | NAME`.
    pub filters: BTreeSet<String>,
    /// Tests, as in `x is NAME`.
    pub tests: BTreeSet<String>,
    /// Mentions of `nodes` that don't say a node and a port literally: such as `nodes[x]`, as they stand in the text.
    pub unclear: Vec<String>,
}

impl References {
    /// Adds what an expression names.
    pub fn expression(&mut self, text: &str) {
        self.tags(text, &[scan::expression(text)]);
    }

    /// Adds what a template names.
    pub fn template(&mut self, text: &str) {
        if text.contains('{') {
            self.tags(text, &scan::template(text));
        }
    }

    /// Adds a result.
    pub fn result(&mut self, node: &str, port: &str) {
        self.nodes.entry(node.to_owned()).or_default().insert(port.to_owned());
    }

    fn tags(&mut self, text: &str, tags: &[Tag]) {
        let mut made = BTreeSet::new();
        for tag in tags {
            Words { text, tokens: &tag.tokens }.made(&mut made);
        }
        for tag in tags {
            let words = Words { text, tokens: &tag.tokens };
            for at in words.first_value()..tag.tokens.len() {
                if let Some(name) = words.behind(at, "|") {
                    self.filters.insert(name.to_owned());
                }
                if let Some(name) = words.behind(at, "is") {
                    self.tests.insert(name.to_owned());
                }
                if let Some(name) = words.value_name(at).filter(|name| !made.contains(name)) {
                    self.name_at(words, at, name);
                }
            }
        }
    }

    fn name_at(&mut self, words: Words<'_>, at: usize, name: &str) {
        match name {
            "nodes" => match words.keys(at) {
                (Some(node), Some(port)) => self.result(node, port),
                _ => self.unclear.push(words.rest(at)),
            },
            "inputs" => note(&mut self.inputs, words.keys(at).0),
            "vars" => note(&mut self.vars, words.keys(at).0),
            "carry" => note(&mut self.carry, words.keys(at).0),
            "in" => note(&mut self.given, words.keys(at).0),
            "item" => self.item = true,
            "index" => self.index = true,
            name => {
                self.others.insert(name.to_owned());
            }
        }
    }
}

fn note(names: &mut BTreeSet<String>, name: Option<&str>) {
    names.insert(name.unwrap_or("*").to_owned());
}

/// What a step's config, its inputs, its `retry_if` and the `when` of edges from it name: what must be loaded to run it and to
/// decide what comes next. What a loop's `until` and `carry` name is `judging`'s.
pub fn references(definition: &Definition, node: &Node) -> References {
    let mut found = References::default();
    for source in node.inputs.values() {
        match source {
            Source::Port { node, port } => found.result(node, port),
            Source::Input(name) => note(&mut found.inputs, Some(name)),
            Source::Carry(name) => note(&mut found.carry, Some(name)),
            Source::Expression(text) => found.expression(text),
            Source::Value(_) => {}
        }
    }
    config(&mut found, node);
    if let Some(text) = node.retry.as_ref().unwrap_or(&definition.defaults.retry).retry_if.as_ref() {
        found.expression(text);
    }
    for edge in definition.edges.iter().filter(|edge| edge.from == node.id) {
        if let Some(text) = &edge.when {
            found.expression(text);
        }
    }
    found
}

/// What a loop's `until` and `carry`, or a map's `result`, name: results of the steps inside, mostly.
pub fn judging(definition: &Definition, node: &Node) -> References {
    let mut found = References::default();
    match node.kind.as_str() {
        "loop" => {
            if let Some(text) = node.config.get("until").and_then(Value::as_str) {
                found.expression(text);
            }
            node.carry.values().for_each(|text| found.expression(text));
        }
        "map" => found.expression(&crate::item_result(node, &definition.nodes, &definition.edges)),
        _ => {}
    }
    found
}

fn config(found: &mut References, node: &Node) {
    let Some(info) = kind(&node.kind) else { return };
    for field in &info.fields {
        let Some(value) = node.config.get(&field.name) else { continue };
        if is_judged(&node.kind, &field.name) {
            continue;
        }
        match field.shape {
            FieldShape::Expression => value.as_str().into_iter().for_each(|text| found.expression(text)),
            FieldShape::Expressions => {
                for text in value.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()) {
                    found.expression(text);
                }
            }
            FieldShape::Text
            | FieldShape::Code
            | FieldShape::Words
            | FieldShape::Number
            | FieldShape::Bool
            | FieldShape::Choice
            | FieldShape::Schema
            | FieldShape::Duration
            | FieldShape::Pipeline
            | FieldShape::Json => {}
            FieldShape::Template
            | FieldShape::LongTemplate
            | FieldShape::Model
            | FieldShape::Map
            | FieldShape::Messages
            | FieldShape::TemplateList => texts_of(value, &mut |text| found.template(text)),
        }
    }
    if node.kind == "agent" {
        tools(found, node);
    }
}

/// What the configs of an agent's tools name; `args` is what the model gives.
fn tools(found: &mut References, agent: &Node) {
    let listed = agent.config.get("tools").and_then(Value::as_array);
    for tool in listed.into_iter().flatten() {
        let Some(kind) = tool.get("kind").and_then(Value::as_str) else { continue };
        let config = tool.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        // An agent can't be a tool of another, so that this ends.
        if kind != "agent" {
            self::config(found, &Node { kind: kind.to_owned(), config, ..agent.clone() });
        }
    }
    found.others.remove("args");
}

/// Whether a field is evaluated inside the container, after its steps, and not before it begins.
pub(crate) fn is_judged(kind: &str, field: &str) -> bool {
    matches!((kind, field), ("loop", "until") | ("map", "result"))
}

/// Every text inside a value.
pub(crate) fn texts_of(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, each)),
        Value::Object(map) => map.values().for_each(|value| texts_of(value, each)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> References {
        let mut found = References::default();
        found.template(text);
        found
    }

    #[test]
    fn a_template_s_names_are_found() {
        let found = of(
            "{{ nodes.plan.text }} {{ nodes['a'].json.x[0] }} {% for x in in.list if x in inputs.known %}{{ x.nodes.y }}{% endfor %} \
             {{ vars.m | default(value=carry.c) }} {{ item.name }}{{ loop.index }} {{ f(nodes=1) }} nodes.not.code",
        );
        let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(",");
        assert_eq!(found.nodes.keys().cloned().collect::<Vec<_>>(), ["a", "plan"]);
        assert_eq!(names(&found.nodes["a"]), "json");
        assert_eq!(names(&found.given), "list");
        assert_eq!(names(&found.inputs), "known");
        assert_eq!(names(&found.vars), "m");
        assert_eq!(names(&found.carry), "c");
        assert!(found.item && !found.index && found.unclear.is_empty(), "{found:?}");
    }

    #[test]
    fn what_an_agents_tools_name_is_loaded_too() {
        let tool = serde_json::json!({"name": "read", "kind": "file", "config": {"op": "read", "path": "{{ inputs.folder }}/{{ args.path }}"}});
        let node = serde_json::json!({"id": "a", "kind": "agent", "config": {"model": "m", "task": "t", "tools": [tool]}});
        let definition = serde_json::json!({"format": crate::FORMAT, "id": "x", "inputs": {"folder": {"type": "dir"}}, "nodes": [node]});
        let definition = crate::read(&definition).unwrap();
        let found = references(&definition, &definition.nodes[0]);
        assert!(found.inputs.contains("folder") && found.others.is_empty(), "{found:?}");
    }

    #[test]
    fn a_node_that_is_not_named_literally_is_told() {
        assert_eq!(of("{{ nodes[inputs.x].text }}").unclear, ["nodes[inputs.x].text }}"]);
        assert_eq!(of("{{ nodes.plan }}").unclear.len(), 1);
        assert!(of("{{ inputs | json }}").inputs.contains("*"));
    }

    #[test]
    fn the_operator_in_is_no_input() {
        let mut found = References::default();
        found.expression("'a' in inputs.list and x not in [1] and not in.flag and 'b' in in.more");
        assert_eq!(found.given.iter().cloned().collect::<Vec<_>>(), ["flag", "more"]);
    }
}
