//! Code in colours: what each run of characters is, never which colour it has. This is work for a background thread; a
//! block that is too large, takes too long or is of an unknown language is plain from there on.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use syntect::parsing::{BasicScopeStackOp, ParseState, ScopeStack, SyntaxReference, SyntaxSet};

use crate::tree::{Block, BlockNode, CodeKind, CodeSpan, ListItem};

mod classes;
mod languages;

/// The grammars; about 25 ms to load.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// How many blocks are remembered.
const REMEMBERED: usize = 64;

/// Where highlighting stops and the rest stays plain.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes of a block that are read.
    pub bytes: usize,
    /// A line longer than this, in bytes, is plain: minified code, in which a grammar may be slow.
    pub line: usize,
    /// The most time for one block; checked after each line.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 128 * 1024, line: 2000, time: Duration::from_millis(250) }
    }
}

type Lines = Vec<Vec<CodeSpan>>;

/// Highlights code and remembers the last blocks by their content. It may be shared between threads.
#[derive(Default)]
pub struct Highlighter {
    hasher: RandomState,
    recent: Mutex<VecDeque<(u64, usize, Arc<Lines>)>>,
}

impl Highlighter {
    /// One that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads the grammars, so that the first block doesn't wait for them.
    pub fn warm(&self) {
        let _ = self.highlight("rust", "fn main() {}", &Limits::default());
    }

    /// The lines of `text` as spans; they may end early (see [`Limits`]). Nothing where the language is unknown.
    pub fn highlight(&self, language: &str, text: &str, limits: &Limits) -> Option<Lines> {
        let syntax = languages::find(&SYNTAXES, language)?;
        let key = (self.hasher.hash_one((&syntax.name, text)), text.len());
        if let Some(lines) = self.recall(key) {
            return Some(lines.as_ref().clone());
        }
        let lines = Arc::new(colour(syntax, text, limits));
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_front((key.0, key.1, Arc::clone(&lines)));
        recent.truncate(REMEMBERED);
        Some(lines.as_ref().clone())
    }

    /// Highlights all code in a block, at any depth; says whether there was any of a known language.
    pub fn highlight_block(&self, block: &mut Block, limits: &Limits) -> bool {
        self.highlight_node(&mut block.node, limits)
    }

    fn highlight_node(&self, node: &mut BlockNode, limits: &Limits) -> bool {
        match node {
            BlockNode::Code { language, text, spans } => {
                *spans = self.highlight(language, text, limits);
                spans.is_some()
            }
            BlockNode::Quote { blocks } | BlockNode::Footnote { blocks, .. } => {
                self.highlight_nodes(blocks, limits)
            }
            BlockNode::List { items, .. } => items
                .iter_mut()
                .fold(false, |any, ListItem { blocks, .. }| self.highlight_nodes(blocks, limits) || any),
            _ => false,
        }
    }

    fn highlight_nodes(&self, nodes: &mut [BlockNode], limits: &Limits) -> bool {
        let mut any = false;
        for node in nodes {
            any |= self.highlight_node(node, limits);
        }
        any
    }

    fn recall(&self, key: (u64, usize)) -> Option<Arc<Lines>> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = recent.iter().position(|(hash, length, _)| (*hash, *length) == key)?;
        let entry = recent.remove(at)?;
        let lines = Arc::clone(&entry.2);
        recent.push_front(entry);
        Some(lines)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "measures its own work to bound it; no decision depends on the date"
)]
fn colour(syntax: &SyntaxReference, text: &str, limits: &Limits) -> Lines {
    let begun = Instant::now();
    let mut state = ParseState::new(syntax);
    let mut line = Line::default();
    let mut lines = Lines::new();
    let mut bytes = 0;
    let mut terminated = String::new();
    for source in text.split('\n') {
        bytes += source.len() + 1;
        if bytes > limits.bytes || begun.elapsed() > limits.time {
            break;
        }
        if source.len() > limits.line {
            lines.push(vec![CodeSpan { kind: CodeKind::Plain, text: source.to_owned() }]);
            continue;
        }
        terminated.clear();
        terminated.push_str(source);
        terminated.push('\n');
        let Ok(operations) = state.parse_line(&terminated, &SYNTAXES) else { break };
        let mut from = 0;
        for (at, operation) in operations {
            line.add(source.get(from..at.min(source.len())).unwrap_or_default());
            from = at.min(source.len());
            let kinds = &mut line.kinds;
            let applied = line.stack.apply_with_hook(&operation, |change, _| match change {
                BasicScopeStackOp::Push(scope) => {
                    let around = kinds.last().copied().unwrap_or(CodeKind::Plain);
                    kinds.push(classes::kind(scope).unwrap_or(around));
                }
                BasicScopeStackOp::Pop => {
                    kinds.pop();
                }
            });
            if applied.is_err() {
                return lines;
            }
        }
        line.add(source.get(from..).unwrap_or_default());
        lines.push(std::mem::take(&mut line.spans));
    }
    lines
}

/// A line while it is read, and the scopes around its end.
#[derive(Default)]
struct Line {
    stack: ScopeStack,
    kinds: Vec<CodeKind>,
    spans: Vec<CodeSpan>,
}

impl Line {
    fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let kind = self.kinds.last().copied().unwrap_or(CodeKind::Plain);
        match self.spans.last_mut() {
            // A space has no colour, so it needs no span of its own.
            Some(last) if last.kind == kind || text.trim().is_empty() => last.text.push_str(text),
            _ => self.spans.push(CodeSpan { kind, text: text.to_owned() }),
        }
    }
}
