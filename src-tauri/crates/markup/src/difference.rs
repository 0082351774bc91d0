//! From a block to its newer self: the smallest patch that says it.

use crate::patch::Patch;
use crate::tree::{Block, BlockNode, Inline, ListItem};

/// What of an open block stands fast, so that only its rest is read again.
#[derive(Debug, Clone, Default)]
pub(crate) enum Kept {
    /// Nothing: the block is read from its beginning.
    #[default]
    Nothing,
    /// So many inlines of a paragraph, and a beginning of the text behind them.
    Inlines { count: usize, head: String },
    /// So many items of a list, and whether a blank line was among them.
    Items { count: usize, loose: bool },
    /// So many rows of a table.
    Rows { count: usize },
}

/// What makes `old` the same as `kept` and `new`; nothing where it is. `rev` is the patch's revision.
pub(crate) fn difference(old: &Block, index: usize, kept: &Kept, new: BlockNode, rev: u32) -> Option<Patch> {
    let id = old.id;
    match (kept, &old.node, new) {
        (Kept::Nothing, _, new) => between(old, index, 0, new, rev),
        (Kept::Inlines { count, .. }, BlockNode::Paragraph { .. }, new)
        | (Kept::Rows { count }, BlockNode::Table { .. }, new) => between(old, index, *count, new, rev),
        (
            Kept::Items { count, loose },
            BlockNode::List { ordered, start, tight: was_tight, items },
            BlockNode::List { tight, items: newer, .. },
        ) => {
            let tight = tight && !loose;
            if tight == *was_tight {
                let new = BlockNode::List { ordered: *ordered, start: *start, tight, items: newer };
                return between(old, index, *count, new, rev);
            }
            let items = items.iter().take(*count).cloned().chain(newer).collect();
            let node = BlockNode::List { ordered: *ordered, start: *start, tight, items };
            Some(Patch::Set { index: index as u32, block: Block { id, rev, node } })
        }
        (_, _, node) => Some(Patch::Set { index: index as u32, block: Block { id, rev, node } }),
    }
}

/// The patch where the first `kept` children of `old` are followed by those of `new`.
fn between(old: &Block, index: usize, kept: usize, new: BlockNode, rev: u32) -> Option<Patch> {
    let id = old.id;
    match appended(&old.node, &new, kept) {
        Growth::None => return None,
        Growth::Text(text) => return Some(Patch::Append { id, rev, text: text.to_owned() }),
        Growth::Other => {}
    }
    match (&old.node, new) {
        (BlockNode::Paragraph { content: old }, BlockNode::Paragraph { content }) => {
            let (from, content) = replaced(old, kept, content);
            Some(Patch::Content { id, rev, from, content })
        }
        (
            BlockNode::List { ordered, start, tight, items: old },
            BlockNode::List { ordered: new_ordered, start: new_start, tight: new_tight, items },
        ) if (*ordered, *start, *tight) == (new_ordered, new_start, new_tight) => {
            let (from, items) = replaced(old, kept, items);
            Some(Patch::Items { id, rev, from, items })
        }
        (
            BlockNode::Table { alignments, head, rows: old },
            BlockNode::Table { alignments: new_alignments, head: new_head, rows },
        ) if *alignments == new_alignments && *head == new_head => {
            let (from, rows) = replaced(old, kept, rows);
            Some(Patch::Rows { id, rev, from, rows })
        }
        (_, node) => Some(Patch::Set { index: index as u32, block: Block { id, rev, node } }),
    }
}

/// How many children stay, and those that follow.
fn replaced<T: PartialEq>(old: &[T], kept: usize, mut new: Vec<T>) -> (u32, Vec<T>) {
    let rest = old.get(kept..).unwrap_or_default();
    let same = rest.iter().zip(&new).take_while(|(old, new)| old == new).count();
    new.drain(..same);
    ((kept + same) as u32, new)
}

/// How one node grew into another.
pub(crate) enum Growth<'a> {
    /// It did not.
    None,
    /// Only by text at its end.
    Text(&'a str),
    /// In another way.
    Other,
}

/// Compares two nodes, of `old` without its first `kept` children. Spans don't count: they are a view of the text.
pub(crate) fn appended<'a>(old: &BlockNode, new: &'a BlockNode, kept: usize) -> Growth<'a> {
    match (old, new) {
        (
            BlockNode::Code { language, text, .. },
            BlockNode::Code { language: new_language, text: new_text, .. },
        ) => {
            if language == new_language {
                text_growth(text, new_text)
            } else {
                Growth::Other
            }
        }
        (BlockNode::Paragraph { content }, BlockNode::Paragraph { content: new }) => {
            last_growth(content.get(kept..), new, inline_growth)
        }
        (BlockNode::Heading { level, content }, BlockNode::Heading { level: new_level, content: new })
            if level == new_level =>
        {
            last_growth(Some(content), new, inline_growth)
        }
        (BlockNode::Quote { blocks }, BlockNode::Quote { blocks: new }) => {
            last_growth(Some(blocks), new, block_growth)
        }
        (BlockNode::Footnote { label, blocks }, BlockNode::Footnote { label: new_label, blocks: new })
            if label == new_label =>
        {
            last_growth(Some(blocks), new, block_growth)
        }
        (
            BlockNode::List { ordered, start, tight, items },
            BlockNode::List { ordered: new_ordered, start: new_start, tight: new_tight, items: new },
        ) if (ordered, start, tight) == (new_ordered, new_start, new_tight) => {
            last_growth(items.get(kept..), new, item_growth)
        }
        (
            BlockNode::Table { alignments, head, rows },
            BlockNode::Table { alignments: new_alignments, head: new_head, rows: new },
        ) if alignments == new_alignments && head == new_head => {
            if rows.get(kept..) == Some(new) {
                Growth::None
            } else {
                Growth::Other
            }
        }
        (old, new) if old == new => Growth::None,
        _ => Growth::Other,
    }
}

fn block_growth<'a>(old: &BlockNode, new: &'a BlockNode) -> Growth<'a> {
    appended(old, new, 0)
}

fn item_growth<'a>(old: &ListItem, new: &'a ListItem) -> Growth<'a> {
    if old.checked == new.checked {
        last_growth(Some(&old.blocks), &new.blocks, block_growth)
    } else {
        Growth::Other
    }
}

fn inline_growth<'a>(old: &Inline, new: &'a Inline) -> Growth<'a> {
    match (old, new) {
        (Inline::Text { text }, Inline::Text { text: new }) => text_growth(text, new),
        (old, new) if old == new => Growth::None,
        _ => Growth::Other,
    }
}

/// All children but the last are the same, and the last grew.
fn last_growth<'a, T>(old: Option<&[T]>, new: &'a [T], growth: fn(&T, &'a T) -> Growth<'a>) -> Growth<'a> {
    let Some(old) = old else { return Growth::Other };
    if old.len() != new.len() {
        return Growth::Other;
    }
    let mut pairs = old.iter().zip(new).rev();
    let Some((last, newer)) = pairs.next() else { return Growth::None };
    if pairs.all(|(old, new)| matches!(growth(old, new), Growth::None)) {
        growth(last, newer)
    } else {
        Growth::Other
    }
}

fn text_growth<'a>(old: &str, new: &'a str) -> Growth<'a> {
    match new.strip_prefix(old) {
        Some("") => Growth::None,
        Some(more) => Growth::Text(more),
        None => Growth::Other,
    }
}
