//! What a check says.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Fine.
    Ok,
    /// Works, with something to know.
    Warn,
    /// Doesn't work.
    Fail,
}

/// A button that mends something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Fix {
    /// Its words.
    pub label: String,
    /// The method that it calls.
    pub method: String,
    /// With these parameters.
    #[ts(type = "unknown")]
    pub params: Value,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Check {
    /// Which: "database", "engine", "keychain", "memory", "provider.openai".
    pub id: String,
    /// What was looked at, for people.
    pub title: String,
    /// How it ended.
    pub status: CheckStatus,
    /// What was found, and what mends it.
    pub message: String,
    /// What mends it, alone: the end of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The button that mends it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// All checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Doctor {
    /// In the order in which they matter.
    pub checks: Vec<Check>,
}

impl Check {
    pub(super) fn new(id: String, title: String, finding: Finding) -> Self {
        let Finding { status, mut message, advice, fix } = finding;
        if let Some(advice) = &advice {
            message.push(' ');
            message.push_str(advice);
        }
        Self { id, title, status, message, advice, fix }
    }

    /// What was found, without what mends it.
    pub fn found(&self) -> &str {
        let found = self.advice.as_deref().and_then(|advice| self.message.strip_suffix(advice));
        found.unwrap_or(&self.message).trim_end()
    }
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub(super) status: CheckStatus,
    pub(super) message: String,
    pub(super) advice: Option<String>,
    pub(super) fix: Option<Fix>,
}

impl Finding {
    pub(super) fn fine(message: impl Into<String>) -> Self {
        Self { status: CheckStatus::Ok, message: message.into(), advice: None, fix: None }
    }

    pub(super) fn warn(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status: CheckStatus::Warn, message: message.into(), advice: Some(advice.into()), fix: None }
    }

    pub(super) fn fail(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status: CheckStatus::Fail, ..Self::warn(message, advice) }
    }

    /// A text that says in its first sentence what is wrong, and in the others what to do.
    pub(super) fn split(status: CheckStatus, text: &str) -> Self {
        match text.split_once(". ") {
            Some((found, advice)) => Self { status, ..Self::warn(format!("{found}."), advice) },
            None => Self::told(status, text),
        }
    }

    /// A text that says everything itself.
    pub(super) fn told(status: CheckStatus, message: impl Into<String>) -> Self {
        Self { status, ..Self::fine(message) }
    }

    pub(super) fn button(mut self, label: &str, method: &str, params: Value) -> Self {
        self.fix = Some(Fix { label: label.to_owned(), method: method.to_owned(), params });
        self
    }
}

/// Bytes as people write them, in the units of memory.
pub(super) fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// Bytes as people write them, in the units of disks.
pub(super) fn decimal(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_ends_in_what_mends_it_and_both_can_be_had_alone() {
        let check = Check::new("x".into(), "X".into(), Finding::warn("It is off.", "Switch it on."));
        assert_eq!(check.message, "It is off. Switch it on.");
        assert_eq!((check.found(), check.advice.as_deref()), ("It is off.", Some("Switch it on.")));
        let fine = Check::new("x".into(), "X".into(), Finding::fine("It is on."));
        assert_eq!((fine.found(), &fine.advice), ("It is on.", &None));
        let split = Finding::split(CheckStatus::Fail, "It is off. Switch it on. Then wait.");
        assert_eq!(
            (split.message.as_str(), split.advice.as_deref()),
            ("It is off.", Some("Switch it on. Then wait."))
        );
    }
}
