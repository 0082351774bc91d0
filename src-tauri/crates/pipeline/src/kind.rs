//! What a kind of step is: its ports, its fields, what it may do to the world. Validation, the editor's forms and the
//! documentation all read this.

use domain::EffectClass;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What must be allowed before a definition from outside may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PipelineCapability")]
pub enum Capability {
    /// Running programs.
    Commands,
    /// Reading and writing files.
    Files,
    /// Asking servers.
    Http,
    /// Using secrets.
    Secrets,
}

/// How a field of a step's `config` is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldShape {
    /// Text with `{{ … }}`, one line.
    Template,
    /// Text with `{{ … }}`, many lines.
    LongTemplate,
    /// An expression, without braces.
    Expression,
    /// Name to template.
    Map,
    /// Name to expression.
    Expressions,
    /// Plain text.
    Text,
    /// Plain text in many lines: a program, never rendered.
    Code,
    /// A list of plain words.
    Words,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// One of `choices`.
    Choice,
    /// Any JSON.
    Json,
    /// A model's "provider/name", or a template for one.
    Model,
    /// `#/schemas/NAME`.
    Schema,
    /// Messages: a list of `{role, content}` whose contents are templates.
    Messages,
    /// A list of texts with `{{ … }}`.
    TemplateList,
    /// A duration such as "30s".
    Duration,
    /// Another pipeline's id.
    Pipeline,
}

/// A field of a step's `config`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "PipelineField", optional_fields)]
pub struct Field {
    /// Its name in `config`.
    pub name: String,
    /// What the form calls it.
    pub label: String,
    /// How it is filled in.
    pub shape: FieldShape,
    /// Whether a step can't do without it.
    pub required: bool,
    /// What it may be, of a `Choice`.
    pub choices: Vec<String>,
    /// What the step does without it, where that is a value like any other: a switch that is on unless told is shown on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "unknown")]
    pub default: Option<Value>,
    /// What the form says below it.
    pub help: String,
    /// Whether `secret://NAME` may stand in it.
    pub secret: bool,
}

/// A data port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "PipelinePort")]
pub struct PortInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// What it holds.
    pub help: String,
}

/// A kind of step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "PipelineKind", optional_fields)]
pub struct KindInfo {
    /// `llm`, `template`, …
    pub kind: String,
    /// The newest version.
    pub version: u32,
    /// What a person calls it.
    pub title: String,
    /// What it does, one line.
    pub summary: String,
    /// How it is used, in Markdown, for the person who edits.
    pub help: String,
    /// `model`, `flow`, `text`, `files`, `world`, `people`, `code`.
    pub group: String,
    /// What repeating it does unless a definition says otherwise.
    pub effect: EffectClass,
    /// The ways that it can be left by, `error` and `skipped` apart. A `switch` adds its cases, a `human` its answers.
    pub ways: Vec<String>,
    /// Its data ports; a definition may add more where `open_ports`.
    pub ports: Vec<PortInfo>,
    /// Whether a definition may name data ports of its own (`llm`'s `json:plan`, …).
    pub open_ports: bool,
    /// Its config.
    pub fields: Vec<Field>,
    /// What it needs to be allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Capability>,
    /// Whether other nodes can stand inside.
    pub container: bool,
}
