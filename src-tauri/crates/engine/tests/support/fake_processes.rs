//! The fake as a program: what its log says, and what signals leave behind.

use std::{
    fs,
    io::Read,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use serde_json::json;
use test_support::ollama::{Script, model_file, put_model};

use crate::recorded::{self, Sent, exchange, until};

/// The program, built with the crate's examples.
fn program() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
    let program = folder.join("examples/fake-ollama");
    assert!(program.exists(), "build it first: cargo build -p webplus-engine --example fake-ollama");
    program
}

/// A server of its own, killed with its runners when dropped.
struct Served {
    child: Child,
    home: tempfile::TempDir,
    address: SocketAddr,
}

impl Served {
    async fn start(script: &Script) -> Self {
        let home = tempfile::tempdir().unwrap();
        put_model(&home.path().join("models"), "smol", &model_file(1, 10_000)).unwrap();
        let child = serve(home.path(), &serde_json::to_value(script).unwrap(), "127.0.0.1:0");
        let mut served = Self { child, home, address: ([127, 0, 0, 1], 0).into() };
        until(|| served.log().contains("msg=\"Listening on ")).await;
        let log = served.log();
        let line = log.lines().find(|line| line.contains("msg=\"Listening on ")).unwrap();
        assert!(
            line.contains("level=INFO source=routes.go:") && line.ends_with("(version 0.33.0-rc2)\""),
            "{line}"
        );
        served.address =
            line.split("Listening on ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        served
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }

    async fn load(&self) -> u32 {
        let load = json!({"model": "smol", "messages": []});
        let done = exchange(self.address, &Sent::json("POST", "/api/chat", &load)).await;
        assert_eq!(done.json()["done_reason"], "load");
        let runners = children(self.child.id());
        assert_eq!(runners.len(), 1);
        runners[0]
    }

    fn signal(&self, signal: i32) {
        kill(self.child.id(), signal);
    }

    fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        for runner in children(self.child.id()) {
            kill(runner, 9);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(home: &Path, script: &serde_json::Value, host: &str) -> Child {
    let file = home.join("script.json");
    fs::write(&file, script.to_string()).unwrap();
    let log = fs::File::create(home.join("log")).unwrap();
    // Whoever runs the tests in the background or under nohup has them ignore signals, which a child would inherit.
    let mut command = Command::new("env");
    command.arg("--default-signal").arg(program()).arg("--script").arg(file).arg("serve").env_clear();
    command.env("HOME", home).env("OLLAMA_MODELS", home.join("models")).env("OLLAMA_HOST", host);
    command.stderr(log).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

fn kill(pid: u32, signal: i32) {
    let done =
        Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).stderr(Stdio::null()).status();
    assert!(done.is_ok());
}

/// Parent, group and session of a process that isn't a zombie.
fn stat(pid: u32) -> Option<(u32, u32, u32)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields[at].parse().unwrap();
    (fields[0] != "Z").then(|| (number(1), number(2), number(3)))
}

fn children(parent: u32) -> Vec<u32> {
    let pids =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|(of, _, _)| of == parent)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polite_end_takes_the_runner_along() {
    for signal in [15, 2] {
        let mut served = Served::start(&Script { runner_memory_mib: 8, ..Script::default() }).await;
        let runner = served.load().await;
        let (_, group, session) = stat(runner).unwrap();
        let (_, own_group, own_session) = stat(served.child.id()).unwrap();
        assert_eq!((group, session), (own_group, own_session));
        served.signal(signal);
        assert_eq!(served.wait().code(), Some(0));
        assert!(stat(runner).is_none());
        assert!(served.home.path().join(".ollama/id_ed25519").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rude_end_leaves_the_runner_behind() {
    for signal in [9, 1, 3] {
        let mut served = Served::start(&Script { runner_term_ms: 50, ..Script::default() }).await;
        let runner = served.load().await;
        let (_, group, session) = stat(runner).unwrap();
        served.signal(signal);
        assert_eq!(served.wait().code(), None);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let left = stat(runner);
        kill(runner, 15);
        assert_eq!(left.map(|(_, group, session)| (group, session)), Some((group, session)));
        until(|| stat(runner).is_none()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_runner_is_still_listed_and_the_next_request_loads_again() {
    let served = Served::start(&Script { tokens_per_second: 20.0, ..Script::default() }).await;
    let runner = served.load().await;
    let ask = json!({"model": "smol", "messages": [{"role": "user", "content": "hi"}], "options": {"num_predict": 40}});
    let sent = Sent::json("POST", "/api/chat", &ask);
    let killer = async {
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        kill(runner, 9);
    };
    let (got, ()) = tokio::join!(exchange(served.address, &sent), killer);
    let error = "an error was encountered while running the model: unexpected EOF";
    assert_eq!(got.lines().last().unwrap()["error"], error);
    let listed = exchange(served.address, &Sent::get("/api/ps")).await.json();
    assert_eq!(listed["models"][0]["name"], "smol:latest");
    // Its end was heard of before it was over.
    until(|| stat(runner).is_none()).await;
    assert_ne!(served.load().await, runner);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_ends_the_second_with_the_recorded_line() {
    let served = Served::start(&Script::default()).await;
    let home = tempfile::tempdir().unwrap();
    let mut second = serve(home.path(), &json!({}), &served.address.to_string());
    assert_eq!(second.wait().unwrap().code(), Some(1));
    let log = fs::read_to_string(home.path().join("log")).unwrap();
    let line = format!("Error: listen tcp {}: bind: address already in use", served.address);
    assert_eq!(log.lines().last(), Some(line.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_leaves_the_runner_and_a_deaf_one_hears_only_the_last_word() {
    let mut served = Served::start(&Script { crash_on_chat: Some(1), ..Script::default() }).await;
    let runner = served.load().await;
    let ask = json!({"model": "smol", "messages": [{"role": "user", "content": "hi"}]});
    let got = exchange(served.address, &Sent::json("POST", "/api/chat", &ask)).await;
    assert_eq!(got.lines().len(), 2);
    assert_eq!(served.wait().code(), Some(2));
    assert!(stat(runner).is_some());
    kill(runner, 9);
    let mut deaf = Served::start(&Script { hang_on_sigterm: true, ..Script::default() }).await;
    deaf.signal(15);
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    assert_eq!(exchange(deaf.address, &Sent::get("/")).await.body, "Ollama is running");
    deaf.signal(9);
    assert_eq!(deaf.wait().code(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_the_first_starts_end_with_them() {
    let home = tempfile::tempdir().unwrap();
    let script = json!({"faulty_starts": 2, "exit_at_start": {"line": "Error: no luck", "code": 7}});
    for _ in 0..2 {
        assert_eq!(serve(home.path(), &script, "127.0.0.1:0").wait().unwrap().code(), Some(7));
        assert_eq!(fs::read_to_string(home.path().join("log")).unwrap(), "Error: no luck\n");
    }
    let mut third = serve(home.path(), &script, "127.0.0.1:0");
    until(|| fs::read_to_string(home.path().join("log")).unwrap().contains("Listening on ")).await;
    kill(third.id(), 15);
    assert_eq!(third.wait().unwrap().code(), Some(0));
    assert_eq!(Script::starts(&home.path().join("script.json")), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_the_port_without_being_an_ollama_says_nothing() {
    let home = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut holder = serve(home.path(), &json!({"hold_port": true}), &port.to_string());
    let mut stream = loop {
        if let Ok(stream) = std::net::TcpStream::connect(port) {
            break stream;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    stream.set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    assert!(stream.read(&mut [0; 8]).is_err());
    holder.kill().unwrap();
    holder.wait().unwrap();
}

#[test]
fn the_version_is_told_with_and_without_a_server() {
    let output =
        Command::new(program()).arg("--version").env_clear().env("OLLAMA_HOST", "127.0.0.1:1").output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    assert_eq!(
        text,
        "Warning: could not connect to a running Ollama instance\nWarning: client version is 0.33.0-rc2\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_is_killed_loses_what_came_since() {
    let registry = test_support::ollama::Registry::start().await.unwrap();
    let digest = registry.offer("big:latest", &model_file(1, 2_000_000));
    registry.slow(Some(2_000_000));
    let mut served = Served::start(&Script::default()).await;
    let ask = json!({"model": registry.model("big:latest"), "insecure": true});
    let sent = Sent::json("POST", "/api/pull", &ask);
    let address = served.address;
    let pulling = tokio::spawn(async move { exchange(address, &sent).await });
    let partial = served.home.path().join("models/blobs").join(digest.replace(':', "-"));
    until(|| !registry.ranges().is_empty()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    served.signal(9);
    served.wait();
    pulling.await.unwrap();
    assert_eq!(recorded::saved(&partial), 0);
}
