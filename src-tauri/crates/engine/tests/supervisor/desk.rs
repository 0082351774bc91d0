//! A computer for one test: a home, a program called `ollama`, an address where another one may answer.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use engine::{
    ollama::{OllamaSettings, OllamaState, OllamaSupervisor, SupervisorOptions, find::Places},
    supervise::Patience,
};
use llm::{Http, HttpOptions, ProxyChoice};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes, on a computer with much else to do.
const LONG: Duration = Duration::from_mins(1);

pub(crate) struct Desk {
    pub(crate) home: TempDir,
    /// Where another Ollama may answer; nobody listens there at first.
    pub(crate) address: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { home: tempfile::tempdir().unwrap(), address: free.to_string() }
    }

    /// A computer with an Ollama that behaves so.
    pub(crate) fn with_program(script: &Value) -> Self {
        let desk = Self::new();
        desk.install(script);
        desk
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.home.path().join("bin/ollama")
    }

    pub(crate) fn install(&self, script: &Value) {
        let file = self.home.path().join("script.json");
        fs::write(&file, script.to_string()).unwrap();
        let fake = example("fake-ollama");
        let text = format!("#!/bin/sh\nexec '{}' --script '{}' \"$@\"\n", fake.display(), file.display());
        self.put(text.as_bytes(), 0o755);
    }

    pub(crate) fn put(&self, bytes: &[u8], mode: u32) {
        fs::create_dir_all(self.home.path().join("bin")).unwrap();
        fs::write(self.program(), bytes).unwrap();
        fs::set_permissions(self.program(), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn options(&self, settings: OllamaSettings) -> SupervisorOptions {
        let bin = self.home.path().join("bin").display().to_string();
        let environment = vec![
            ("HOME".to_owned(), self.home.path().display().to_string()),
            ("PATH".to_owned(), format!("{bin}:/usr/bin:/bin")),
            ("OLLAMA_HOST".to_owned(), self.address.clone()),
        ];
        let http = Http::new(HttpOptions { proxy: ProxyChoice::Off, ..HttpOptions::default() }).unwrap();
        let mut options = SupervisorOptions::new(
            settings,
            example("fake-tree"),
            self.home.path().join("engine"),
            environment,
            http,
        );
        options.places = Places { path: bin, ..Places::default() };
        options.patience = Patience {
            start: Duration::from_secs(30),
            probe: Duration::from_millis(200),
            again: Duration::from_millis(50),
            lost: Duration::from_secs(1),
            ..Patience::default()
        };
        options
    }

    pub(crate) fn start(&self, settings: OllamaSettings) -> OllamaSupervisor {
        OllamaSupervisor::new(self.options(settings)).unwrap()
    }

    /// What all starts wrote.
    pub(crate) fn starts(&self) -> String {
        fs::read_to_string(self.home.path().join("engine/ollama.log")).unwrap_or_default()
    }
}

pub(crate) fn example(name: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().and_then(Path::parent).unwrap();
    let program = folder.join("examples").join(name);
    assert!(program.exists(), "build it first: cargo build -p webplus-engine --example {name}");
    program
}

/// Waits for a state.
pub(crate) async fn until(
    supervisor: &OllamaSupervisor,
    what: impl FnMut(&OllamaState) -> bool,
) -> OllamaState {
    let mut states = supervisor.subscribe();
    let found = tokio::time::timeout(LONG, states.wait_for(what)).await;
    let found = found.ok().and_then(Result::ok).map(|state| state.clone());
    found.unwrap_or_else(|| panic!("still {:?}\n{}", supervisor.state(), supervisor.log_tail(20).join("\n")))
}

pub(crate) async fn ready(supervisor: &OllamaSupervisor) -> (String, u32) {
    let state = until(supervisor, |state| matches!(state, OllamaState::Ready { .. })).await;
    let OllamaState::Ready { address, pid, .. } = state else { panic!() };
    (address, pid.unwrap_or(0))
}

/// Waits until something holds that no state tells.
pub(crate) async fn holds(mut what: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(LONG, async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap();
}

pub(crate) fn runs(pid: u32) -> bool {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = line.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// The running children of a process.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let all = threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    let mut pids: Vec<u32> = std::iter::once(text)
        .chain(all)
        .flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .filter(|pid| runs(*pid))
        .collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}

#[allow(unsafe_code, reason = "the standard library sends no signals")]
pub(crate) fn kill(pid: u32, signal: i32) {
    assert!(pid > 1);
    unsafe { libc::kill(pid as i32, signal) };
}
