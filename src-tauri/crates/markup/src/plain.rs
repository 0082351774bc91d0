//! A tree as plain text: for copying, for titles, for what a screen reader is told.

use crate::tree::{Block, BlockNode, Inline};

/// The text of some blocks without their markup: blocks a blank line apart, table cells a tab apart.
pub fn plain_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        push_block(&mut out, &block.node, "\n\n");
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn push_block(out: &mut String, node: &BlockNode, gap: &str) {
    if !out.is_empty() && !out.ends_with('\n') && !out.ends_with("- ") && !out.ends_with(". ") {
        out.push_str(gap);
    }
    match node {
        BlockNode::Paragraph { content } | BlockNode::Heading { content, .. } => {
            push_plain_inlines(out, content);
        }
        BlockNode::Code { text, .. } => out.push_str(text),
        BlockNode::Math { source, .. } => out.push_str(source),
        BlockNode::Rule => out.push_str("---"),
        BlockNode::Quote { blocks } | BlockNode::Footnote { blocks, .. } => {
            for block in blocks {
                push_block(out, block, "\n\n");
            }
        }
        BlockNode::List { ordered, start, items, .. } => {
            for (number, item) in (u64::from(*start)..).zip(items) {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
                let number = number.to_string();
                out.extend(if *ordered { [number.as_str(), ". "] } else { ["", "- "] });
                for block in &item.blocks {
                    push_block(out, block, "\n");
                }
            }
        }
        BlockNode::Table { head, rows, .. } => {
            for row in std::iter::once(head).chain(rows) {
                for (column, cell) in row.iter().enumerate() {
                    out.push_str(if column > 0 { "\t" } else { "" });
                    push_plain_inlines(out, cell);
                }
                out.push('\n');
            }
        }
    }
}

pub(crate) fn push_plain_inlines(out: &mut String, content: &[Inline]) {
    for inline in content {
        match inline {
            Inline::Text { text } | Inline::Code { text } => out.push_str(text),
            Inline::Emphasis { content }
            | Inline::Strong { content }
            | Inline::Strike { content }
            | Inline::Link { content, .. } => push_plain_inlines(out, content),
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::Math { source, .. } => out.push_str(source),
            Inline::FootnoteRef { label } => {
                out.push('[');
                out.push_str(label);
                out.push(']');
            }
            Inline::Break => out.push(' '),
            Inline::HardBreak => out.push('\n'),
        }
    }
}
