//! An Ollama, real or scripted, that nobody looks after.
#![allow(dead_code, reason = "not every measuring program needs all of it")]

use std::{
    fs::{self, File},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use llm::Ollama;

use crate::figures::{Outcome, http};

/// Longer than a start takes, on a computer with much else to do.
const LONG: Duration = Duration::from_mins(1);

/// Ends when dropped, with everything that it started.
pub(crate) struct Bare {
    pub(crate) ollama: Ollama,
    pub(crate) models: PathBuf,
    _running: Running,
}

impl Bare {
    /// Starts it on a free port with this home, and returns once it answers.
    pub(crate) async fn start(program: &Path, home: &Path) -> Outcome<Self> {
        let (log, models) = (home.join("bare.log"), home.join("models"));
        let running = Running(spawn(program, home, &log, &models)?);
        let listening = async {
            loop {
                if let Some(address) = address(&log) {
                    return address;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let address = tokio::time::timeout(LONG, listening).await?;
        let ollama = Ollama::new(http()?, &format!("http://{address}"))?;
        tokio::time::timeout(LONG, ollama.identify()).await??;
        Ok(Self { ollama, models, _running: running })
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It leads a group of its own, so that nobody else is met.
        kill(-self.0.id().cast_signed());
        // Nothing to be done about one that can't be waited for.
        let _ = self.0.wait();
    }
}

/// SIGKILL to a process, or to a group by its negative number.
#[allow(unsafe_code, reason = "the standard library kills only children, and no groups")]
pub(crate) fn kill(process: i32) {
    // SAFETY: takes two numbers and touches no memory of ours.
    unsafe { libc::kill(process, libc::SIGKILL) };
}

#[allow(clippy::disallowed_methods, reason = "a measuring program compares with what nobody looks after")]
fn spawn(program: &Path, home: &Path, log: &Path, models: &Path) -> Outcome<Child> {
    let mut command = Command::new(program);
    command.arg("serve").env_clear().env("HOME", home).env("OLLAMA_MODELS", models);
    command.env("OLLAMA_HOST", "127.0.0.1:0").env("OLLAMA_NO_CLOUD", "1").env("OLLAMA_NOPRUNE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log)?).process_group(0);
    Ok(command.spawn()?)
}

fn address(log: &Path) -> Option<String> {
    let text = fs::read_to_string(log).ok()?;
    Some(text.split_once("Listening on ")?.1.split_once(' ')?.0.to_owned())
}
