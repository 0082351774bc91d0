//! Pipelines as values: the definition and its checks, templates and expressions, and the planner that says what comes next.
//!
//! Everything here is pure: no clock, no I/O, no async. What a plan asks for is done by `app`, which also keeps what came of
//! it; recovery reads the kept rows and asks the planner again, so there is no code of a person's to replay.

mod check;
mod context;
mod definition;
mod expression;
mod fault;
mod format;
mod hash;
mod kind;
mod kinds;
mod migrations;
mod plan;
mod port;
mod read;
mod references;
mod scan;
mod schema;
mod secret;

pub use check::{Known, check};
pub use context::{bind, complete, inputs, prepare};
pub use definition::{
    Budget, Cache, Concurrency, Defaults, Definition, Edge, FORMAT, Input, LoopCarry, Node, OnAmbiguous,
    OnError, OnExceed, Output, OverlapPolicy, Pins, PipelineTest, Retry, Source, Timeouts, Trigger,
};
pub use expression::{
    ExpressionError, MAX_EXPRESSION, MAX_TEMPLATE, condition, evaluate, on_big_stack, render,
};
pub use fault::{Fault, Severity};
pub use format::format_schema;
pub use hash::{hash, value_hash};
pub use kind::{Capability, Field, FieldShape, KindInfo, PortInfo};
pub use kinds::{answers, effect, item_result, kind, kinds, may_be_tool, ports, primary_port, ways};
pub use plan::{Effect, Event, Instance, Key, Limits, Outcome, Plan, RunEnd};
pub use port::{coerce, compatible};
pub use read::{MAX_EDGES, MAX_NODES, duration, examine, read};
pub use references::{References, judging, references};
pub use schema::Schema;
pub use secret::{resolve, secret_names};
