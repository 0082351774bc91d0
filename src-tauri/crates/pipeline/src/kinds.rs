//! The table of kinds: what there is, with its ports, fields and help. Data only; what a step does is `app`'s.

mod code;
mod flow;
mod model;
mod people;
mod row;
mod text;
mod world;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use domain::EffectClass;
use serde_json::Value;

use crate::{Edge, KindInfo, Node, OnError};

static KINDS: LazyLock<Vec<KindInfo>> = LazyLock::new(|| {
    let groups =
        [model::kinds(), text::kinds(), flow::kinds(), people::kinds(), world::kinds(), code::kinds()];
    groups.into_iter().flatten().collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static KindInfo>> =
    LazyLock::new(|| KINDS.iter().map(|kind| (kind.kind.as_str(), kind)).collect());

/// Every kind of step, in the order in which they are offered.
pub fn kinds() -> &'static [KindInfo] {
    &KINDS
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static KindInfo> {
    BY_NAME.get(name).copied()
}

/// What repeating this step does: what the definition says, else what its kind says of this config.
pub fn effect(node: &Node) -> EffectClass {
    if let Some(said) = node.effect {
        return said;
    }
    class(&node.kind, |key| node.config.get(key))
}

/// Of a kind with that config.
fn class<'a>(kind_name: &str, config: impl Fn(&str) -> Option<&'a Value>) -> EffectClass {
    let word = |key: &str| config(key).and_then(Value::as_str).unwrap_or_default();
    match kind_name {
        "http" if matches!(word("method"), "" | "GET" | "HEAD") => EffectClass::Idempotent,
        // Whole files are replaced by the same content, atomically; adding to one isn't the same twice.
        "file" if word("op") == "append" => EffectClass::AtMostOnce,
        // These look, or make again what is already there.
        "git" if matches!(word("op"), "status" | "diff" | "worktree" | "restore" | "remove") => {
            EffectClass::Idempotent
        }
        // Each use of a tool is an attempt of its own; where none of them can do harm twice, nobody need be asked after a crash.
        "agent"
            if config("tools")
                .and_then(Value::as_array)
                .is_none_or(|tools| tools.iter().all(is_harmless)) =>
        {
            EffectClass::Idempotent
        }
        name => kind(name).map_or(EffectClass::AtMostOnce, |kind| kind.effect),
    }
}

/// Whether an agent's tool can be a step of that kind.
pub fn may_be_tool(of: &str) -> bool {
    not_a_tool(of).is_none()
}

/// What to do instead of making a tool of a step of that kind; absent where it can be one.
pub(crate) fn not_a_tool(of: &str) -> Option<&'static str> {
    Some(match of {
        "pipeline" => "Write `pipeline` with its id in the place of `kind` and `config`.",
        "human" => "Where a person must agree to each use of a tool, write `\"ask\": true` in that tool.",
        "delay" => "Put the delay before or after the agent.",
        "variable" => "Set the variable in a step after the agent, from its answer.",
        "agent" | "join" => "Choose another kind.",
        _ if kind(of).is_none_or(|kind| kind.container) => "Choose another kind.",
        _ => return None,
    })
}

/// Whether an agent's tool may be used again after a crash. A pipeline is begun once for each use, whatever happens meanwhile.
fn is_harmless(tool: &Value) -> bool {
    let config = tool.get("config");
    let class = |name: &str| class(name, |key| config.and_then(|config| config.get(key)));
    tool.get("pipeline").is_some()
        || tool.get("kind").and_then(Value::as_str).is_some_and(|kind| class(kind) != EffectClass::AtMostOnce)
}

/// The ways that this step can be left by, `error` and `skipped` included.
pub fn ways(node: &Node) -> Vec<String> {
    let mut ways: Vec<String> = kind(&node.kind).map_or_else(Vec::new, |kind| kind.ways.clone());
    match node.kind.as_str() {
        "switch" => ways.splice(0..0, keys(node, "cases")).for_each(drop),
        "router" => ways.splice(0..0, keys(node, "routes")).for_each(drop),
        "human" => {
            ways = answers(node);
            if let Some(branch) = branch_of(node, "on_timeout") {
                ways.push(branch);
            }
        }
        _ => {}
    }
    // A switched-off step passes on by `ok`, whatever its kind; so does one whose failure has a default.
    if node.off || matches!(node.on_error, OnError::Default(_)) {
        ways.push("ok".into());
    }
    ways.extend(["error".into(), "skipped".into()]);
    let mut seen = Vec::with_capacity(ways.len());
    for way in ways {
        if !seen.contains(&way) {
            seen.push(way);
        }
    }
    seen
}

/// The answers that a `human` step offers: `approve` and `reject` unless told.
pub fn answers(node: &Node) -> Vec<String> {
    let listed = node.config.get("answers").and_then(Value::as_array);
    let words =
        listed.map(|words| words.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
    words.filter(|words| !words.is_empty()).unwrap_or_else(|| vec!["approve".into(), "reject".into()])
}

/// The name in "branch:NAME".
pub(crate) fn branch_of(node: &Node, key: &str) -> Option<String> {
    Some(node.config.get(key)?.as_str()?.strip_prefix("branch:")?.to_owned())
}

fn keys(node: &Node, key: &str) -> Vec<String> {
    let map = node.config.get(key).and_then(Value::as_object);
    map.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The data ports of this step with their types: the kind's, as the definition retypes and adds to them.
pub fn ports(node: &Node) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = kind(&node.kind)
        .map(|kind| kind.ports.iter().map(|port| (port.name.clone(), port.kind.clone())).collect())
        .unwrap_or_default();
    found.extend(node.outputs.iter().map(|(name, kind)| (name.clone(), kind.clone())));
    found
}

/// The port that is meant where none is named: the first of the kind, or of those that the definition adds.
pub fn primary_port(node: &Node) -> Option<&str> {
    let first = kind(&node.kind).and_then(|kind| kind.ports.first()).map(|port| port.name.as_str());
    node.outputs.keys().next().map(String::as_str).or(first)
}

/// The expression whose value is an item's result in a map: `result` of its config, else the primary port of the last step
/// inside (the one that nothing inside comes after; the last of the body where there are several).
pub fn item_result(map: &Node, nodes: &[Node], edges: &[Edge]) -> String {
    if let Some(said) = map.config.get("result").and_then(Value::as_str) {
        return said.to_owned();
    }
    let goes_on = |id: &str| edges.iter().any(|edge| edge.from == id && map.body.contains(&edge.to));
    let last = map.body.iter().rev().find(|id| !goes_on(id)).or(map.body.last());
    let node = last.and_then(|id| nodes.iter().find(|node| node.id == *id));
    match node.and_then(|node| primary_port(node).map(|port| (node, port))) {
        Some((node, port)) => format!("nodes.{}.{port}", node.id),
        None => "none".into(),
    }
}

#[cfg(test)]
mod tests;
