//! What an attempt says while it is under way: told to the page about thirty times a second, never kept, never waited for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// How much of a stream is held for who joins late, in bytes; its end is kept.
const HELD: usize = 1024 * 1024;

/// Secrets that are shorter, in bytes, aren't looked for.
const SHORTEST: usize = 4;

/// Where an attempt says things. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Teller(Arc<Mutex<Said>>);

/// What was said.
#[derive(Debug, Default)]
struct Said {
    /// All of it, for who joins late.
    text: String,
    /// How much of `text` was told.
    told: usize,
    /// Lines that weren't told yet.
    lines: Vec<String>,
    /// When a piece came last.
    last: Option<Instant>,
    /// What must not be told.
    hidden: Vec<domain::Secret>,
}

impl Said {
    fn redacted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // A shorter one than this would be found in any text.
        for secret in self.hidden.iter().filter(|secret| secret.expose().trim().len() >= SHORTEST) {
            text = text.replace(secret.expose().trim(), "[secret]");
        }
        text
    }
}

impl Teller {
    /// More of the text that is being made.
    pub(crate) fn text(&self, piece: &str) {
        self.with(|said| {
            said.text.push_str(piece);
            said.last = Some(Instant::now());
            if said.text.len() > 2 * HELD {
                let mut cut = said.text.len() - HELD;
                while !said.text.is_char_boundary(cut) {
                    cut += 1;
                }
                said.text.drain(..cut);
                said.told = said.told.saturating_sub(cut);
            }
        });
    }

    /// A line of a log.
    pub(crate) fn log(&self, line: &str) {
        self.with(|said| {
            said.last = Some(Instant::now());
            // A program that floods is told by its last lines.
            if said.lines.len() >= 1000 {
                said.lines.remove(0);
            }
            let line: String = line.chars().take(4000).collect();
            let line = said.redacted(&line);
            said.lines.push(line);
        });
    }

    /// A sentence for the person.
    pub(crate) fn notice(&self, sentence: &str) {
        self.log(sentence);
    }

    /// A secret that was looked up for this attempt: it must not stand in what is told, nor in its results.
    pub(crate) fn hide(&self, secret: &domain::Secret) {
        self.with(|said| said.hidden.push(secret.clone()));
    }

    /// The text with the attempt's secrets struck out.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.with(|said| said.redacted(text))
    }

    /// The same of a value, wherever in it.
    pub(crate) fn redact_value(&self, value: &mut serde_json::Value) {
        use serde_json::Value;
        if self.with(|said| said.hidden.is_empty()) {
            return;
        }
        match value {
            Value::String(text) => *text = self.redact(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.redact_value(value)),
            Value::Object(values) => values.values_mut().for_each(|value| self.redact_value(value)),
            _ => {}
        }
    }

    /// What was said so far.
    pub(crate) fn so_far(&self) -> String {
        self.with(|said| said.text.clone())
    }

    /// When a piece came last; absent before the first.
    pub(crate) fn last(&self) -> Option<Instant> {
        self.with(|said| said.last)
    }

    /// What wasn't told yet, text and lines.
    pub(crate) fn take(&self) -> (String, Vec<String>) {
        self.with(|said| {
            let text = said.text.get(said.told..).unwrap_or_default().to_owned();
            said.told = said.text.len();
            (text, std::mem::take(&mut said.lines))
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Said) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
