//! `kill -9` at every named boundary of a run, and what came of it as a page.
//!
//! The test does the work (`tests/it/kill_matrix.rs`); here it gets the programs that it kills, and the page's place.

use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// Runs all single kills, or with `--double` second ones in each recovery too, and writes `tests/kill-matrix.md`.
pub(crate) fn kills(workspace: &Workspace, options: &Options) -> Result<()> {
    let double = options.rest.iter().any(|word| word == "--double");
    if let Some(unknown) = options.rest.iter().find(|word| *word != "--double") {
        return Err(format!("`cargo xtask kills` knows --double only, not `{unknown}`.").into());
    }
    Call::new("cargo").args(["build", "--workspace", "--bins", "--locked"]).dir(&workspace.root).run()?;
    let mut call = Call::new("cargo")
        .args(["test", "--workspace", "--test", "it", "--locked", "kill_matrix::a_kill", "--", "--nocapture"])
        .dir(&workspace.root)
        .env("WEBPLUS_KILL_MATRIX", workspace.root.join("tests").join("kill-matrix.md"));
    if double {
        call = call.env("WEBPLUS_KILL_TWICE", "1");
    }
    call.run()
}
