//! Edges: that they lead from a way that there is to a step that there is, not across a body's border, and not in a ring.

use std::collections::HashSet;

use super::Checked;
use super::faults::Faults;
use super::layout::Layout;
use super::names::{Allowed, Place};
use crate::read::fields::nearest;
use crate::{Edge, OnError, ways};

pub(super) fn check(checked: &Checked<'_>, faults: &mut Faults) {
    let mut seen = HashSet::with_capacity(checked.definition.edges.len());
    for (index, one) in checked.definition.edges.iter().enumerate() {
        edge(checked, index, one, faults);
        if !seen.insert((&one.from, &one.port, &one.to)) {
            let message = format!(
                "There are two edges from `{}.{}` to `{}`. One of them is enough.",
                one.from, one.port, one.to
            );
            faults.warning("duplicate_edge", format!("/edges/{index}"), None, message);
        }
    }
    cycles(&checked.layout, faults);
    ends(checked, faults);
}

fn edge(checked: &Checked<'_>, index: usize, edge: &Edge, faults: &mut Faults) {
    let layout = &checked.layout;
    let place = |key: &str| format!("/edges/{index}/{key}");
    let from = layout.index(&edge.from);
    let to = layout.index(&edge.to);
    for (end, key, id) in [(from, "from", &edge.from), (to, "to", &edge.to)] {
        if end.is_none() {
            faults.error(
                "unknown_node",
                place(key),
                None,
                format!("There is no step `{id}`.{}", layout.hint(id)),
            );
        }
    }
    if let Some(node) = layout.node(&edge.from)
        && crate::kind(&node.kind).is_some()
    {
        let ways = ways(node);
        if !ways.contains(&edge.port) {
            let words: Vec<&str> = ways.iter().map(String::as_str).collect();
            let hint = nearest(&edge.port, &words).map_or_else(
                || format!(" It can be left by: {}.", words.join(", ")),
                |near| format!(" Did you mean `{near}`?"),
            );
            let message = format!("`{}` has no way `{}`.{hint}", edge.from, edge.port);
            faults.error("unknown_way", place("from"), Some(&edge.from), message);
        }
    }
    let (Some(from), Some(to)) = (from, to) else { return };
    if layout.around(from) != layout.around(to) {
        let message = match (layout.around(from), layout.around(to)) {
            (Some(container), None) => {
                let container = layout.id(container);
                format!(
                    "`{}` is inside `{container}` and `{}` isn't. Lead the edge from `{container}` itself.",
                    edge.from, edge.to
                )
            }
            (None, Some(container)) => {
                let container = layout.id(container);
                format!(
                    "`{}` is inside `{container}` and `{}` isn't. Lead the edge to `{container}` itself.",
                    edge.to, edge.from
                )
            }
            _ => format!(
                "`{}` and `{}` are inside different containers. Connect the containers instead.",
                edge.from, edge.to
            ),
        };
        faults.error("crosses_border", format!("/edges/{index}"), None, message);
    }
    if let Some(when) = &edge.when {
        let place = Place { node: Some(from), itself: true, inside: false, allowed: Allowed::Step };
        super::names::expression(checked, when, &self::place_of(index), place, faults);
    }
}

fn place_of(index: usize) -> String {
    format!("/edges/{index}/when")
}

/// Names the steps of each ring once.
fn cycles(layout: &Layout<'_>, faults: &mut Faults) {
    let mut left: HashSet<usize> = layout.unordered.iter().copied().collect();
    // Those that only stand behind a ring lead to none of what is left.
    let mut count = vec![0_usize; layout.nodes.len()];
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); layout.nodes.len()];
    for &index in &layout.unordered {
        for &next in layout.after.get(index).into_iter().flatten().filter(|next| left.contains(next)) {
            if let (Some(count), Some(before)) = (count.get_mut(index), before.get_mut(next)) {
                *count += 1;
                before.push(index);
            }
        }
    }
    let mut idle: Vec<usize> =
        layout.unordered.iter().copied().filter(|index| count.get(*index) == Some(&0)).collect();
    while let Some(index) = idle.pop() {
        left.remove(&index);
        for &earlier in before.get(index).into_iter().flatten() {
            if let Some(count) = count.get_mut(earlier) {
                *count -= 1;
                if *count == 0 {
                    idle.push(earlier);
                }
            }
        }
    }
    for &start in &layout.unordered {
        if !left.contains(&start) {
            continue;
        }
        let mut path: Vec<usize> = Vec::new();
        let mut on_path = HashSet::new();
        let mut at = Some(start);
        while let Some(here) = at.filter(|here| on_path.insert(*here)) {
            path.push(here);
            at = layout.after.get(here).into_iter().flatten().copied().find(|next| left.contains(next));
        }
        for index in &path {
            left.remove(index);
        }
        // Only where the walk came back to itself is it a ring; else it ran into one that was told already.
        let Some(first) = at.and_then(|back| path.iter().position(|index| *index == back)) else { continue };
        let ring: Vec<String> =
            path.iter().skip(first).map(|index| format!("`{}`", layout.id(*index))).collect();
        let names = match ring.as_slice() {
            [one] => format!("{one} leads to itself"),
            _ => format!("{} lead to each other in a ring", ring.join(" → ")),
        };
        let node = path.get(first).map(|index| layout.id(*index));
        faults.error(
            "cycle",
            "/edges",
            node,
            format!("{names}. Remove one of the edges, or put the steps into a loop."),
        );
    }
}

/// A way that a definition asks for and that leads nowhere.
fn ends(checked: &Checked<'_>, faults: &mut Faults) {
    let caught: HashSet<&str> = checked
        .definition
        .edges
        .iter()
        .filter(|edge| edge.port == "error")
        .map(|edge| edge.from.as_str())
        .collect();
    for (index, node) in checked.definition.nodes.iter().enumerate() {
        if node.on_error == OnError::Branch && !caught.contains(node.id.as_str()) {
            let message = format!(
                "`{}` is left by `error` when it fails, but no edge leaves from there: its failure is passed over.",
                node.id
            );
            faults.warning("no_error_edge", format!("/nodes/{index}/on_error"), Some(&node.id), message);
        }
    }
}
