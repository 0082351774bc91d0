//! Types of ports: which value fits where, and the few conversions that happen by themselves.

use std::fmt;

use serde_json::Value;

use crate::expression::kind_of;
use crate::read::is_name;

/// A parsed type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortType {
    Text,
    Markdown,
    /// Of a schema, or any.
    Json(Option<String>),
    Number,
    Bool,
    List(Box<PortType>),
    File,
    Dir,
    Image,
    Audio,
    Messages,
    Diff,
    TestReport,
    Table,
    Embedding,
    Usage,
    Any,
}

impl PortType {
    /// `stream<T>` is `T` to whoever reads it: what is kept is the whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::nested(text.trim(), 8)
    }

    fn nested(text: &str, depth: usize) -> Option<Self> {
        let inside = |name: &str| {
            let inner = text.strip_prefix(name)?.strip_prefix('<')?.strip_suffix('>')?;
            depth.checked_sub(1).and_then(|depth| Self::nested(inner.trim(), depth))
        };
        if let Some(inner) = inside("list") {
            return Some(Self::List(Box::new(inner)));
        }
        if let Some(inner) = inside("stream") {
            return (inner == Self::Text || inner == Self::Markdown).then_some(inner);
        }
        if let Some(name) = text.strip_prefix("json:") {
            return is_name(name).then(|| Self::Json(Some(name.to_owned())));
        }
        Some(match text {
            "text" => Self::Text,
            "markdown" => Self::Markdown,
            "json" => Self::Json(None),
            "number" => Self::Number,
            "bool" => Self::Bool,
            "file" => Self::File,
            "dir" => Self::Dir,
            "image" => Self::Image,
            "audio" => Self::Audio,
            "messages" => Self::Messages,
            "diff" => Self::Diff,
            "test_report" => Self::TestReport,
            "table" => Self::Table,
            "embedding" => Self::Embedding,
            "usage" => Self::Usage,
            "any" => Self::Any,
            _ => return None,
        })
    }

    /// The schema that it names, inside lists too.
    pub(crate) fn schema(&self) -> Option<&str> {
        match self {
            Self::Json(Some(name)) => Some(name),
            Self::List(inner) => inner.schema(),
            _ => None,
        }
    }

    /// Whether a value of this type can stand where `to` is asked for.
    fn goes_into(&self, to: &Self) -> bool {
        match (self, to) {
            (Self::Any, _) | (_, Self::Any) => true,
            (from, to) if from == to => true,
            // A list that is asked for anything else than a list or text doesn't shrink to one of its items.
            (Self::List(from), Self::List(to)) => from.goes_into(to),
            (from, Self::List(item)) => from.goes_into(item),
            (_, Self::Text | Self::Markdown) => !matches!(self, Self::Image | Self::Audio),
            (from, Self::Json(None)) => !from.is_text_like() && !from.is_path(),
            _ => false,
        }
    }

    fn is_text_like(&self) -> bool {
        matches!(self, Self::Text | Self::Markdown | Self::Diff)
    }

    fn is_path(&self) -> bool {
        matches!(self, Self::File | Self::Dir | Self::Image | Self::Audio)
    }

    /// Whether `value` has the shape of this type; what it is instead, where it hasn't.
    fn holds(&self, value: &Value) -> Result<(), String> {
        let fits = match self {
            Self::Any | Self::Json(_) => true,
            Self::Text | Self::Markdown | Self::Diff | Self::File | Self::Dir | Self::Image | Self::Audio => {
                value.is_string()
            }
            Self::Number => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::List(item) => {
                let Some(items) = value.as_array() else { return Err(kind_of(value).to_owned()) };
                for (index, one) in items.iter().enumerate() {
                    item.holds(one).map_err(|what| format!("a list whose entry {} is {what}", index + 1))?;
                }
                true
            }
            Self::Messages => value.is_array(),
            Self::TestReport | Self::Usage => value.is_object(),
            Self::Table => value.is_array() || value.is_object(),
            Self::Embedding => value.as_array().is_some_and(|numbers| numbers.iter().all(Value::is_number)),
        };
        if fits { Ok(()) } else { Err(kind_of(value).to_owned()) }
    }
}

impl fmt::Display for PortType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Text => "text",
            Self::Markdown => "Markdown",
            Self::Json(None) => "JSON",
            Self::Json(Some(name)) => return write!(formatter, "JSON that fits {name}"),
            Self::Number => "a number",
            Self::Bool => "yes or no",
            Self::List(inner) => return write!(formatter, "a list of: {inner}"),
            Self::File => "a file's path",
            Self::Dir => "a folder's path",
            Self::Image => "an image's path",
            Self::Audio => "a recording's path",
            Self::Messages => "a list of messages",
            Self::Diff => "a diff",
            Self::TestReport => "a test report",
            Self::Table => "a table",
            Self::Embedding => "an embedding",
            Self::Usage => "a call's usage",
            Self::Any => "anything",
        };
        formatter.write_str(word)
    }
}

/// Whether a port of type `from` may feed one of type `to`, converted if need be. Unknown types fit nothing.
pub fn compatible(from: &str, to: &str) -> bool {
    match (PortType::parse(from), PortType::parse(to)) {
        (Some(from), Some(to)) => from.goes_into(&to),
        _ => false,
    }
}

/// `value` of type `from` as one of type `to`: text and Markdown are the same, everything else becomes text as indented JSON,
/// one thing becomes a list of one. None stays none. The error says what was wanted and what there was.
pub fn coerce(value: Value, from: &str, to: &str) -> Result<Value, String> {
    let Some(wanted) = PortType::parse(to) else { return Err(format!("There is no type \"{to}\".")) };
    let given = PortType::parse(from).unwrap_or(PortType::Any);
    if value.is_null() {
        return Ok(value);
    }
    converted(value, &given, &wanted)
}

fn converted(value: Value, from: &PortType, to: &PortType) -> Result<Value, String> {
    match (to, value) {
        (PortType::Text | PortType::Markdown, value) if !value.is_string() => {
            let text = match &value {
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                other => serde_json::to_string_pretty(other).map_err(|error| error.to_string())?,
            };
            Ok(Value::String(text))
        }
        (PortType::List(item), Value::Array(values))
            if !matches!(**item, PortType::List(_) | PortType::Embedding) =>
        {
            let of = match from {
                PortType::List(of) => (**of).clone(),
                _ => PortType::Any,
            };
            values
                .into_iter()
                .map(|value| converted(value, &of, item))
                .collect::<Result<_, _>>()
                .map(Value::Array)
        }
        (PortType::List(item), value) if item.holds(&value).is_ok() && to.holds(&value).is_err() => {
            Ok(Value::Array(vec![value]))
        }
        (to, value) => match to.holds(&value) {
            Ok(()) => Ok(value),
            Err(found) => Err(format!("This must be {to}, but it is {found}.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn few_types_go_into_others() {
        for (from, to) in [
            ("text", "markdown"),
            ("markdown", "text"),
            ("json:plan", "text"),
            ("test_report", "json"),
            ("text", "list<text>"),
            ("list<markdown>", "list<text>"),
            ("stream<text>", "text"),
            ("any", "embedding"),
            ("number", "text"),
        ] {
            assert!(compatible(from, to), "{from} should go into {to}");
        }
        for (from, to) in [
            ("text", "number"),
            ("text", "json:plan"),
            ("json:plan", "json:other"),
            ("list<text>", "number"),
            ("image", "text"),
            ("dir", "file"),
            ("text", "nonsense"),
            ("text", "list<nonsense>"),
        ] {
            assert!(!compatible(from, to), "{from} should not go into {to}");
        }
    }

    #[test]
    fn a_value_is_converted_as_its_type_says() {
        assert_eq!(coerce(json!({"a": 1}), "json", "text"), Ok(json!("{\n  \"a\": 1\n}")));
        assert_eq!(coerce(json!("x"), "text", "list<text>"), Ok(json!(["x"])));
        assert_eq!(coerce(json!(["x", 1]), "list<any>", "list<text>"), Ok(json!(["x", "1"])));
        assert_eq!(coerce(json!(null), "any", "number"), Ok(json!(null)));
        assert_eq!(
            coerce(json!("x"), "text", "number"),
            Err("This must be a number, but it is text.".to_owned())
        );
    }
}
