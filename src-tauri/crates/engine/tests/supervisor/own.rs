//! An Ollama of our own.

use std::{
    fs,
    net::TcpListener,
    time::{Duration, Instant},
};

use engine::ollama::{
    Mode, NoticeCode, OllamaFailure, OllamaSettings, OllamaState, OllamaSupervisor, Ownership,
};
use serde_json::json;
use test_support::ollama::{model_file, put_model};

use crate::desk::{Desk, children, holds, kill, ready, runs, until};

fn own() -> OllamaSettings {
    OllamaSettings { mode: Mode::Own, ..OllamaSettings::default() }
}

async fn failed(supervisor: &OllamaSupervisor) -> (OllamaFailure, String, Vec<String>) {
    match until(supervisor, |state| matches!(state, OllamaState::Failed { .. })).await {
        OllamaState::Failed { failure, message, log } => (failure, message, log),
        _ => panic!(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_a_missing_program_is_told_with_where_it_was_looked_for() {
    let desk = Desk::new();
    let supervisor = desk.start(OllamaSettings::default());
    let state = until(&supervisor, |state| matches!(state, OllamaState::Absent { .. })).await;
    let OllamaState::Absent { searched } = state else { panic!() };
    assert_eq!(searched, [desk.program().display().to_string()]);
    // Once it is there it is found.
    desk.install(&json!({}));
    supervisor.look_again().unwrap();
    ready(&supervisor).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_a_program_that_can_t_run_is_told_by_its_cause() {
    let foreign = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9], &[2, 0, 0xf3, 0], &[0; 100]].concat();
    for (bytes, mode, expected) in [
        (&b"#!/bin/sh\n"[..], 0o644, OllamaFailure::NotExecutable),
        (&foreign, 0o755, OllamaFailure::WrongArchitecture),
        (b"#!/nowhere/at/all\n", 0o755, OllamaFailure::WrongArchitecture),
    ] {
        let desk = Desk::new();
        desk.put(bytes, mode);
        let supervisor = desk.start(OllamaSettings::default());
        let (failure, message, _) = failed(&supervisor).await;
        assert_eq!(failure, expected, "{message}");
        assert!(message.contains(&desk.program().display().to_string()), "{message}");
    }
    let desk = Desk::new();
    let program = Some(desk.home.path().join("elsewhere").display().to_string());
    let supervisor = desk.start(OllamaSettings { program, ..own() });
    assert_eq!(failed(&supervisor).await.0, OllamaFailure::Missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_runs_on_a_port_of_its_own_choosing_and_ends_with_us() {
    let desk = Desk::with_program(&json!({}));
    let begin = Instant::now();
    let supervisor = desk.start(OllamaSettings::default());
    let (address, pid) = ready(&supervisor).await;
    println!("beginning → ready: {:?}", begin.elapsed());
    assert_eq!(supervisor.address().as_deref(), Some(address.as_str()));
    assert!(!address.ends_with(":11434") && !address.ends_with(&desk.address));
    let state = until(
        &supervisor,
        |state| matches!(state, OllamaState::Ready { folder: Some(_), devices, .. } if !devices.is_empty()),
    );
    let OllamaState::Ready { ownership, version, folder, notices, .. } = state.await else { panic!() };
    assert_eq!((ownership, version.as_str()), (Ownership::Owned, "0.33.0-rc2"));
    assert_eq!(folder.unwrap().path, desk.home.path().join(".ollama/models").display().to_string());
    assert_eq!(notices.iter().map(|notice| notice.code).collect::<Vec<_>>(), [NoticeCode::CpuOnly]);
    assert!(supervisor.log_tail(50).iter().any(|line| line.contains("OLLAMA_NO_CLOUD:true")));
    let begin = Instant::now();
    supervisor.shutdown().await;
    println!("shutdown: {:?}", begin.elapsed());
    assert!(!runs(pid) && begin.elapsed() < Duration::from_millis(1500));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deaf_one_ends_with_us_all_the_same() {
    let desk = Desk::with_program(&json!({"hang_on_sigterm": true}));
    let supervisor = desk.start(own());
    let (_, pid) = ready(&supervisor).await;
    let begin = Instant::now();
    supervisor.shutdown().await;
    println!("shutdown of a deaf one: {:?}", begin.elapsed());
    assert!(!runs(pid));
    // And one whose supervisor is dropped without a word.
    let supervisor = desk.start(own());
    let (_, pid) = ready(&supervisor).await;
    drop(supervisor);
    holds(|| !runs(pid)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_crash_starts_it_again_at_once() {
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(own());
    let (_, pid) = ready(&supervisor).await;
    let begin = Instant::now();
    kill(pid, libc::SIGKILL);
    let same =
        |state: &OllamaState| matches!(state, OllamaState::Ready { pid: Some(now), .. } if *now == pid);
    until(&supervisor, |state| !same(state)).await;
    println!("crash → seen: {:?}", begin.elapsed());
    ready(&supervisor).await;
    println!("crash → ready again: {:?}", begin.elapsed());
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_one_that_crashes_again_and_again_is_left_with_its_last_lines() {
    let exit = json!({"exit_at_start": {"line": "panic: something is badly wrong", "code": 2}});
    let desk = Desk::with_program(&exit);
    let supervisor = desk.start(own());
    let (failure, message, log) = failed(&supervisor).await;
    assert_eq!(failure, OllamaFailure::Crashed);
    assert!(message.contains("exit code 2") && message.contains("3 times"), "{message}");
    assert_eq!(log, ["panic: something is badly wrong"]);
    assert_eq!(desk.starts().lines().count(), 3, "three starts and no more");
    // Asked for, a fourth waits until a minute is over.
    supervisor.start().unwrap();
    let waiting =
        |state: &OllamaState| matches!(state, OllamaState::Waiting { after_ms, .. } if *after_ms > 20_000);
    until(&supervisor, waiting).await;
    assert_eq!(desk.starts().lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_faults_of_the_first_starts_are_got_over() {
    let exit = json!({"faulty_starts": 2, "exit_at_start": {"line": "panic: no luck", "code": 2}});
    let desk = Desk::with_program(&exit);
    let supervisor = desk.start(own());
    ready(&supervisor).await;
    assert_eq!(desk.starts().matches("no luck").count(), 2);
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_listens_ends_with_a_reason() {
    let desk = Desk::with_program(&json!({"start_delay_ms": 60_000}));
    let mut options = desk.options(own());
    options.patience.start = Duration::from_secs(2);
    let supervisor = OllamaSupervisor::new(options).unwrap();
    let (failure, message, _) = failed(&supervisor).await;
    assert_eq!(failure, OllamaFailure::NotAnswering);
    assert!(message.contains("2 seconds"), "{message}");
    // The same where it listens and says nothing.
    let desk = Desk::with_program(&json!({"hang_after_requests": 0}));
    let mut options = desk.options(own());
    options.patience.start = Duration::from_secs(2);
    let supervisor = OllamaSupervisor::new(options).unwrap();
    assert_eq!(failed(&supervisor).await.0, OllamaFailure::NotAnswering);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_is_ended_and_started_again() {
    let desk = Desk::with_program(&json!({}));
    let mut options = desk.options(own());
    // Long enough to be seen on a busy computer.
    options.patience.back_off = Duration::from_secs(2);
    let supervisor = OllamaSupervisor::new(options).unwrap();
    let (_, pid) = ready(&supervisor).await;
    // It takes connections, since the system does that, and answers nothing.
    kill(pid, libc::SIGSTOP);
    let waiting = until(&supervisor, |state| matches!(state, OllamaState::Waiting { .. })).await;
    let OllamaState::Waiting { message, .. } = waiting else { panic!() };
    assert!(message.contains("stopped answering"), "{message}");
    assert!(!runs(pid));
    ready(&supervisor).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o6_o15_a_killed_server_leaves_no_runner() {
    let desk = Desk::with_program(&json!({}));
    put_model(&desk.home.path().join(".ollama/models"), "smol", &model_file(1, 10_000)).unwrap();
    let supervisor = desk.start(own());
    let (address, pid) = ready(&supervisor).await;
    let http = desk.options(own()).http;
    let ollama = llm::Ollama::new(http, &address).unwrap();
    ollama.load("smol", llm::OllamaLoad::default(), llm::KeepAlive::Forever).await.unwrap();
    let runners = children(pid);
    assert_eq!(runners.len(), 1);
    let begin = Instant::now();
    kill(pid, libc::SIGKILL);
    holds(|| runners.iter().all(|runner| !runs(*runner))).await;
    println!("SIGKILL of the server → runner gone: {:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(2));
    holds(|| supervisor.loads().last().is_some_and(|load| load.total() > 0)).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o6_what_a_crash_left_is_ended_at_the_next_start_and_told() {
    let desk = Desk::with_program(&json!({"hang_on_sigterm": true}));
    let supervisor = desk.start(own());
    let (_, pid) = ready(&supervisor).await;
    // The guard is held up, so that nobody ends the engine; then another supervisor begins, as after a crash.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let guard: u32 = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap();
    kill(guard, libc::SIGSTOP);
    let next = desk.start(own());
    let state = until(&next, |state| matches!(state, OllamaState::Ready { .. })).await;
    let OllamaState::Ready { notices, .. } = state else { panic!() };
    assert!(notices.iter().any(|notice| notice.code == NoticeCode::Orphans), "{notices:?}");
    assert!(!runs(pid));
    kill(guard, libc::SIGKILL);
    next.shutdown().await;
    drop(supervisor);
}

#[tokio::test(flavor = "multi_thread")]
async fn o3_a_chosen_port_that_is_held_names_its_holder() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(OllamaSettings { port: Some(port), ..own() });
    let (failure, message, log) = failed(&supervisor).await;
    assert_eq!(failure, OllamaFailure::PortHeld);
    let ourselves = format!("process {}", std::process::id());
    assert!(message.contains(&port.to_string()) && message.contains(&ourselves), "{message}");
    assert!(log.last().unwrap().contains("address already in use"));
    drop(holder);
    supervisor.start().unwrap();
    let (address, _) = ready(&supervisor).await;
    assert!(address.ends_with(&port.to_string()));
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_can_t_be_used_is_told_and_not_tried_again() {
    let desk = Desk::with_program(&json!({}));
    let file = desk.home.path().join("file");
    fs::write(&file, "").unwrap();
    let models_folder = Some(file.join("models").display().to_string());
    let supervisor = desk.start(OllamaSettings { models_folder, ..own() });
    let (failure, message, _) = failed(&supervisor).await;
    assert_eq!(failure, OllamaFailure::Folder, "{message}");
    assert_eq!(desk.starts().matches("Error: ").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn o17_a_port_that_doesn_t_parse_is_refused_before_anything_starts() {
    let desk = Desk::with_program(&json!({}));
    for address in ["127.0.0.1:99999", "127.0.0.1:abc", "127.0.0.1:"] {
        let settings = OllamaSettings { address: Some(address.into()), ..OllamaSettings::default() };
        let error = OllamaSupervisor::new(desk.options(settings)).unwrap_err();
        assert!(error.to_string().contains(address), "{error}");
    }
    let settings = OllamaSettings { port: Some(0), ..own() };
    assert!(OllamaSupervisor::new(desk.options(settings)).is_err());
    assert_eq!(desk.starts(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn o20_parts_of_a_download_are_kept_at_every_start() {
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(own());
    ready(&supervisor).await;
    assert!(desk.starts().contains("OLLAMA_NOPRUNE:false"));
    supervisor.keep_partials(true);
    supervisor.restart().unwrap();
    let kept = |text: &str| text.matches("OLLAMA_NOPRUNE:true").count();
    holds(|| kept(&desk.starts()) == 1).await;
    ready(&supervisor).await;
    supervisor.keep_partials(false);
    let blobs = desk.home.path().join(".ollama/models/blobs");
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join("sha256-aa-partial"), "").unwrap();
    supervisor.restart().unwrap();
    holds(|| kept(&desk.starts()) == 2).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_starts_stops_and_configures_it() {
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(own());
    let (_, pid) = ready(&supervisor).await;
    assert!(!supervisor.configure(own()).unwrap());
    assert!(supervisor.configure(OllamaSettings { context_length: 8192, ..own() }).unwrap());
    assert!(supervisor.configure(OllamaSettings { parallel: 0, ..own() }).is_err());
    supervisor.stop().unwrap();
    let state = until(&supervisor, |state| matches!(state, OllamaState::Installed { .. })).await;
    let OllamaState::Installed { version, service, .. } = state else { panic!() };
    assert_eq!((version.as_deref(), service), (Some("0.33.0-rc2"), false));
    assert!(!runs(pid) && supervisor.address().is_none());
    supervisor.start().unwrap();
    let (_, pid) = ready(&supervisor).await;
    supervisor.configure(OllamaSettings { mode: Mode::Off, ..OllamaSettings::default() }).unwrap();
    until(&supervisor, |state| *state == OllamaState::Off).await;
    assert!(!runs(pid));
    assert!(supervisor.start().is_err() && supervisor.trust().is_err());
    supervisor.shutdown().await;
}
