//! What follows from what when an Ollama is looked for, started, watched and ended: events in, effects out.
//!
//! The rules: what answers and is known is used and never stopped; else one of our own runs on a port of its own choosing, at most
//! three starts a minute; whatever ends is told with its reason. Deliberately not here: clocks, processes, files, the network;
//! times arrive with the events, counted from the beginning.

mod event;
mod health;
mod machine;
mod notices;
mod own;
mod phase;
#[cfg(test)]
mod properties;
mod ready;
mod say;
mod starts;
#[cfg(test)]
mod tests;
mod version;
mod who;
mod wishes;

pub use event::{Effect, End, Event, Finding, Patience, Plan, Program, Wish};
pub use machine::Machine;
pub use version::{SAFE_FROM, is_outdated};
