//! The journeys: a person's way through the real page in a real browser and through the real desktop window.
//!
//! `tests/e2e/run.mjs` does the work, a session of its own for each journey; here it gets what it needs.

use crate::options::Options;
use crate::process::{Call, Result};
use crate::setup::{self, Purpose};
use crate::test::RealModels;
use crate::workspace::Workspace;

/// Builds and runs the journeys named, or all.
pub(crate) fn e2e(workspace: &Workspace, options: &Options) -> Result<()> {
    setup::prepare(workspace, Purpose::Test, options)?;
    let real = RealModels::obtain();
    Call::new("npm").args(["run", "--silent", "build"]).dir(workspace.ui()).run()?;
    Call::new("cargo").args(["build", "--workspace", "--all-targets"]).dir(&workspace.root).run()?;
    let words: Vec<&str> = options.rest.iter().map(String::as_str).collect();
    call(workspace, &words, &real).run()
}

/// The command that runs the journeys `words` (a kind, then part of a name).
pub(crate) fn call(workspace: &Workspace, words: &[&str], real: &RealModels) -> Call {
    Call::new("node")
        .arg("tests/e2e/run.mjs")
        .args(words)
        .dir(&workspace.root)
        .envs(&real.variables)
        .env("WEBPLUS_BUILT", workspace.built(false))
}

/// Why journeys of this kind can't be run on this system, as a sentence.
pub(crate) fn reason_to_leave_out(kind: &str) -> Option<String> {
    if kind == "window" && !cfg!(target_os = "linux") {
        return Some(
            "Left out: the journeys in the desktop window, which need Xvfb and WebKitWebDriver (Linux)."
                .to_owned(),
        );
    }
    // On Linux set-up has installed one, so that there its absence is a failure.
    let browser = cfg!(target_os = "linux") || setup::BROWSERS.iter().any(|name| setup::on_path(name));
    (kind == "browser" && !browser)
        .then(|| "Left out: the journeys in a browser, because no Chromium is on the path.".to_owned())
}
