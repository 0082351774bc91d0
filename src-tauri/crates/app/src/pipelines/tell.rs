//! What an attempt says while it is under way: told to the page about thirty times a second, never kept, never waited for.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// How much of a stream is held for who joins late, in bytes; its end is kept.
const HELD: usize = 1024 * 1024;

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
            said.lines.push(line.chars().take(4000).collect());
        });
    }

    /// A sentence for the person.
    pub(crate) fn notice(&self, sentence: &str) {
        self.log(sentence);
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
