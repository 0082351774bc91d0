//! A tree of processes under a guard, all found by one token in their environment.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use engine::guard::{GuardError, GuardOptions, Guarded, start};
use tempfile::TempDir;
use uuid::Uuid;

/// The tree's folder and token. Dropped, it leaves no process.
pub(crate) struct Tree {
    pub(crate) folder: TempDir,
    pub(crate) token: String,
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), token: Uuid::new_v4().to_string() }
    }

    pub(crate) fn options(&self, arguments: &[&str]) -> GuardOptions {
        GuardOptions {
            guard: fake_tree(),
            program: fake_tree(),
            arguments: ["engine"].iter().chain(arguments).map(OsString::from).collect(),
            environment: vec![("FAKE_TREE".into(), self.token.clone().into())],
            log: self.folder.path().join("log").join("engine.log"),
            folder: None,
        }
    }

    pub(crate) fn marks(&self) -> PathBuf {
        self.folder.path().join("marks")
    }

    pub(crate) fn records(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.marks()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    pub(crate) async fn start(&self, arguments: &[&str]) -> Guarded {
        let guarded = self.try_start(self.options(arguments)).await.unwrap();
        if !arguments.contains(&"--exit") {
            self.logged("ready");
        }
        guarded
    }

    pub(crate) async fn try_start(&self, options: GuardOptions) -> Result<Guarded, GuardError> {
        start(options, &self.marks()).await
    }

    /// An application of its own, which can be killed.
    pub(crate) fn application(&self, arguments: &[&str]) -> Child {
        let application = Command::new(fake_tree())
            .arg("application")
            .arg(self.folder.path())
            .args(arguments)
            .env("FAKE_TREE", &self.token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        application.unwrap()
    }

    /// Waits until the application has its engine.
    pub(crate) fn engine_of(application: &mut Child) -> u32 {
        let mut line = String::new();
        BufReader::new(application.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        said["pid"].as_u64().unwrap() as u32
    }

    pub(crate) fn log(&self) -> String {
        let nested = fs::read_to_string(self.folder.path().join("log").join("engine.log"));
        nested.or_else(|_| fs::read_to_string(self.folder.path().join("engine.log"))).unwrap_or_default()
    }

    /// Waits for a line that starts so.
    pub(crate) fn logged(&self, start: &str) -> String {
        until(|| self.log().lines().find(|line| line.starts_with(start)).map(str::to_owned))
    }

    /// The runners that the engine told of.
    pub(crate) fn runners(&self) -> Vec<u32> {
        self.log().lines().filter_map(|line| line.strip_prefix("runner ")?.parse().ok()).collect()
    }

    pub(crate) fn processes(&self) -> Vec<u32> {
        carrying(&format!("FAKE_TREE={}", self.token))
    }

    /// How long it takes until all of the tree is gone, those included that carry no token.
    pub(crate) fn gone(&self, others: &[u32]) -> Duration {
        let begin = Instant::now();
        until(|| {
            (others.iter().all(|pid| !runs(*pid)) && self.processes().is_empty()).then_some(begin.elapsed())
        })
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let bystanders = carrying(&format!("FAKE_BYSTANDER={}", self.token));
        for pid in self.processes().into_iter().chain(self.runners()).chain(bystanders) {
            kill(pid, libc::SIGKILL);
        }
    }
}

pub(crate) fn fake_tree() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().and_then(|deps| deps.parent()).unwrap();
    let program = folder.join("examples").join("fake-tree");
    assert!(program.exists(), "build it first: cargo build -p webplus-engine --example fake-tree");
    program
}

/// The processes whose environment holds this.
pub(crate) fn carrying(entry: &str) -> Vec<u32> {
    let carries = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == entry.as_bytes())
    };
    let names = fs::read_dir("/proc").unwrap().flatten();
    names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(carries).collect()
}

/// State, parent, group and session.
pub(crate) fn stat(pid: u32) -> Option<(char, u32, u32, u32)> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = line.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let mut number = || fields.next()?.parse().ok();
    Some((state, number()?, number()?, number()?))
}

pub(crate) fn parent(pid: u32) -> u32 {
    stat(pid).unwrap().1
}

pub(crate) fn runs(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, ..)| !matches!(state, 'Z' | 'X'))
}

#[allow(unsafe_code, reason = "the standard library sends no signals")]
pub(crate) fn kill(pid: u32, signal: i32) {
    unsafe { libc::kill(pid as i32, signal) };
}

/// Looks until there is something.
pub(crate) fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "waited for too long");
        sleep(Duration::from_millis(2));
    }
}
