//! Pipelines: kept, checked, and run durably. What comes next in a run is `pipeline`'s to say; what a kind of step does is
//! `steps`'; here it is made to last: accepted, committed, begun, retried, recovered.

mod accept;
mod actor;
mod alone;
mod around;
mod blobs;
mod blueprint;
mod budgets;
mod chosen;
mod context;
mod estimate;
mod evaluator;
pub mod files;
pub(crate) mod happening;
pub mod kept;
pub(crate) mod kill;
pub mod library;
pub mod look;
pub mod made;
mod net;
mod outbox;
mod params;
mod process;
mod recent;
mod recover;
mod registry;
mod rerun;
pub mod retention;
mod roots;
mod run_views;
pub mod runs;
mod scope;
pub mod secrets;
pub mod selftest;
mod slots;
pub(crate) mod step;
pub(crate) mod steps;
pub(crate) mod tell;
mod telling;
mod templates;
mod texts;
mod timers;
pub(crate) mod topic;
pub mod triggers;
mod values;
mod views;
mod worker;

use std::sync::atomic::AtomicBool;

use domain::{Call, RunId};
use tokio::sync::Notify;

use crate::{App, Error, gateway::Resolved};

pub(crate) use accept::{Came, accept_with};
pub use params::*;
pub(crate) use process::end_left;
pub(crate) use recover::begin;
pub(crate) use values::{load as load_value, size as value_size};
pub use views::*;
pub(crate) use worker::{SUBCOMMAND as WORKER, Worker, end as end_worker, live as work};

/// What all runs share.
#[derive(Default)]
pub(crate) struct Pipelines {
    pub(crate) registry: registry::Registry,
    pub(crate) blueprints: blueprint::Blueprints,
    pub(crate) evaluator: evaluator::Evaluator,
    pub(crate) slots: slots::Slots,
    pub(crate) timers: timers::Timers,
    pub(crate) budgets: budgets::Budgets,
    pub(crate) texts: texts::Texts,
    pub(crate) in_flight: blobs::InFlight,
    pub(crate) triggers: triggers::Woken,
    pub(crate) listeners: topic::Listeners,
    pub(crate) files: files::Definitions,
    /// Something was written into the outbox.
    pub(crate) outbox: Notify,
    /// Old runs are to be looked for.
    pub(crate) sweep: Notify,
    /// The clock jumped, so that none is removed until a person says so.
    pub(crate) sweep_waits: AtomicBool,
}

/// Tokens that an answer may have where nobody set a limit.
const UNLIMITED_ANSWER: u64 = 4096;

/// Looks whether a run may spend what a call can cost at most, before it is sent.
pub(crate) fn reserve(
    app: &App,
    run: RunId,
    call: &Call,
    resolved: &Resolved,
    max_tokens: Option<u32>,
) -> Result<(), Error> {
    let prompt = call.usage.input;
    let answer = max_tokens.map_or(UNLIMITED_ANSWER, u64::from);
    let most = domain::TokenUsage { input: prompt, output: answer, ..domain::TokenUsage::default() };
    let cost = if resolved.free { Some(0) } else { resolved.price(prompt).map(|price| price.cost(&most)) };
    app.pipelines.budgets.reserve(run, call.id, cost, prompt + answer)
}
