//! The quick way for the commonest delta: plain words behind plain words. They mean nothing to Markdown, so the last text
//! grows by them without a parse.

use crate::patch::end_of_block;
use crate::tree::BlockNode;

/// The text at the very end of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    /// Where it ends in the source.
    pub(crate) end: usize,
    code: bool,
}

impl Leaf {
    /// The leaf of the last block, where its text ends the source but for spaces.
    pub(crate) fn find(node: &mut BlockNode, source: &str, text_end: Option<usize>) -> Option<Self> {
        let end = text_end?;
        if !source.get(end..)?.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let code = ends_in_code(node);
        let text = end_of_block(node)?;
        let before = source.get(..end)?.chars().next_back()?;
        let fits = if code {
            end == source.len() && before.is_alphanumeric()
        } else {
            let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
            // A letter shows that this is no list's number; a space, that no bare address ends right here.
            before.is_alphanumeric()
                && text.contains(char::is_alphabetic)
                && text.contains(' ')
                && !word.contains("://")
        };
        fits.then_some(Self { end, code })
    }

    /// What the leaf grows by, if all that is new in the source is plain; its end moves on.
    pub(crate) fn grow<'a>(&mut self, source: &'a str) -> Option<&'a str> {
        let more = source.get(self.end..)?;
        if self.code {
            more.bytes().all(|byte| !byte.is_ascii_control()).then_some(())?;
            // Only behind a letter or digit is it sure that the line is no fence and no blank.
            self.end = source.len();
            return Some(more);
        }
        more.chars().all(is_plain).then_some(())?;
        let visible = more.trim_end_matches(' ');
        self.end += visible.len();
        Some(visible)
    }
}

fn is_plain(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || matches!(character, ' ' | ',' | '.' | '\'' | '?')
    } else {
        !character.is_whitespace() && !character.is_control()
    }
}

fn ends_in_code(node: &BlockNode) -> bool {
    match node {
        BlockNode::Code { .. } => true,
        BlockNode::Quote { blocks } | BlockNode::Footnote { blocks, .. } => {
            blocks.last().is_some_and(ends_in_code)
        }
        BlockNode::List { items, .. } => {
            items.last().and_then(|item| item.blocks.last()).is_some_and(ends_in_code)
        }
        _ => false,
    }
}
