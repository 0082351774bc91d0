//! `kill -9` at every named boundary of a run, and what came of it as a page.
//!
//! The test does the work (`tests/it/kill_matrix.rs`); here it gets the programs that it kills, and the page's place.

use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// How long a soak takes unless told, in seconds.
const SOAK: &str = "240";

/// Runs all single kills, or with `--double` second ones in each recovery too, and writes `tests/kill-matrix.md`. With
/// `--soak [SECONDS]` many runs are killed at random moments instead.
pub(crate) fn kills(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut words = options.rest.iter().map(String::as_str);
    let (mut double, mut soak) = (false, None);
    while let Some(word) = words.next() {
        match word {
            "--double" => double = true,
            "--soak" => soak = Some(words.next().unwrap_or(SOAK).to_owned()),
            unknown => {
                return Err(format!(
                    "`cargo xtask kills` knows --double and --soak SECONDS only, not `{unknown}`."
                )
                .into());
            }
        }
    }
    // The test with them, so that both are built with one set of features.
    let built = ["build", "--workspace", "--bins", "--test", "it", "--locked"];
    Call::new("cargo").args(built).dir(&workspace.root).run()?;
    if let Some(seconds) = soak {
        let test = [
            "test",
            "--workspace",
            "--test",
            "it",
            "--locked",
            "kill_matrix::soak",
            "--",
            "--nocapture",
            "--ignored",
        ];
        return Call::new("cargo").args(test).dir(&workspace.root).env("WEBPLUS_SOAK_SECONDS", seconds).run();
    }
    let mut call = Call::new("cargo")
        .args(["test", "--workspace", "--test", "it", "--locked", "kill_matrix::a_kill", "--", "--nocapture"])
        .dir(&workspace.root)
        .env("WEBPLUS_KILL_MATRIX", workspace.root.join("tests").join("kill-matrix.md"));
    if double {
        call = call.env("WEBPLUS_KILL_TWICE", "1");
    }
    call.run()
}
