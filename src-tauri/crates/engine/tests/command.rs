//! Programs whose output is wanted, under the same guard.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    dead_code,
    reason = "tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/tree.rs"]
mod tree;

use std::{ffi::OsString, time::Instant};

use engine::guard::{CommandOptions, Exit, GuardError, Running, command};
use tokio::io::AsyncReadExt as _;
use tree::{Tree, fake_tree, kill, parent};

fn options(tree: &Tree, script: &str) -> CommandOptions {
    CommandOptions {
        guard: fake_tree(),
        program: "/bin/sh".into(),
        arguments: ["-c", script].iter().map(OsString::from).collect(),
        environment: vec![
            ("FAKE_TREE".into(), tree.token.clone().into()),
            ("PATH".into(), "/usr/bin:/bin".into()),
        ],
        input: None,
        folder: tree.folder.path().to_owned(),
        offline: false,
        reach: None,
    }
}

async fn ended(running: &mut Running) -> (String, String, Exit) {
    let (mut out, mut err) = (String::new(), String::new());
    let (one, two, exit) = tokio::join!(
        running.stdout.read_to_string(&mut out),
        running.stderr.read_to_string(&mut err),
        running.guarded.wait(),
    );
    one.and(two).unwrap();
    (out, err, exit)
}

#[tokio::test]
async fn outputs_come_apart_and_whole_and_the_input_is_read() {
    let tree = Tree::new();
    let input = tree.folder.path().join("input");
    std::fs::write(&input, "x".repeat(1 << 20)).unwrap();
    let script = "wc -c; pwd; echo $0 >&2; seq 100000; exit 7";
    let mut running = command(CommandOptions { input: Some(input), ..options(&tree, script) }, &tree.marks())
        .await
        .unwrap();
    let (out, err, exit) = ended(&mut running).await;
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines[0].trim(), lines[1]), ("1048576", tree.folder.path().to_str().unwrap()));
    assert_eq!((lines.len(), lines[100_001]), (100_002, "100000"));
    assert_eq!((err.as_str(), exit), ("/bin/sh\n", Exit { code: Some(7), signal: None }));
    assert!(tree.processes().is_empty() && tree.records().is_empty());
}

#[tokio::test]
async fn what_a_program_left_running_ends_with_it_and_so_do_its_outputs() {
    let tree = Tree::new();
    let script = "sleep 1000 & setsid sleep 1000 & (trap '' TERM HUP; sleep 1000) & echo begun";
    let mut running = command(options(&tree, script), &tree.marks()).await.unwrap();
    let (out, _, exit) = ended(&mut running).await;
    assert_eq!((out.as_str(), exit.code), ("begun\n", Some(0)));
    tree.gone(&[]);
}

#[tokio::test]
async fn a_deaf_program_is_stopped_dropped_or_ended_with_us() {
    let deaf = "trap '' TERM INT HUP; echo ready; while :; do sleep 1000 & wait; done";
    for how in ["stop", "drop", "guard killed"] {
        let tree = Tree::new();
        let mut running = command(options(&tree, deaf), &tree.marks()).await.unwrap();
        let mut ready = [0; 6];
        running.stdout.read_exact(&mut ready).await.unwrap();
        let begun = Instant::now();
        match how {
            "stop" => {
                running.guarded.stop().await;
            }
            "drop" => drop(running),
            _ => {
                kill(parent(running.guarded.pid()), libc::SIGKILL);
                running.guarded.wait().await;
            }
        }
        tree.gone(&[]);
        println!("{how}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_program_that_can_not_run_is_told_by_its_cause() {
    let tree = Tree::new();
    let missing = CommandOptions { program: tree.folder.path().join("missing"), ..options(&tree, "") };
    assert!(matches!(command(missing, &tree.marks()).await, Err(GuardError::NotFound { .. })));
    let nowhere = CommandOptions { folder: tree.folder.path().join("missing"), ..options(&tree, "") };
    assert!(matches!(command(nowhere, &tree.marks()).await, Err(GuardError::Folder { .. })));
    let unread = CommandOptions { input: Some(tree.folder.path().join("missing")), ..options(&tree, "") };
    assert!(matches!(command(unread, &tree.marks()).await, Err(GuardError::Input { .. })));
    assert!(tree.records().is_empty());
}

#[tokio::test]
async fn a_program_that_is_kept_from_the_network_has_none_and_keeps_its_files() {
    let tree = Tree::new();
    let script = "tail -n +3 /proc/net/dev | cut -d: -f1; id -u; echo kept > file && cat file; echo $WEBPLUS_ENGINE | wc -c";
    let mut running =
        match command(CommandOptions { offline: true, ..options(&tree, script) }, &tree.marks()).await {
            // Where namespaces are forbidden it must not have run.
            Err(GuardError::Unconfined { .. }) => return assert!(!tree.folder.path().join("file").exists()),
            started => started.unwrap(),
        };
    let (out, _, exit) = ended(&mut running).await;
    let lines: Vec<&str> = out.split_whitespace().collect();
    let user = std::process::Command::new("id").arg("-u").output().unwrap().stdout;
    assert_eq!(lines, ["lo", String::from_utf8(user).unwrap().trim(), "kept", "37"]);
    assert_eq!(exit.code, Some(0));
    assert!(tree.processes().is_empty());
}
