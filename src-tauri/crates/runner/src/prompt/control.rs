//! Finding the names of control tokens where they must not count: in texts that somebody wrote.

use std::collections::HashMap;
use std::ops::Range;

use llama_cpp_2::token_type::LlamaTokenAttr;
use llama_cpp_2::vocab::LlamaVocab;

use crate::prompt::Piece;

/// The names of a vocabulary's control tokens, by their first byte.
pub(crate) struct ControlTokens {
    names: HashMap<u8, Vec<Vec<u8>>>,
}

impl ControlTokens {
    /// Those tokens that the tokeniser only makes when it is told to: control tokens and the unknown token.
    pub(crate) fn of(vocabulary: &LlamaVocab<'_>) -> Self {
        Self::from_names(vocabulary.tokens().filter_map(|token| {
            let attributes = vocabulary.attr(token);
            if !attributes.contains(LlamaTokenAttr::Control) && !attributes.contains(LlamaTokenAttr::Unknown)
            {
                return None;
            }
            vocabulary.text(token).map(|name| name.to_bytes().to_vec())
        }))
    }

    pub(super) fn from_names(all: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut names: HashMap<u8, Vec<Vec<u8>>> = HashMap::new();
        for name in all {
            if let Some(first) = name.first() {
                names.entry(*first).or_default().push(name);
            }
        }
        Self { names }
    }

    /// The whole text, cut into stretches, each with whether control tokens may be made in it. They may everywhere but in
    /// the stretches where a name overlaps foreign text.
    pub(crate) fn stretches(&self, pieces: &[Piece]) -> Vec<(String, bool)> {
        let mut text = String::new();
        let mut foreign: Vec<Range<usize>> = Vec::new();
        for piece in pieces {
            let start = text.len();
            text.push_str(&piece.text);
            if piece.foreign && !piece.text.is_empty() {
                foreign.push(start..text.len());
            }
        }
        let mut stretches = Vec::new();
        let mut done = 0;
        for forged in self.forged(text.as_bytes(), &foreign) {
            // Names are whole characters, and so are these cuts; a vocabulary that lies about that loses its text, no more.
            if let (Some(before), Some(plain)) = (text.get(done..forged.start), text.get(forged.clone())) {
                stretches.push((before.to_owned(), true));
                stretches.push((plain.to_owned(), false));
                done = forged.end;
            }
        }
        if let Some(rest) = text.get(done..) {
            stretches.push((rest.to_owned(), true));
        }
        stretches.retain(|(stretch, _)| !stretch.is_empty());
        stretches
    }

    /// Where names overlap foreign text, in order, overlapping ones joined.
    fn forged(&self, text: &[u8], foreign: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut spans = foreign.iter().peekable();
        for (start, byte) in text.iter().enumerate() {
            while spans.peek().is_some_and(|span| span.end <= start) {
                spans.next();
            }
            let Some(span) = spans.peek() else { break };
            let Some(names) = self.names.get(byte) else { continue };
            for name in names {
                let end = start + name.len();
                if end <= span.start || !text[start..].starts_with(name) {
                    continue;
                }
                match found.last_mut() {
                    Some(last) if start < last.end => last.end = last.end.max(end),
                    _ => found.push(start..end),
                }
            }
        }
        found
    }
}
