//! The log of an Ollama of our own: a file that it appends to and we read along.
//!
//! Its lines are the only place that tells the port, the devices and the sizes of the buffers. Deliberately not here:
//! anything that an answer over HTTP tells as well.

mod fact;
mod loads;
mod tail;

pub use fact::{Fact, fact, failure};
pub use loads::{LoadMemory, Loads};
pub use tail::{Tail, last_lines, rotate, shorten};
