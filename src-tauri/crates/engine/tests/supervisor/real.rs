//! The same with a real Ollama, where one is on the PATH; else a sentence says that it was skipped.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use engine::{
    ollama::{Mode, OllamaSettings, OllamaState, Ownership},
    supervise::Patience,
};
use futures_util::StreamExt as _;
use llm::{CreateRequest, KeepAlive, Ollama};
use sha2::{Digest as _, Sha256};

use crate::desk::{Desk, children, holds, kill, ready, runs, until};

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join("ollama")).find(|file| file.is_file());
    if found.is_none() {
        println!("skipped: there is no ollama on the PATH");
    }
    found
}

/// Somebody else's, ended with the test.
struct Theirs(Child);

impl Theirs {
    fn start(program: &Path, desk: &Desk) -> Self {
        let mut command = Command::new(program);
        command.arg("serve").env_clear().env("HOME", desk.home.path()).env("OLLAMA_HOST", &desk.address);
        command.env("OLLAMA_NO_CLOUD", "1").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        // It may be gone already.
        let _killed = self.0.kill();
        let _status = self.0.wait();
    }
}

fn client(desk: &Desk, address: &str) -> Ollama {
    Ollama::new(desk.options(OllamaSettings::default()).http, address).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn real_ollama_runs_crashes_and_runs_again() {
    let Some(program) = program() else { return };
    let desk = Desk::new();
    let settings = OllamaSettings {
        mode: Mode::Own,
        program: Some(program.display().to_string()),
        ..OllamaSettings::default()
    };
    let begin = Instant::now();
    let supervisor = desk.start(settings);
    let (address, pid) = ready(&supervisor).await;
    println!("real: beginning → ready: {:?}", begin.elapsed());
    let state = until(
        &supervisor,
        |state| matches!(state, OllamaState::Ready { devices, .. } if !devices.is_empty()),
    );
    let OllamaState::Ready { devices, version, .. } = state.await else { panic!() };
    println!("real: version {version}, {devices:?}");
    let mut runners = Vec::new();
    if let Some(model) = std::env::var_os("WEBPLUS_TEST_MODEL") {
        let ollama = client(&desk, &address);
        let bytes = std::fs::read(model).unwrap();
        let digest = format!("sha256:{:x}", Sha256::digest(&bytes));
        let size = bytes.len() as u64;
        let stream = futures_util::stream::once(async { Ok(bytes::Bytes::from(bytes)) });
        ollama.upload_blob(&digest, size, stream).await.unwrap();
        let mut request = CreateRequest { model: "smol".into(), ..CreateRequest::default() };
        request.files.insert("smol.gguf".into(), digest.into());
        let lines: Vec<_> = ollama.create(&request).collect().await;
        assert!(lines.iter().all(Result::is_ok), "{lines:?}");
        let load = llm::OllamaLoad { context: Some(2048), ..llm::OllamaLoad::default() };
        ollama.load("smol", load, KeepAlive::Forever).await.unwrap();
        runners = children(pid);
        assert_eq!(runners.len(), 1);
        holds(|| supervisor.loads().last().is_some_and(|load| load.total() > 100 << 20)).await;
        println!("real: the load took {:?}", supervisor.loads());
    }
    let begin = Instant::now();
    kill(pid, libc::SIGKILL);
    holds(|| runners.iter().all(|runner| !runs(*runner))).await;
    println!("real: SIGKILL of the server → {} runner(s) gone: {:?}", runners.len(), begin.elapsed());
    until(&supervisor, |state| matches!(state, OllamaState::Ready { pid: Some(now), .. } if *now != pid))
        .await;
    println!("real: crash → ready again: {:?}", begin.elapsed());
    let (_, pid) = ready(&supervisor).await;
    let begin = Instant::now();
    supervisor.shutdown().await;
    println!("real: shutdown: {:?}", begin.elapsed());
    assert!(!runs(pid) && begin.elapsed() < Duration::from_millis(1500));
}

#[tokio::test(flavor = "multi_thread")]
async fn real_ollama_of_somebody_else_is_adopted_lives_on_and_is_lost() {
    let Some(program) = program() else { return };
    let desk = Desk::new();
    let mut theirs = Theirs::start(&program, &desk);
    let mut options = desk.options(OllamaSettings { mode: Mode::Adopt, ..OllamaSettings::default() });
    options.patience = Patience { lost: Duration::from_secs(1), ..options.patience };
    let supervisor = engine::ollama::OllamaSupervisor::new(options.clone()).unwrap();
    let address = loop {
        match until(&supervisor, |state| *state != OllamaState::Looking).await {
            OllamaState::Ready { ownership, address, pid, .. } => {
                assert_eq!((ownership, pid), (Ownership::Adopted, Some(theirs.0.id())));
                break address;
            }
            // It wasn't up yet.
            _ => supervisor.look_again().unwrap(),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    supervisor.shutdown().await;
    assert!(client(&desk, &address).identify().await.is_ok(), "it lives on");
    let supervisor = engine::ollama::OllamaSupervisor::new(options).unwrap();
    ready(&supervisor).await;
    theirs.0.kill().unwrap();
    theirs.0.wait().unwrap();
    until(&supervisor, |state| matches!(state, OllamaState::Lost { .. })).await;
    supervisor.shutdown().await;
}
