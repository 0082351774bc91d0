//! The text of one block while it is read: a stack of what is open, with bounded depth.

use crate::address;
use crate::math;
use crate::plain::push_plain_inlines;
use crate::substitute::{self, Piece};
use crate::tree::Inline;

/// How deep emphasis and links may nest.
const MAX_DEPTH: usize = 16;

/// The inlines that are read, and those around them that are still open.
#[derive(Default)]
pub(crate) struct Inlines {
    content: Vec<Inline>,
    /// What is open, and what stood before it.
    open: Vec<(Inline, Vec<Inline>)>,
    /// For each that is open in the source: whether it is in `open`.
    kept: Vec<bool>,
    links: usize,
}

impl Inlines {
    /// Everything that was read; what was left open is closed.
    pub(crate) fn take(&mut self) -> Vec<Inline> {
        while !self.kept.is_empty() {
            self.close();
        }
        link_addresses(std::mem::take(&mut self.content))
    }

    pub(crate) fn push(&mut self, inline: Inline) {
        self.content.push(inline);
    }

    /// Text of an event, which may hold hidden formulas. `depth` is how many blocks are around it.
    pub(crate) fn text(&mut self, text: &str, source: &str, at: usize, depth: usize) {
        substitute::pieces(text, source, at, |piece| match piece {
            Piece::Text(text) => self.plain(text),
            Piece::Formula(inside, display) if depth > 0 && inside.contains('\n') => {
                // The lines of a formula in a quotation begin with its marks.
                let lines: Vec<&str> =
                    inside.lines().map(|line| line.trim_start_matches([' ', '\t', '>'])).collect();
                self.math(&lines.join("\n"), display);
            }
            Piece::Formula(inside, display) => self.math(inside, display),
        });
    }

    /// More plain text.
    pub(crate) fn plain(&mut self, more: &str) {
        if more.is_empty() {
            return;
        }
        if let Some(Inline::Text { text }) = self.content.last_mut() {
            text.push_str(more);
        } else {
            self.content.push(Inline::Text { text: more.to_owned() });
        }
    }

    pub(crate) fn math(&mut self, source: &str, display: bool) {
        let source = source.trim().to_owned();
        let (tree, error) = match math::formula(&source, display) {
            Ok(tree) => (Some(tree), None),
            Err(error) => (None, Some(error)),
        };
        self.content.push(Inline::Math { source, display, tree, error });
    }

    /// HTML in a line: text, but for the one element that models use for a new line in a table's cell.
    pub(crate) fn html(&mut self, html: &str) {
        let name = html.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/').trim();
        if name.eq_ignore_ascii_case("br") {
            self.content.push(Inline::HardBreak);
        } else {
            self.plain(html);
        }
    }

    /// Lines of HTML: text.
    pub(crate) fn lines(&mut self, html: &str) {
        for line in html.split_inclusive('\n') {
            let text = line.trim_end_matches('\n');
            self.plain(text);
            if text.len() < line.len() && !self.content.is_empty() {
                self.content.push(Inline::Break);
            }
        }
    }

    pub(crate) fn open(&mut self, inline: Inline) {
        let kept = self.open.len() < MAX_DEPTH;
        self.kept.push(kept);
        if kept {
            self.links += usize::from(matches!(inline, Inline::Link { .. }));
            self.open.push((inline, std::mem::take(&mut self.content)));
        }
    }

    pub(crate) fn close(&mut self) {
        if self.kept.pop() != Some(true) {
            return;
        }
        let Some((inline, before)) = self.open.pop() else { return };
        let content = std::mem::replace(&mut self.content, before);
        match inline {
            Inline::Link { href, title, .. } => {
                self.links -= 1;
                match address::link(&href).filter(|href| !substitute::is_hidden(href)) {
                    Some(href) => self.content.push(Inline::Link { href, title, content }),
                    None => self.splice(content),
                }
            }
            Inline::Image { url, .. } => {
                let mut alt = String::new();
                push_plain_inlines(&mut alt, &content);
                match address::web(&url).filter(|(_, url)| !substitute::is_hidden(url)) {
                    Some((host, url)) => self.content.push(Inline::Image { alt, host, url }),
                    None => self.plain(&alt),
                }
            }
            Inline::Emphasis { .. } => {
                let content = self.linked(content);
                self.content.push(Inline::Emphasis { content });
            }
            Inline::Strong { .. } => {
                let content = self.linked(content);
                self.content.push(Inline::Strong { content });
            }
            Inline::Strike { .. } => {
                let content = self.linked(content);
                self.content.push(Inline::Strike { content });
            }
            _ => self.splice(content),
        }
    }

    fn linked(&self, content: Vec<Inline>) -> Vec<Inline> {
        if self.links == 0 { link_addresses(content) } else { content }
    }

    fn splice(&mut self, content: Vec<Inline>) {
        for inline in content {
            match inline {
                Inline::Text { text } => self.plain(&text),
                other => self.content.push(other),
            }
        }
    }
}

/// Makes links of the bare web addresses in plain text.
fn link_addresses(content: Vec<Inline>) -> Vec<Inline> {
    let is_bare = |inline: &Inline| matches!(inline, Inline::Text { text } if text.contains("://"));
    if !content.iter().any(is_bare) {
        return content;
    }
    let mut out = Vec::with_capacity(content.len() + 2);
    for inline in content {
        let Inline::Text { text } = inline else {
            out.push(inline);
            continue;
        };
        let mut rest = text.as_str();
        while let Some((start, end)) = address::find(rest) {
            let (before, address) =
                (rest.get(..start).unwrap_or_default(), rest.get(start..end).unwrap_or_default());
            if !before.is_empty() {
                out.push(Inline::Text { text: before.to_owned() });
            }
            out.push(Inline::Link {
                href: address.to_owned(),
                title: None,
                content: vec![Inline::Text { text: address.to_owned() }],
            });
            rest = rest.get(end..).unwrap_or_default();
        }
        if !rest.is_empty() {
            out.push(Inline::Text { text: rest.to_owned() });
        }
    }
    out
}
