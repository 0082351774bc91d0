//! Definitions at random: branches, joins of every policy, loops and maps in each other, steps that are off or may fail.

use serde_json::json;

use super::build::{container, definition, node};
use crate::{Definition, Node, OnError};

/// Where all that is random comes from, so that a failure can be made smaller.
pub(super) struct Tape {
    bytes: Vec<u16>,
    at: usize,
}

impl Tape {
    pub(super) fn new(bytes: Vec<u16>) -> Self {
        Self { bytes, at: 0 }
    }

    /// Something below `bound`; 0 once the tape is over.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let value = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(value) % bound.max(1)
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(super) fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

const PORTS: [&str; 7] = ["ok", "ok", "ok", "error", "skipped", "yes", "done"];

/// A definition that `check` would find no cycle in.
pub(super) fn random(tape: &mut Tape) -> Definition {
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    body(tape, 0, &mut nodes, &mut edges);
    let edges: Vec<&str> = edges.iter().map(String::as_str).collect();
    definition(nodes, &edges)
}

fn body(tape: &mut Tape, depth: usize, nodes: &mut Vec<Node>, edges: &mut Vec<String>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..=tape.below(if depth == 0 { 6 } else { 4 }) {
        let id = format!("n{}", nodes.len());
        let mut made = match tape.below(if depth < 3 { 8 } else { 4 }) {
            4 | 5 => container(&id, "map", json!({}), &[]),
            6 | 7 => container(&id, "loop", json!({"max_iterations": tape.below(4)}), &[]),
            3 => {
                let policy = [json!("all"), json!("any"), json!("first"), json!({"n": 2})];
                container(&id, "join", json!({"policy": policy.get(tape.below(4))}), &[])
            }
            _ => node(&id, "template"),
        };
        made.off = tape.one_in(8);
        made.on_error = match tape.below(8) {
            5 => OnError::Branch,
            6 => OnError::Default(serde_json::Map::new()),
            7 => OnError::Skip,
            _ => OnError::Fail,
        };
        if made.kind == "map" {
            let on_item_error = ["stop", "none", "drop"].get(tape.below(3)).copied();
            made.config = json!({"parallel": 1 + tape.below(3), "on_item_error": on_item_error})
                .as_object()
                .cloned()
                .unwrap_or_default();
        }
        let at = nodes.len();
        let inside = matches!(made.kind.as_str(), "map" | "loop");
        nodes.push(made);
        if inside {
            let inner = body(tape, depth + 1, nodes, edges);
            nodes[at].body = inner;
        }
        for from in &ids {
            if tape.one_in(3) {
                let condition = if tape.one_in(4) { "?" } else { "" };
                edges.push(format!("{from}.{}>{id}{condition}", PORTS[tape.below(PORTS.len())]));
            }
        }
        ids.push(id);
    }
    ids
}
