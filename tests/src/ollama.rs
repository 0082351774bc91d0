//! An Ollama for tests: a home of its own with the scripted program in its search path, or the real one where there is one.

use std::{
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use ::app::ollama::OllamaOptions;
use engine::ollama::find::Places;
use serde_json::Value;
use tempfile::TempDir;
use test_support::ollama::{Script, model_file, put_model};
use tokio::process::{Child, Command};

use crate::{
    Client, Opened, PATIENCE,
    program::{beside, reachable},
};

/// A home with models and a program named `ollama`.
#[derive(Debug, Clone)]
pub struct OllamaHome {
    folder: Arc<TempDir>,
    /// The folder of the program.
    pub path: PathBuf,
    /// Where somebody else's is looked for.
    pub host: String,
}

/// An address of this computer where nobody listens.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl OllamaHome {
    /// With the scripted program and the model "smol:latest".
    pub fn scripted(script: &Script) -> Self {
        let home = Self::bare();
        let fake = beside("examples/fake-ollama");
        assert!(fake.exists(), "build it first: cargo build -p webplus-engine --example fake-ollama");
        let file = home.home().join("script.json");
        std::fs::write(&file, serde_json::to_vec(script).unwrap()).unwrap();
        std::fs::create_dir(&home.path).unwrap();
        let program = home.path.join("ollama");
        let text = format!("#!/bin/sh\nexec '{}' --script '{}' \"$@\"\n", fake.display(), file.display());
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        home.add_model("smol", 1);
        home
    }

    /// With no program at all.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bin");
        Self { folder: Arc::new(folder), path, host: free_address() }
    }

    /// With the real program, without a model; `None` after a sentence where there is none on the search path.
    #[allow(clippy::print_stderr, reason = "a test that is left out says so")]
    pub fn real() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let Some(folder) = std::env::split_paths(&path).find(|folder| folder.join("ollama").is_file()) else {
            eprintln!("left out: there is no ollama on the search path");
            return None;
        };
        Some(Self { path: folder, ..Self::bare() })
    }

    /// The home.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the models.
    pub fn models(&self) -> PathBuf {
        self.home().join(".ollama/models")
    }

    /// Puts a small model there, past every server.
    pub fn add_model(&self, name: &str, fill: u8) {
        self.add_file(name, &model_file(fill, 10_000));
    }

    /// The same with a file of one's own.
    pub fn add_file(&self, name: &str, file: &[u8]) {
        put_model(&self.models(), name, file).unwrap();
    }

    /// The environment of an Ollama of this home.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variable = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let mut environment = vec![variable("HOME", self.home()), variable("PATH", &self.path)];
        environment.push(("OLLAMA_HOST".to_owned(), self.host.clone()));
        environment
    }

    /// How an application finds it: nowhere else is looked.
    pub fn options(&self) -> OllamaOptions {
        let places = Places { path: self.path.display().to_string(), ..Places::default() };
        let mut options = OllamaOptions::new(beside("webplus"), self.environment());
        options.places = Some(places);
        options
    }

    /// An application that is opened with it.
    pub fn opened(&self) -> Opened {
        let options = self.options();
        Opened { adjust: Arc::new(move |all| all.ollama = Some(options.clone())), ..Opened::default() }
    }

    /// Starts it as somebody else would, at `host`, and waits until it answers. Killed when dropped.
    pub async fn serve(&self) -> Child {
        let mut command = Command::new(self.path.join("ollama"));
        command.arg("serve");
        self.started(command).await
    }

    /// Starts the scripted one as another user, whose its home is from then on.
    pub async fn serve_by(&self, user: u32) -> Child {
        give(self.home(), user);
        let program = self.home().join("fake-ollama");
        reachable(&beside("examples/fake-ollama"), &program);
        let mut command = Command::new(program);
        command.arg("--script").arg(self.home().join("script.json")).arg("serve");
        command.uid(user).gid(user).current_dir(self.home());
        self.started(command).await
    }

    async fn started(&self, mut command: Command) -> Child {
        command.env_clear().envs(self.environment()).kill_on_drop(true);
        let log = std::fs::File::create(self.home().join("serve.log")).unwrap();
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(log);
        let child = command.spawn().unwrap();
        let begun = std::time::Instant::now();
        while !self.answers().await {
            assert!(begun.elapsed() < PATIENCE, "the Ollama of the test doesn't answer");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        child
    }

    /// The log of the one that somebody else started.
    pub fn serve_log(&self) -> String {
        std::fs::read_to_string(self.home().join("serve.log")).unwrap()
    }

    /// Whether one answers at `host`.
    pub async fn answers(&self) -> bool {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = client.get(format!("http://{}/api/version", self.host)).send().await;
        asked.is_ok_and(|reply| reply.status() == 200)
    }
}

/// A user who is nobody here; `None` after a sentence where only this one can start programs.
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
pub fn another_user() -> Option<u32> {
    if std::fs::metadata("/proc/self").is_ok_and(|ours| ours.uid() == 0) {
        return Some(65_534);
    }
    eprintln!("left out: only root can start a program as another user");
    None
}

/// Makes a folder and all in it somebody's.
fn give(folder: &Path, user: u32) {
    std::os::unix::fs::chown(folder, Some(user), Some(user)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            give(&entry.path(), user);
        } else {
            std::os::unix::fs::chown(entry.path(), Some(user), Some(user)).unwrap();
        }
    }
}

/// Ends a server as its own people would, its models included; a killed one leaves those.
pub async fn terminate(server: &mut Child) {
    let id = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    tokio::time::timeout(PATIENCE, server.wait()).await.expect("the server did not end").unwrap();
}

/// The state of Ollama once it is of this kind; panics when that takes long.
pub async fn ollama_is(client: &Client, kind: &str) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let state = client.call("ollama/state", serde_json::json!({})).await;
        if state["type"] == kind {
            return state;
        }
        assert!(begun.elapsed() < PATIENCE, "not {kind}: {state}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// A model of the list, by its id; `Null` where it isn't there.
pub async fn model(client: &Client, id: &str) -> Value {
    let list = client.call("model/list", serde_json::json!({})).await;
    let models = list["models"].as_array().unwrap().iter();
    models.clone().find(|model| model["id"] == id).cloned().unwrap_or_default()
}
