//! Definitions in few words.

use serde_json::{Map, Value};

use crate::{Cache, Concurrency, Defaults, Definition, Edge, Node, OnAmbiguous, OnError, Timeouts};

/// A node of a kind.
pub(super) fn node(id: &str, kind: &str) -> Node {
    Node {
        id: id.to_owned(),
        kind: kind.to_owned(),
        version: 1,
        label: None,
        off: false,
        effect: None,
        config: Map::new(),
        inputs: std::collections::BTreeMap::new(),
        outputs: std::collections::BTreeMap::new(),
        cache: Cache::Off,
        retry: None,
        timeout: Timeouts::default(),
        on_error: OnError::Fail,
        on_ambiguous: OnAmbiguous::Ask,
        body: Vec::new(),
        carry: std::collections::BTreeMap::new(),
    }
}

/// A node with a body and a config.
pub(super) fn container(id: &str, kind: &str, config: Value, body: &[&str]) -> Node {
    let mut node = node(id, kind);
    node.config = config.as_object().cloned().unwrap_or_default();
    node.body = body.iter().map(|&id| id.to_owned()).collect();
    node
}

/// "a.ok>b": an edge; with a `?` at its end one that has a condition.
pub(super) fn edge(text: &str) -> Edge {
    let (text, conditional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let (from, to) = text.split_once('>').expect("an arrow");
    let (from, port) = from.split_once('.').unwrap_or((from, "ok"));
    let when = conditional.then(|| "inputs.yes".to_owned());
    Edge { from: from.to_owned(), port: port.to_owned(), to: to.to_owned(), when }
}

pub(super) fn definition(nodes: Vec<Node>, edges: &[&str]) -> Definition {
    Definition {
        id: "tried".to_owned(),
        name: "tried".to_owned(),
        description: String::new(),
        inputs: std::collections::BTreeMap::new(),
        outputs: std::collections::BTreeMap::new(),
        vars: std::collections::BTreeMap::new(),
        defaults: Defaults::default(),
        concurrency: Concurrency::default(),
        nodes,
        edges: edges.iter().map(|text| edge(text)).collect(),
        triggers: Vec::new(),
        schemas: std::collections::BTreeMap::new(),
        secrets: Vec::new(),
        on_failure: None,
        tests: Vec::new(),
        ui: Value::Null,
        pins: std::collections::BTreeMap::new(),
    }
}
