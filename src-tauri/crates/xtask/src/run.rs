//! From a clean clone to an open window, or to a page to open where there is no display.

use std::env;
use std::path::Path;

use crate::model;
use crate::options::Options;
use crate::process::{Call, Result};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

/// Sets up, builds, puts the small model in place and opens Web+; returns when it is closed.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    setup::prepare(workspace, Purpose::Run, options)?;
    let small_model = model::small_model();
    build(workspace, options.release)?;
    if let Some(file) = small_model {
        import(workspace, options.release, &file);
    }
    let runner = workspace.executable(options.release, "webplus-runner");
    let door = if options.serve || !display() {
        println!("\nServing the page. Open the address below in a browser; Ctrl+C ends it.");
        Call::new(workspace.executable(options.release, "webplus")).arg("serve")
    } else {
        println!("\nOpening Web+.");
        Call::new(workspace.executable(options.release, "webplus-desktop"))
    };
    door.args(&options.rest).env("WEBPLUS_RUNNER", runner).run()
}

fn build(workspace: &Workspace, release: bool) -> Result<()> {
    // The page first: it becomes part of the executables.
    Call::new("npm").args(["run", "--silent", "build"]).dir(workspace.ui()).run()?;
    let call = Call::new("cargo").args(["build", "--workspace", "--locked"]).dir(&workspace.root);
    if release { call.arg("--release").run() } else { call.run() }
}

/// Importing the same file again doubles nothing, so nobody needs to remember whether it was done.
fn import(workspace: &Workspace, release: bool, file: &Path) {
    let imported = Call::new(workspace.executable(release, "webplus"))
        .args(["models", "import", "--json"])
        .arg(file)
        .env("WEBPLUS_RUNNER", workspace.executable(release, "webplus-runner"))
        .succeeds();
    if !imported {
        println!(
            "The small model could not be put in place; Web+ opens without it. Its file is {}.",
            file.display()
        );
    }
}

fn display() -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
