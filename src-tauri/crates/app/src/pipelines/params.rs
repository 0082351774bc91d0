//! What the verbs of pipelines and runs are asked with.

mod library;
mod run;

pub use library::*;
pub use run::*;
