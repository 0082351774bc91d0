//! What the page may do, held as data: a permission, plugin or source that is not listed here is a failure to be argued about.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it is surprised"
)]

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// Every permission of the page, and why it has it.
const PERMISSIONS: &[(&str, &str)] = &[
    ("allow-rpc", "to call the application's methods, which check for themselves"),
    ("allow-subscribe", "to hear what happens"),
    ("allow-unsubscribe", "to stop hearing it"),
    ("allow-open-external", "web and mail addresses only, checked in Rust"),
    ("allow-pick-model-file", "the person chooses, the page gets a handle"),
    ("allow-pick-folder", "the same, for a folder that models are moved to"),
    ("allow-pick-path", "the same, for a file or folder that a run is given"),
    ("allow-window-ready", "to say that it has painted"),
    ("core:event:allow-listen", "menu entries and dropped files"),
    ("core:event:allow-unlisten", "the same, ended"),
    ("core:window:allow-set-theme", "the frame and the menu in the page's theme"),
    ("core:window:allow-set-title", "the conversation's title in the frame"),
];

/// The plugins that are built in; none of them is open to the page.
const PLUGINS: &[&str] = &["dialog", "opener", "single-instance", "store"];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn json(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(file)).unwrap()).unwrap()
}

#[test]
fn the_page_has_exactly_the_listed_permissions() {
    let files: Vec<_> = fs::read_dir(folder().join("capabilities"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["main.json"], "one capability for the one window");
    let capability = json("capabilities/main.json");
    let granted: Vec<&str> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().expect("no scopes"))
        .collect();
    let listed: Vec<&str> = PERMISSIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(granted, listed);
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    assert_eq!(capability["local"], true);
    for absent in ["remote", "webviews", "platforms"] {
        assert!(capability.get(absent).is_none(), "the capability says {absent}");
    }
    assert_eq!(json("tauri.conf.json")["app"]["security"]["capabilities"], serde_json::json!(["main"]));
}

#[test]
fn every_command_is_listed_and_has_its_permission() {
    let names = |text: &str, after: &str| -> BTreeSet<String> {
        let list = text.split_once(after).unwrap().1.split_once('[').unwrap().1.split_once(']').unwrap().0;
        list.split(',')
            .map(|name| name.trim().trim_matches('"').trim_start_matches("commands::").to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    };
    let read = |file: &str| fs::read_to_string(folder().join(file)).unwrap();
    let declared = names(&read("build.rs"), "const COMMANDS: &[&str] =");
    let handled = names(&read("src/lib.rs"), "generate_handler!");
    let allowed: BTreeSet<String> = PERMISSIONS
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("allow-"))
        .map(|name| name.replace('-', "_"))
        .collect();
    assert_eq!(declared, handled);
    assert_eq!(declared, allowed);
    assert_eq!(read("src/commands.rs").matches("#[tauri::command]").count(), declared.len());
}

#[test]
fn no_plugin_reaches_the_shell_the_disk_or_the_network() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let plugins: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("tauri-plugin-"))
        .map(|line| line.split(['.', ' ', '=']).next().unwrap())
        .collect();
    assert_eq!(plugins, PLUGINS);
}

#[test]
fn the_window_loads_nothing_but_what_it_brings() {
    let security = json("tauri.conf.json")["app"]["security"].clone();
    let policy = security["csp"].as_str().expect("the policy is one text").to_owned();
    assert!(policy.starts_with("default-src 'none'"));
    for source in policy.split([' ', ';']).filter(|word| {
        !word.is_empty()
            && !word.ends_with("-src")
            && !matches!(*word, "base-uri" | "form-action" | "frame-ancestors")
    }) {
        assert!(
            ["'none'", "'self'", "blob:", "data:", "ipc:", "http://ipc.localhost"].contains(&source),
            "the policy lets {source} in"
        );
    }
    let script = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
    assert_eq!(script.trim(), "script-src 'self'");
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["dangerousDisableAssetCspModification"], false);
    assert!(security.get("assetProtocol").is_none(), "files of the disk are not served to the page");
    let app = json("tauri.conf.json")["app"].clone();
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(app["windows"], serde_json::json!([]), "the window is made in Rust, with its handlers");
}
