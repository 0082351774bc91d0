//! Servers for tests that do exactly what a script says: real sockets on this computer, any fault at any byte.
//!
//! Nothing of Web+ is used here, so that every crate may use it in its own tests.

mod fault;
pub mod hub;
pub mod ollama;
mod proxy;
mod script;

pub use fault::{FaultServer, Recorded};
pub use proxy::{Asked, Proxy};
pub use script::{Gate, Script};
