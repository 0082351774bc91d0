//! The shape of the code, held as data: who may depend on whom, how long a file may be, what may never be committed.
//!
//! What a compiler or Clippy can see is left to them (`clippy.toml`); the page's own borders are ESLint's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it is surprised"
)]
#![allow(clippy::disallowed_methods, reason = "asks Cargo and git what there is")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of ours and those of ours that it may depend on.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("webplus-domain", &[]),
    ("webplus-store", &["webplus-domain"]),
    ("webplus-llm", &["webplus-domain"]),
    ("webplus-engine", &["webplus-domain", "webplus-llm"]),
    ("webplus-runner", &["webplus-domain"]),
    ("webplus-markup", &["webplus-domain"]),
    ("webplus-pipeline", &["webplus-domain"]),
    (
        "webplus-app",
        &[
            "webplus-domain",
            "webplus-store",
            "webplus-llm",
            "webplus-engine",
            "webplus-markup",
            "webplus-pipeline",
        ],
    ),
    ("webplus-server", &["webplus-domain", "webplus-app"]),
    ("webplus-cli", &["webplus-domain", "webplus-app", "webplus-server"]),
    ("webplus-desktop", &["webplus-domain", "webplus-app", "webplus-server"]),
    ("webplus-test-support", &[]),
    (
        "webplus-tests",
        &[
            "webplus-domain",
            "webplus-store",
            "webplus-llm",
            "webplus-engine",
            "webplus-markup",
            "webplus-pipeline",
            "webplus-app",
            "webplus-server",
            "webplus-test-support",
        ],
    ),
    ("xtask", &[]),
];

/// What each crate may use in its own tests besides itself (with a feature of its own turned on).
const FOR_TESTS: &str = "webplus-test-support";

/// A crate of others and the only one of ours that may use it; the tests may use anything.
const SOLE_USER: &[(&str, &str)] = &[
    ("rusqlite", "webplus-store"),
    ("reqwest", "webplus-llm"),
    ("llama-cpp-2", "webplus-runner"),
    ("llama-cpp-sys-2", "webplus-runner"),
    ("jaq-core", "webplus-app"),
    ("rquickjs", "webplus-app"),
    ("jsonschema", "webplus-pipeline"),
    ("minijinja-contrib", "webplus-runner"),
    ("pulldown-cmark", "webplus-markup"),
    ("pulldown-latex", "webplus-markup"),
    ("syntect", "webplus-markup"),
    ("keyring", "webplus-app"),
    ("keyring-core", "webplus-app"),
    ("zbus-secret-service-keyring-store", "webplus-app"),
    ("apple-native-keyring-store", "webplus-app"),
    ("windows-native-keyring-store", "webplus-app"),
    ("secret-service", "webplus-app"),
    ("notify", "webplus-app"),
    ("argon2", "webplus-app"),
    ("chacha20poly1305", "webplus-app"),
    ("jsonwebtoken", "webplus-app"),
    ("axum", "webplus-server"),
    ("clap", "webplus-cli"),
    ("tauri", "webplus-desktop"),
    ("tauri-build", "webplus-desktop"),
    ("tauri-plugin-dialog", "webplus-desktop"),
    ("tauri-plugin-notification", "webplus-desktop"),
    ("tauri-plugin-opener", "webplus-desktop"),
    ("tauri-plugin-single-instance", "webplus-desktop"),
    ("tauri-plugin-store", "webplus-desktop"),
];

/// Crates of others with a few users of ours.
const USERS: &[(&str, &[&str])] = &[
    ("minijinja", &["webplus-runner", "webplus-pipeline"]),
    ("landlock", &["webplus-runner", "webplus-engine"]),
];

/// The nouns know nothing that runs.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "futures-util", "tracing", "libc", "sysinfo", "url"];

const LONGEST_FILE: usize = 500;
const LARGEST_FILE: u64 = 2_000_000;

#[test]
fn crates_depend_only_downwards() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    let listed: BTreeSet<&str> = MAY_DEPEND_ON.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours, listed, "the workspace's crates and the table of this test differ");
    for (name, allowed) in MAY_DEPEND_ON {
        for dependency in packages[*name].iter().filter(|dependency| ours.contains(dependency.name.as_str()))
        {
            let fine = allowed.contains(&dependency.name.as_str())
                || (dependency.dev && [FOR_TESTS, *name].contains(&dependency.name.as_str()));
            assert!(fine, "{name} may not depend on {}", dependency.name);
        }
    }
}

#[test]
fn each_crate_of_others_has_its_one_user() {
    for (name, dependencies) in packages() {
        for dependency in dependencies.iter().filter(|dependency| !dependency.dev) {
            let owner =
                SOLE_USER.iter().find(|(third, _)| *third == dependency.name).map(|(_, owner)| *owner);
            assert!(
                owner.is_none_or(|owner| owner == name || name == "webplus-tests"),
                "{name} uses {}, which only {} may",
                dependency.name,
                owner.unwrap_or_default()
            );
            let users = USERS.iter().find(|(third, _)| *third == dependency.name).map(|(_, users)| *users);
            assert!(
                users.is_none_or(|users| users.contains(&name.as_str()) || name == "webplus-tests"),
                "{name} uses {}, which only {users:?} may",
                dependency.name
            );
        }
    }
}

#[test]
fn the_nouns_do_nothing_by_themselves() {
    for dependency in &packages()["webplus-domain"] {
        let name = dependency.name.as_str();
        assert!(!NOT_IN_DOMAIN.contains(&name), "webplus-domain depends on {name}");
    }
}

#[test]
fn the_development_commands_need_no_other_crate() {
    let names: Vec<_> = packages()["xtask"].iter().map(|dependency| dependency.name.clone()).collect();
    assert!(names.is_empty(), "xtask depends on {names:?}, and would have to download before it can set up");
}

#[test]
fn every_crate_obeys_the_workspace_s_lints() {
    for file in tracked().iter().filter(|file| file.ends_with("Cargo.toml") && *file != "Cargo.toml") {
        let text = read(file);
        assert!(text.contains("[lints]\nworkspace = true"), "{file} doesn't say `[lints] workspace = true`");
    }
}

#[test]
fn files_are_short_enough_to_be_read() {
    let long: Vec<String> = tracked()
        .iter()
        .filter(|file| is_code(file) && !is_test_or_generated(file))
        .map(|file| (file, code_lines(&read(file))))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(file, lines)| format!("{file} ({lines} lines)"))
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn a_module_is_a_file_beside_its_folder() {
    let old: Vec<_> = tracked()
        .into_iter()
        .filter(|file| file.ends_with("/mod.rs") && !is_test_or_generated(file))
        .collect();
    assert!(old.is_empty(), "write foo.rs beside foo/ instead of {old:?}");
}

#[test]
fn no_sql_is_put_together_from_text() {
    let words = [
        "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA ", "CREATE ", "ALTER ", "DROP ", "WHERE ",
        "VALUES",
    ];
    for file in tracked().iter().filter(|file| file.starts_with("src-tauri/crates/store/src/")) {
        let text = read(file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, _) in code.match_indices("format!(") {
            let end = code[at..].find(';').map_or(code.len(), |length| at + length);
            let call = &code[at..end];
            assert!(
                !words.iter().any(|word| call.contains(word)),
                "{file} formats text into SQL; bind it as a parameter: {call}"
            );
        }
    }
}

#[test]
fn nothing_is_committed_that_belongs_to_one_machine() {
    // Put together here so that this file doesn't find itself.
    let foreign = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("sha", "red/design"),
        concat!("sha", "red/fixtures"),
        concat!("py", "pi.org"),
        concat!("python", "hosted.org"),
        concat!("registry.", "npmjs"),
        concat!("registry.", "yarnpkg"),
        concat!("deb.", "debian.org"),
        concat!("architecture", ".md"),
        concat!("engine", ".md"),
        concat!("look", ".md"),
        concat!("style", ".md"),
        concat!("platform", ".md"),
        concat!("quality", ".md"),
        concat!("product", ".md"),
        concat!("protocols", ".md"),
        concat!("pipelines", ".md"),
        concat!("conventions", ".md"),
        concat!("brief", ".md"),
    ];
    let mut found = Vec::new();
    for file in tracked() {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        let hits = foreign.iter().filter(|word| text.contains(**word)).map(|word| format!("{file}: {word}"));
        found.extend(hits);
    }
    assert!(found.is_empty(), "names of one machine or of what others can't see:\n{}", found.join("\n"));
}

#[test]
fn nothing_unfinished_is_committed() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("unimple", "mented!("),
        concat!("to", "do!("),
    ];
    let mut found = Vec::new();
    for file in tracked().iter().filter(|file| is_code(file)) {
        let text = read(file);
        found.extend(marks.iter().filter(|mark| text.contains(**mark)).map(|mark| format!("{file}: {mark}")));
    }
    assert!(found.is_empty(), "unfinished: {found:?}");
}

#[test]
fn no_large_file_is_committed() {
    for file in tracked() {
        let length = fs::metadata(root().join(&file)).map_or(0, |found| found.len());
        assert!(length <= LARGEST_FILE, "{file} has {length} bytes");
    }
}

#[test]
fn the_top_level_is_what_the_readme_says() {
    let allowed = [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "clippy.toml",
        "deny.toml",
        "icons",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "src-tauri",
        "tests",
        "ui",
    ];
    for file in tracked() {
        let top = file.split('/').next().unwrap_or_default();
        assert!(top.starts_with('.') || allowed.contains(&top), "{top} doesn't belong at the top level");
    }
}

#[test]
fn the_readme_gives_a_reason_for_every_dependency() {
    let text = read("README.md");
    let first_cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    // What stands in brackets says something about the one before it.
    let bare = |name: &str| name.split(" (").next().unwrap_or_default().trim().to_owned();
    let named: BTreeSet<String> = first_cells.flat_map(|cell| cell.split(", ")).map(bare).collect();
    let packages = packages();
    let crates = packages.values().flatten().map(|dependency| dependency.name.clone());
    let manifest: Value = serde_json::from_str(&read("ui/package.json")).unwrap();
    let page = manifest["dependencies"].as_object().unwrap().keys().cloned();
    let missing: BTreeSet<String> =
        crates.chain(page).filter(|name| !packages.contains_key(name) && !named.contains(name)).collect();
    assert!(missing.is_empty(), "say in the README what these are for: {missing:?}");
}

#[test]
fn the_page_s_lock_file_belongs_to_its_manifest() {
    let manifest: Value = serde_json::from_str(&read("ui/package.json")).unwrap();
    let lock: Value = serde_json::from_str(&read("ui/package-lock.json")).unwrap();
    for kind in ["dependencies", "devDependencies"] {
        assert_eq!(
            manifest[kind], lock["packages"][""][kind],
            "run `npm install` in ui/ and commit the lock file"
        );
    }
}

#[derive(Debug)]
struct Dependency {
    name: String,
    dev: bool,
}

/// The workspace's crates with what each names in its manifest.
fn packages() -> BTreeMap<String, Vec<Dependency>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let dependencies = dependencies
                .map(|one| Dependency { name: text(&one["name"]), dev: one["kind"] == "dev" })
                .collect();
            (text(&package["name"]), dependencies)
        })
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// What is or would be committed; in an unpacked archive, where there is no git, everything but built things.
fn tracked() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|output| output.status.success() && !output.stdout.is_empty());
    let mut files: Vec<String> = match listed {
        Some(output) => String::from_utf8(output.stdout)
            .unwrap()
            .split('\0')
            .filter(|file| !file.is_empty())
            .map(str::to_owned)
            .collect(),
        None => walk(&root(), &root()),
    };
    files.retain(|file| root().join(file).is_file());
    files
}

fn walk(root: &Path, folder: &Path) -> Vec<String> {
    let built = ["target", "node_modules", "dist", ".git", "gen", "out"];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if !built.contains(&entry.file_name().to_str().unwrap_or_default()) {
                files.extend(walk(root, &path));
            }
        } else {
            files.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
    files
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap().replace("\r\n", "\n")
}

fn is_code(file: &str) -> bool {
    let code = ["rs", "ts", "tsx", "mjs", "css", "sql", "py"];
    Path::new(file)
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| code.contains(&extension))
}

fn is_test_or_generated(file: &str) -> bool {
    file.starts_with("tests/")
        || file.contains("/tests/")
        || file.ends_with("/tests.rs")
        || file.ends_with("_tests.rs")
        || file.contains(".test.")
        || file.ends_with("/generated.ts")
        || file.ends_with(".gen.ts")
}

/// Lines before a Rust file's own tests.
fn code_lines(text: &str) -> usize {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default().lines().count()
}
