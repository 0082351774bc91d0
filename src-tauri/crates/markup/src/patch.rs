//! How a tree grows while its text is still being written: small changes to the last blocks, and the fold that the page
//! repeats in its own language.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::tree::{Block, BlockNode, Inline, ListItem};

/// One change to a list of blocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Patch {
    /// Put `block` at `index`: replace what is there, or add it where `index` is the number of blocks.
    Set {
        /// From 0 to the number of blocks.
        index: u32,
        /// The block.
        block: Block,
    },
    /// Add `text` to the end of block `id`: to a code block's text; to the last text of a paragraph or heading; in a
    /// quotation, list or footnote to the same of its last block (of its last item).
    Append {
        /// The block.
        id: u32,
        /// Its revision from now on.
        rev: u32,
        /// What to add.
        text: String,
    },
    /// Replace the content of paragraph `id` from inline `from` on.
    Content {
        /// The block.
        id: u32,
        /// Its revision from now on.
        rev: u32,
        /// How many inlines stay.
        from: u32,
        /// What follows them.
        content: Vec<Inline>,
    },
    /// Replace the items of list `id` from item `from` on.
    Items {
        /// The block.
        id: u32,
        /// Its revision from now on.
        rev: u32,
        /// How many items stay.
        from: u32,
        /// What follows them.
        items: Vec<ListItem>,
    },
    /// Replace the rows of table `id` from row `from` on.
    Rows {
        /// The block.
        id: u32,
        /// Its revision from now on.
        rev: u32,
        /// How many rows stay.
        from: u32,
        /// What follows them.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// Drop every block from index `length` on.
    Truncate {
        /// How many blocks stay.
        length: u32,
    },
}

/// Applies one patch. This is what the page does too; a patch that doesn't fit the blocks changes nothing.
pub fn apply(blocks: &mut Vec<Block>, patch: &Patch) {
    match patch {
        Patch::Set { index, block } => {
            let index = *index as usize;
            if let Some(slot) = blocks.get_mut(index) {
                slot.clone_from(block);
            } else if blocks.len() == index {
                blocks.push(block.clone());
            }
        }
        Patch::Truncate { length } => blocks.truncate(*length as usize),
        Patch::Append { id, rev, text } => {
            if let Some(block) = revise(blocks, *id, *rev)
                && let Some(end) = end_of_block(&mut block.node)
            {
                end.push_str(text);
            }
        }
        Patch::Content { id, rev, from, content } => {
            if let Some(Block { node: BlockNode::Paragraph { content: old }, .. }) = revise(blocks, *id, *rev)
            {
                old.truncate(*from as usize);
                old.extend_from_slice(content);
            }
        }
        Patch::Items { id, rev, from, items } => {
            if let Some(Block { node: BlockNode::List { items: old, .. }, .. }) = revise(blocks, *id, *rev) {
                old.truncate(*from as usize);
                old.extend_from_slice(items);
            }
        }
        Patch::Rows { id, rev, from, rows } => {
            if let Some(Block { node: BlockNode::Table { rows: old, .. }, .. }) = revise(blocks, *id, *rev) {
                old.truncate(*from as usize);
                old.extend_from_slice(rows);
            }
        }
    }
}

/// The block with this id (ids are places), its revision already raised.
fn revise(blocks: &mut [Block], id: u32, rev: u32) -> Option<&mut Block> {
    let block = blocks.get_mut(id as usize)?;
    block.rev = rev;
    Some(block)
}

/// The text that an [`Patch::Append`] to this block grows.
pub(crate) fn end_of_block(node: &mut BlockNode) -> Option<&mut String> {
    match node {
        BlockNode::Code { text, .. } => Some(text),
        BlockNode::Paragraph { content } | BlockNode::Heading { content, .. } => match content.last_mut() {
            Some(Inline::Text { text }) => Some(text),
            _ => None,
        },
        BlockNode::Quote { blocks } | BlockNode::Footnote { blocks, .. } => end_of_block(blocks.last_mut()?),
        BlockNode::List { items, .. } => end_of_block(items.last_mut()?.blocks.last_mut()?),
        BlockNode::Table { .. } | BlockNode::Rule | BlockNode::Math { .. } => None,
    }
}
