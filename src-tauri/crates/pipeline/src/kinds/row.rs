//! Words that make a row of the table readable.

use domain::EffectClass;
use serde_json::Value;

use crate::{Capability, Field, FieldShape, KindInfo, PortInfo};

/// A kind with one way, `ok`, and nothing else yet.
pub(super) fn row(
    kind: &str,
    group: &str,
    effect: EffectClass,
    title: &str,
    summary: &str,
    help: &str,
) -> KindInfo {
    KindInfo {
        kind: kind.into(),
        version: 1,
        title: title.into(),
        summary: summary.into(),
        help: help.trim().into(),
        group: group.into(),
        effect,
        ways: vec!["ok".into()],
        ports: Vec::new(),
        open_ports: false,
        fields: Vec::new(),
        capability: None,
        container: false,
    }
}

/// A field that may be left out.
pub(super) fn field(name: &str, label: &str, shape: FieldShape, help: &str) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        shape,
        required: false,
        choices: Vec::new(),
        // A switch is off unless told.
        default: (shape == FieldShape::Bool).then_some(Value::Bool(false)),
        help: help.into(),
        secret: false,
    }
}

/// A field that is one of some words.
pub(super) fn choice(name: &str, label: &str, choices: &[&str], help: &str) -> Field {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    Field { choices, ..field(name, label, FieldShape::Choice, help) }
}

impl Field {
    pub(super) fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) fn unless_told(self, value: impl Into<Value>) -> Self {
        Self { default: Some(value.into()), ..self }
    }

    pub(super) fn with_secrets(self) -> Self {
        Self { secret: true, ..self }
    }
}

impl KindInfo {
    pub(super) fn ports(mut self, ports: &[(&str, &str, &str)]) -> Self {
        let port = |(name, kind, help): &(&str, &str, &str)| PortInfo {
            name: (*name).into(),
            kind: (*kind).into(),
            help: (*help).into(),
        };
        self.ports.extend(ports.iter().map(port));
        self
    }

    pub(super) fn open(self) -> Self {
        Self { open_ports: true, ..self }
    }

    pub(super) fn ways(self, ways: &[&str]) -> Self {
        Self { ways: ways.iter().map(|way| (*way).to_owned()).collect(), ..self }
    }

    pub(super) fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    pub(super) fn needs(self, capability: Capability) -> Self {
        Self { capability: Some(capability), ..self }
    }

    pub(super) fn container(self) -> Self {
        Self { container: true, ..self }
    }
}
