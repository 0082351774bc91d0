//! Looks for Ollama's program: the chosen path, the search path, the usual places.
//!
//! Deliberately not here: whether one runs (that is asked over HTTP), and starting it (`guard`).

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::Command;

use super::OllamaFailure;

mod kind;

/// The name of the program.
const NAME: &str = if cfg!(windows) { "ollama.exe" } else { "ollama" };
/// How long a program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where is looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// What the person chose. Where it is set, nothing else is looked at.
    pub chosen: Option<PathBuf>,
    /// The search path, as `PATH` has it.
    pub path: String,
    /// Further programs.
    pub programs: Vec<PathBuf>,
    /// Files that show that the system runs an Ollama of its own.
    pub services: Vec<PathBuf>,
}

impl Places {
    /// The usual places of this system, below `home` among others.
    pub fn usual(path: &str, home: Option<&Path>) -> Self {
        let below = |relative: &str| home.map(|home| home.join(relative));
        let fixed = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let (mut programs, mut services, own): (Vec<PathBuf>, Vec<PathBuf>, (&str, &str)) =
            if cfg!(target_os = "macos") {
                let programs = [
                    "/Applications/Ollama.app/Contents/Resources/ollama",
                    "/opt/homebrew/bin/ollama",
                    "/usr/local/bin/ollama",
                ];
                (
                    fixed(&programs),
                    fixed(&["/Applications/Ollama.app"]),
                    ("Applications/Ollama.app/Contents/Resources/ollama", "Applications/Ollama.app"),
                )
            } else if cfg!(windows) {
                let app = (
                    "AppData/Local/Programs/Ollama/ollama.exe",
                    "AppData/Local/Programs/Ollama/ollama app.exe",
                );
                (Vec::new(), Vec::new(), app)
            } else {
                let programs = [
                    "/usr/local/bin/ollama",
                    "/usr/bin/ollama",
                    "/snap/bin/ollama",
                    "/home/linuxbrew/.linuxbrew/bin/ollama",
                ];
                let services = [
                    "/etc/systemd/system/ollama.service",
                    "/usr/lib/systemd/system/ollama.service",
                    "/lib/systemd/system/ollama.service",
                    "/etc/systemd/system/snap.ollama.listener.service",
                ];
                let own = (".local/bin/ollama", ".config/systemd/user/ollama.service");
                (fixed(&programs), fixed(&services), own)
            };
        programs.extend(below(own.0));
        services.extend(below(own.1));
        Self { chosen: None, path: path.to_owned(), programs, services }
    }

    /// Every file that is looked at, best first, each once.
    fn files(&self) -> Vec<PathBuf> {
        if let Some(chosen) = &self.chosen {
            return vec![chosen.clone()];
        }
        // A relative entry would mean another program in another folder.
        let path = std::env::split_paths(&self.path).filter(|folder| folder.is_absolute());
        let mut files: Vec<PathBuf> = Vec::new();
        for file in path.map(|folder| folder.join(NAME)).chain(self.programs.iter().cloned()) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }
}

/// A program that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where.
    pub program: PathBuf,
    /// Why it can't run, and the sentence for it.
    pub problem: Option<(OllamaFailure, String)>,
    /// What it says that its version is.
    pub version: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The programs, best first; those that can't run stand last.
    pub candidates: Vec<Candidate>,
    /// The places that were looked at.
    pub searched: Vec<String>,
    /// Whether the system has an Ollama of its own.
    pub service: bool,
}

/// Looks, and asks the best program for its version. `home` is what that program gets for its `HOME`.
pub async fn find(places: Places, home: Option<String>) -> Found {
    let looked = tokio::task::spawn_blocking(move || look(&places)).await;
    let mut found = looked.unwrap_or_default();
    if let Some(best) = found.candidates.first_mut().filter(|best| best.problem.is_none()) {
        best.version = version(&best.program, home.as_deref()).await;
    }
    found
}

fn look(places: &Places) -> Found {
    let files = places.files();
    let searched = files.iter().map(|file| file.display().to_string()).collect();
    let chosen = places.chosen.is_some();
    let mut candidates: Vec<Candidate> = Vec::new();
    for program in files {
        if !chosen && !program.exists() {
            continue;
        }
        let problem = kind::problem(&program);
        candidates.push(Candidate { program, problem, version: None });
    }
    candidates.sort_by_key(|candidate| candidate.problem.is_some());
    let service = places.services.iter().any(|file| file.exists());
    Found { candidates, searched, service }
}

/// Asks a program for its version. It is told of an address where nobody listens, since it would ask there for another version.
#[allow(clippy::disallowed_methods, reason = "this crate starts engines")]
async fn version(program: &Path, home: Option<&str>) -> Option<String> {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .env_clear()
        .env("OLLAMA_HOST", "127.0.0.1:1")
        .envs(home.map(|home| ("HOME", home)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    let text = [output.stdout, output.stderr].concat();
    parse_version(&String::from_utf8_lossy(&text))
}

fn parse_version(text: &str) -> Option<String> {
    let after = |words: &str| {
        let line = text.lines().find(|line| line.contains(words))?;
        let version = line.split(words).nth(1)?.split_whitespace().next()?;
        version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
    };
    after("client version is ").or_else(|| after("ollama version is "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_s_own_version_is_told_from_that_of_a_running_one() {
        let alone = "Warning: could not connect to a running Ollama instance\nWarning: client version is 0.33.0-rc2\n";
        let beside = "ollama version is 0.30.1\nWarning: client version is 0.33.0\n";
        assert_eq!(parse_version(alone).as_deref(), Some("0.33.0-rc2"));
        assert_eq!(parse_version(beside).as_deref(), Some("0.33.0"));
        assert_eq!(parse_version("ollama version is 0.33.0\n").as_deref(), Some("0.33.0"));
        assert_eq!(parse_version("no such option\n"), None);
    }

    #[test]
    fn a_chosen_program_is_the_only_place() {
        let mut places = Places::usual("/bin:relative:/bin", Some(Path::new("/home/ann")));
        assert_eq!(places.files().iter().filter(|file| file.starts_with("/bin")).count(), 1);
        assert!(places.files().iter().all(|file| file.is_absolute()));
        places.chosen = Some("/x/ollama".into());
        assert_eq!(places.files(), [PathBuf::from("/x/ollama")]);
        let found = look(&places);
        assert_eq!(found.candidates[0].problem.as_ref().unwrap().0, OllamaFailure::Missing);
    }
}
