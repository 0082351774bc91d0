//! Engines that die with us, however we die. The figures are printed: `-- --nocapture`.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests"
)]

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[path = "support/tree.rs"]
mod tree;

use std::{
    fs,
    os::unix::{ffi::OsStringExt as _, fs::PermissionsExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use engine::{
    guard::{Exit, GuardError, GuardOptions},
    leftovers::{MARK, sweep},
};
use tree::{Tree, carrying, fake_tree, kill, parent, runs, stat, until};
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(2);
const CODE_0: Exit = Exit { code: Some(0), signal: None };
const KILLED: Exit = Exit { code: None, signal: Some(libc::SIGKILL) };

#[test]
fn a_killed_application_takes_everything_along() {
    for (name, arguments) in [
        ("SIGKILL of the application", &["--chatter"][..]),
        ("SIGKILL of the application, engine deaf to SIGTERM", &["--deaf"]),
        ("SIGKILL of the application, runners in sessions of their own, deaf", &["--deaf", "--apart"]),
        ("SIGKILL of the application, runners without a mark, deaf", &["--deaf", "--bare"]),
    ] {
        let tree = Tree::new();
        let mut application = tree.application(arguments);
        let engine = Tree::engine_of(&mut application);
        tree.logged("ready");
        let runners = tree.runners();
        assert_eq!(runners.iter().filter(|runner| runs(**runner)).count(), 2);
        application.kill().unwrap();
        let took = tree.gone(&runners);
        application.wait().unwrap();
        println!("{name}: all gone in {took:?}");
        assert!(took < SOON && !runs(engine));
        until(|| tree.records().is_empty().then_some(()));
        assert_eq!(carrying(&format!("FAKE_BYSTANDER={}", tree.token)).len(), 2, "others live on");
    }
}

#[test]
fn a_killed_application_takes_everything_along_at_any_moment() {
    let kills = std::env::var("WEBPLUS_KILLS").map_or(30, |kills| kills.parse().unwrap());
    let kinds: [&[&str]; 4] =
        [&["--chatter"], &["--chatter", "--deaf"], &["--write", "10000000"], &["--exit", "3"]];
    let mut times = Vec::new();
    for number in 0..kills {
        let tree = Tree::new();
        let mut application = tree.application(kinds[number % kinds.len()]);
        sleep(Duration::from_micros(u64::from(Uuid::new_v4().as_fields().0) % 300_000));
        application.kill().unwrap();
        times.push(tree.gone(&[]));
        application.wait().unwrap();
        assert!(tree.runners().iter().all(|runner| !runs(*runner)));
        assert_eq!(tree.records(), Vec::<std::path::PathBuf>::new());
    }
    times.sort();
    println!("{kills} SIGKILLs at random moments: gone in {:?}..{:?}", times[0], times[kills - 1]);
    println!(
        "  median {:?}, {} over 2 s",
        times[kills / 2],
        times.iter().filter(|time| **time > SOON).count()
    );
    assert!(times.iter().all(|time| *time < SOON), "{times:?}");
}

#[tokio::test]
async fn a_killed_guard_takes_the_engine_along() {
    for (name, arguments) in
        [("SIGKILL of the guard", &[][..]), ("SIGKILL of the guard, deaf engine", &["--deaf"])]
    {
        let tree = Tree::new();
        let mut guarded = tree.start(arguments).await;
        let begin = Instant::now();
        kill(parent(guarded.pid()), libc::SIGKILL);
        assert_eq!(guarded.wait().await, Exit::default());
        tree.gone(&tree.runners());
        println!("{name}: all gone in {:?}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(3));
        assert!(tree.records().is_empty());
        assert_eq!(guarded.wait().await, Exit::default());
    }
}

#[test]
fn a_guard_killed_with_its_application_takes_the_engine_along() {
    let tree = Tree::new();
    let mut application = tree.application(&[]);
    let engine = Tree::engine_of(&mut application);
    tree.logged("ready");
    kill(parent(engine), libc::SIGKILL);
    application.kill().unwrap();
    let took = tree.gone(&tree.runners());
    application.wait().unwrap();
    println!("SIGKILL of the application and the guard: all gone in {took:?}");
    assert!(took < SOON);
}

#[tokio::test]
async fn a_killed_engine_takes_its_children_along() {
    for (name, arguments) in [
        ("SIGKILL of the engine", &[][..]),
        ("SIGKILL of the engine, runners without a mark", &["--bare"]),
        ("SIGKILL of the engine, runners in sessions of their own", &["--apart"]),
    ] {
        let tree = Tree::new();
        let mut guarded = tree.start(arguments).await;
        let runners = tree.runners();
        assert_eq!(runners.len(), 2);
        kill(guarded.pid(), libc::SIGKILL);
        let took = tree.gone(&runners);
        println!("{name}: children gone in {took:?}");
        assert!(took < SOON);
        assert_eq!(guarded.wait().await, KILLED);
        assert!(tree.records().is_empty());
    }
}

#[tokio::test]
async fn a_stop_is_orderly_and_leaves_nothing() {
    let tree = Tree::new();
    let guarded = tree.start(&["--chatter"]).await;
    let [record] = &tree.records()[..] else { panic!("one record") };
    let text: serde_json::Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    assert_eq!(text["mark"], guarded.mark().to_string());
    assert_eq!(text["pid"], guarded.pid());
    assert_eq!(text["session"], guarded.session());
    assert_eq!(text["startTime"].as_u64(), guarded.start_time());
    for file in [record, &tree.options(&[]).log] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let runners = tree.runners();
    let begin = Instant::now();
    assert_eq!(guarded.stop().await, CODE_0);
    println!("orderly stop: {:?}", begin.elapsed());
    assert!(tree.processes().is_empty() && runners.iter().all(|runner| !runs(*runner)));
    // It chats on until it is gone.
    assert!(tree.log().lines().any(|line| line == "ended"));
    assert!(tree.records().is_empty());
}

#[tokio::test]
async fn an_engine_deaf_to_the_stop_is_killed_a_second_later() {
    let tree = Tree::new();
    let guarded = tree.start(&["--deaf"]).await;
    let begin = Instant::now();
    assert_eq!(guarded.stop().await, KILLED);
    println!("stop of a deaf engine: {:?}", begin.elapsed());
    assert!(begin.elapsed() < SOON && begin.elapsed() > Duration::from_millis(1150));
    assert!(tree.processes().is_empty());
}

#[tokio::test]
async fn a_guard_that_hangs_is_killed_with_its_engine() {
    let tree = Tree::new();
    let guarded = tree.start(&["--deaf", "--bare"]).await;
    kill(parent(guarded.pid()), libc::SIGSTOP);
    let (runners, begin) = (tree.runners(), Instant::now());
    assert_eq!(guarded.stop().await, Exit::default());
    println!("stop past a guard that hangs: {:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(4));
    tree.gone(&runners);
    assert!(tree.records().is_empty());
}

#[tokio::test]
async fn a_dropped_engine_ends() {
    let tree = Tree::new();
    drop(tree.start(&[]).await);
    assert!(tree.gone(&tree.runners()) < SOON);
}

#[tokio::test]
async fn an_engine_s_own_end_is_told() {
    let tree = Tree::new();
    let mut guarded = tree.start(&["--exit", "3"]).await;
    assert_eq!(guarded.wait().await, Exit { code: Some(3), signal: None });
    assert!(tree.processes().is_empty());
    assert!(tree.records().is_empty());
}

#[tokio::test]
async fn what_a_terminal_sends_does_not_reach_the_guard() {
    let tree = Tree::new();
    let guarded = tree.start(&[]).await;
    let guard = parent(guarded.pid());
    let (_, _, _, session) = stat(guard).unwrap();
    assert_eq!(session, guard);
    assert_ne!(session, guarded.session());
    for signal in [libc::SIGINT, libc::SIGHUP, libc::SIGTERM, libc::SIGQUIT, libc::SIGTSTP, libc::SIGPIPE] {
        kill(guard, signal);
    }
    assert_eq!(guarded.stop().await, CODE_0, "the guard still does its work");
}

#[tokio::test]
async fn an_engine_gets_what_it_is_given_and_nothing_else() {
    let tree = Tree::new();
    let mut options = tree.options(&["--surroundings", "two words"]);
    let odd = vec![b'a', 0xff, b'='];
    options.environment.push(("ODD".into(), std::ffi::OsString::from_vec(odd.clone())));
    options.environment.push((MARK.into(), "a forged one".into()));
    options.folder = Some(tree.folder.path().to_owned());
    let guarded = tree.try_start(options.clone()).await.unwrap();
    let given: serde_json::Value = serde_json::from_str(&tree.logged("{")).unwrap();
    let variable = |name: &str, value: &[u8]| (name.as_bytes().to_vec(), value.to_vec());
    let mark = guarded.mark().to_string();
    let expected = [
        variable("FAKE_TREE", tree.token.as_bytes()),
        variable("ODD", &odd),
        variable(MARK, mark.as_bytes()),
    ];
    assert_eq!(given["variables"], serde_json::json!(expected));
    assert_eq!(given["arguments"], serde_json::json!(["engine", "--surroundings", "two words"]));
    assert_eq!(given["folder"], serde_json::json!(fs::canonicalize(tree.folder.path()).unwrap()));
    assert_eq!((&given["leads"], &given["ignored"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(given["open"].as_array().unwrap().len(), 4, "the standard three and the list itself: {given}");
    assert_eq!(given["open"][0], "/dev/null");
    assert_eq!(given["open"][1], serde_json::json!(options.log));
    guarded.stop().await;
}

#[test]
fn what_the_application_leaves_open_is_not_the_engine_s() {
    let tree = Tree::new();
    let mut application = tree.application(&["--surroundings"]);
    let engine = Tree::engine_of(&mut application);
    let given: serde_json::Value = serde_json::from_str(&tree.logged("{")).unwrap();
    assert_eq!(given["open"].as_array().unwrap().len(), 4, "{given}");
    assert_eq!(given["ignored"], serde_json::json!([]), "nor what it doesn't listen to");
    let guard = fs::read_dir(format!("/proc/{}/fd", parent(engine))).unwrap().count();
    assert!(guard <= 6, "the guard has {guard} files open");
    application.kill().unwrap();
    tree.gone(&[]);
    application.wait().unwrap();
}

#[tokio::test]
async fn a_log_that_nobody_reads_does_not_hold_the_engine_up() {
    let tree = Tree::new();
    let begin = Instant::now();
    let guarded = tree.start(&["--write", "10485760"]).await;
    println!("10 MiB of log written and seen in {:?}", begin.elapsed());
    let log = tree.options(&[]).log;
    assert!(fs::metadata(&log).unwrap().len() >= 10_485_760);
    // Whoever shortens it does no harm: the engine goes on at the new end.
    fs::File::options().write(true).open(&log).unwrap().set_len(0).unwrap();
    assert_eq!(guarded.stop().await, CODE_0);
    assert_eq!(tree.log(), "ended\n");
}

#[tokio::test]
async fn a_program_that_can_t_run_is_told_by_its_cause() {
    let tree = Tree::new();
    let file = |name: &str, bytes: &[u8], mode: u32| {
        let path = tree.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let with = |program: &Path| GuardOptions { program: program.to_owned(), ..tree.options(&[]) };
    let missing = tree.folder.path().join("missing");
    for program in [missing.as_path(), Path::new("sh"), &file("plain", b"", 0o644).join("below")] {
        let error = tree.try_start(with(program)).await.unwrap_err();
        assert!(matches!(error, GuardError::NotFound { .. }), "{program:?}: {error:?}");
    }
    for program in [file("locked", b"#!/bin/sh\n", 0o644), tree.folder.path().to_owned()] {
        let error = tree.try_start(with(&program)).await.unwrap_err();
        assert!(matches!(error, GuardError::NotExecutable { .. }), "{program:?}: {error:?}");
    }
    let foreign = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[2, 0, 0xb7, 0], &[0; 100]].concat();
    let interpreted = file("interpreted", b"#!/nowhere/at/all\n", 0o755);
    for program in [file("foreign", &foreign, 0o755), file("text", b"exit 0\n", 0o755), interpreted] {
        let error = tree.try_start(with(&program)).await.unwrap_err();
        assert!(matches!(error, GuardError::WrongArchitecture { .. }), "{program:?}: {error:?}");
        assert!(error.to_string().contains("another system or processor"));
    }
    let error = tree.try_start(GuardOptions { arguments: vec!["a\0b".into()], ..tree.options(&[]) }).await;
    assert!(matches!(error, Err(GuardError::Program { .. })));
    let error = tree.try_start(GuardOptions { folder: Some(missing.clone()), ..tree.options(&[]) }).await;
    assert!(matches!(error, Err(GuardError::Folder { folder, .. }) if folder == missing));
    let log = tree.folder.path().to_owned();
    let error = tree.try_start(GuardOptions { log: log.clone(), ..tree.options(&[]) }).await;
    assert!(matches!(error, Err(GuardError::Log { log: path, .. }) if path == log));
    for guard in [missing, "/bin/true".into(), "/bin/cat".into()] {
        let error = tree.try_start(GuardOptions { guard, ..tree.options(&[]) }).await;
        assert!(matches!(error, Err(GuardError::Guard { .. })), "{error:?}");
    }
    assert!(tree.records().is_empty());
    let error = engine::guard::start(tree.options(&[]), &tree.folder.path().join("plain")).await;
    assert!(matches!(error, Err(GuardError::Marks { .. })), "{error:?}");
    assert!(tree.processes().is_empty());
}

#[test]
fn left_overs_are_found_by_their_mark_alone() {
    let tree = Tree::new();
    let mut application = tree.application(&["--deaf"]);
    let engine = Tree::engine_of(&mut application);
    tree.logged("ready");
    let [record] = &tree.records()[..] else { panic!("one record") };
    let mark = record.file_stem().unwrap().to_str().unwrap().to_owned();
    let others = [
        (MARK, Uuid::new_v4().to_string()),
        (MARK, format!("{mark}0")),
        ("X_WEBPLUS_ENGINE", mark.clone()),
        ("OTHER", format!("{MARK}={mark}")),
    ];
    let mut others: Vec<Child> = others.iter().map(|(name, value)| stranger(&tree, name, value)).collect();
    // Nobody is left who could end the engine, which doesn't listen to the system's signal.
    kill(application.id(), libc::SIGSTOP);
    kill(parent(engine), libc::SIGKILL);
    application.kill().unwrap();
    application.wait().unwrap();
    let mut expected = [tree.runners(), vec![engine]].concat();
    expected.sort_unstable();
    until(|| (carrying(&format!("{MARK}={mark}")).len() == 3).then_some(()));
    assert!(expected.iter().all(|pid| runs(*pid)), "they live on");
    let begin = Instant::now();
    let swept = sweep(&tree.marks());
    println!("sweep of 3 left-overs: {:?}", begin.elapsed());
    assert_eq!((swept.killed, swept.stale), (expected.clone(), 0));
    assert!(expected.iter().all(|pid| !runs(*pid)));
    assert!(others.iter().all(|other| runs(other.id())), "others are not ours to end");
    assert!(tree.records().is_empty());
    let begin = Instant::now();
    assert_eq!(sweep(&tree.marks()), engine::leftovers::Swept::default());
    println!("sweep without records: {:?}", begin.elapsed());
    end(&mut others);
}

#[tokio::test]
async fn a_record_of_another_start_of_the_computer_ends_nothing() {
    let tree = Tree::new();
    let guarded = tree.start(&[]).await;
    let [record] = &tree.records()[..] else { panic!("one record") };
    let mut text: serde_json::Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    text["boot"] = "another".into();
    fs::write(record, text.to_string()).unwrap();
    fs::write(tree.marks().join("torn.json"), "{").unwrap();
    fs::write(tree.marks().join("note.txt"), "somebody's").unwrap();
    let swept = sweep(&tree.marks());
    assert_eq!((swept.killed, swept.stale), (Vec::new(), 2));
    assert!(runs(guarded.pid()));
    assert_eq!(tree.records(), [tree.marks().join("note.txt")]);
    guarded.stop().await;
}

fn stranger(tree: &Tree, name: &str, value: &str) -> Child {
    let mut command = Command::new(fake_tree());
    command
        .arg("bystander")
        .env_clear()
        .env(name, value)
        .env("FAKE_BYSTANDER", &tree.token)
        .stdin(Stdio::null());
    command.spawn().unwrap()
}

fn end(children: &mut [Child]) {
    for child in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
