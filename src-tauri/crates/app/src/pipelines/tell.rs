//! What an attempt says while it is under way: told to the page about thirty times a second and never waited for. The last lines of
//! its log and what it asked a model last are kept with its end.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Secret, SentMessage};
use serde_json::Value;
use store::attempts::LastWords;
use tokio::time::Instant;

/// How much of a stream is held for who joins late, in bytes; its end is kept.
const HELD: usize = 1024 * 1024;
/// How much of a log is kept with its attempt: its last lines, and of them at most so many bytes.
const KEPT_LINES: (usize, usize) = (200, 16 * 1024);
/// Bytes of what a model was asked that are kept with the attempt: in all, and of one message.
const KEPT_SENT: (usize, usize) = (64 * 1024, 32 * 1024);

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
    /// The last lines, told or not, and their bytes.
    last_lines: (VecDeque<String>, usize),
    /// What a model was asked last.
    sent: Vec<SentMessage>,
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
    fn remember(&mut self, line: String) {
        let (lines, bytes) = &mut self.last_lines;
        *bytes += line.len();
        lines.push_back(line);
        while lines.len() > KEPT_LINES.0 || (*bytes > KEPT_LINES.1 && lines.len() > 1) {
            let Some(gone) = lines.pop_front() else { break };
            *bytes -= gone.len();
        }
    }

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
            said.lines.push(line.clone());
            said.remember(line);
        });
    }

    /// What a model is asked, word for word; the newest question counts.
    pub(crate) fn asked(&self, messages: impl IntoIterator<Item = SentMessage>) {
        self.with(|said| {
            let hidden =
                messages.into_iter().map(|one| SentMessage { content: said.hide(&one.content), ..one });
            said.sent = cut(hidden.collect());
        });
    }

    /// What is kept of it when it has ended.
    pub(crate) fn last_words(&self) -> LastWords {
        self.with(|said| LastWords {
            log: said.last_lines.0.iter().cloned().collect(),
            sent: said.sent.clone(),
        })
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

/// Long messages by their beginning; of many the first and the last ones.
fn cut(mut messages: Vec<SentMessage>) -> Vec<SentMessage> {
    for message in &mut messages {
        let whole = message.content.len();
        if whole > KEPT_SENT.1 {
            let mut end = KEPT_SENT.1;
            while !message.content.is_char_boundary(end) {
                end -= 1;
            }
            message.content.truncate(end);
            let _infallible = write!(message.content, "… ({} more bytes)", whole - end);
        }
    }
    let mut sum: usize = messages.iter().map(|message| message.content.len()).sum();
    // The first says what the model is, the last what it is asked now.
    while sum > KEPT_SENT.0 && messages.len() > 2 {
        sum -= messages.remove(1).content.len();
    }
    messages
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

    #[test]
    fn the_last_lines_and_the_newest_question_are_kept_within_bounds_and_without_secrets() {
        let teller = Teller::default();
        teller.hide(&Secret::new("hunter2-hunter2".to_owned()));
        for number in 0..1000 {
            teller.log(&format!("line {number}"));
        }
        teller.log("The key is hunter2-hunter2.");
        let message = |role: &str, content: String| SentMessage { role: role.to_owned(), content };
        teller.asked([message("user", "an earlier one".to_owned())]);
        let long = std::iter::repeat_n(message("user", "ä".repeat(20_000)), 4);
        let first = message("system", "Never say hunter2-hunter2.".to_owned());
        teller.asked(std::iter::once(first).chain(long).chain([message("user", "And now?".to_owned())]));
        let LastWords { log, sent } = teller.last_words();
        assert_eq!(log.len(), KEPT_LINES.0);
        assert_eq!(log.last().map(String::as_str), Some("The key is [secret]."));
        assert_eq!(sent.first().map(|one| one.content.as_str()), Some("Never say [secret]."));
        assert_eq!(sent.last().map(|one| one.content.as_str()), Some("And now?"));
        assert!(sent.iter().map(|one| one.content.len()).sum::<usize>() <= KEPT_SENT.0);
        assert!(sent.iter().any(|one| one.content.ends_with("more bytes)")), "what was cut says so");
        // Told as before: what is kept takes nothing away from it.
        assert_eq!(teller.take().1.len(), 1000);
    }
}
