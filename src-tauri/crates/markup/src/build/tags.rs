//! What begins and ends with each of Markdown's tags.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, HeadingLevel, LinkType, Tag, TagEnd};

use super::Builder;
use super::stack::Container;
use crate::tree::{BlockNode, Inline, ListItem, TableAlignment};

impl Builder<'_> {
    /// A block or a span begins.
    pub(super) fn open(&mut self, tag: Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph => {
                self.flush();
                self.stack.loosen();
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = level_number(level);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::HtmlBlock => {
                self.flush();
                self.html = true;
            }
            Tag::BlockQuote(_) => self.enter(Container::Quote(Vec::new())),
            Tag::List(start) => {
                let number = start.map_or(1, |number| u32::try_from(number).unwrap_or(u32::MAX));
                let items = Vec::new();
                self.enter(Container::List { ordered: start.is_some(), start: number, loose: false, items });
            }
            Tag::Item => {
                if self.depth == 2 {
                    self.parts.push(range.start);
                }
                self.enter(Container::Item(ListItem { checked: None, blocks: Vec::new() }));
            }
            Tag::FootnoteDefinition(label) => {
                self.footnotes.push((label.to_string(), range.start));
                self.enter(Container::Footnote { label: label.into_string(), blocks: Vec::new() });
            }
            Tag::Table(alignments) => {
                let alignments = alignments.into_iter().map(alignment).collect();
                let (head, rows, row) = (Vec::new(), Vec::new(), Vec::new());
                self.enter(Container::Table { alignments, head, rows, row });
            }
            Tag::TableRow => {
                if self.depth == 2 {
                    self.parts.push(range.start);
                }
            }
            Tag::Emphasis => self.inlines.open(Inline::Emphasis { content: Vec::new() }),
            Tag::Strong => self.inlines.open(Inline::Strong { content: Vec::new() }),
            Tag::Strikethrough => self.inlines.open(Inline::Strike { content: Vec::new() }),
            Tag::Link { link_type, dest_url, title, .. } => {
                let mut href = dest_url.into_string();
                if link_type == LinkType::Email {
                    href.insert_str(0, "mailto:");
                }
                let title = (!title.is_empty()).then(|| title.into_string());
                self.inlines.open(Inline::Link { href, title, content: Vec::new() });
            }
            Tag::Image { dest_url, .. } => self.inlines.open(Inline::Image {
                alt: String::new(),
                host: String::new(),
                url: dest_url.into_string(),
            }),
            // Extensions that are not switched on.
            Tag::TableHead
            | Tag::TableCell
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    /// It ends.
    pub(super) fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::HtmlBlock => {
                self.flush();
                self.html = false;
            }
            TagEnd::Heading(_) => {
                let content = self.inlines.take();
                self.stack.place(BlockNode::Heading { level: self.heading, content });
            }
            TagEnd::CodeBlock => {
                if let Some((language, mut text)) = self.code.take() {
                    if text.ends_with('\n') {
                        text.pop();
                    }
                    self.stack.place(BlockNode::Code { language, text, spans: None });
                }
            }
            TagEnd::TableCell => {
                if let Some(Container::Table { row, .. }) = self.stack.last() {
                    row.push(self.inlines.take());
                } else {
                    self.flush();
                }
            }
            TagEnd::TableHead => {
                if let Some(Container::Table { head, row, .. }) = self.stack.last() {
                    *head = std::mem::take(row);
                }
            }
            TagEnd::TableRow => {
                if let Some(Container::Table { head, rows, row, .. }) = self.stack.last() {
                    row.resize(head.len(), Vec::new());
                    rows.push(std::mem::take(row));
                }
            }
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::Table => {
                self.flush();
                self.stack.leave();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {
                self.inlines.close();
            }
            TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }
}

fn language(info: &str) -> String {
    let word = info.split([' ', '\t', ',', '{']).find(|word| !word.is_empty()).unwrap_or_default();
    word.trim_end_matches('}').trim_start_matches('.').chars().take(40).collect::<String>().to_lowercase()
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn alignment(alignment: Alignment) -> TableAlignment {
    match alignment {
        Alignment::None => TableAlignment::None,
        Alignment::Left => TableAlignment::Left,
        Alignment::Center => TableAlignment::Center,
        Alignment::Right => TableAlignment::Right,
    }
}
