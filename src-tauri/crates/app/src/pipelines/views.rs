//! What the verbs of pipelines and runs answer.

mod library;
mod run;

pub use library::*;
pub use run::*;
