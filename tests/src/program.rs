//! The real `webplus` program, in a home of its own: no keychain, no Ollama, nothing of the person's environment.

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
};

use crate::{Client, PATIENCE};

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it told people.
    pub stderr: String,
}

impl Finished {
    /// The exit code; -1 where a signal ended it.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// The lines of JSON on stdout; panics where a line is anything else.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?} is not JSON: {error}"))
        };
        self.stdout.lines().map(parse).collect()
    }

    /// The last line of JSON.
    pub fn last(&self) -> Value {
        self.lines().pop().unwrap_or_else(|| panic!("nothing on stdout: {self:?}"))
    }

    /// The same, if it ended well.
    pub fn good(self) -> Self {
        assert!(self.status.success(), "{self:?}");
        self
    }
}

/// The program and its home.
#[derive(Debug)]
pub struct Program {
    home: TempDir,
    environment: Vec<(String, String)>,
    /// Another user to run as; the program is then one that this user can reach.
    user: Option<u32>,
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// A new home.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), environment: Vec::new(), user: None }
    }

    /// With a variable of the environment.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Run by another user, whose the home is then.
    #[cfg(unix)]
    pub fn run_by(mut self, user: u32) -> Self {
        reachable(&beside("webplus"), &self.home().join("webplus"));
        std::os::unix::fs::chown(self.home(), Some(user), Some(user)).unwrap();
        self.user = Some(user);
        self
    }

    /// Without a variable that was set before.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(found, _)| found != name);
        self
    }

    /// The home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A command, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let program = self.user.map_or_else(|| beside("webplus"), |_| self.home().join("webplus"));
        let mut command = Command::new(program);
        #[cfg(unix)]
        if let Some(user) = self.user {
            command.uid(user).gid(user).current_dir(self.home());
        }
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .env("WEBPLUS_DATA_DIR", self.data())
            .env("WEBPLUS_OLLAMA", "off")
            .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, "").await
    }

    /// Runs a command with this on its stdin.
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Finished {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // One that doesn't read may end before all is written.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = tokio::time::timeout(PATIENCE * 3, child.wait_with_output());
        let output = output.await.unwrap_or_else(|_| panic!("{arguments:?} did not end")).unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Finished { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts `webplus serve` and waits until it says that it is ready.
    pub async fn serve(&self) -> Served {
        let mut child = self.command(&["serve"]).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await;
        if !read.is_ok_and(|read| read.is_ok_and(|length| length > 0)) {
            let mut said = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut said).await;
            panic!("serve did not become ready: {said}");
        }
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
        let client = Client::new(address, ready["token"].as_str().unwrap());
        Served { child, client, ready }
    }
}

/// A running `webplus serve`; killed when dropped. Derefs to its client.
#[derive(Debug)]
pub struct Served {
    /// The process.
    pub child: Child,
    /// A client of its door.
    pub client: Client,
    /// The line that it printed.
    pub ready: Value,
}

impl std::ops::Deref for Served {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Served {
    /// Ends it as a power failure would, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end, and waits for that. Gives what it told people.
    pub async fn terminate(mut self) -> Finished {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().unwrap();
        let ended = async {
            pipe.read_to_string(&mut stderr).await.unwrap();
            self.child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it did not end");
        Finished { status, stdout: String::new(), stderr }
    }
}

/// Puts a program where every user reaches it who reaches that folder.
#[cfg(unix)]
pub(crate) fn reachable(program: &Path, at: &Path) {
    if std::fs::hard_link(program, at).is_err() {
        std::fs::copy(program, at).unwrap();
    }
}

/// A program of this workspace: built beside the tests.
pub(crate) fn beside(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "build it first: cargo build -p webplus-cli -p webplus-runner");
    program
}
