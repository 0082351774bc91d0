//! What has to be there before anything is built: system packages, Node.js and the page's packages.
//!
//! Each part looks first and does nothing when it finds what it needs, so that a second run costs well under a second.
//! The small model and the Python server of the tests are apart (`model`, `server`): without them less is tested, but everything builds.

use std::env;
use std::fs;
use std::time::Instant;

use crate::debian;
use crate::options::Options;
use crate::process::{Call, Result};
use crate::workspace::Workspace;

/// What Vite asks for.
const NODE_AT_LEAST: (u32, u32) = (20, 19);

/// What the set-up is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building and opening the application.
    Run,
    /// All that, and the tests with their journeys.
    Test,
}

/// Installs or checks everything that `purpose` needs.
pub(crate) fn prepare(workspace: &Workspace, purpose: Purpose, options: &Options) -> Result<()> {
    timed("system packages", || system_packages(purpose, options.yes))?;
    timed("Node.js", || node(options.yes))?;
    timed("the page's packages", || page_packages(workspace))?;
    timed("Rust packages", || rust_packages(workspace))
}

/// The names under which a Chromium may be installed.
pub(crate) const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn timed(what: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    work()?;
    println!("set-up: {what} ready ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(())
}

fn system_packages(purpose: Purpose, yes: bool) -> Result<()> {
    if !debian::is_debian() {
        elsewhere(purpose);
        return Ok(());
    }
    let mut wanted = [debian::BUILD, debian::MODEL].concat();
    if purpose == Purpose::Test {
        wanted.extend(debian::TEST);
        if !BROWSERS.iter().any(|browser| on_path(browser)) {
            wanted.push(debian::browser());
        }
    }
    let mut missing = debian::missing(&wanted);
    // A Python of one's own is as good as the distribution's.
    if crate::model::python().is_some() {
        missing.retain(|package| !debian::MODEL.contains(&package.as_str()));
    }
    if crate::server::can_make_environments() {
        missing.retain(|package| package != "python3-venv");
    }
    if missing.is_empty() { Ok(()) } else { debian::install(&missing, yes) }
}

fn elsewhere(purpose: Purpose) {
    let (system, commands) = if cfg!(target_os = "macos") {
        ("macOS", "  xcode-select --install\n  brew install cmake llvm python")
    } else if cfg!(windows) {
        (
            "Windows",
            "  Visual Studio Build Tools with \"Desktop development with C++\", CMake, LLVM (for libclang), \
             the WebView2 runtime (part of Windows 11) and Python 3",
        )
    } else {
        (
            "this Linux",
            "  a C and C++ compiler, pkg-config, cmake, clang with libclang, Python 3 with pip, and the development files of\n  \
             WebKitGTK 4.1, D-Bus, Ayatana AppIndicator 3 and librsvg. By name:\n  \
             Fedora  gcc-c++ pkgconf cmake clang-devel python3-pip webkit2gtk4.1-devel dbus-devel libayatana-appindicator-gtk3-devel librsvg2-devel\n  \
             Arch    base-devel cmake clang python-pip webkit2gtk-4.1 dbus libayatana-appindicator librsvg",
        )
    };
    println!("On {system} nothing is installed for you. Building needs:\n\n{commands}\n");
    if purpose == Purpose::Test && cfg!(target_os = "linux") {
        println!(
            "The journeys need besides: Xvfb with xvfb-run, dbus-run-session, gnome-keyring, secret-tool, WebKitWebDriver, \
             ImageMagick, xdotool, the DejaVu fonts and Chromium.\n"
        );
    }
}

fn node(yes: bool) -> Result<()> {
    let version = || {
        let version = Call::new("node").arg("--version").quiet_output()?;
        read_version(&version)
    };
    let ready = |found: Option<(u32, u32)>| {
        found.is_some_and(|found| found >= NODE_AT_LEAST) && Call::new("npm").arg("--version").succeeds()
    };
    if ready(version()) {
        return Ok(());
    }
    if debian::is_debian() && debian::offers_node(NODE_AT_LEAST.0) {
        debian::install(&["nodejs".to_owned(), "npm".to_owned()], yes)?;
        if ready(version()) {
            return Ok(());
        }
    }
    let wanted = format!("{}.{}", NODE_AT_LEAST.0, NODE_AT_LEAST.1);
    let found = version().map_or_else(
        || "is not on the path".to_owned(),
        |(major, minor)| format!("is version {major}.{minor}"),
    );
    Err(format!("Web+ needs Node.js {wanted} or newer with npm, and `node` {found}. Install it from https://nodejs.org, then run this again.")
        .into())
}

/// Installs what the lock file says, unless that was done before; packages run no scripts of theirs.
fn page_packages(workspace: &Workspace) -> Result<()> {
    let ui = workspace.ui();
    let lock = fs::read(ui.join("package-lock.json"))
        .map_err(|error| format!("ui/package-lock.json can't be read: {error}."))?;
    // A copy of the lock file inside the folder that it made: gone with it, and compared byte by byte.
    let installed = ui.join("node_modules").join(".webplus-installed-lock.json");
    if fs::read(&installed).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    // `npm ci` would refuse a lock file made where the packages for other systems could not be had.
    Call::new("npm")
        .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"])
        .dir(&ui)
        .run()?;
    fs::write(&installed, lock).map_err(|error| format!("ui/node_modules can't be written: {error}.").into())
}

/// Everything that this system's build downloads, so that all later steps can be run without a network.
fn rust_packages(workspace: &Workspace) -> Result<()> {
    let host = host_triple()?;
    Call::new("cargo").args(["fetch", "--quiet", "--locked", "--target", &host]).dir(&workspace.root).run()
}

/// This machine's name in Rust's terms.
pub(crate) fn host_triple() -> Result<String> {
    Call::new("rustc")
        .arg("-vV")
        .quiet_output()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned))
        .ok_or_else(|| "`rustc -vV` did not say which system this is.".into())
}

/// Whether a program of this name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| {
        env::split_paths(&path)
            .any(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)).is_file())
    })
}

fn read_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{NODE_AT_LEAST, read_version};

    #[test]
    fn a_version_of_node_is_compared_by_its_first_two_numbers() {
        assert_eq!(read_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(read_version("nonsense"), None);
        assert!(read_version("v22.0.0") > Some(NODE_AT_LEAST));
        assert!(read_version("v20.9.0") < Some(NODE_AT_LEAST));
    }
}
