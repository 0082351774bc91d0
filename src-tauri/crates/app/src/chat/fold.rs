//! What has come of an answer so far: pure. Takes pieces, gives deltas for the page and parts for the store.

use domain::Part;
use markup::{Block, Document, Patch};

/// A change since the last one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delta {
    /// One more than the one before.
    pub rev: u64,
    /// Changes of the blocks.
    pub patches: Vec<Patch>,
    /// More text.
    pub text: String,
    /// More reasoning.
    pub reasoning: Option<String>,
}

/// An answer in the making.
pub(crate) struct Fold {
    parts: Vec<Part>,
    document: Document,
    rev: u64,
    unrendered: String,
    new_reasoning: String,
    unsaved: bool,
}

impl Fold {
    /// Goes on from parts that are already there (none for a new answer).
    pub(crate) fn resume(parts: Vec<Part>) -> Self {
        let mut document = Document::new();
        for part in &parts {
            if let Part::Text { text } = part {
                document.push(text);
            }
        }
        Self {
            parts,
            document,
            rev: 0,
            unrendered: String::new(),
            new_reasoning: String::new(),
            unsaved: false,
        }
    }

    /// More text.
    pub(crate) fn text(&mut self, piece: &str) {
        self.unrendered.push_str(piece);
        self.unsaved = true;
        if let Some(Part::Text { text }) = self.parts.last_mut() {
            text.push_str(piece);
        } else {
            self.parts.push(Part::Text { text: piece.to_owned() });
        }
    }

    /// More reasoning.
    pub(crate) fn reasoning(&mut self, piece: &str) {
        self.new_reasoning.push_str(piece);
        self.unsaved = true;
        if let Some(Part::Reasoning { text, raw: None }) = self.parts.last_mut() {
            text.push_str(piece);
        } else {
            self.parts.push(Part::Reasoning { text: piece.to_owned(), raw: None });
        }
    }

    /// The signed block that the reasoning before it belongs to.
    pub(crate) fn reasoning_block(&mut self, block: serde_json::Value) {
        self.unsaved = true;
        if let Some(Part::Reasoning { raw: raw @ None, .. }) = self.parts.last_mut() {
            *raw = Some(block);
        } else {
            self.parts.push(Part::Reasoning { text: String::new(), raw: Some(block) });
        }
    }

    /// What changed since the last call; `None` if nothing did.
    pub(crate) fn delta(&mut self) -> Option<Delta> {
        if self.unrendered.is_empty() && self.new_reasoning.is_empty() {
            return None;
        }
        let text = std::mem::take(&mut self.unrendered);
        let patches = self.document.push(&text);
        let reasoning = Some(std::mem::take(&mut self.new_reasoning)).filter(|text| !text.is_empty());
        self.rev += 1;
        Some(Delta { rev: self.rev, patches, text, reasoning })
    }

    /// The parts, if they changed since the last call: a checkpoint.
    pub(crate) fn checkpoint(&mut self) -> Option<Vec<Part>> {
        std::mem::take(&mut self.unsaved).then(|| self.parts.clone())
    }

    /// The checkpoint that was taken could not be kept: it is due again.
    pub(crate) fn checkpoint_failed(&mut self) {
        self.unsaved = true;
    }

    /// The parts so far.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether nothing readable has come.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Text { text } | Part::Reasoning { text, .. } => text.is_empty(),
            Part::Run { .. } => true,
        })
    }

    /// What a page that joins now must show, and the `rev` that the next delta follows.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let shown =
            |wanted: fn(&Part) -> Option<&str>| self.parts.iter().filter_map(wanted).collect::<String>();
        let mut text = shown(|part| if let Part::Text { text } = part { Some(text) } else { None });
        text.truncate(text.len() - self.unrendered.len());
        let mut reasoning =
            shown(|part| if let Part::Reasoning { text, .. } = part { Some(text) } else { None });
        reasoning.truncate(reasoning.len() - self.new_reasoning.len());
        Snapshot { blocks: self.document.blocks().to_vec(), text, reasoning, rev: self.rev }
    }
}

/// What is shown of an answer in the making.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Snapshot {
    pub blocks: Vec<Block>,
    pub text: String,
    pub reasoning: String,
    pub rev: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use super::*;

    #[test]
    fn a_page_that_joins_late_shows_the_same_as_one_that_followed() {
        let mut fold = Fold::resume(Vec::new());
        let (mut blocks, mut thought) = (Vec::new(), String::new());
        fold.reasoning("Let me ");
        fold.reasoning("see.");
        for piece in ["# Ti", "tle\n\nOne *t", "wo* three", "\n\n- a\n- b"] {
            fold.text(piece);
            let delta = fold.delta().unwrap();
            delta.patches.iter().for_each(|patch| markup::apply(&mut blocks, patch));
            thought.push_str(delta.reasoning.as_deref().unwrap_or_default());
            let joined = fold.snapshot();
            assert_eq!((&joined.blocks, &joined.reasoning, joined.rev), (&blocks, &thought, delta.rev));
        }
        assert_eq!(fold.delta(), None);
    }

    #[test]
    fn signed_reasoning_keeps_its_place_between_texts() {
        let mut fold = Fold::resume(Vec::new());
        fold.reasoning("why");
        fold.reasoning_block(serde_json::json!({"signature": "s"}));
        fold.text("a");
        fold.reasoning_block(serde_json::json!({"data": "redacted"}));
        fold.text("b");
        let kinds: Vec<_> = fold.parts().iter().map(|part| matches!(part, Part::Text { .. })).collect();
        assert_eq!(kinds, [false, true, false, true]);
        assert!(fold.checkpoint().is_some() && fold.checkpoint().is_none());
    }
}
