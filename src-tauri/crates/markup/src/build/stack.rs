//! The blocks that are open around what is read, with bounded depth.

use std::ops::Range;

use crate::tree::{BlockNode, Inline, ListItem, TableAlignment};

/// How deep quotations, lists and their items may nest.
const MAX_DEPTH: usize = 32;

/// A top-level block and where it stands in the source.
#[derive(Debug)]
pub(crate) struct Top {
    pub(crate) node: BlockNode,
    pub(crate) range: Range<usize>,
}

/// A block that is still open.
pub(super) enum Container {
    Quote(Vec<BlockNode>),
    List {
        ordered: bool,
        start: u32,
        loose: bool,
        items: Vec<ListItem>,
    },
    Item(ListItem),
    Footnote {
        label: String,
        blocks: Vec<BlockNode>,
    },
    Table {
        alignments: Vec<TableAlignment>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
        row: Vec<Vec<Inline>>,
    },
}

/// The open blocks, and the top-level blocks that are whole.
#[derive(Default)]
pub(super) struct Stack {
    pub(super) top: Vec<Top>,
    /// Where the top-level block begins that is read.
    pub(super) start: usize,
    open: Vec<Container>,
    /// For each block that is open in the source: whether it is in `open`.
    kept: Vec<bool>,
}

impl Stack {
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn last(&mut self) -> Option<&mut Container> {
        self.open.last_mut()
    }

    pub(super) fn enter(&mut self, container: Container) {
        let kept = self.open.len() < MAX_DEPTH;
        self.kept.push(kept);
        if kept {
            self.open.push(container);
        }
    }

    pub(super) fn leave(&mut self) {
        if self.kept.pop() != Some(true) {
            return;
        }
        match self.open.pop() {
            Some(Container::Quote(blocks)) => self.place(BlockNode::Quote { blocks }),
            Some(Container::Footnote { label, blocks }) => self.place(BlockNode::Footnote { label, blocks }),
            Some(Container::Table { alignments, head, rows, .. }) => {
                self.place(BlockNode::Table { alignments, head, rows });
            }
            Some(Container::List { ordered, start, loose, items }) => {
                self.place(BlockNode::List { ordered, start, tight: !loose, items });
            }
            Some(Container::Item(item)) => {
                if let Some(Container::List { items, .. }) = self.open.last_mut() {
                    items.push(item);
                }
            }
            None => {}
        }
    }

    /// A paragraph begins: right in an item, that makes its list a loose one.
    pub(super) fn loosen(&mut self) {
        if let [.., Container::List { loose, .. }, Container::Item(_)] = self.open.as_mut_slice() {
            *loose = true;
        }
    }

    /// Puts a block where it belongs.
    pub(super) fn place(&mut self, node: BlockNode) {
        match self.open.last_mut() {
            None => self.top.push(Top { node, range: self.start..self.start }),
            Some(
                Container::Quote(blocks)
                | Container::Footnote { blocks, .. }
                | Container::Item(ListItem { blocks, .. }),
            ) => blocks.push(node),
            // An item beyond the depth that is kept.
            Some(Container::List { items, .. }) => items.push(ListItem { checked: None, blocks: vec![node] }),
            Some(Container::Table { .. }) => {}
        }
    }

    /// The top-level block that was read ends here.
    pub(super) fn end(&mut self, end: usize) {
        if let Some(top) = self.top.last_mut().filter(|top| top.range.start == self.start) {
            top.range.end = end;
        }
    }
}
