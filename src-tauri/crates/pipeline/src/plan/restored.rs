//! A plan from the rows of its run.

use std::collections::BTreeMap;

use domain::StepStatus;

use super::frame::{Frame, Slot};
use super::graph::{Graph, Site};
use super::{Instance, Key, RunEnd};

/// The frames that these rows are of, and how the run is over if it is.
pub(super) fn frames(
    graph: &Graph,
    rows: impl IntoIterator<Item = (Key, Instance)>,
) -> (BTreeMap<String, Frame>, Option<RunEnd>) {
    let mut frames: BTreeMap<String, Frame> = BTreeMap::new();
    for (key, mut instance) in rows {
        let Some((body, _)) = graph.resolve(&key.scope) else { continue };
        let Some(at) = graph.slot(body, &key.node) else { continue };
        let frame = frames.entry(key.scope).or_insert_with(|| Frame::new(body, graph.body(body)));
        if let Some(slot) = frame.slots.get_mut(at) {
            instance.taken.sort_unstable();
            slot.instance = instance;
        }
    }
    for frame in frames.values_mut() {
        count(graph, frame);
    }
    // A frame at work always has a step under way: what follows from an event is written with it. One that is over may be
    // here in part.
    frames
        .retain(|scope, frame| scope.is_empty() || frame.slots.iter().any(|slot| under_way(&slot.instance)));
    let inner: Vec<String> = frames.keys().filter(|scope| !scope.is_empty()).cloned().collect();
    for scope in inner {
        let around = graph.resolve(&scope).and_then(|(_, around)| around);
        let container = around
            .and_then(|around| frames.get_mut(around.scope).and_then(|frame| frame.slots.get_mut(around.at)));
        match container {
            Some(slot) if slot.instance.status == StepStatus::Running && slot.instance.port.is_none() => {
                slot.live += 1;
            }
            _ => {
                frames.remove(&scope);
            }
        }
    }
    let over = frames.get("").filter(|top| top.open == 0).map(|top| end(graph, top));
    (frames, over)
}

fn under_way(instance: &Instance) -> bool {
    instance.status != StepStatus::Pending && !instance.status.is_final()
}

/// Counts of a frame whose rows are in place.
fn count(graph: &Graph, frame: &mut Frame) {
    let sites = graph.body(frame.body);
    for (from, site) in sites.iter().enumerate() {
        let Some(slot) = frame.slots.get(from) else { continue };
        if !slot.instance.status.is_final() {
            continue;
        }
        frame.open = frame.open.saturating_sub(1);
        let taken = slot.instance.taken.clone();
        for way in &site.ways {
            if let Some(slot) = way.to.and_then(|to| frame.slots.get_mut(to)) {
                slot.undecided = slot.undecided.saturating_sub(1);
                slot.taken += u32::from(taken.binary_search(&way.edge).is_ok());
            }
        }
    }
}

/// How a run is over whose steps are all final.
fn end(graph: &Graph, top: &Frame) -> RunEnd {
    let sites = graph.body(top.body);
    let steps = || sites.iter().zip(&top.slots);
    let failed =
        steps().find(|(_, slot)| slot.instance.status == StepStatus::Failed && slot.instance.port.is_none());
    if let Some((site, _)) = failed {
        return RunEnd::Failed(Key { scope: String::new(), node: site.id.clone() });
    }
    // Cancelled because another was first is no cancelled run.
    let was_beaten = |at: usize| {
        steps().any(|(site, slot)| site.cancels.binary_search(&at).is_ok() && was_reached(site, slot))
    };
    let by_a_person = top
        .slots
        .iter()
        .enumerate()
        .any(|(at, slot)| slot.instance.status == StepStatus::Cancelled && !was_beaten(at));
    if by_a_person { RunEnd::Cancelled } else { RunEnd::Succeeded }
}

/// Whether control came to a step. One that failed and counts as skipped, or is switched off, has a row like one that no way
/// led to; what was taken towards it tells them apart.
fn was_reached(site: &Site, slot: &Slot) -> bool {
    let skipped_unasked = slot.instance.status == StepStatus::Skipped && slot.instance.port.is_none();
    let enough = site.incoming == 0 || slot.taken >= site.need.unwrap_or(1);
    slot.instance.status != StepStatus::Pending && !skipped_unasked && enough
}
