//! One parse of a piece of source, with what is known of the text around it.

use std::collections::HashMap;

use pulldown_cmark::{BrokenLink, CowStr, Options, Parser};

use crate::build::{Builder, Top};
use crate::substitute;
use crate::tree::{Block, BlockNode};

/// The blocks of a whole text.
pub fn render(text: &str) -> Vec<Block> {
    let source = normalise(text);
    whole(&source).into_iter().zip(0..).map(|(node, id)| Block { id, rev: 0, node }).collect()
}

/// The nodes of a whole text that is already normalised.
pub(crate) fn whole(source: &str) -> Vec<BlockNode> {
    parse(source, 0, &Known::default()).top.into_iter().map(|top| top.node).collect()
}

/// Line endings as `\n`, and no character that the parser keeps for itself.
pub(crate) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut carriage = false;
    push_normalised(&mut out, &mut carriage, text);
    if carriage {
        out.push('\n');
    }
    out
}

/// Adds a piece; `carriage` remembers a carriage return at its end, which may be half of a line ending.
pub(crate) fn push_normalised(out: &mut String, carriage: &mut bool, text: &str) {
    for character in text.chars() {
        if std::mem::take(carriage) {
            out.push('\n');
            if character == '\n' {
                continue;
            }
        }
        match character {
            '\r' => *carriage = true,
            other => out.push(substitute::clean(other)),
        }
    }
}

/// What was defined in blocks before a piece of source.
#[derive(Default)]
pub(crate) struct Known {
    /// Address and title by folded label.
    links: HashMap<String, (String, String)>,
    footnotes: Vec<String>,
}

impl Known {
    /// Adds a link's definition, unless its label has one: the first counts. Says whether it did.
    fn define_link(&mut self, link: &LinkDefinition) -> bool {
        let fresh = !self.links.contains_key(&link.label);
        if fresh {
            self.links.insert(link.label.clone(), (link.address.clone(), link.title.clone()));
        }
        fresh
    }

    /// Adds what `parsed` defines before `end`; gives the labels that are new, a footnote's with its `^`.
    pub(crate) fn learn(&mut self, parsed: &Parsed, end: usize) -> Vec<String> {
        let mut fresh = Vec::new();
        for link in parsed.links.iter().filter(|link| link.end <= end) {
            if self.define_link(link) {
                fresh.push(link.label.clone());
            }
        }
        for (label, start) in &parsed.footnotes {
            if *start < end && !self.footnotes.contains(label) {
                self.footnotes.push(label.clone());
                fresh.push(format!("^{}", fold(label)));
            }
        }
        fresh
    }

    /// Definitions of the known footnotes that `source` refers to, to be put before it; and how many blocks they are.
    fn stubs(&self, source: &str) -> (String, usize) {
        let mut out = String::new();
        let mut count = 0;
        if !self.footnotes.is_empty() && source.contains("[^") {
            for label in self.footnotes.iter().filter(|label| source.contains(&format!("[^{label}]"))) {
                out.extend(["[^", label, "]: x\n"]);
                count += 1;
            }
            if count > 0 {
                // The rule ends the footnotes, so that indented source is not a part of the last.
                out.push_str("\n---\n\n");
                count += 1;
            }
        }
        (out, count)
    }
}

/// A link's definition.
pub(crate) struct LinkDefinition {
    label: String,
    address: String,
    title: String,
    end: usize,
}

/// What a piece of source is. All places are in the whole source.
pub(crate) struct Parsed {
    pub(crate) top: Vec<Top>,
    /// Where the items or rows of the last top-level block begin.
    pub(crate) parts: Vec<usize>,
    /// Where the last text ends, if text is the last that was read.
    pub(crate) text_end: Option<usize>,
    links: Vec<LinkDefinition>,
    footnotes: Vec<(String, usize)>,
    /// Labels without a definition (a footnote's with its `^`), and where they stand.
    pub(crate) unresolved: Vec<(String, usize)>,
}

/// Reads `source`, which stands at `offset` in the whole.
pub(crate) fn parse(source: &str, offset: usize, known: &Known) -> Parsed {
    let (stubs, stub_blocks) = known.stubs(source);
    let joined;
    let text = if stubs.is_empty() {
        source
    } else {
        joined = format!("{stubs}{source}");
        &joined
    };
    let hidden = substitute::hide(text);
    let shift = |place: usize| (place + offset).saturating_sub(stubs.len());

    let mut unresolved = Vec::new();
    let resolve = |broken: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
        let label = fold(&broken.reference);
        if let Some((address, title)) = known.links.get(&label) {
            return Some((address.clone().into(), title.clone().into()));
        }
        unresolved.push((label, shift(broken.span.start)));
        None
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut events =
        Parser::new_with_broken_link_callback(&hidden, options, Some(resolve)).into_offset_iter();
    let mut builder = Builder::new(text);
    for (event, range) in events.by_ref() {
        builder.event(event, range);
    }
    let links = events
        .reference_definitions()
        .iter()
        .map(|(label, definition)| LinkDefinition {
            label: fold(label),
            address: definition.dest.to_string(),
            title: definition.title.as_ref().map(ToString::to_string).unwrap_or_default(),
            end: shift(definition.span.end),
        })
        .collect();
    drop(events);

    let mut top = builder.take_top();
    top.drain(..stub_blocks.min(top.len()));
    for block in &mut top {
        block.range = shift(block.range.start)..shift(block.range.end);
    }
    let footnotes: Vec<(String, usize)> = builder
        .footnotes
        .into_iter()
        .skip(stub_blocks.saturating_sub(1))
        .map(|(label, place)| (label, shift(place)))
        .collect();
    collect_footnote_labels(source, offset, known, &footnotes, &mut unresolved);
    Parsed {
        top,
        parts: builder.parts.into_iter().map(shift).collect(),
        text_end: builder.text_end.map(shift),
        links,
        footnotes,
        unresolved,
    }
}

/// References to footnotes that have no definition yet: they are plain text until one comes.
fn collect_footnote_labels(
    source: &str,
    offset: usize,
    known: &Known,
    defined: &[(String, usize)],
    unresolved: &mut Vec<(String, usize)>,
) {
    for (place, _) in source.match_indices("[^") {
        let Some(label) = source.get(place + 2..).and_then(|rest| rest.split([']', '\n']).next()) else {
            continue;
        };
        let is_new = !known.footnotes.iter().any(|known| known == label)
            && !defined.iter().any(|(defined, _)| defined == label);
        if is_new && !label.is_empty() && label.len() < 100 {
            unresolved.push((format!("^{}", fold(label)), offset + place));
        }
    }
}

/// A label as labels are compared: case and runs of space don't count.
fn fold(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Parsed {
    /// Moves all places back by a prefix that is not in the whole; none goes before `floor`.
    pub(crate) fn move_back(&mut self, prefix: usize, floor: usize) {
        let back = |place: &mut usize| *place = place.saturating_sub(prefix).max(floor);
        for top in &mut self.top {
            back(&mut top.range.start);
            back(&mut top.range.end);
        }
        self.parts.iter_mut().for_each(back);
        self.text_end.iter_mut().for_each(back);
        self.links.iter_mut().for_each(|link| back(&mut link.end));
        self.footnotes.iter_mut().for_each(|(_, place)| back(place));
        self.unresolved.iter_mut().for_each(|(_, place)| back(place));
    }
}
