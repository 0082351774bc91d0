//! Which values a text names, so that only those are loaded, and so that each can be checked for being there at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scan::{self, Tag, Token, TokenKind};
use crate::{Definition, FieldShape, Node, Source, kind};

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
        for tag in tags {
            let words = Words { text, tokens: &tag.tokens };
            for at in 0..tag.tokens.len() {
                self.name_at(words, at);
            }
        }
    }

    fn name_at(&mut self, words: Words<'_>, at: usize) {
        let Some(name) = words.name(at) else { return };
        // A key of something else, a filter, a keyword argument.
        let before = at.checked_sub(1).map(|before| words.word(before)).unwrap_or_default();
        if before == "." || before == "|" || (words.word(at + 1) == "=" && before != "set") {
            return;
        }
        match name {
            "nodes" => match words.keys(at) {
                (Some(node), Some(port)) => self.result(node, port),
                _ => self.unclear.push(words.rest(at)),
            },
            "inputs" => note(&mut self.inputs, words.keys(at).0),
            "vars" => note(&mut self.vars, words.keys(at).0),
            "carry" => note(&mut self.carry, words.keys(at).0),
            // Also a keyword: between two values, and in `for x in`.
            "in" if words.word(at + 1) == "." && !words.ends_value(at) => {
                note(&mut self.given, words.keys(at).0);
            }
            "item" => self.item = true,
            "index" => self.index = true,
            _ => {}
        }
    }
}

fn note(names: &mut BTreeSet<String>, name: Option<&str>) {
    names.insert(name.unwrap_or("*").to_owned());
}

#[derive(Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Words<'a> {
    fn word(self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|token| self.text.get(token.range.clone())).unwrap_or_default()
    }

    fn name(self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Name).then(|| self.word(at))
    }

    /// The one or two keys behind a name: `.a.b`, `["a"].b`.
    fn keys(self, at: usize) -> (Option<&'a str>, Option<&'a str>) {
        let Some((first, next)) = self.key(at + 1) else { return (None, None) };
        (Some(first), self.key(next).map(|(second, _)| second))
    }

    fn key(self, at: usize) -> Option<(&'a str, usize)> {
        match self.word(at) {
            "." => self.name(at + 1).map(|name| (name, at + 2)),
            "[" if self.tokens.get(at + 1)?.kind == TokenKind::Text && self.word(at + 2) == "]" => {
                let quoted = self.word(at + 1);
                let name = quoted.get(1..quoted.len().checked_sub(1)?)?;
                Some((name, at + 3))
            }
            _ => None,
        }
    }

    /// Whether the word before ends a value, so that `in` is the operator.
    fn ends_value(self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.tokens.get(before).map(|token| token.kind) {
            Some(TokenKind::Name) => {
                let words = ["and", "or", "in", "is", "if", "elif", "else", "set", "with", "do"];
                match self.word(before) {
                    "not" => self.ends_value(before),
                    word => !words.contains(&word),
                }
            }
            Some(TokenKind::Number | TokenKind::Text) => true,
            Some(TokenKind::Sign) => [")", "]", "}"].contains(&self.word(before)),
            None => false,
        }
    }

    /// A few words from there on, for a message.
    fn rest(self, at: usize) -> String {
        let start = self.tokens.get(at).map_or(0, |token| token.range.start);
        self.text.get(start..).unwrap_or_default().chars().take(24).collect()
    }
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
