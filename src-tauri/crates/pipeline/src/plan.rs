//! The planner: what comes next in a run, as a pure machine. It is told what happened and answers what must be written and
//! what must be begun. It knows ways and counts, never values: whoever drives it evaluates expressions and hands the answers in.
//!
//! How a run is driven: `Begun`, then for each `Start` the events of that step, until `End`. What a driver must know:
//! - The `Set`s of one event belong into one transaction with what happened; a step without a row is pending. Whoever writes
//!   only whole events finds the same plan again with `restore`, and with `pending` what it had not begun yet.
//! - A container is started like any step. A map is then answered with `Opened` (its list's length), a loop with `Opened` (its
//!   most iterations) or simply `Taken`; either may also end at once (`Ended`: reused, pinned, failed before it was open).
//! - Events that don't fit (an unknown step, one that ended, a second time the same) change nothing and answer nothing.
//! - A failed step whose row has no port is what failed its body; one with the port `error` had a way on.
//! - Edges from `skipped`, and those past a step that is off, are taken whatever their `when` says: such a step has no values.
//!
//! The parts: `graph` is the definition as indices, `frame` the steps of one body (the top, an item, an iteration), `inside`
//! moves control along the edges of a frame, `work` between frames, `restored` makes a plan of rows.

mod frame;
mod graph;
mod inside;
mod restored;
#[cfg(test)]
mod tests;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::StepStatus;

use self::frame::Frame;
use self::graph::Graph;
use self::work::Work;
use crate::Definition;

/// A step of a run: which node, inside which containers ("each:3/fix:0"; empty at the top).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Container and index, joined by `/`.
    pub scope: String,
    /// The node's id.
    pub node: String,
}

/// What is known of a step of a run: exactly what its row keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// How it stands.
    pub status: StepStatus,
    /// The way it left by; of a container that is being closed, the way it is about to leave by.
    pub port: Option<String>,
    /// Which edges (indices into the definition's, ascending) were taken when it ended: decided once, kept, never reckoned again.
    pub taken: Vec<u32>,
    /// Of a container: items or iterations begun.
    pub opened: u32,
    /// Of a map whose list is frozen: items in all. Of a loop that is open: iterations at most.
    pub count: Option<u32>,
}

impl Instance {
    /// Of a step that nothing is known of yet.
    fn pending() -> Self {
        Self { status: StepStatus::Pending, port: None, taken: Vec::new(), opened: 0, count: None }
    }
}

/// How a step ended. Edges without a `when` need not be named: they are taken where their port is left by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was left by this way; the edges from it whose `when` holds (those without one always do).
    Succeeded {
        /// `ok`, or a branch.
        port: String,
        /// Indices of the edges from this node and port that are taken.
        taken: Vec<u32>,
    },
    /// No try is left.
    Failed {
        /// Indices of the edges from `error` (or, where it counts as skipped or done, from `skipped` or `ok`) that are taken.
        taken: Vec<u32>,
    },
    /// By a person's cancel: the run is cancelled with it.
    Cancelled,
    /// Taken over from an earlier run, left by this way.
    Reused {
        /// As `Succeeded`.
        port: String,
        /// As `Succeeded`.
        taken: Vec<u32>,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The run begins.
    Begun,
    /// An attempt of a ready step begins.
    Taken(Key),
    /// A step that is under way waits: for a time, a person, another run.
    Waits(Key),
    /// A try failed; the next has its time.
    RetryLater(Key),
    /// That time has come, or what an interrupted attempt was begun for must be begun again.
    Again(Key),
    /// It isn't known whether it happened.
    Unknown(Key),
    /// A step ended.
    Ended(Key, Outcome),
    /// A map's list is frozen and has so many items; or a loop begins and has so many iterations at most.
    Opened(Key, u32),
    /// After an iteration of a loop: whether `until` holds. Whether another iteration is left is known here.
    Judged(Key, bool),
    /// All of a map's items are collected, or a loop's last iteration is: the container ends by that way.
    Closed(Key, Outcome),
    /// A person cancels the run.
    Cancel,
}

/// What must be done, in this order, once all the `Set`s among them are written in the transaction of what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write the step's row so.
    Set(Key, Instance),
    /// The step is ready: begin an attempt when there is room.
    Start(Key),
    /// An iteration of the loop ended well: evaluate `until` and `carry` in its scope, answer with `Judged`.
    Judge(Key, u32),
    /// The container's inside is done: gather its results, answer with `Closed` by this way.
    Close(Key, String),
    /// Stop the attempt, or whatever else is under way for it (its `Start`, `Judge` or `Close` is void); its row is final
    /// already and its end counts for nothing.
    Abort(Key),
    /// The run is over.
    End(RunEnd),
}

/// How a run is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Every step ended, none in a way that fails it.
    Succeeded,
    /// This step failed it.
    Failed(Key),
    /// By a person.
    Cancelled,
}

/// What of a definition a run is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// "Run to here": this node and what leads to it, and nothing else.
    pub until: Option<String>,
    /// Of `until`, whether what leads to it is left out, too: that node alone, with what is inside it.
    pub alone: bool,
}

/// A run in the planner's eyes. An event costs what the step it is about has edges; memory is held for the top and for open
/// items and iterations only, so that ten thousand items stay small.
#[derive(Debug, Clone)]
pub struct Plan {
    graph: Arc<Graph>,
    /// By scope; "" is the top. Of a container only what is open.
    frames: BTreeMap<String, Frame>,
    over: Option<RunEnd>,
}

impl Plan {
    /// A run that hasn't begun. A definition that `check` finds faults in makes a plan that may never end, but never a panic.
    pub fn new(definition: &Definition, limits: Limits) -> Self {
        let graph = Arc::new(Graph::new(definition, &limits));
        Self { graph, frames: BTreeMap::new(), over: None }
    }

    /// The run that these rows are of: those of the top and of containers, and those of items and iterations that are open
    /// (further ones do no harm). Without any it hasn't begun.
    pub fn restore(
        definition: &Definition,
        limits: Limits,
        rows: impl IntoIterator<Item = (Key, Instance)>,
    ) -> Self {
        let mut plan = Self::new(definition, limits);
        let (frames, over) = restored::frames(&plan.graph, rows);
        plan.frames = frames;
        plan.over = over;
        plan
    }

    /// Takes in what happened; says what must be written and done.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        if self.over.is_some() {
            return Vec::new();
        }
        let mut work = Work::new(&self.graph, &mut self.frames, &mut self.over);
        work.take_in(event);
        work.effects
    }

    /// What stands open, in a fixed order: `Start` for the ready, `Judge` and `Close` for containers that wait for it, `End`
    /// for a run that is over. What is under way isn't here: its attempts are somebody's to end or to begin `Again`.
    pub fn pending(&self) -> Vec<Effect> {
        if let Some(end) = &self.over {
            return vec![Effect::End(end.clone())];
        }
        self.frames.iter().flat_map(|(scope, frame)| frame.pending(scope, &self.graph)).collect()
    }

    /// How the run is over, once it is.
    pub fn is_over(&self) -> Option<RunEnd> {
        self.over.clone()
    }

    /// What is known of a step: none where it is pending, or inside an item or iteration that isn't open.
    pub fn instance(&self, key: &Key) -> Option<&Instance> {
        let frame = self.frames.get(&key.scope)?;
        let slot = self.graph.slot(frame.body, &key.node)?;
        frame.slots.get(slot).map(|slot| &slot.instance).filter(|i| i.status != StepStatus::Pending)
    }

    /// Everything that is known, by scope, then in the definition's order; pending ones left out.
    pub fn instances(&self) -> impl Iterator<Item = (Key, &Instance)> {
        self.frames.iter().flat_map(|(scope, frame)| frame.known(scope, &self.graph))
    }
}
