//! A text that is still being written, as blocks. Only the open end is read again: what stands before the last two blocks
//! is closed, a long open paragraph, list or table keeps what can't change any more, and an open fence needs no parser at
//! all. What none of this covers is read again only when it grew by a sixteenth, so that no input costs the square of its
//! length. [`Document::finish`] compares with a parse of the whole, so the end is right whatever happened on the way.

use crate::difference::{Growth, Kept, appended, difference};
use crate::fence::Fence;
use crate::leaf::Leaf;
use crate::parse::{Known, Parsed, parse, push_normalised, whole};
use crate::patch::{Patch, apply};
use crate::tree::{Block, BlockNode, Inline};

mod close;
mod keep;

use self::close::Waiting;

/// An open end up to this length, in bytes, is read again at each push.
const SMALL: usize = 4096;
/// A longer one is read again when it grew by this part of its length.
const GROWTH: usize = 16;

/// The open end of a text.
#[derive(Debug, Default)]
struct Open {
    /// Where its first block begins.
    start: usize,
    /// Where reading begins: `start`, or behind what is kept.
    from: usize,
    /// What is put before the source from there on, so that it is read as what it is.
    prefix: String,
    kept: Kept,
    /// The length of the text at which keeping more is tried again.
    keep_at: usize,
}

/// A text that grows, and its blocks.
#[derive(Default)]
pub struct Document {
    text: String,
    carriage: bool,
    blocks: Vec<Block>,
    revision: u32,
    /// How many blocks are closed.
    closed: usize,
    open: Open,
    /// How long the text was when its end was last read.
    read_to: usize,
    leaf: Option<Leaf>,
    fence: Option<Fence>,
    known: Known,
    waiting: Vec<Waiting>,
    finished: bool,
}

impl Document {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The blocks so far. Text whose meaning is still open may be missing from them until the next push or the end.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Adds a piece of text of any length, cut anywhere; gives what changed. After [`Self::finish`] nothing is added.
    pub fn push(&mut self, delta: &str) -> Vec<Patch> {
        let mut patches = Vec::new();
        if self.finished || delta.is_empty() {
            return patches;
        }
        push_normalised(&mut self.text, &mut self.carriage, delta);
        if self.fence.is_some() {
            self.read_fence(&mut patches);
            return patches;
        }
        if let Some(leaf) = &mut self.leaf
            && let Some(more) = leaf.grow(&self.text)
        {
            if !more.is_empty() {
                let text = more.to_owned();
                self.append(self.blocks.len().saturating_sub(1), text, &mut patches);
            }
            return patches;
        }
        let open = self.text.len() - self.open.from;
        if open <= SMALL || self.text.len() - self.read_to >= open / GROWTH {
            self.read(&mut patches);
        }
        patches
    }

    /// Ends the text; gives what still changes. From here on the blocks are those of [`crate::render`].
    pub fn finish(&mut self) -> Vec<Patch> {
        let mut patches = Vec::new();
        if std::mem::replace(&mut self.finished, true) {
            return patches;
        }
        if std::mem::take(&mut self.carriage) {
            self.text.push('\n');
        }
        self.change(0, whole(&self.text), &Kept::Nothing, &mut patches);
        self.waiting.clear();
        patches
    }

    /// Takes a block back that was highlighted elsewhere, if its code is still a beginning of what stands here; gives
    /// the patch that says so.
    pub fn adopt(&mut self, block: Block) -> Option<Patch> {
        let Block { id, mut node, .. } = block;
        let current = self.blocks.get(id as usize)?;
        match (appended(&node, &current.node, 0), &mut node, &current.node) {
            (Growth::None, node, current) if node != current => {}
            (Growth::Text(_), BlockNode::Code { text, .. }, BlockNode::Code { text: longer, .. }) => {
                text.clone_from(longer);
            }
            _ => return None,
        }
        self.revision += 1;
        let patch = Patch::Set { index: id, block: Block { id, rev: self.revision, node } };
        apply(&mut self.blocks, &patch);
        Some(patch)
    }

    /// Reads the open end again.
    fn read(&mut self, patches: &mut Vec<Patch>) {
        let mut parsed = self.parse_open();
        self.read_to = self.text.len();
        // From here on only the places of the parsed blocks are of interest.
        let nodes =
            parsed.top.iter_mut().map(|top| std::mem::replace(&mut top.node, BlockNode::Rule)).collect();
        let kept = std::mem::take(&mut self.open.kept);
        self.change(self.closed, nodes, &kept, patches);
        self.open.kept = kept;
        if let Some(count @ 1..) = parsed.top.len().checked_sub(2) {
            self.close(&mut parsed, count, patches);
        }
        self.enter_fence(&mut parsed, patches);
        if self.fence.is_none() {
            self.keep_more(&mut parsed, patches);
        }
        self.leaf = match self.blocks.last_mut() {
            Some(last) if self.fence.is_none() => Leaf::find(&mut last.node, &self.text, parsed.text_end),
            _ => None,
        };
    }

    fn parse_open(&mut self) -> Parsed {
        let open = &self.open;
        let rest = self.text.get(open.from..).unwrap_or_default();
        if open.prefix.is_empty() {
            let mut parsed = parse(rest, open.from, &self.known);
            if self.open.fits(&mut parsed) {
                return parsed;
            }
        } else {
            let source = format!("{}{rest}", open.prefix);
            let mut parsed = parse(&source, open.from, &self.known);
            parsed.move_back(open.prefix.len(), open.from);
            if self.open.fits(&mut parsed) {
                return parsed;
            }
        }
        // What was kept became another block: a heading by the line under it, say.
        self.open = Open { start: self.open.start, from: self.open.start, ..Open::default() };
        self.open.keep_at = self.text.len() + SMALL;
        parse(self.text.get(self.open.from..).unwrap_or_default(), self.open.from, &self.known)
    }

    /// Makes the blocks from `index` on those of `nodes`, the first of them behind what is kept of it.
    fn change(&mut self, index: usize, nodes: Vec<BlockNode>, kept: &Kept, patches: &mut Vec<Patch>) {
        let length = index + nodes.len();
        for (place, node) in (index..).zip(nodes) {
            let kept = if place == index { kept } else { &Kept::Nothing };
            let rev = self.revision + 1;
            let patch = match self.blocks.get(place) {
                Some(old) => difference(old, place, kept, node, rev),
                None => {
                    Some(Patch::Set { index: place as u32, block: Block { id: place as u32, rev, node } })
                }
            };
            self.give(patch, patches);
        }
        if self.blocks.len() > length {
            self.give(Some(Patch::Truncate { length: length as u32 }), patches);
        }
    }

    fn append(&mut self, index: usize, text: String, patches: &mut Vec<Patch>) {
        let (id, rev) = (index as u32, self.revision + 1);
        self.give(Some(Patch::Append { id, rev, text }), patches);
    }

    fn give(&mut self, patch: Option<Patch>, patches: &mut Vec<Patch>) {
        if let Some(patch) = patch {
            self.revision += 1;
            apply(&mut self.blocks, &patch);
            patches.push(patch);
        }
    }

    /// From here on the open fence is read line by line, if the last block is one.
    fn enter_fence(&mut self, parsed: &mut Parsed, patches: &mut Vec<Patch>) {
        let (Some(last), Some(block)) = (parsed.top.last(), self.blocks.last()) else { return };
        let BlockNode::Code { text, .. } = &block.node else { return };
        let start = line_start(&self.text, last.range.start);
        let Some(mut fence) = Fence::open(&self.text, start) else { return };
        let read = fence.read(&self.text);
        if read.end.is_none() && *text == read.text {
            self.close(parsed, parsed.top.len() - 1, patches);
            self.fence = Some(fence);
        }
    }

    fn read_fence(&mut self, patches: &mut Vec<Patch>) {
        let Some(fence) = &mut self.fence else { return };
        let read = fence.read(&self.text);
        if !read.text.is_empty() {
            self.append(self.closed, read.text, patches);
        }
        if let Some(end) = read.end {
            self.fence = None;
            self.closed += 1;
            self.open = Open { start: end, from: end, ..Open::default() };
            self.read(patches);
        }
    }
}

/// Where the line begins that `place` is in.
fn line_start(text: &str, place: usize) -> usize {
    text.get(..place).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1)
}

/// The text that stands fast of an inline, if it is text.
fn text_of(inline: &Inline) -> Option<&str> {
    match inline {
        Inline::Text { text } => Some(text),
        _ => None,
    }
}
