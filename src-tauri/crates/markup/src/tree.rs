//! What rendered text is made of: typed blocks and inlines that the page turns into elements. There is no node for
//! HTML, so nothing that a model wrote can become HTML.
//!
//! Deliberately not here: how the tree is made (`build.rs`, `document.rs`) and how it is painted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One top-level block of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The block's place in the text, from 0; stable while the text grows.
    pub id: u32,
    /// Rises by at least one each time the block changes.
    pub rev: u32,
    /// What it is.
    pub node: BlockNode,
}

/// A block: what stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum BlockNode {
    /// A paragraph.
    Paragraph {
        /// Its text.
        content: Vec<Inline>,
    },
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A block of code. A Mermaid diagram is one whose language is `mermaid`.
    Code {
        /// The first word behind the fence, in lower case; empty where none was named.
        language: String,
        /// The code, without the line ending of its last line.
        text: String,
        /// The code's lines as coloured spans. They cover a beginning of `text`, and nothing after it: what was
        /// appended since they were made is painted plain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        spans: Option<Vec<Vec<CodeSpan>>>,
    },
    /// A quotation.
    Quote {
        /// What is quoted.
        blocks: Vec<BlockNode>,
    },
    /// A list.
    List {
        /// Numbered, not bulleted.
        ordered: bool,
        /// The number of the first item; 1 for bullets.
        start: u32,
        /// No blank line between the items: paint them close to each other.
        tight: bool,
        /// The items.
        items: Vec<ListItem>,
    },
    /// A table.
    Table {
        /// One per column.
        alignments: Vec<TableAlignment>,
        /// The cells of the head.
        head: Vec<Vec<Inline>>,
        /// The rows, each with as many cells as the head.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A line across.
    Rule,
    /// A formula on lines of its own.
    Math {
        /// The LaTeX.
        source: String,
        /// The formula; absent where the LaTeX can't be read: show the source as code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tree: Option<MathNode>,
        /// Why it can't be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        error: Option<String>,
    },
    /// A footnote's text, where it stands in the source.
    Footnote {
        /// The label that references name.
        label: String,
        /// What it says.
        blocks: Vec<BlockNode>,
    },
}

/// One item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListItem {
    /// Whether a task is done; absent on an item that is no task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub checked: Option<bool>,
    /// What it says.
    pub blocks: Vec<BlockNode>,
}

/// How a table's column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TableAlignment {
    /// As the language of the text does.
    None,
    /// Left.
    Left,
    /// Centred.
    Center,
    /// Right.
    Right,
}

/// Text inside a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Inline {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// Emphasis.
    Emphasis {
        /// What is emphasised.
        content: Vec<Inline>,
    },
    /// Strong emphasis.
    Strong {
        /// What is emphasised.
        content: Vec<Inline>,
    },
    /// Struck out.
    Strike {
        /// What is struck out.
        content: Vec<Inline>,
    },
    /// Code in a line.
    Code {
        /// The code.
        text: String,
    },
    /// A link that a person may follow.
    Link {
        /// An `http`, `https` or `mailto` address, and never another.
        href: String,
        /// What the author calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        title: Option<String>,
        /// What is shown. It may say something else than `href`: show where the link leads.
        content: Vec<Inline>,
    },
    /// A remote image, shown as a chip with its host; nothing is loaded until the person asks.
    Image {
        /// What it shows, in words.
        alt: String,
        /// The host that would be asked, with its port where it names one.
        host: String,
        /// An `http` or `https` address, and never another.
        url: String,
    },
    /// A formula.
    Math {
        /// The LaTeX.
        source: String,
        /// Set large, as on a line of its own.
        display: bool,
        /// The formula; absent where the LaTeX can't be read: show the source as code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tree: Option<MathNode>,
        /// Why it can't be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        error: Option<String>,
    },
    /// A reference to a footnote.
    FootnoteRef {
        /// The footnote's label.
        label: String,
    },
    /// The source's line ended here: a space.
    Break,
    /// A new line that the author asked for.
    HardBreak,
}

/// A run of code in one colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeSpan {
    /// What it is.
    pub kind: CodeKind,
    /// The characters, without line endings.
    pub text: String,
}

/// What a run of code is; a theme has a colour for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are what the colours are for; a sentence each would repeat them")]
pub enum CodeKind {
    Plain,
    Keyword,
    String,
    Comment,
    Number,
    Constant,
    Function,
    Type,
    Variable,
    Operator,
    Punctuation,
    Attribute,
    Tag,
    Heading,
    Inserted,
    Deleted,
}

/// An element of a formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MathNode {
    /// The MathML element's name.
    pub tag: MathTag,
    /// Its attributes: only names that lay a formula out, never an address, a style or a handler.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, String>>")]
    pub attributes: BTreeMap<String, String>,
    /// The elements inside; empty where there is text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<MathNode>>")]
    pub children: Vec<MathNode>,
    /// The characters of a token element (`mi`, `mo`, `mn`, `mtext`, `ms`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
}

/// The MathML elements that a formula may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are those of MathML Core")]
pub enum MathTag {
    Math,
    Menclose,
    Merror,
    Mfrac,
    Mi,
    Mmultiscripts,
    Mn,
    Mo,
    Mover,
    Mpadded,
    Mphantom,
    Mprescripts,
    Mroot,
    Mrow,
    Ms,
    Mspace,
    Msqrt,
    Mstyle,
    Msub,
    Msubsup,
    Msup,
    Mtable,
    Mtd,
    Mtext,
    Mtr,
    Munder,
    Munderover,
}
