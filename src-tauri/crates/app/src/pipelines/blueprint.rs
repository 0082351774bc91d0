//! A definition made ready to be run: nodes by id, which container each is in, what each names, which edges leave it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Actor, EffectClass, ErrorCode};
use pipeline::{Definition, Node, References};
use serde_json::Value;

use crate::{App, Error};

/// How many are held; they are made again from the database when needed.
const HELD: usize = 64;

/// A node in its place.
pub(crate) struct Seat {
    pub node: Arc<Node>,
    /// The container that it is in.
    pub parent: Option<String>,
    /// What its config, its inputs and the conditions of its edges name.
    pub references: References,
    /// What is named by what holds inside, of a container.
    pub judging: References,
    /// Index, port and condition of each edge from it.
    pub edges: Vec<(u32, String, Option<String>)>,
    pub effect: EffectClass,
    /// Bytes of its texts, roughly; those with loops count as large.
    pub size: usize,
    /// Of a map: the expression of an item's result.
    pub item_result: Option<String>,
}

/// A definition, ready.
pub(crate) struct Blueprint {
    pub hash: String,
    pub definition: Arc<Definition>,
    seats: HashMap<String, Seat>,
}

impl Blueprint {
    /// Of a definition that was checked.
    pub(crate) fn new(hash: String, definition: Definition) -> Self {
        let mut parents: HashMap<&str, &str> = HashMap::new();
        for node in &definition.nodes {
            for inner in &node.body {
                parents.insert(inner, &node.id);
            }
        }
        let mut seats: HashMap<String, Seat> = definition
            .nodes
            .iter()
            .map(|node| {
                let seat = Seat {
                    parent: parents.get(node.id.as_str()).map(|parent| (*parent).to_owned()),
                    references: pipeline::references(&definition, node),
                    judging: pipeline::judging(&definition, node),
                    edges: Vec::new(),
                    effect: pipeline::effect(node),
                    size: size(node),
                    item_result: (node.kind == "map")
                        .then(|| pipeline::item_result(node, &definition.nodes, &definition.edges)),
                    node: Arc::new(node.clone()),
                };
                (node.id.clone(), seat)
            })
            .collect();
        for (index, edge) in definition.edges.iter().enumerate() {
            if let Some(seat) = seats.get_mut(&edge.from) {
                seat.edges.push((index as u32, edge.port.clone(), edge.when.clone()));
            }
        }
        Self { hash, definition: Arc::new(definition), seats }
    }

    /// The node of that id.
    pub(crate) fn seat(&self, node: &str) -> Option<&Seat> {
        self.seats.get(node)
    }

    /// The containers around a node, the outermost first.
    pub(crate) fn around(&self, node: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut at = self.seat(node).and_then(|seat| seat.parent.as_deref());
        while let Some(container) = at {
            found.push(container);
            at = self.seat(container).and_then(|seat| seat.parent.as_deref());
            // A container can't be in itself; who says so anyhow doesn't hang us.
            if found.len() > 64 {
                break;
            }
        }
        found.reverse();
        found
    }

    /// The nodes that come after this one, itself included, at its own level.
    pub(crate) fn downstream(&self, node: &str) -> std::collections::BTreeSet<String> {
        let mut found = std::collections::BTreeSet::from([node.to_owned()]);
        let mut open = vec![node.to_owned()];
        while let Some(at) = open.pop() {
            for edge in self.definition.edges.iter().filter(|edge| edge.from == at) {
                if found.insert(edge.to.clone()) {
                    open.push(edge.to.clone());
                }
            }
        }
        found
    }
}

/// How much there is to work out in a node.
fn size(node: &Node) -> usize {
    let text = Value::Object(node.config.clone()).to_string();
    let loops = text.contains("{%") || text.contains("range");
    if loops { usize::MAX / 2 } else { text.len() + 200 * node.inputs.len() }
}

/// Definitions that are in use.
#[derive(Default)]
pub(crate) struct Blueprints(Mutex<HashMap<String, Arc<Blueprint>>>);

impl Blueprints {
    /// Keeps one.
    pub(crate) fn put(&self, blueprint: Arc<Blueprint>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.retain(|_, one| Arc::strong_count(one) > 1);
        }
        held.insert(blueprint.hash.clone(), blueprint);
    }

    pub(crate) fn find(&self, hash: &str) -> Option<Arc<Blueprint>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }
}

/// The definition of that hash, ready.
pub(crate) async fn blueprint(app: &App, actor: Actor, hash: &str) -> Result<Arc<Blueprint>, Error> {
    if let Some(found) = app.pipelines.blueprints.find(hash) {
        return Ok(found);
    }
    let asked = hash.to_owned();
    let json: Value =
        app.store.read(move |conn| store::pipelines::definition(conn, actor.user_id, &asked)).await?;
    let hash = hash.to_owned();
    let read = app
        .pipelines
        .evaluator
        .run(move || pipeline::read(&json).map(|definition| Blueprint::new(hash, definition)))
        .await?;
    let found = Arc::new(read.map_err(|_| {
        Error::new(
            ErrorCode::Conflict,
            "This version of Web+ can't read the definition that the run is pinned to. Open it with the version that made it.",
        )
    })?);
    app.pipelines.blueprints.put(Arc::clone(&found));
    Ok(found)
}
