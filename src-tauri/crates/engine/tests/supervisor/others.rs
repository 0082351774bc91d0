//! Ollamas of others, and what only looks like one.

use std::{
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use engine::ollama::{Mode, NoticeCode, OllamaFailure, OllamaSettings, OllamaState, Ownership};
use serde_json::json;
use test_support::ollama::{FakeOllama, Script, model_file};

use crate::desk::{Desk, kill, ready, until};

/// Another Ollama where this desk looks for one.
async fn other(desk: &Desk, script: Script, folder: &Path) -> FakeOllama {
    FakeOllama::start_in(script, folder, &[("OLLAMA_HOST", &desk.address)]).await.unwrap()
}

fn adopted(state: &OllamaState) -> bool {
    matches!(state, OllamaState::Ready { ownership: Ownership::Adopted, .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn o2_another_ollama_is_adopted_and_never_killed() {
    let desk = Desk::with_program(&json!({}));
    let folder = desk.home.path().join("theirs");
    let theirs = other(&desk, Script::default(), &folder).await;
    theirs.add_model("smol", &model_file(1, 10_000)).unwrap();
    let supervisor = desk.start(OllamaSettings::default());
    let state = until(&supervisor, |state| matches!(state, OllamaState::Ready { folder: Some(_), .. })).await;
    let OllamaState::Ready { ownership, address, pid, folder: found, notices, .. } = state else { panic!() };
    assert_eq!((ownership, address), (Ownership::Adopted, theirs.url()));
    assert_eq!(pid, Some(std::process::id()), "who listens is known");
    assert_eq!(found.unwrap().path, folder.display().to_string());
    assert!(notices.iter().any(|notice| notice.code == NoticeCode::PhonesOut));
    assert!(supervisor.stop().is_err() && supervisor.restart().is_err());
    supervisor.configure(OllamaSettings { mode: Mode::Off, ..OllamaSettings::default() }).unwrap();
    until(&supervisor, |state| *state == OllamaState::Off).await;
    supervisor.configure(OllamaSettings::default()).unwrap();
    until(&supervisor, adopted).await;
    supervisor.shutdown().await;
    let http = desk.options(OllamaSettings::default()).http;
    assert_eq!(llm::Ollama::new(http, &theirs.url()).unwrap().identify().await.unwrap(), "0.33.0-rc2");
    assert_eq!(desk.starts(), "", "none of our own was started");
    let asked: Vec<String> = theirs.requests().into_iter().map(|asked| asked.path).collect();
    assert!(asked.iter().all(|path| !path.contains("chat") && !path.contains("generate")), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn o3_an_impostor_and_a_mute_holder_get_nothing_and_ours_runs_elsewhere() {
    let desk = Desk::with_program(&json!({}));
    let folder = desk.home.path().join("theirs");
    let impostor = other(&desk, Script { impostor: true, ..Script::default() }, &folder).await;
    let supervisor = desk.start(OllamaSettings::default());
    let (address, _) = ready(&supervisor).await;
    assert_ne!(address, impostor.url());
    let methods: Vec<String> = impostor.requests().into_iter().map(|asked| asked.method).collect();
    assert!(methods.iter().all(|method| method == "GET"), "nothing was sent to it: {methods:?}");
    supervisor.shutdown().await;

    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = Desk { address: mute.local_addr().unwrap().to_string(), ..desk };
    let supervisor = desk.start(OllamaSettings::default());
    let (address, _) = ready(&supervisor).await;
    assert!(!address.ends_with(&desk.address));
    supervisor.shutdown().await;
    // Asked for that address and no other, its holder is named.
    let settings = OllamaSettings {
        mode: Mode::Adopt,
        address: Some(desk.address.clone()),
        ..OllamaSettings::default()
    };
    let supervisor = desk.start(settings);
    let state = until(&supervisor, |state| matches!(state, OllamaState::Failed { .. })).await;
    let OllamaState::Failed { failure, message, .. } = state else { panic!() };
    assert_eq!(failure, OllamaFailure::PortHeld);
    assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn o3_where_nobody_tells_whose_it_is_the_person_is_asked_first() {
    // The computer's own address in its network, found without sending anything.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let outside = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    let Some(ip) = outside.ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback()) else {
        println!("skipped: this computer has no address but its own");
        return;
    };
    let mut desk = Desk::with_program(&json!({}));
    desk.address = TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap().to_string();
    let theirs = other(&desk, Script::default(), &desk.home.path().join("theirs")).await;
    let supervisor = desk.start(OllamaSettings::default());
    let state = until(&supervisor, |state| matches!(state, OllamaState::Unsure { .. })).await;
    let OllamaState::Unsure { address, version, .. } = state else { panic!() };
    assert_eq!((address, version.as_deref()), (theirs.url(), Some("0.33.0-rc2")));
    assert_eq!(supervisor.address(), None, "no prompt can be sent");
    assert_eq!(desk.starts(), "");
    supervisor.trust().unwrap();
    until(&supervisor, adopted).await;
    assert_eq!(supervisor.address(), Some(theirs.url()));
    supervisor.shutdown().await;
    // Somebody who wants one of their own gets it.
    let supervisor = desk.start(OllamaSettings::default());
    until(&supervisor, |state| matches!(state, OllamaState::Unsure { .. })).await;
    supervisor.start().unwrap();
    until(&supervisor, |state| matches!(state, OllamaState::Ready { ownership: Ownership::Owned, .. })).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o4_an_old_version_has_a_banner_and_says_why_it_pulls_nothing() {
    let desk = Desk::with_program(&json!({"version": "0.17.0"}));
    let supervisor = desk.start(OllamaSettings::default());
    let state = until(&supervisor, |state| matches!(state, OllamaState::Ready { .. })).await;
    let OllamaState::Ready { notices, version, .. } = state else { panic!() };
    assert_eq!(version, "0.17.0");
    assert!(notices.iter().any(|notice| notice.code == NoticeCode::Outdated));
    assert!(supervisor.blocks_risky().unwrap().contains("0.17.1"));
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_somebody_starts_later_is_adopted() {
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(OllamaSettings { mode: Mode::Adopt, ..OllamaSettings::default() });
    until(&supervisor, |state| matches!(state, OllamaState::Installed { .. })).await;
    let theirs = other(&desk, Script::default(), &desk.home.path().join("theirs")).await;
    until(&supervisor, adopted).await;
    assert_eq!(supervisor.address(), Some(theirs.url()));
    assert_eq!(desk.starts(), "");
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ours_killed_and_another_answers_then_that_one_is_adopted() {
    let desk = Desk::with_program(&json!({}));
    let supervisor = desk.start(OllamaSettings::default());
    let (_, pid) = ready(&supervisor).await;
    let theirs = other(&desk, Script::default(), &desk.home.path().join("theirs")).await;
    kill(pid, libc::SIGKILL);
    let state = until(&supervisor, adopted).await;
    let OllamaState::Ready { address, .. } = state else { panic!() };
    assert_eq!(address, theirs.url());
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_one_that_vanishes_is_lost_and_nothing_is_done() {
    let desk = Desk::with_program(&json!({}));
    let folder = desk.home.path().join("theirs");
    let mut theirs = other(&desk, Script::default(), &folder).await;
    let supervisor = desk.start(OllamaSettings::default());
    until(&supervisor, adopted).await;
    let begin = Instant::now();
    theirs.crash().await;
    drop(theirs);
    let state = until(&supervisor, |state| matches!(state, OllamaState::Lost { .. })).await;
    println!("adopted one gone → lost: {:?} (1 s of patience)", begin.elapsed());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    assert!(matches!(state, OllamaState::Lost { address, .. } if address.ends_with(&desk.address)));
    assert_eq!(desk.starts(), "", "nothing is started unasked");
    // Back again, it is used again; asked for, one of our own runs.
    let theirs = other(&desk, Script::default(), &folder).await;
    until(&supervisor, adopted).await;
    drop(theirs);
    until(&supervisor, |state| matches!(state, OllamaState::Lost { .. })).await;
    supervisor.start().unwrap();
    until(&supervisor, |state| matches!(state, OllamaState::Ready { ownership: Ownership::Owned, .. })).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_sleep_it_is_asked_at_once() {
    let desk = Desk::new();
    let theirs = other(&desk, Script::default(), &desk.home.path().join("theirs")).await;
    let mut options = desk.options(OllamaSettings::default());
    options.patience.probe = Duration::from_hours(1);
    options.patience.lost = Duration::from_hours(1);
    let supervisor = engine::ollama::OllamaSupervisor::new(options).unwrap();
    until(&supervisor, adopted).await;
    drop(theirs);
    supervisor.resumed();
    let retrying = |state: &OllamaState| {
        matches!(state, OllamaState::Ready { notices, .. }
            if notices.iter().any(|notice| notice.code == NoticeCode::Retrying))
    };
    until(&supervisor, retrying).await;
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_the_environment_that_can_t_be_is_told() {
    let mut desk = Desk::with_program(&json!({}));
    desk.address = "127.0.0.1:99999".into();
    let options = desk.options(OllamaSettings { mode: Mode::Own, ..OllamaSettings::default() });
    let supervisor = engine::ollama::OllamaSupervisor::new(options).unwrap();
    let state = until(&supervisor, |state| matches!(state, OllamaState::Ready { .. })).await;
    let OllamaState::Ready { notices, .. } = state else { panic!() };
    let told = notices.iter().find(|notice| notice.code == NoticeCode::Clamped).unwrap();
    assert!(told.message.contains("OLLAMA_HOST"), "{told:?}");
    supervisor.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o10_a_model_that_left_the_graphics_card_is_told() {
    let desk = Desk::new();
    let script = Script { size: Some(1000), size_vram: 1000, size_vram_later: vec![0], ..Script::default() };
    let theirs = other(&desk, script, &desk.home.path().join("theirs")).await;
    theirs.add_model("smol", &model_file(1, 10_000)).unwrap();
    let supervisor = desk.start(OllamaSettings::default());
    until(&supervisor, adopted).await;
    let ollama = llm::Ollama::new(desk.options(OllamaSettings::default()).http, &theirs.url()).unwrap();
    ollama.load("smol", llm::OllamaLoad::default(), llm::KeepAlive::Forever).await.unwrap();
    let seen = theirs.requests().len();
    // A whole look at it after the load.
    crate::desk::holds(|| {
        theirs.requests().iter().skip(seen).filter(|asked| asked.path == "/api/ps").count() >= 2
    })
    .await;
    ollama.unload("smol").await.unwrap();
    ollama.load("smol", llm::OllamaLoad::default(), llm::KeepAlive::Forever).await.unwrap();
    let lost = |state: &OllamaState| {
        matches!(state, OllamaState::Ready { notices, .. }
            if notices.iter().any(|notice| notice.code == NoticeCode::GpuLost))
    };
    until(&supervisor, lost).await;
    supervisor.shutdown().await;
}
