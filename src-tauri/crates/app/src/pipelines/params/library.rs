//! Of pipelines and their triggers.

use std::collections::BTreeMap;

use domain::RunId;
use pipeline::Capability;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Which pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PipelineIdParams {
    /// Its id.
    pub id: String,
}

/// What to keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineSaveParams {
    /// The whole file, layout and pins included. One with faults is kept too.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// What the version is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The `revision` of the view that this was made from: where another one is kept by now, nothing is saved (`conflict`).
    /// Without it the last to save wins, but never over a file that was changed on the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

/// Which folders are looked at for definitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PipelineWatchParams {
    /// Whole paths, at most 20; none to look at none.
    pub folders: Vec<String>,
    /// One more, that was chosen with the system's dialog: its handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

/// What a new pipeline begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PipelineCreateParams {
    /// A template's id; an empty pipeline without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A definition that is only looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PipelineDefinitionParams {
    /// The whole file.
    #[ts(type = "unknown")]
    pub definition: Value,
}

/// Which version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PipelineVersionParams {
    /// The pipeline.
    pub id: String,
    /// From 1.
    pub number: u32,
}

/// What would be run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PipelineEstimateParams {
    /// The whole file.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// The run's inputs by name.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub inputs: BTreeMap<String, Value>,
}

/// A text to be evaluated as a step would see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct PipelineEvaluateParams {
    /// The whole file; its pins and input defaults stand in where there is no run.
    #[ts(type = "unknown")]
    pub definition: Value,
    /// The node that the text stands in.
    pub node: String,
    /// The expression, or the template.
    pub text: String,
    /// Whether it is a template.
    pub template: bool,
    /// The run whose values are taken; the pipeline's newest one unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
}

/// What a definition from outside may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PipelineAllowParams {
    /// The pipeline; what is allowed holds for its definition as it is now.
    pub id: String,
    /// All that is allowed; what is absent is not.
    pub capabilities: Vec<Capability>,
}

/// What to export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PipelineExportParams {
    /// The pipeline.
    pub id: String,
    /// Whether pinned outputs go along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pins: Option<bool>,
}

/// Triggers of which pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields)]
pub struct TriggerListParams {
    /// Of this one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
}

/// Which trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TriggerIdParams {
    /// The pipeline.
    pub pipeline_id: String,
    /// The trigger's id in its definition.
    pub id: String,
}

/// Whether a trigger begins runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TriggerEnableParams {
    /// The pipeline.
    pub pipeline_id: String,
    /// The trigger's id in its definition.
    pub id: String,
    /// Whether it does.
    pub enabled: bool,
}
