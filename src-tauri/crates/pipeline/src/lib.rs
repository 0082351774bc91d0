//! Pipelines as values: the definition and its checks, templates and expressions, and the planner that says what comes next.
//!
//! Everything here is pure: no clock, no I/O, no async. What a plan asks for is done by `app`, which also keeps what came of
//! it; recovery reads the kept rows and asks the planner again, so there is no code of a person's to replay.

mod definition;
mod fault;
mod kind;
mod plan;

pub use definition::{
    Budget, Cache, Concurrency, Defaults, Definition, Edge, FORMAT, Input, LoopCarry, Node, OnAmbiguous,
    OnError, OnExceed, Output, OverlapPolicy, Pins, PipelineTest, Retry, Source, Timeouts, Trigger,
};
pub use fault::{Fault, Severity};
pub use kind::{Capability, Field, FieldShape, KindInfo, PortInfo};
pub use plan::{Effect, Event, Instance, Key, Limits, Outcome, Plan, RunEnd};
