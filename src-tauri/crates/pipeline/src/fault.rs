//! What is wrong with a definition, and where.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether it keeps the pipeline from running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "FaultSeverity")]
pub enum Severity {
    /// It can't run so.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// One fault. All that are found are told at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "PipelineFault", optional_fields)]
pub struct Fault {
    /// Whether it keeps the pipeline from running.
    pub severity: Severity,
    /// A short name: "unknown_key", "cycle", "unknown_node", "wrong_type", "bad_template", "not_an_ancestor", …
    pub code: String,
    /// Where, as a JSON pointer into the definition: "/nodes/3/config/template".
    pub place: String,
    /// The node that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What is wrong and what to do, for a person.
    pub message: String,
}
