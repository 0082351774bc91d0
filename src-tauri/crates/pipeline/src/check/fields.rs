//! A step's config, field by field.

use serde_json::Value;

use super::faults::Faults;
use super::names::{self, Allowed, Place};
use super::{Checked, bounds};
use crate::expression::kind_of;
use crate::read::duration;
use crate::read::fields::{joined, nearest};
use crate::references::{is_judged, texts_of};
use crate::{Field, FieldShape, KindInfo, Node, Schema, scan, secret_names};

/// The longest program or other text that isn't rendered, in bytes.
const MAX_CODE: usize = 256 * 1024;

pub(super) fn check(checked: &Checked<'_>, index: usize, node: &Node, info: &KindInfo, faults: &mut Faults) {
    let at = format!("/nodes/{index}/config");
    for field in info.fields.iter().filter(|field| field.required) {
        if node.config.get(&field.name).is_none_or(Value::is_null) {
            let message = format!("`{}` needs `{}` ({}).", node.id, field.name, field.label.to_lowercase());
            faults.error("missing", at.clone(), Some(&node.id), message);
        }
    }
    for (key, value) in &node.config {
        let place = joined(&at, key);
        let Some(field) = info.fields.iter().find(|field| field.name == *key) else {
            let words: Vec<&str> = info.fields.iter().map(|field| field.name.as_str()).collect();
            let hint = nearest(key, &words)
                .map_or_else(|| "Remove it.".to_owned(), |near| format!("Did you mean `{near}`?"));
            let message = format!("Steps of the kind `{}` have no `{key}`. {hint}", node.kind);
            faults.error("unknown_key", place, Some(&node.id), message);
            continue;
        };
        let one = One { checked, index, node, field, at: &place };
        one.check(value, faults);
        one.secrets(value, faults);
    }
}

struct One<'c, 'a> {
    checked: &'c Checked<'a>,
    index: usize,
    node: &'a Node,
    field: &'c Field,
    at: &'c str,
}

impl One<'_, '_> {
    fn check(&self, value: &Value, faults: &mut Faults) {
        match self.field.shape {
            FieldShape::Template | FieldShape::LongTemplate => match value {
                Value::String(text) => self.template(text, self.at, faults),
                other => self.wrong("text in quotes", other, faults),
            },
            FieldShape::Model => match value {
                Value::String(text) => self.model(text, faults),
                other => self.wrong("a model as \"provider/name\"", other, faults),
            },
            FieldShape::Expression => {
                if let Value::String(text) = value {
                    self.expression(text, self.at, faults);
                }
            }
            FieldShape::Expressions => match value {
                Value::Object(map) => {
                    for (name, value) in map {
                        if let Value::String(text) = value {
                            self.expression(text, &joined(self.at, name), faults);
                        }
                    }
                }
                other => self.wrong("names with expressions, in braces", other, faults),
            },
            FieldShape::Map => match value {
                Value::Object(map) => {
                    for (name, value) in map {
                        match value {
                            Value::String(text) => self.template(text, &joined(self.at, name), faults),
                            Value::Number(_) | Value::Bool(_) => {}
                            other => self.wrong("names with texts, in braces", other, faults),
                        }
                    }
                }
                other => self.wrong("names with texts, in braces", other, faults),
            },
            FieldShape::TemplateList => self.texts(value, true, faults),
            FieldShape::Words => self.texts(value, false, faults),
            FieldShape::Messages => self.messages(value, faults),
            FieldShape::Text | FieldShape::Code => match value {
                Value::String(text) if text.len() > MAX_CODE => {
                    let message = format!("This text is longer than {} KB.", MAX_CODE / 1024);
                    faults.error("too_long", self.at, Some(&self.node.id), message);
                }
                Value::String(_) => {}
                other => self.wrong("text in quotes", other, faults),
            },
            FieldShape::Number => {
                let (least, most, whole) = bounds::number(&self.node.kind, &self.field.name);
                let fits = value.as_f64().is_some_and(|number| {
                    (least..=most).contains(&number) && (!whole || number.fract() == 0.0)
                });
                if !fits {
                    let what = if whole { "a whole number" } else { "a number" };
                    let range =
                        if least > f64::MIN { format!(" from {least} to {most}") } else { String::new() };
                    self.wrong(&format!("{what}{range}"), value, faults);
                }
            }
            FieldShape::Bool => {
                if !value.is_boolean() {
                    self.wrong("true or false", value, faults);
                }
            }
            FieldShape::Choice => {
                if !self.field.choices.iter().any(|choice| Some(choice.as_str()) == value.as_str()) {
                    self.wrong(&format!("one of {}", self.field.choices.join(", ")), value, faults);
                }
            }
            FieldShape::Duration => {
                if value.as_str().and_then(duration).is_none() {
                    self.wrong("a duration such as \"30s\", \"5m\", \"2h\" or \"3d\"", value, faults);
                }
            }
            FieldShape::Schema => schema(self.checked, value, self.at, &self.node.id, faults),
            FieldShape::Pipeline => self.pipeline(value, faults),
            // Their shapes are `special`'s.
            FieldShape::Json => {}
        }
    }

    fn place(&self) -> Place {
        let inside = is_judged(&self.node.kind, &self.field.name);
        Place { node: Some(self.index), itself: false, inside, allowed: Allowed::Step }
    }

    fn template(&self, text: &str, at: &str, faults: &mut Faults) {
        names::template(self.checked, text, at, self.place(), faults);
    }

    fn expression(&self, text: &str, at: &str, faults: &mut Faults) {
        names::expression(self.checked, text, at, self.place(), faults);
    }

    fn texts(&self, value: &Value, are_templates: bool, faults: &mut Faults) {
        let Value::Array(values) = value else { return self.wrong("a list of texts", value, faults) };
        for (index, value) in values.iter().enumerate() {
            let at = format!("{}/{index}", self.at);
            match value {
                Value::String(text) if are_templates => self.template(text, &at, faults),
                Value::String(_) => {}
                other => self.wrong("a list of texts", other, faults),
            }
        }
        if values.is_empty() && self.field.required {
            faults.error(
                "empty",
                self.at,
                Some(&self.node.id),
                format!("`{}` must not be empty.", self.field.name),
            );
        }
    }

    fn messages(&self, value: &Value, faults: &mut Faults) {
        let Value::Array(values) = value else { return self.wrong("a list of messages", value, faults) };
        for (index, value) in values.iter().enumerate() {
            let at = format!("{}/{index}", self.at);
            let role = value.get("role").and_then(Value::as_str).unwrap_or_default();
            let content = value.get("content").and_then(Value::as_str);
            let known =
                value.as_object().is_some_and(|map| map.keys().all(|key| key == "role" || key == "content"));
            match content {
                Some(text) if known && ["system", "user", "assistant"].contains(&role) => {
                    self.template(text, &format!("{at}/content"), faults);
                }
                _ => {
                    let message =
                        "A message is {\"role\": \"system\", \"user\" or \"assistant\", \"content\": text}.";
                    faults.error("wrong_type", at, Some(&self.node.id), message);
                }
            }
        }
    }

    fn model(&self, text: &str, faults: &mut Faults) {
        if text.contains('{') {
            return self.template(text, self.at, faults);
        }
        let id = Some(self.node.id.as_str());
        if !text.contains('/') {
            let message = format!(
                "A model is written as \"provider/name\", such as \"ollama/qwen3:8b\"; \"{text}\" isn't."
            );
            faults.error("bad_model", self.at, id, message);
        } else if let Some(known) = self.checked.known.models
            && !known.contains(text)
        {
            let words: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = nearest(text, &words).map_or_else(
                || "Choose one of your models, or add it.".to_owned(),
                |near| format!("Did you mean \"{near}\"?"),
            );
            // A warning: it may be added, or be here again, before the pipeline runs.
            faults.warning(
                "unknown_model",
                self.at,
                id,
                format!("There is no model \"{text}\" here. {hint}"),
            );
        }
    }

    fn pipeline(&self, value: &Value, faults: &mut Faults) {
        let id = Some(self.node.id.as_str());
        match value.as_str() {
            None => self.wrong("a pipeline's id", value, faults),
            Some(text) if text == self.checked.definition.id => {
                faults.error("runs_itself", self.at, id, "A pipeline can't run itself. Use a loop.");
            }
            Some(text) => {
                if self.checked.known.pipelines.is_some_and(|known| !known.contains(text)) {
                    let message = format!("There is no pipeline `{text}`. Choose another, or import it.");
                    faults.error("unknown_pipeline", self.at, id, message);
                }
            }
        }
    }

    /// References to secrets stand in fields that may have them, outside tags, and are listed.
    fn secrets(&self, value: &Value, faults: &mut Faults) {
        let id = Some(self.node.id.as_str());
        texts_of(value, &mut |text| {
            if !text.contains("secret://") {
                return;
            }
            if !self.field.secret {
                let message = format!(
                    "Secrets can't be used in `{}`: it would be kept and shown. Use a field for it, such as a header.",
                    self.field.name
                );
                faults.error("secret_not_allowed", self.at, id, message);
                return;
            }
            let in_tag = scan::template(text)
                .iter()
                .any(|tag| text.get(tag.range.clone()).is_some_and(|inside| inside.contains("secret://")));
            if in_tag {
                let message =
                    "Write secret://NAME outside {{ }}: what comes out of a tag never counts as a secret.";
                faults.error("secret_not_allowed", self.at, id, message);
                return;
            }
            for name in secret_names(text) {
                if !self.checked.definition.secrets.iter().any(|listed| listed == name) {
                    let message =
                        format!("The secret `{name}` isn't listed. Add it to the pipeline's secrets.");
                    faults.error("unlisted_secret", self.at, id, message);
                }
            }
        });
    }

    fn wrong(&self, wanted: &str, value: &Value, faults: &mut Faults) {
        let found = match value {
            Value::String(text) if text.chars().count() <= 40 => format!("\"{text}\""),
            Value::Number(number) => number.to_string(),
            other => kind_of(other).to_owned(),
        };
        let message = format!("`{}` must be {wanted}, but it is {found}.", self.field.name);
        faults.error("wrong_type", self.at, Some(&self.node.id), message);
    }
}

/// "#/schemas/NAME", or a schema that compiles.
pub(super) fn schema(checked: &Checked<'_>, value: &Value, at: &str, node: &str, faults: &mut Faults) {
    match value {
        Value::String(text) => match text.strip_prefix("#/schemas/") {
            Some(name) if checked.definition.schemas.contains_key(name) => {}
            Some(name) => {
                let message = format!("There is no schema `{name}`. Add it to the pipeline's schemas.");
                faults.error("unknown_schema", at, Some(node), message);
            }
            None => faults.error(
                "wrong_type",
                at,
                Some(node),
                "A schema is written as \"#/schemas/NAME\", or as JSON Schema.",
            ),
        },
        Value::Object(_) | Value::Bool(_) => {
            if let Err(message) = Schema::compile(value) {
                faults.error("bad_schema", at, Some(node), message);
            }
        }
        _ => faults.error(
            "wrong_type",
            at,
            Some(node),
            "A schema is written as \"#/schemas/NAME\", or as JSON Schema.",
        ),
    }
}
