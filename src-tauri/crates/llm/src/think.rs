//! Tells reasoning from answer where a model writes both as text: `<think>…</think>` at the start, tags cut anywhere.
//!
//! Only the start counts: a later `<think>` is something the model wrote about. A pure fold; `engine` uses it too.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of text, told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Of the answer.
    Text(String),
    /// Of the reasoning.
    Reasoning(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space came yet.
    Start,
    /// Inside the tags; `true` until something other than white space came.
    Thinking(bool),
    /// Behind the closing tag; white space before the answer is dropped.
    Between,
    /// The answer.
    Answer,
}

/// Splits one answer. Feed it every piece of text, then call `finish`.
#[derive(Debug, Clone)]
pub struct Splitter {
    state: State,
    held: String,
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new()
    }
}

impl Splitter {
    /// A splitter for an answer that may begin with `<think>`.
    pub fn new() -> Self {
        Self { state: State::Start, held: String::new() }
    }

    /// A splitter for an answer whose opening tag stands at the end of the prompt, as some chat templates have it.
    pub fn inside() -> Self {
        Self { state: State::Thinking(true), held: String::new() }
    }

    /// More text; adds what can already be told apart. Never holds back more than a tag's length besides white space.
    pub fn push(&mut self, text: &str, pieces: &mut Vec<Piece>) {
        if self.state == State::Answer {
            emit(pieces, text, false);
            return;
        }
        self.held.push_str(text);
        while self.step(pieces) {}
    }

    /// The end: what was held back belongs to where it stands.
    pub fn finish(&mut self, pieces: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Thinking(_) => emit(pieces, held.trim_end(), true),
            State::Between => {}
            State::Start | State::Answer => emit(pieces, &held, false),
        }
        self.state = State::Answer;
    }

    /// One transition; says whether there may be another.
    fn step(&mut self, pieces: &mut Vec<Piece>) -> bool {
        match self.state {
            State::Start => {
                let seen = self.held.trim_start();
                if let Some(rest) = seen.strip_prefix(OPEN) {
                    self.held = rest.to_owned();
                    self.state = State::Thinking(true);
                    true
                } else if OPEN.starts_with(seen) {
                    false
                } else {
                    emit(pieces, &std::mem::take(&mut self.held), false);
                    self.state = State::Answer;
                    false
                }
            }
            State::Thinking(fresh) => {
                if fresh {
                    self.held = self.held.trim_start().to_owned();
                }
                if let Some((thought, rest)) = self.held.split_once(CLOSE) {
                    emit(pieces, thought.trim_end(), true);
                    self.held = rest.to_owned();
                    self.state = State::Between;
                    return true;
                }
                // White space before the closing tag isn't shown, and the tag may be cut: both wait.
                let ready = self.held.len() - partial_close(&self.held);
                let ready = self.held.get(..ready).map_or(0, |text| text.trim_end().len());
                if ready > 0 {
                    let rest = self.held.split_off(ready);
                    emit(pieces, &self.held, true);
                    self.held = rest;
                    self.state = State::Thinking(false);
                }
                false
            }
            State::Between => {
                let answer = self.held.trim_start().to_owned();
                self.held.clear();
                if !answer.is_empty() {
                    emit(pieces, &answer, false);
                    self.state = State::Answer;
                }
                false
            }
            State::Answer => false,
        }
    }
}

/// How many bytes at the end may be the beginning of the closing tag.
fn partial_close(text: &str) -> usize {
    (1..CLOSE.len())
        .rev()
        .find(|length| CLOSE.get(..*length).is_some_and(|start| text.ends_with(start)))
        .unwrap_or(0)
}

fn emit(pieces: &mut Vec<Piece>, text: &str, reasoning: bool) {
    if !text.is_empty() {
        pieces.push(if reasoning { Piece::Reasoning(text.to_owned()) } else { Piece::Text(text.to_owned()) });
    }
}
