//! From Markdown's events to the tree: a fold without recursion, with bounded depth. What nests deeper than the bounds
//! loses its wrappers and keeps its text.

use std::ops::Range;

use pulldown_cmark::Event;

use self::stack::{Container, Stack};
use crate::inline::Inlines;
use crate::substitute;
use crate::tree::{BlockNode, Inline};

mod stack;
mod tags;

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
