//! One body at work: the top of a run, one item of a map, one iteration of a loop.

use domain::StepStatus;

use super::graph::{Graph, Shape, Site};
use super::{Effect, Instance, Key};

/// The steps of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) body: usize,
    /// In the order of the body's sites.
    pub(super) slots: Vec<Slot>,
    /// Steps that aren't final.
    pub(super) open: usize,
}

/// A step of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) instance: Instance,
    /// Edges to it whose start hasn't ended.
    pub(super) undecided: u32,
    /// Edges to it that were taken.
    pub(super) taken: u32,
    /// Of a container: open frames inside.
    pub(super) live: u32,
}

impl Frame {
    /// With every step pending.
    pub(super) fn new(body: usize, sites: &[Site]) -> Self {
        let slot =
            |site: &Site| Slot { instance: Instance::pending(), undecided: site.incoming, taken: 0, live: 0 };
        Self { body, slots: sites.iter().map(slot).collect(), open: sites.len() }
    }

    /// What stands open in it.
    pub(super) fn pending(&self, scope: &str, graph: &Graph) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (site, slot) in graph.body(self.body).iter().zip(&self.slots) {
            let key = || Key { scope: scope.to_owned(), node: site.id.clone() };
            let instance = &slot.instance;
            match (instance.status, site.shape, &instance.port) {
                (StepStatus::Ready, _, _) => effects.push(Effect::Start(key())),
                (StepStatus::Running, Shape::Loop { .. } | Shape::Map { .. }, Some(port)) => {
                    effects.push(Effect::Close(key(), port.clone()));
                }
                (StepStatus::Running, Shape::Map { .. }, None) if instance.count.is_none() => {
                    effects.push(Effect::Start(key()));
                }
                (StepStatus::Running, Shape::Loop { .. }, None) if slot.live == 0 => {
                    effects.push(Effect::Judge(key(), instance.opened.saturating_sub(1)));
                }
                _ => {}
            }
        }
        effects
    }

    /// The rows that it stands for.
    pub(super) fn known<'f>(
        &'f self,
        scope: &'f str,
        graph: &'f Graph,
    ) -> impl Iterator<Item = (Key, &'f Instance)> {
        let rows = graph.body(self.body).iter().zip(&self.slots);
        rows.filter(|(_, slot)| slot.instance.status != StepStatus::Pending)
            .map(move |(site, slot)| (Key { scope: scope.to_owned(), node: site.id.clone() }, &slot.instance))
    }
}

/// The scope of a container's item or iteration.
pub(super) fn inner_scope(scope: &str, container: &str, index: u32) -> String {
    if scope.is_empty() { format!("{container}:{index}") } else { format!("{scope}/{container}:{index}") }
}

/// What the scopes of all of a container's items begin with, deeper ones included.
pub(super) fn inner_prefix(scope: &str, container: &str) -> String {
    if scope.is_empty() { format!("{container}:") } else { format!("{scope}/{container}:") }
}
