//! What a long open block keeps, so that only its end is read again.

use super::{Document, Open, SMALL, line_start, text_of};
use crate::difference::Kept;
use crate::parse::{Parsed, parse};
use crate::patch::Patch;
use crate::settled::is_settled;
use crate::tree::{BlockNode, Inline};

/// An open block longer than this, in bytes, keeps its beginning.
const LONG: usize = 384;
/// How much of a paragraph's end is never kept, in bytes.
const MARGIN: usize = 64;
/// Stands for the words that a paragraph keeps, so that the rest is read as their continuation.
const WORD: &str = "x";

impl Open {
    /// Makes the first block of `parsed` the rest of what is kept; false where it is something else.
    pub(super) fn fits(&self, parsed: &mut Parsed) -> bool {
        let first = parsed.top.first_mut().map(|top| &mut top.node);
        match (&self.kept, first) {
            (Kept::Nothing, _) => true,
            (Kept::Inlines { head, .. }, Some(BlockNode::Paragraph { content })) => match content.first_mut()
            {
                Some(Inline::Text { text }) if text.starts_with(WORD) => {
                    text.replace_range(..WORD.len(), head);
                    true
                }
                _ => false,
            },
            (Kept::Items { .. }, Some(BlockNode::List { .. }))
            | (Kept::Rows { .. }, Some(BlockNode::Table { .. })) => true,
            _ => false,
        }
    }
}

impl Document {
    /// Keeps more of the last block, if it is long.
    pub(super) fn keep_more(&mut self, parsed: &mut Parsed, patches: &mut Vec<Patch>) {
        let Some(last) = parsed.top.last() else { return };
        let start = line_start(&self.text, last.range.start);
        let from = if parsed.top.len() == 1 { self.open.from } else { start };
        if self.text.len() < (from + LONG).max(self.open.keep_at) {
            return;
        }
        if parsed.top.len() == 1 {
            self.learn(parsed, start, patches);
        } else {
            // What follows a block for so long can't be a part of it any more.
            self.close(parsed, parsed.top.len() - 1, patches);
        }
        self.open.keep_at = self.text.len() + LONG / 2;
        let kept = match self.blocks.last().map(|block| &block.node) {
            Some(BlockNode::Paragraph { .. }) => self.keep_words(),
            Some(BlockNode::List { .. }) => self.keep_items(parsed),
            Some(BlockNode::Table { .. }) => self.keep_rows(parsed),
            _ => None,
        };
        if let Some((kept, from, prefix)) = kept {
            self.open = Open { start: self.open.start, from, prefix, kept, keep_at: from + LONG };
        }
    }

    fn keep_words(&self) -> Option<(Kept, usize, String)> {
        let from = self.open.from;
        let end = self.text.len().checked_sub(MARGIN)?;
        let bytes = self.text.as_bytes();
        let is_word = |place: usize| bytes.get(place).is_some_and(u8::is_ascii_alphanumeric);
        let at = (from + 1..end)
            .rev()
            .find(|at| bytes.get(*at) == Some(&b' ') && is_word(at.wrapping_sub(1)) && is_word(at + 1))?;
        let source = format!("{}{}", self.open.prefix, self.text.get(from..at)?);
        let mut part = parse(&source, from, &self.known);
        if part.top.len() != 1 || !self.open.fits(&mut part) {
            return None;
        }
        let BlockNode::Paragraph { content } = &part.top.first()?.node else { return None };
        let before = match &self.open.kept {
            Kept::Inlines { count, .. } => *count,
            _ => 0,
        };
        // The last text goes on behind the words; all before it must be what the block shows already.
        let (last, settled) = content.split_last()?;
        let head = text_of(last)?;
        let BlockNode::Paragraph { content: shown } = &self.blocks.last()?.node else { return None };
        let shown = shown.get(before..)?;
        let same = shown.get(..settled.len()) == Some(settled)
            && shown.get(settled.len()).and_then(text_of).is_some_and(|text| text.starts_with(head));
        (same && is_settled(content)).then(|| {
            let kept = Kept::Inlines { count: before + settled.len(), head: head.to_owned() };
            (kept, at, WORD.to_owned())
        })
    }

    fn keep_items(&self, parsed: &Parsed) -> Option<(Kept, usize, String)> {
        let (before, was_loose) = match &self.open.kept {
            Kept::Items { count, loose } => (*count, *loose),
            _ => (0, false),
        };
        let [.., at, last] = parsed.parts.as_slice() else { return None };
        let at = line_start(&self.text, *at);
        // Whether a blank line is among the items that are whole.
        let whole = self.text.get(self.open.from..line_start(&self.text, *last))?;
        let whole = parse(whole, self.open.from, &self.known);
        let Some(BlockNode::List { tight, .. }) = whole.top.first().map(|top| &top.node) else { return None };
        let count = before + parsed.parts.len() - 2;
        (at > self.open.from).then(|| (Kept::Items { count, loose: was_loose || !tight }, at, String::new()))
    }

    fn keep_rows(&self, parsed: &Parsed) -> Option<(Kept, usize, String)> {
        let before = match &self.open.kept {
            Kept::Rows { count } => *count,
            _ => 0,
        };
        let at = line_start(&self.text, *parsed.parts.last()?);
        let prefix = if self.open.prefix.is_empty() {
            self.text.get(self.open.start..)?.split_inclusive('\n').take(2).collect()
        } else {
            self.open.prefix.clone()
        };
        let short = prefix.len() < SMALL / 4;
        (short && at > self.open.from)
            .then(|| (Kept::Rows { count: before + parsed.parts.len() - 1 }, at, prefix))
    }
}
