//! Closing what can't change any more, except where it refers to something that is defined later.

use super::{Document, Open, line_start};
use crate::difference::{Kept, difference};
use crate::parse::{Parsed, parse};
use crate::patch::Patch;

/// A closed block that refers to something not yet defined.
#[derive(Debug)]
pub(super) struct Waiting {
    index: usize,
    from: usize,
    to: usize,
    labels: Vec<String>,
}

impl Document {
    /// Closes the first `count` blocks of the open end; one more must follow them.
    pub(super) fn close(&mut self, parsed: &mut Parsed, count: usize, patches: &mut Vec<Patch>) {
        let Some(next) = parsed.top.get(count) else { return };
        let start = line_start(&self.text, next.range.start);
        for (top, index) in parsed.top.drain(..count).zip(self.closed..) {
            let labels: Vec<String> = parsed
                .unresolved
                .iter()
                .filter(|(_, place)| top.range.contains(place))
                .map(|(label, _)| label.clone())
                .collect();
            if !labels.is_empty() {
                let from = if index == self.closed {
                    self.open.start
                } else {
                    line_start(&self.text, top.range.start)
                };
                self.waiting.push(Waiting { index, from, to: top.range.end, labels });
            }
        }
        self.closed += count;
        self.open = Open { start, from: start, ..Open::default() };
        self.learn(parsed, start, patches);
    }

    /// Remembers what is defined before `end`, and what waited for it is read again.
    pub(super) fn learn(&mut self, parsed: &Parsed, end: usize, patches: &mut Vec<Patch>) {
        let fresh = self.known.learn(parsed, end);
        if !fresh.is_empty() {
            self.resolve(&fresh, patches);
        }
    }

    /// Reads closed blocks again that wait for one of these labels.
    fn resolve(&mut self, fresh: &[String], patches: &mut Vec<Patch>) {
        let (ready, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.labels.iter().any(|label| fresh.contains(label)));
        self.waiting = waiting;
        let ready: Vec<Waiting> = ready;
        for mut block in ready {
            let parsed =
                parse(self.text.get(block.from..block.to).unwrap_or_default(), block.from, &self.known);
            let Ok([top]) = <[_; 1]>::try_from(parsed.top) else { continue };
            let rev = self.revision + 1;
            let patch = self
                .blocks
                .get(block.index)
                .and_then(|old| difference(old, block.index, &Kept::Nothing, top.node, rev));
            self.give(patch, patches);
            block.labels = parsed.unresolved.into_iter().map(|(label, _)| label).collect();
            if !block.labels.is_empty() {
                self.waiting.push(block);
            }
        }
    }
}
