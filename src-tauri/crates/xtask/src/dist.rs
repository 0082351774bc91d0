//! A package for this system, of the desktop application with the model runner and the command line beside it.
//!
//! The two extra executables are named in a configuration of this command alone: in tauri.conf.json they would have to exist
//! before anything could be compiled.

use std::fs;
use std::path::Path;

use crate::options::Options;
use crate::process::{Call, Result};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

const BESIDE: &[&str] = &["webplus-runner", "webplus"];

/// The entry in a Linux desktop's menu; the bundler's own would carry the package's name instead of the product's.
const MENU_ENTRY: &str = "\
[Desktop Entry]
Type=Application
Name=Web+
Comment=Run, manage and talk to language models
Exec={{exec}}
Icon={{icon}}
StartupWMClass={{exec}}
Categories=Utility;Office;
Terminal=false
";

/// Builds for release and bundles.
pub(crate) fn dist(workspace: &Workspace, options: &Options) -> Result<()> {
    setup::prepare(workspace, Purpose::Run, options)?;
    Call::new("npm").args(["run", "--silent", "build"]).dir(workspace.ui()).run()?;
    let gpu: &[&str] = if options.vulkan { &["--features", "webplus-runner/vulkan"] } else { &[] };
    Call::new("cargo")
        .args(["build", "--release", "--workspace", "--locked"])
        .args(gpu.iter().copied())
        .dir(&workspace.root)
        .run()?;
    let overlay = overlay(workspace, options.vulkan)?;
    // The Tauri command line only works from the root, and bundles what was built above instead of building again.
    let tauri = workspace.ui().join("node_modules").join(".bin").join(if cfg!(windows) {
        "tauri.cmd"
    } else {
        "tauri"
    });
    Call::new(tauri)
        .args(["bundle", "--bundles", format(), "--config"])
        .hidden_arg(overlay)
        .dir(&workspace.root)
        .run()?;
    println!("The package is below {}.", workspace.built(true).join("bundle").display());
    Ok(())
}

/// The package format that needs no tool from elsewhere.
fn format() -> &'static str {
    if cfg!(target_os = "macos") {
        "app"
    } else if cfg!(windows) {
        "nsis"
    } else {
        "deb"
    }
}

/// Copies the executables under the names that the bundler looks for, and names them in JSON.
fn overlay(workspace: &Workspace, vulkan: bool) -> Result<String> {
    let triple = setup::host_triple()?;
    let folder = workspace.target.join("beside");
    fs::create_dir_all(&folder).map_err(|error| format!("{} can't be made: {error}.", folder.display()))?;
    let mut names = Vec::new();
    for name in BESIDE {
        let built = workspace.executable(true, name);
        let copy = folder.join(format!("{name}-{triple}{}", std::env::consts::EXE_SUFFIX));
        fs::copy(&built, &copy).map_err(|error| format!("{} can't be copied: {error}.", built.display()))?;
        names.push(quoted(&folder.join(name)));
    }
    let entry = folder.join("webplus.desktop");
    fs::write(&entry, MENU_ENTRY)
        .map_err(|error| format!("{} can't be written: {error}.", entry.display()))?;
    // Linked, not looked for: without it the runner doesn't start.
    let loader = if vulkan { r#","libvulkan1""# } else { "" };
    Ok(format!(
        r#"{{"bundle":{{"active":true,"externalBin":[{}],"shortDescription":"Run, manage and talk to language models","linux":{{"deb":{{"depends":["libayatana-appindicator3-1"{loader}],"desktopTemplate":{}}}}}}}}}"#,
        names.join(","),
        quoted(&entry),
    ))
}

/// A path as JSON text.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "/"))
}
