//! Expressions and templates: that they can be compiled, and that what they name is there when they are evaluated.

use std::collections::BTreeSet;

use super::Checked;
use super::faults::Faults;
use crate::expression::{check_expression, check_template, is_filter, is_test};
use crate::read::fields::nearest;
use crate::{References, Source, ports};

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// At which step; none for what belongs to the pipeline.
    pub(super) node: Option<usize>,
    /// Whether the step's own result is there: behind it.
    pub(super) itself: bool,
    /// Whether it is evaluated inside the step, a container.
    pub(super) inside: bool,
    /// What else it can name.
    pub(super) allowed: Allowed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// A step's own texts.
    Step,
    /// Of a failed try: `error` and `output`.
    Retry,
    /// The inputs and nothing else.
    Inputs,
    /// What a trigger tells: `event`.
    Event,
    /// After the run: `outputs`, and every result.
    Outputs,
}

impl Allowed {
    fn others(self) -> &'static [&'static str] {
        match self {
            Self::Step => &["run"],
            Self::Retry => &["run", "error", "output"],
            Self::Inputs => &[],
            Self::Event => &["event"],
            Self::Outputs => &["run", "outputs"],
        }
    }
}

pub(super) fn expression(checked: &Checked<'_>, text: &str, at: &str, place: Place, faults: &mut Faults) {
    if let Err(error) = check_expression(text) {
        faults.error("bad_expression", at, id(checked, place), error.to_string());
        return;
    }
    let mut found = References::default();
    found.expression(text);
    references(checked, &found, at, place, faults);
}

pub(super) fn template(checked: &Checked<'_>, text: &str, at: &str, place: Place, faults: &mut Faults) {
    if let Err(error) = check_template(text) {
        faults.error("bad_template", at, id(checked, place), error.to_string());
        return;
    }
    if text.contains('{') {
        let mut found = References::default();
        found.template(text);
        references(checked, &found, at, place, faults);
    }
}

/// An entry of a step's `in`.
pub(super) fn source(checked: &Checked<'_>, source: &Source, at: &str, place: Place, faults: &mut Faults) {
    let mut found = References::default();
    match source {
        Source::Expression(text) => return expression(checked, text, &format!("{at}/expr"), place, faults),
        Source::Port { node, port } => found.result(node, port),
        Source::Input(name) => drop(found.inputs.insert(name.clone())),
        Source::Carry(name) => drop(found.carry.insert(name.clone())),
        Source::Value(_) => {}
    }
    references(checked, &found, at, place, faults);
}

fn id<'a>(checked: &Checked<'a>, place: Place) -> Option<&'a str> {
    place.node.map(|index| checked.layout.id(index))
}

fn references(checked: &Checked<'_>, found: &References, at: &str, place: Place, faults: &mut Faults) {
    let node = id(checked, place);
    for text in &found.unclear {
        let message = format!(
            "Write which result of which step is meant, such as `nodes.plan.text`, instead of `{text}`."
        );
        faults.error("unclear_name", at, node, message);
    }
    let results = matches!(place.allowed, Allowed::Step | Allowed::Retry | Allowed::Outputs);
    for (used, names) in &found.nodes {
        if results {
            result(checked, used, names, at, place, faults);
        } else {
            let message = format!("No step has run when this is evaluated, so `nodes.{used}` isn't there.");
            faults.error("not_there", at, node, message);
        }
    }
    let definition = checked.definition;
    if place.allowed == Allowed::Event {
        let others = [("inputs", &found.inputs), ("vars", &found.vars)];
        for (name, _) in others.iter().filter(|(_, names)| !names.is_empty()) {
            faults.error("not_there", at, node, format!("There is no `{name}` before a run. Use `event`."));
        }
    } else {
        listed(
            "inputs",
            &found.inputs,
            definition.inputs.keys(),
            "Add it to the pipeline's inputs.",
            at,
            node,
            faults,
        );
        if place.allowed == Allowed::Inputs {
            if let Some(name) = found.vars.first() {
                faults.error("not_there", at, node, format!("`vars.{name}` isn't there yet. Use `inputs`."));
            }
        } else {
            listed(
                "vars",
                &found.vars,
                definition.vars.keys(),
                "Add it to the pipeline's vars with a start value.",
                at,
                node,
                faults,
            );
        }
    }
    let own = place.node.and_then(|index| checked.layout.nodes.get(index));
    listed(
        "in",
        &found.given,
        own.map(|node| &node.inputs).into_iter().flat_map(|inputs| inputs.keys()),
        "Add it to the step's inputs.",
        at,
        node,
        faults,
    );
    containers(checked, found, at, place, faults);
    for name in found.filters.iter().filter(|name| !is_filter(name)) {
        faults.error("unknown_name", at, node, format!("There is no filter `{name}`."));
    }
    for name in found.tests.iter().filter(|name| !is_test(name)) {
        faults.error("unknown_name", at, node, format!("There is no test `is {name}`."));
    }
    let allowed = place.allowed.others();
    for name in found.others.iter().filter(|name| !allowed.contains(&name.as_str())) {
        let meant = if definition.inputs.contains_key(name) {
            format!(" Did you mean `inputs.{name}`?")
        } else if definition.vars.contains_key(name) {
            format!(" Did you mean `vars.{name}`?")
        } else if own.is_some_and(|node| node.inputs.contains_key(name)) {
            format!(" Did you mean `in.{name}`?")
        } else if checked.layout.index(name).is_some() {
            format!(" Did you mean `nodes.{name}`?")
        } else {
            " Put text in quotes; values begin with `inputs`, `vars`, `in` or `nodes`.".to_owned()
        };
        faults.error("unknown_name", at, node, format!("`{name}` isn't known here.{meant}"));
    }
}

/// What only containers give.
fn containers(checked: &Checked<'_>, found: &References, at: &str, place: Place, faults: &mut Faults) {
    let node = id(checked, place);
    let own = place.node.filter(|_| place.inside).and_then(|index| checked.layout.nodes.get(index));
    let around =
        || own.into_iter().chain(place.node.into_iter().flat_map(|index| checked.layout.containers(index)));
    for name in found.carry.iter().filter(|name| *name != "*") {
        if !around().any(|container| container.carry.contains_key(name)) {
            let message = match around().find(|container| container.kind == "loop") {
                Some(container) => format!("`{}` hands on no `{name}`. Add it to its carry.", container.id),
                None => "`carry` is what one turn of a loop hands to the next, and this isn't inside a loop."
                    .to_owned(),
            };
            faults.error("unknown_carry", at, node, message);
        }
    }
    if found.item && !around().any(|container| container.kind == "map") {
        faults.error("unknown_name", at, node, "`item` is there inside a map only.");
    }
    if found.index && around().next().is_none() {
        faults.error("unknown_name", at, node, "`index` is there inside a map or a loop only.");
    }
}

fn listed<'n>(
    what: &str,
    names: &BTreeSet<String>,
    known: impl Iterator<Item = &'n String> + Clone,
    otherwise: &str,
    at: &str,
    node: Option<&str>,
    faults: &mut Faults,
) {
    for name in names.iter().filter(|name| *name != "*") {
        if !known.clone().any(|one| one == name) {
            let words: Vec<&str> = known.clone().map(String::as_str).collect();
            let hint = nearest(name, &words)
                .map_or_else(|| otherwise.to_owned(), |near| format!("Did you mean `{what}.{near}`?"));
            faults.error("unknown_name", at, node, format!("There is no `{what}.{name}`. {hint}"));
        }
    }
}

/// That the step whose result is named exists, has such a port, and comes before.
fn result(
    checked: &Checked<'_>,
    used: &str,
    names: &BTreeSet<String>,
    at: &str,
    place: Place,
    faults: &mut Faults,
) {
    let layout = &checked.layout;
    let node = id(checked, place);
    let (Some(index), Some(used_node)) = (layout.index(used), layout.node(used)) else {
        faults.error("unknown_node", at, node, format!("There is no step `{used}`.{}", layout.hint(used)));
        return;
    };
    if crate::kind(&used_node.kind).is_some() {
        let known = ports(used_node);
        // A step that was left by `error` says why under that name.
        for name in names.iter().filter(|name| *name != "error" && !known.contains_key(*name)) {
            let words: Vec<&str> = known.keys().map(String::as_str).collect();
            let hint = match nearest(name, &words) {
                Some(near) => format!("Did you mean `nodes.{used}.{near}`?"),
                None if words.is_empty() => "It has no results.".to_owned(),
                None => format!("It has: {}.", words.join(", ")),
            };
            faults.error("unknown_port", at, node, format!("`{used}` has no result `{name}`. {hint}"));
        }
    }
    let Some(here) = place.node else {
        // After the run everything is there but the inside of maps.
        if let Some(map) = layout.containers(index).find(|container| container.kind == "map") {
            faults.error("inside_map", at, node, inside_map(used, &map.id));
        }
        return;
    };
    if place.inside && layout.containers(index).any(|container| layout.index(&container.id) == Some(here)) {
        let hidden = layout
            .containers(index)
            .take_while(|one| layout.index(&one.id) != Some(here))
            .find(|one| one.kind == "map");
        if let Some(map) = hidden {
            faults.error("inside_map", at, node, inside_map(used, &map.id));
        }
        return;
    }
    match layout.same_level(index, here) {
        Err(map) => faults.error("inside_map", at, node, inside_map(used, layout.id(map))),
        Ok((earlier, later)) if earlier == later => {
            if !(place.itself && index == here) {
                let message = if index == here {
                    format!("`{used}` can't use its own result.")
                } else if layout.nodes.get(earlier).is_some_and(|around| around.kind == "loop") {
                    format!(
                        "`{used}` is inside `{}`. Use `carry` to hand something from one turn to the next.",
                        layout.id(earlier)
                    )
                } else {
                    inside_map(used, layout.id(earlier))
                };
                faults.error("not_an_ancestor", at, node, message);
            }
        }
        Ok((earlier, later)) if layout.precedes(earlier, later) || on_cycle(checked, later) => {}
        Ok((earlier, later)) => {
            let (earlier, later) = (layout.id(earlier), layout.id(later));
            let message = format!(
                "`nodes.{used}` is used here, but nothing says that `{earlier}` comes before `{later}`. Add an edge from `{earlier}` to `{later}`, directly or over other steps."
            );
            faults.error("not_an_ancestor", at, node, message);
        }
    }
}

/// Then the ring is told, and who comes before whom isn't known.
fn on_cycle(checked: &Checked<'_>, index: usize) -> bool {
    checked.layout.unordered.binary_search(&index).is_ok()
}

fn inside_map(used: &str, map: &str) -> String {
    format!("`{used}` is inside `{map}` and has a result for each item. Use `nodes.{map}.items`.")
}
