//! What a run is asked for with, and what of it is fixed when it is accepted.

use std::collections::{BTreeMap, BTreeSet};

use domain::{RunId, RunOrigin};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::runs::Values;

use super::super::rerun::Restore;

/// What is fixed when a run is accepted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Fixed {
    /// Hashes of the pipelines that it runs, by id.
    pub pipelines: BTreeMap<String, String>,
    /// Outputs that stand in for running nodes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, Values>,
    /// Where it stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether that step is run alone, on pins.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    /// What it takes over from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reuse: Option<Reuse>,
}

/// An earlier run whose results are taken over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reuse {
    pub run: RunId,
    /// Nodes that are run anew whatever they were made of.
    pub fresh: BTreeSet<String>,
    /// Values that stand in for what that run had.
    #[serde(default)]
    pub edited: BTreeMap<String, Values>,
    pub same_definition: bool,
    pub inputs_changed: bool,
    /// Working copies that are brought back first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restore: Vec<Restore>,
}

/// What a run is asked for with, beside its definition.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub inputs: BTreeMap<String, Value>,
    pub origin: RunOrigin,
    pub parent: Option<(RunId, String, String)>,
    pub depth: u32,
    pub allowed: Value,
    /// Hashes that are fixed already.
    pub pipelines: BTreeMap<String, String>,
    pub priority: i64,
    /// What it is called; the hash doesn't say.
    pub name: Option<String>,
    pub idempotency_key: Option<String>,
    pub pins: BTreeMap<String, BTreeMap<String, Value>>,
    pub until: Option<String>,
    pub alone: bool,
    pub reuse: Option<Reuse>,
    /// Whether inputs that the definition doesn't have are left out instead of refused.
    pub lenient: bool,
    /// What it is counted with where the definition counts nothing itself: "LIMIT:TEXT".
    pub counted: Option<String>,
}
