//! Text that a model wrote, as a tree that the page can paint: Markdown with tables, tasks, footnotes, formulas and
//! code, parsed as it streams in, and never turned into HTML.
//!
//! Deliberately not here: painting, the network (nothing in a tree is loaded by itself), and the decision when to
//! highlight; highlighting is work for a background thread.

mod address;
mod build;
mod difference;
mod document;
mod fence;
mod highlight;
mod inline;
mod leaf;
mod math;
mod parse;
mod patch;
mod plain;
mod settled;
mod substitute;
mod tree;

pub use document::Document;
pub use highlight::{Highlighter, Limits};
pub use parse::render;
pub use patch::{Patch, apply};
pub use plain::plain_text;
pub use tree::{Block, BlockNode, CodeKind, CodeSpan, Inline, ListItem, MathNode, MathTag, TableAlignment};
