//! From a clean clone to an open window, or to a page to open where there is no display.

use std::env;
use std::ffi::OsString;
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
    let (name, words, said) = door(options.serve, cfg!(target_os = "linux"), |name| env::var_os(name));
    println!("\n{said}");
    Call::new(workspace.executable(options.release, name))
        .args(words)
        .args(&options.rest)
        .env("WEBPLUS_RUNNER", runner)
        .run()
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

/// The program, its words and what is said meanwhile: the window, or the page where it was asked for or nothing can show a window.
fn door(
    serve: bool,
    linux: bool,
    read: impl Fn(&str) -> Option<OsString>,
) -> (&'static str, &'static [&'static str], &'static str) {
    let set = |name: &str| read(name).is_some_and(|value| !value.is_empty());
    let display = !linux || set("DISPLAY") || set("WAYLAND_DISPLAY");
    if serve || !display {
        ("webplus", &["serve"], "Serving the page. Open the address below in a browser; Ctrl+C ends it.")
    } else {
        ("webplus-desktop", &[], "Opening Web+.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_no_display_the_page_is_served() {
        let opened = |serve, linux, display: Option<(&'static str, &str)>| {
            let value = display.map(|(name, value)| (name, OsString::from(value)));
            door(serve, linux, |asked| {
                value.clone().filter(|(name, _)| *name == asked).map(|(_, value)| value)
            })
            .0
        };
        assert_eq!(opened(false, true, None), "webplus");
        assert_eq!(opened(false, true, Some(("DISPLAY", ""))), "webplus");
        assert_eq!(opened(false, true, Some(("DISPLAY", ":0"))), "webplus-desktop");
        assert_eq!(opened(false, true, Some(("WAYLAND_DISPLAY", "wayland-0"))), "webplus-desktop");
        assert_eq!(opened(false, false, None), "webplus-desktop");
        assert_eq!(opened(true, false, Some(("DISPLAY", ":0"))), "webplus");
    }
}
