//! What an attempt says while it is under way: told to the page about thirty times a second, never kept, never waited for.

use std::sync::{Arc, Mutex, PoisonError};

use domain::Secret;
use serde_json::Value;
use tokio::time::Instant;

/// How much of a stream is held for who joins late, in bytes; its end is kept.
const HELD: usize = 1024 * 1024;

/// Where an attempt says things. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Teller(Arc<Mutex<Said>>);

/// What was said.
#[derive(Default)]
struct Said {
    /// All of it, for who joins late.
    text: String,
    /// How much of `text` was told.
    told: usize,
    /// Lines that weren't told yet.
    lines: Vec<String>,
    /// What was promised less of than was asked for.
    cautions: Vec<String>,
    /// When a piece came last.
    last: Option<Instant>,
    /// What must not be seen: secrets that the attempt was given.
    hidden: Vec<String>,
}

/// What stands where a secret was.
const HIDDEN: &str = "[secret]";
/// Shorter ones would take ordinary words out of texts.
const SHORTEST: usize = 4;

impl Said {
    fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.hidden {
            if text.contains(secret) {
                text = text.replace(secret, HIDDEN);
            }
        }
        text
    }

    /// How much may be told: a secret that has only begun to come is held back.
    fn tellable(&self) -> usize {
        let longest = self.hidden.iter().map(String::len).max().unwrap_or(0);
        let mut end = self.text.len().saturating_sub(longest);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        end.max(self.told)
    }
}

impl Teller {
    /// More of the text that is being made.
    pub(crate) fn text(&self, piece: &str) {
        self.with(|said| {
            said.text.push_str(piece);
            said.last = Some(Instant::now());
            if !said.hidden.is_empty() {
                let fresh = said.hide(said.text.get(said.told..).unwrap_or_default());
                said.text.truncate(said.told);
                said.text.push_str(&fresh);
            }
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
            let line = said.hide(&line);
            said.lines.push(line);
        });
    }

    /// A sentence for the person.
    pub(crate) fn notice(&self, sentence: &str) {
        self.log(sentence);
    }

    /// The attempt is made with less safety than its config asks for: told, and kept at the step.
    pub(crate) fn caution(&self, sentence: &str) {
        self.log(sentence);
        self.with(|said| said.cautions.push(said.hide(sentence)));
    }

    /// Those, once.
    pub(crate) fn cautions(&self) -> Vec<String> {
        self.with(|said| std::mem::take(&mut said.cautions))
    }

    /// From now on this is shown nowhere: not in what is told, not in results, not in errors.
    pub(crate) fn hide(&self, secret: &Secret) {
        let secret = secret.expose().trim();
        if secret.len() >= SHORTEST {
            self.with(|said| said.hidden.push(secret.to_owned()));
        }
    }

    /// The text without what is hidden.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.with(|said| said.hide(text))
    }

    /// Takes what is hidden out of a value, keys included.
    pub(crate) fn redact_value(&self, value: &mut Value) {
        self.with(|said| {
            if !said.hidden.is_empty() {
                *value = redact(said, std::mem::take(value));
            }
        });
    }

    /// What was said so far, as far as it may be told.
    pub(crate) fn so_far(&self) -> String {
        self.with(|said| said.text.get(..said.tellable()).unwrap_or_default().to_owned())
    }

    /// The same, of a long text its end only.
    pub(crate) fn end_of(&self, most: usize) -> String {
        self.with(|said| {
            let end = said.tellable();
            let mut from = end.saturating_sub(most);
            while !said.text.is_char_boundary(from) {
                from += 1;
            }
            said.text.get(from..end).unwrap_or_default().to_owned()
        })
    }

    /// When a piece came last; absent before the first.
    pub(crate) fn last(&self) -> Option<Instant> {
        self.with(|said| said.last)
    }

    /// What wasn't told yet, text and lines.
    pub(crate) fn take(&self) -> (String, Vec<String>) {
        self.with(|said| {
            let end = said.tellable();
            let text = said.text.get(said.told..end).unwrap_or_default().to_owned();
            said.told = end;
            (text, std::mem::take(&mut said.lines))
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Said) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn redact(said: &Said, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(said.hide(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| redact(said, item)).collect()),
        Value::Object(map) => Value::Object(
            map.into_iter().map(|(key, value)| (said.hide(&key), redact(said, value))).collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_never_told_even_where_it_comes_in_pieces() {
        let teller = Teller::default();
        teller.hide(&Secret::new("hunter2-hunter2".to_owned()));
        let mut told = String::new();
        for piece in ["The key is hun", "ter2-hun", "ter2, and that is all that there is to say about it."] {
            teller.text(piece);
            told.push_str(&teller.take().0);
        }
        assert!(told.starts_with("The key is [secret], and") && !told.contains("hunter2"), "{told}");
        let mut value = json!({"a": ["x hunter2-hunter2"]});
        teller.redact_value(&mut value);
        assert_eq!(value, json!({"a": ["x [secret]"]}));
    }
}
