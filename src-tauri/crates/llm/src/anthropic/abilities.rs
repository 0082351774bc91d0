//! What a model of Anthropic's can do and takes.

use domain::{Capability, ParameterName, ParameterSpec};
use serde_json::Value;

use crate::{
    catalog,
    json::{at, number},
    parameters::{max_tokens, plain, spec},
};

/// What an answer may have where nobody says; every model of the vendor's takes that much.
const SAFE_OUTPUT: u32 = 4_096;

/// How thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It doesn't think.
    None,
    /// With a budget of tokens.
    Budget,
    /// By itself, with an effort.
    Adaptive {
        /// Whether it can't be kept from it.
        always: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, as the vendor lists them")]
pub(super) struct Abilities {
    pub(super) context: Option<u32>,
    pub(super) output: Option<u32>,
    pub(super) thinking: Thinking,
    pub(super) sampling: bool,
    pub(super) prefill: bool,
    pub(super) json_schema: bool,
    pub(super) vision: bool,
}

impl Abilities {
    /// From the catalogue, else from the name.
    pub(super) fn of(model: &str) -> Self {
        let Some(row) = catalog::known("anthropic", model) else { return Self::by_name(model) };
        Self {
            context: Some(row.context),
            output: Some(row.output),
            thinking: if row.adaptive() {
                Thinking::Adaptive { always: row.always_thinks() }
            } else {
                Thinking::Budget
            },
            sampling: row.sampling(),
            prefill: row.prefill(),
            json_schema: row.json_schema(),
            vision: row.capabilities().contains(&Capability::Vision),
        }
    }

    /// Older ones are known; of newer ones only what all newer ones have in common is assumed. What isn't this vendor's
    /// (a local server that speaks its protocol) samples, extends and doesn't think.
    fn by_name(model: &str) -> Self {
        let older = ["claude-2", "claude-instant", "claude-3-"].iter().any(|start| model.starts_with(start));
        let budget = [
            "claude-3-7-",
            "claude-opus-4-0",
            "claude-opus-4-1",
            "claude-opus-4-2",
            "claude-sonnet-4-0",
            "claude-sonnet-4-2",
        ]
        .iter()
        .any(|start| model.starts_with(start));
        let foreign = !model.starts_with("claude-");
        let thinking = match (budget, older || foreign) {
            (true, _) => Thinking::Budget,
            (false, true) => Thinking::None,
            (false, false) => Thinking::Adaptive { always: false },
        };
        Self {
            context: (!foreign).then_some(200_000),
            output: None,
            thinking,
            sampling: older || budget || foreign,
            prefill: older || budget || foreign,
            json_schema: thinking == Thinking::Adaptive { always: false },
            vision: !foreign,
        }
    }

    /// What the vendor's list says, over what was known.
    pub(super) fn listed(model: &str, row: &Value) -> Self {
        let mut abilities = Self::of(model);
        let tokens = |name: &str| {
            number(row, &[name]).and_then(|tokens| u32::try_from(tokens).ok()).filter(|tokens| *tokens > 0)
        };
        abilities.context = tokens("max_input_tokens").or(abilities.context);
        abilities.output = tokens("max_tokens").or(abilities.output);
        let supported = |path: &[&str]| at(row, &[&["capabilities"], path].concat())["supported"].as_bool();
        if let Some(vision) = supported(&["image_input"]) {
            abilities.vision = vision;
        }
        if let Some(json_schema) = supported(&["structured_outputs"]) {
            abilities.json_schema = json_schema;
        }
        let adaptive = supported(&["thinking", "types", "adaptive"]);
        let enabled = supported(&["thinking", "types", "enabled"]);
        abilities.thinking = match (supported(&["thinking"]), adaptive, enabled) {
            (Some(false), _, _) => Thinking::None,
            (_, Some(true), _) if !matches!(abilities.thinking, Thinking::Adaptive { .. }) => {
                Thinking::Adaptive { always: false }
            }
            (_, Some(false), Some(true)) => Thinking::Budget,
            _ => abilities.thinking,
        };
        abilities
    }

    /// The most tokens of an answer whose request names no limit.
    pub(super) fn default_output(&self) -> u32 {
        self.output.unwrap_or(SAFE_OUTPUT)
    }

    pub(super) fn parameters(&self) -> Vec<ParameterSpec> {
        let mut specs = vec![max_tokens(self.output)];
        if self.sampling {
            specs.push(spec(ParameterName::Temperature, Some(0.0), Some(1.0), Some(1.0)));
            specs.push(spec(ParameterName::TopP, Some(0.0), Some(1.0), None));
            specs.push(spec(ParameterName::TopK, Some(1.0), None, None));
        }
        specs.push(spec(ParameterName::Stop, None, Some(4.0), None));
        if self.thinking != Thinking::None {
            specs.push(plain(ParameterName::ReasoningEffort));
        }
        if self.json_schema {
            specs.push(plain(ParameterName::JsonSchema));
        }
        specs
    }

    pub(super) fn capabilities(&self) -> Vec<Capability> {
        let mut found = vec![Capability::Chat, Capability::Tools];
        if self.vision {
            found.push(Capability::Vision);
        }
        if self.thinking != Thinking::None {
            found.push(Capability::Reasoning);
        }
        if self.json_schema {
            found.push(Capability::JsonSchema);
        }
        found
    }
}
