//! From Markdown's events to the tree: a fold without recursion, with bounded depth. What nests deeper than the bounds
//! loses its wrappers and keeps its text.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};

use self::stack::{Container, Stack};
use crate::inline::Inlines;
use crate::substitute;
use crate::tree::{BlockNode, Inline, ListItem, TableAlignment};

mod stack;

pub(crate) use self::stack::Top;

/// The fold.
pub(crate) struct Builder<'a> {
    /// The source, before formulas were hidden.
    source: &'a str,
    /// Where the items or rows of the last top-level list or table begin.
    pub(crate) parts: Vec<usize>,
    /// Where the last text ends, if the last event was one.
    pub(crate) text_end: Option<usize>,
    /// Labels of footnotes, and where each begins.
    pub(crate) footnotes: Vec<(String, usize)>,
    depth: usize,
    stack: Stack,
    inlines: Inlines,
    heading: u8,
    code: Option<(String, String)>,
    html: bool,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self {
            source,
            parts: Vec::new(),
            text_end: None,
            footnotes: Vec::new(),
            depth: 0,
            stack: Stack::default(),
            inlines: Inlines::default(),
            heading: 0,
            code: None,
            html: false,
        }
    }

    /// The top-level blocks.
    pub(crate) fn take_top(&mut self) -> Vec<Top> {
        std::mem::take(&mut self.stack.top)
    }

    /// Folds one event.
    pub(crate) fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if !matches!(event, Event::End(_)) {
            self.text_end = matches!(event, Event::Text(_)).then_some(range.end);
        }
        match event {
            Event::Start(tag) => {
                if self.depth == 0 {
                    self.stack.start = range.start;
                    self.parts.clear();
                }
                self.depth += 1;
                self.open(tag, &range);
            }
            Event::End(tag) => {
                self.close(tag);
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    self.stack.end(range.end);
                }
            }
            Event::Rule => {
                self.flush();
                if self.depth == 0 {
                    self.stack.start = range.start;
                }
                self.stack.place(BlockNode::Rule);
                if self.depth == 0 {
                    self.stack.end(range.end);
                }
            }
            Event::Text(text) => self.text(&text, &range),
            Event::Html(text) => self.inlines.lines(&substitute::restore(&text, self.source, range.start)),
            Event::InlineHtml(text) => {
                self.inlines.html(&substitute::restore(&text, self.source, range.start));
            }
            Event::Code(text) => {
                // The event's range begins at the backticks; what is hidden is found behind them.
                let code = substitute::restore_within(&text, self.source, &range);
                self.inlines.push(Inline::Code { text: code });
            }
            Event::InlineMath(text) => {
                let behind = self.source.get(range.end..).unwrap_or_default();
                if behind.starts_with(|c: char| c.is_ascii_digit()) {
                    // "$5-$10" is money: the second sign begins an amount.
                    self.inlines.plain(self.source.get(range).unwrap_or_default());
                } else {
                    self.inlines.math(&text, false);
                }
            }
            Event::DisplayMath(text) => self.inlines.math(&text, true),
            Event::FootnoteReference(label) => {
                self.inlines.push(Inline::FootnoteRef { label: label.into_string() });
            }
            Event::SoftBreak => self.inlines.push(Inline::Break),
            Event::HardBreak => self.inlines.push(Inline::HardBreak),
            Event::TaskListMarker(done) => {
                if let Some(Container::Item(item)) = self.stack.last() {
                    item.checked = Some(done);
                }
            }
        }
    }

    fn text(&mut self, text: &str, range: &Range<usize>) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(&substitute::restore(text, self.source, range.start));
        } else if self.html {
            self.inlines.lines(&substitute::restore(text, self.source, range.start));
        } else {
            self.inlines.text(text, self.source, range.start, self.stack.depth());
        }
    }

    fn open(&mut self, tag: Tag<'_>, range: &Range<usize>) {
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

    fn close(&mut self, tag: TagEnd) {
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

    fn enter(&mut self, container: Container) {
        self.flush();
        self.stack.enter(container);
    }

    /// What was written so far in this block becomes a paragraph, or a formula that stands alone.
    fn flush(&mut self) {
        let mut content = self.inlines.take();
        while matches!(content.last(), Some(Inline::Break)) {
            content.pop();
        }
        if content.is_empty() {
            return;
        }
        if let [Inline::Math { display: true, .. }] = content.as_slice()
            && let Some(Inline::Math { source, tree, error, .. }) = content.pop()
        {
            self.stack.place(BlockNode::Math { source, tree, error });
        } else {
            self.stack.place(BlockNode::Paragraph { content });
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
