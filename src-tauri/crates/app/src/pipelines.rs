//! Pipelines: kept, checked, and run durably. What comes next in a run is `pipeline`'s to say; what a kind of step does is
//! `steps`'; here it is made to last: accepted, committed, begun, retried, recovered.

pub(crate) mod kill;
pub mod library;
pub mod look;
mod net;
mod params;
mod process;
mod roots;
pub mod runs;
mod secrets;
#[allow(dead_code, reason = "the runner comes next")]
pub(crate) mod step;
#[allow(dead_code, reason = "the runner comes next")]
pub(crate) mod steps;
#[allow(dead_code, reason = "the runner comes next")]
pub(crate) mod tell;
pub mod triggers;
mod views;
mod worker;

pub use params::*;
pub use views::*;
pub(crate) use worker::{SUBCOMMAND as WORKER, Worker, end as end_worker, live as work};

/// What a verb answers that isn't built.
fn unbuilt<T>() -> Result<T, crate::Error> {
    Err(crate::Error::new(domain::ErrorCode::Conflict, "This isn't built into this version yet."))
}
