//! The definition as the planner walks it: bodies of sites with their ways, all by index. Made once for a run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::Limits;
use crate::{Definition, Node, OnError};

/// The body that isn't inside any container.
pub(super) const TOP: usize = 0;
/// Items of a map that may be open at once, whatever its `parallel` says.
const WINDOW: u32 = 256;
/// Items of a map at once that doesn't say how many.
const PARALLEL: u32 = 4;
/// Iterations of a loop that doesn't say how many.
const ITERATIONS: u32 = 100;

/// All bodies, and where each node stands.
#[derive(Debug)]
pub(super) struct Graph {
    bodies: Vec<Body>,
    places: HashMap<String, (usize, usize)>,
}

/// The nodes of the top or of a container, in the definition's order.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) sites: Vec<Site>,
}

/// A node.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) id: String,
    pub(super) shape: Shape,
    pub(super) off: bool,
    pub(super) on_error: Failure,
    /// Edges that lead here.
    pub(super) incoming: u32,
    /// How many of them must be taken before it starts; none: at least one, and all must be decided.
    pub(super) need: Option<u32>,
    /// What is cancelled when it starts, because it leads only here.
    pub(super) cancels: Vec<usize>,
    pub(super) ways: Vec<Way>,
}

/// What a node is to the planner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Step,
    Loop { body: usize, most: u32 },
    Map { body: usize, window: u32, stop: bool },
}

impl Shape {
    /// The body inside, of a container.
    pub(super) fn body(self) -> Option<usize> {
        match self {
            Self::Step => None,
            Self::Loop { body, .. } | Self::Map { body, .. } => Some(body),
        }
    }
}

/// What a failure that has no way on comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Fails,
    Succeeds,
    Skips,
}

/// An edge, seen from where it leaves.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) edge: u32,
    pub(super) port: String,
    pub(super) conditional: bool,
    /// None: to something that this run isn't for.
    pub(super) to: Option<usize>,
}

/// What is around a frame.
pub(super) struct Around<'s> {
    /// The scope that the container stands in.
    pub(super) scope: &'s str,
    /// The container's slot there.
    pub(super) at: usize,
    /// Which of its items or iterations the frame is.
    pub(super) index: u32,
}

impl Graph {
    pub(super) fn new(definition: &Definition, limits: &Limits) -> Self {
        let parents = parents(definition);
        let wanted = wanted(definition, limits, &parents);
        let mut bodies = vec![Body::default()];
        let mut inside: HashMap<&str, usize> = HashMap::new();
        for node in definition.nodes.iter().filter(|n| is_container(n)) {
            inside.insert(&node.id, bodies.len());
            bodies.push(Body::default());
        }
        let mut places = HashMap::new();
        for node in &definition.nodes {
            if wanted.as_ref().is_some_and(|w| !w.contains(node.id.as_str())) {
                continue;
            }
            let body = parents.get(node.id.as_str()).and_then(|p| inside.get(p)).copied().unwrap_or(TOP);
            let Some(Body { sites }) = bodies.get_mut(body) else { continue };
            if !places.contains_key(&node.id) {
                places.insert(node.id.clone(), (body, sites.len()));
                sites.push(site(node, inside.get(node.id.as_str()).copied()));
            }
        }
        let mut graph = Self { bodies, places };
        for (index, edge) in definition.edges.iter().enumerate() {
            let Some(&(body, from)) = graph.places.get(&edge.from) else { continue };
            // One that leaves or enters a body is a fault that `check` tells of; here it is no edge.
            let same_body = parents.get(edge.from.as_str()) == parents.get(edge.to.as_str());
            if !same_body {
                continue;
            }
            let to = graph.slot(body, &edge.to);
            let Some(Body { sites }) = graph.bodies.get_mut(body) else { continue };
            if let Some(target) = to.and_then(|to| sites.get_mut(to)) {
                target.incoming += 1;
            }
            if let Some(source) = sites.get_mut(from) {
                let (edge_index, port) = (index as u32, edge.port.clone());
                source.ways.push(Way { edge: edge_index, port, conditional: edge.when.is_some(), to });
            }
        }
        for body in &mut graph.bodies {
            find_cancels(body);
        }
        graph
    }

    pub(super) fn body(&self, body: usize) -> &[Site] {
        self.bodies.get(body).map_or(&[], |b| &b.sites)
    }

    pub(super) fn site(&self, body: usize, slot: usize) -> Option<&Site> {
        self.body(body).get(slot)
    }

    /// Where a node stands in that body, if it does.
    pub(super) fn slot(&self, body: usize, id: &str) -> Option<usize> {
        self.places.get(id).filter(|(of, _)| *of == body).map(|(_, slot)| *slot)
    }

    /// Which body a scope is a frame of, and what is around it (nothing around the top); none where the definition has no
    /// such scope.
    pub(super) fn resolve<'s>(&self, scope: &'s str) -> Option<(usize, Option<Around<'s>>)> {
        if scope.is_empty() {
            return Some((TOP, None));
        }
        let (mut body, mut found, mut outer) = (TOP, None, 0);
        for part in scope.split('/') {
            let (id, index) = part.rsplit_once(':')?;
            let slot = self.slot(body, id)?;
            found = Some(Around { scope: scope.get(..outer)?, at: slot, index: index.parse().ok()? });
            body = self.site(body, slot)?.shape.body()?;
            // Up to here without the slash: the scope that the next part's container stands in.
            outer += part.len() + usize::from(outer > 0);
        }
        Some((body, found))
    }
}

fn is_container(node: &Node) -> bool {
    matches!(node.kind.as_str(), "loop" | "map")
}

/// Who stands in which container; the first that names it has it.
fn parents(definition: &Definition) -> HashMap<&str, &str> {
    let mut parents = HashMap::new();
    for node in definition.nodes.iter().filter(|n| is_container(n)) {
        for inner in &node.body {
            parents.entry(inner.as_str()).or_insert(node.id.as_str());
        }
    }
    parents
}

fn site(node: &Node, body: Option<usize>) -> Site {
    let number = |name: &str| {
        node.config.get(name).and_then(Value::as_u64).map(|n| u32::try_from(n).unwrap_or(u32::MAX))
    };
    let shape = match (body, node.kind.as_str()) {
        (Some(body), "loop") => Shape::Loop { body, most: number("max_iterations").unwrap_or(ITERATIONS) },
        (Some(body), _) => {
            let window = number("parallel").unwrap_or(PARALLEL).clamp(1, WINDOW);
            let on_item_error = node.config.get("on_item_error").and_then(Value::as_str);
            Shape::Map { body, window, stop: !matches!(on_item_error, Some("none" | "drop")) }
        }
        (None, _) => Shape::Step,
    };
    let policy = node.config.get("policy").filter(|_| node.kind == "join");
    let need = match policy {
        Some(Value::String(name)) if name == "any" || name == "first" => Some(1),
        Some(Value::Object(object)) => {
            object.get("n").and_then(Value::as_u64).map(|n| u32::try_from(n).unwrap_or(u32::MAX).max(1))
        }
        _ => None,
    };
    let on_error = match node.on_error {
        OnError::Fail | OnError::Branch => Failure::Fails,
        OnError::Default(_) => Failure::Succeeds,
        OnError::Skip => Failure::Skips,
    };
    Site {
        id: node.id.clone(),
        shape,
        off: node.off,
        on_error,
        incoming: 0,
        need,
        // Filled in once the ways are known; until then it only says that there is something to find.
        cancels: if policy.and_then(Value::as_str) == Some("first") { vec![usize::MAX] } else { Vec::new() },
        ways: Vec::new(),
    }
}

/// For every join of policy `first`: the sites that lead to it and nowhere else.
fn find_cancels(body: &mut Body) {
    let joins: Vec<usize> =
        body.sites.iter().enumerate().filter(|(_, s)| !s.cancels.is_empty()).map(|(i, _)| i).collect();
    if joins.is_empty() {
        return;
    }
    let mut feeders: Vec<Vec<usize>> = vec![Vec::new(); body.sites.len()];
    for (from, site) in body.sites.iter().enumerate() {
        for to in site.ways.iter().filter_map(|w| w.to) {
            if let Some(feeders) = feeders.get_mut(to) {
                feeders.push(from);
            }
        }
    }
    for join in joins {
        // Ways of a site that are known to lead to the join only; once they are all of its ways, it is found itself.
        let mut led: BTreeMap<usize, usize> = BTreeMap::new();
        let (mut found, mut open) = (BTreeSet::new(), vec![join]);
        while let Some(to) = open.pop() {
            for &from in feeders.get(to).into_iter().flatten() {
                let led = led.entry(from).or_default();
                *led += 1;
                if body.sites.get(from).is_some_and(|s| s.ways.len() == *led) && from != join {
                    found.insert(from);
                    open.push(from);
                }
            }
        }
        if let Some(site) = body.sites.get_mut(join) {
            site.cancels = found.into_iter().collect();
        }
    }
}

/// What "run to here" leaves over; none where everything runs.
fn wanted<'d>(
    definition: &'d Definition,
    limits: &Limits,
    parents: &HashMap<&'d str, &'d str>,
) -> Option<BTreeSet<&'d str>> {
    let last = limits.until.as_deref()?;
    let last = definition.nodes.iter().map(|n| n.id.as_str()).find(|id| *id == last)?;
    let mut feeders: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &definition.edges {
        feeders.entry(&edge.to).or_default().push(&edge.from);
    }
    let (mut wanted, mut open) = (BTreeSet::new(), vec![last]);
    // The node, the containers around it, and what leads to any of these.
    while let Some(id) = open.pop() {
        if wanted.insert(id) && !limits.alone {
            open.extend(feeders.get(id).into_iter().flatten().copied());
            open.extend(parents.get(id).copied());
        }
    }
    // Containers that lead there run whole; those around it only as far.
    let mut around = BTreeSet::new();
    let mut at = last;
    while let Some(&parent) = parents.get(at) {
        if !around.insert(parent) {
            break;
        }
        at = parent;
    }
    let whole: Vec<&str> = wanted.iter().copied().filter(|id| !around.contains(id)).collect();
    let inside: HashMap<&str, &Vec<String>> =
        definition.nodes.iter().filter(|n| is_container(n)).map(|n| (n.id.as_str(), &n.body)).collect();
    let mut open = whole;
    while let Some(id) = open.pop() {
        for inner in inside.get(id).into_iter().flat_map(|body| body.iter()) {
            if wanted.insert(inner) {
                open.push(inner);
            }
        }
    }
    Some(wanted)
}
