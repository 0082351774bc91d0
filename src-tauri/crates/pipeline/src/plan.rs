//! The planner: what comes next in a run, as a pure machine. It is told what happened and answers what must be written and
//! what must be begun. It knows ways and counts, never values: whoever drives it evaluates expressions and hands the answers in.

use std::collections::BTreeMap;

use domain::StepStatus;

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
    /// The way it left by.
    pub port: Option<String>,
    /// Which edges (indices into the definition's) were taken when it ended: decided once, kept, never reckoned again.
    pub taken: Vec<u32>,
    /// Of a container: items or iterations begun.
    pub opened: u32,
    /// Of a map whose list is frozen: items in all.
    pub count: Option<u32>,
}

/// How a step ended.
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
    /// By a person's cancel.
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
    /// A map's list is frozen.
    Opened(Key, u32),
    /// After an iteration of a loop: whether `until` holds. With `None` for "no more iterations" handled by the planner.
    Judged(Key, bool),
    /// All of a map's items are collected, or a loop's last iteration is: the container ends by that way.
    Closed(Key, Outcome),
    /// A person cancels the run.
    Cancel,
}

/// What must be done, in this order. `Set`s belong into the transaction of what happened.
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
    /// Stop the attempt; its end is told by `Ended` or thrown away.
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

/// A run in the planner's eyes.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is known of its steps. Ended insides of a map's items are forgotten, so that ten thousand items stay small.
    pub instances: BTreeMap<Key, Instance>,
}
