//! How the steps stand to each other: which is inside which, and which comes before which.

use std::collections::HashMap;

use super::faults::Faults;
use crate::read::fields::nearest;
use crate::{Definition, Node, kind};

/// Steps by their place in the definition's list.
pub(super) struct Layout<'a> {
    pub(super) nodes: &'a [Node],
    by_id: HashMap<&'a str, usize>,
    /// The container around each.
    pub(super) parent: Vec<Option<usize>>,
    /// Edges between steps of the same level: from, to.
    pub(super) after: Vec<Vec<usize>>,
    /// All before each, as bits; empty for those on a cycle or behind one.
    before: Vec<Vec<u64>>,
    /// Those on a cycle or behind one.
    pub(super) unordered: Vec<usize>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(definition: &'a Definition, faults: &mut Faults) -> Self {
        let nodes = definition.nodes.as_slice();
        let mut by_id = HashMap::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            if by_id.insert(node.id.as_str(), index).is_some() {
                faults.error(
                    "duplicate_id",
                    format!("/nodes/{index}/id"),
                    Some(&node.id),
                    format!("There are two steps called `{}`. Give one of them another id.", node.id),
                );
            }
        }
        let mut layout = Self {
            nodes,
            by_id,
            parent: vec![None; nodes.len()],
            after: vec![Vec::new(); nodes.len()],
            before: Vec::new(),
            unordered: Vec::new(),
        };
        layout.nest(faults);
        layout.order(definition);
        layout
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn node(&self, id: &str) -> Option<&'a Node> {
        self.index(id).and_then(|index| self.nodes.get(index))
    }

    pub(super) fn id(&self, index: usize) -> &'a str {
        self.nodes.get(index).map_or("", |node| node.id.as_str())
    }

    pub(super) fn around(&self, index: usize) -> Option<usize> {
        self.parent.get(index).copied().flatten()
    }

    /// " Did you mean `x`?"
    pub(super) fn hint(&self, id: &str) -> String {
        let ids: Vec<&str> = self.nodes.iter().map(|node| node.id.as_str()).collect();
        nearest(id, &ids).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"))
    }

    /// The containers around a step, the innermost first.
    pub(super) fn containers(&self, index: usize) -> impl Iterator<Item = &'a Node> {
        let mut at = self.around(index);
        std::iter::from_fn(move || {
            let here = at?;
            at = self.around(here);
            self.nodes.get(here)
        })
    }

    /// Whether `earlier` comes before `later`, both on the same level.
    pub(super) fn precedes(&self, earlier: usize, later: usize) -> bool {
        let word = self.before.get(later).and_then(|bits| bits.get(earlier / 64));
        word.is_some_and(|word| word & (1 << (earlier % 64)) != 0)
    }

    /// Where both have a step or container on the same level: that of `used` and that of `place`. `None` where a map stands
    /// between, whose inside can't be seen from without.
    pub(super) fn same_level(&self, used: usize, place: usize) -> Result<(usize, usize), usize> {
        let mut places = vec![place];
        while let Some(around) = places.last().and_then(|last| self.around(*last)) {
            places.push(around);
        }
        let mut used = used;
        loop {
            if let Some(place) = places.iter().find(|place| self.around(**place) == self.around(used)) {
                return Ok((used, *place));
            }
            match self.around(used) {
                Some(around) if self.nodes.get(around).is_some_and(|node| node.kind == "loop") => {
                    used = around;
                }
                Some(around) => return Err(around),
                // The top is everybody's level.
                None => return Ok((used, place)),
            }
        }
    }

    fn nest(&mut self, faults: &mut Faults) {
        for (index, node) in self.nodes.iter().enumerate() {
            let place = format!("/nodes/{index}/body");
            let is_container = kind(&node.kind).is_some_and(|kind| kind.container);
            if !is_container {
                if !node.body.is_empty() {
                    let message =
                        format!("Only map and loop can have steps inside; `{}` is {}.", node.id, node.kind);
                    faults.error("not_a_container", place, Some(&node.id), message);
                }
                continue;
            }
            if node.body.is_empty() {
                let message = format!("Nothing is inside `{}`. Put a step into its body.", node.id);
                faults.error("empty_body", format!("/nodes/{index}"), Some(&node.id), message);
            }
            for (at, id) in node.body.iter().enumerate() {
                let place = format!("{place}/{at}");
                let Some(inner) = self.index(id) else {
                    let message = format!("There is no step `{id}`.{}", self.hint(id));
                    faults.error("unknown_node", place, Some(&node.id), message);
                    continue;
                };
                match self.around(inner) {
                    Some(other) => {
                        let message = format!(
                            "`{id}` is inside `{}` already, and a step can be in one place only. Remove it from one of them.",
                            self.id(other)
                        );
                        faults.error("in_two_bodies", place, Some(id), message);
                    }
                    None if self.is_inside(index, inner) => {
                        let message =
                            format!("`{id}` can't be inside `{}`, which is inside `{id}`.", node.id);
                        faults.error("nesting", place, Some(&node.id), message);
                    }
                    None => {
                        if let Some(parent) = self.parent.get_mut(inner) {
                            *parent = Some(index);
                        }
                    }
                }
            }
        }
    }

    /// Whether `index` is `container` or stands inside it. Ends, since no ring of containers is ever made.
    fn is_inside(&self, index: usize, container: usize) -> bool {
        let mut at = Some(index);
        while let Some(here) = at {
            if here == container {
                return true;
            }
            at = self.around(here);
        }
        false
    }

    fn order(&mut self, definition: &Definition) {
        let mut waits = vec![0_usize; self.nodes.len()];
        for edge in &definition.edges {
            let (Some(from), Some(to)) = (self.index(&edge.from), self.index(&edge.to)) else { continue };
            if self.around(from) == self.around(to) {
                if let Some(after) = self.after.get_mut(from) {
                    after.push(to);
                }
                if let Some(waits) = waits.get_mut(to) {
                    *waits += 1;
                }
            }
        }
        let words = self.nodes.len().div_ceil(64);
        self.before = vec![vec![0; words]; self.nodes.len()];
        let mut ready: Vec<usize> =
            (0..self.nodes.len()).filter(|index| waits.get(*index) == Some(&0)).collect();
        let mut at = 0;
        while let Some(&index) = ready.get(at) {
            at += 1;
            let mut bits = self.before.get(index).cloned().unwrap_or_default();
            if let Some(word) = bits.get_mut(index / 64) {
                *word |= 1 << (index % 64);
            }
            for &next in self.after.get(index).into_iter().flatten() {
                for (word, more) in self.before.get_mut(next).into_iter().flatten().zip(&bits) {
                    *word |= more;
                }
                if let Some(waits) = waits.get_mut(next) {
                    *waits -= 1;
                    if *waits == 0 {
                        ready.push(next);
                    }
                }
            }
        }
        self.unordered =
            (0..self.nodes.len()).filter(|index| waits.get(*index).is_some_and(|waits| *waits > 0)).collect();
    }
}
