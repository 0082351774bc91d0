//! The application's side: starts the guard, holds its input, waits for the end.

use std::{
    io,
    path::{Path, absolute},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{
    GuardError, GuardOptions, SUBCOMMAND,
    message::{Answer, Instruction, Obstacle, Streams},
};
use crate::leftovers;

/// How long the guard may take to answer.
pub(super) const ANSWER: Duration = Duration::from_secs(15);
/// How long an orderly end may take: 150 ms for connections, 1 s for the engine, and time for a busy computer.
pub(super) const STOP: Duration = Duration::from_secs(3);
/// What an engine gets to end by itself once its guard was killed. Only Linux tells it to, so that elsewhere it gets nothing.
const AFTER_GUARD: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 1000 } else { 0 });
/// How often is looked meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// An answer is a few dozen bytes; a stranger's output may be anything.
pub(super) const LONGEST_ANSWER: u64 = 64 * 1024;

/// Starts an engine under a guard. `marks` is the folder for what finds it again after a crash (see `leftovers`); made if it
/// isn't there. Needs a tokio runtime. Dropped half way, the guard ends, and with it what it may have started.
pub async fn start(options: GuardOptions, marks: &Path) -> Result<Guarded, GuardError> {
    if cfg!(not(any(unix, windows))) {
        return Err(GuardError::Unsupported);
    }
    if !options.program.is_absolute() {
        return Err(GuardError::NotFound { program: options.program });
    }
    let mark = Uuid::new_v4();
    let instruction = instruction(&options, marks, mark).map_err(|error| lost(&error))?;
    let mut child = command(&options.guard).spawn().map_err(|error| lost(&error))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(lost(&io::Error::other("it has no input or output")));
    };
    let mut answer = String::new();
    let mut stdout = BufReader::new(stdout).take(LONGEST_ANSWER);
    let asked = timeout(ANSWER, async {
        stdin.write_all(&instruction).await?;
        stdin.flush().await?;
        stdout.read_line(&mut answer).await
    });
    let asked = asked.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let answer = asked.and_then(|_| Ok(serde_json::from_str(&answer)?));
    let begun = begun(child, Held::Pipe(stdin), (marks, mark), answer).await?;
    begun.map_err(|(obstacle, reason)| obstacle.error(options, marks, reason))
}

/// What came of an instruction that was given to a guard: what it holds now, or what stood in the way. One that gave no
/// sensible answer is lost, and ended.
pub(super) async fn begun(
    mut child: Child,
    held: Held,
    (marks, mark): (&Path, Uuid),
    answer: io::Result<Answer>,
) -> Result<Result<Guarded, (Obstacle, String)>, GuardError> {
    match answer {
        Ok(Answer::Started { pid, session, start_time }) => {
            let (held, marks) = (Some(held), marks.to_owned());
            Ok(Ok(Guarded { child, held, marks, mark, pid, session, start_time }))
        }
        Ok(Answer::Refused { obstacle, reason }) => {
            drop(held);
            // It ends by itself; waiting only spares the system a dead process for a while.
            let _ended = timeout(STOP, child.wait()).await;
            Ok(Err((obstacle, reason)))
        }
        Err(error) => {
            drop(held);
            if timeout(STOP, child.wait()).await.is_err() {
                child.kill().await.ok();
            }
            Err(lost(&error))
        }
    }
}

fn instruction(options: &GuardOptions, marks: &Path, mark: Uuid) -> io::Result<Vec<u8>> {
    let instruction = Instruction {
        mark,
        marks: absolute(marks)?.into_os_string(),
        program: options.program.clone().into_os_string(),
        arguments: options.arguments.clone(),
        environment: options.environment.clone(),
        streams: Streams::Log(absolute(&options.log)?.into_os_string()),
        folder: options.folder.as_deref().map(absolute).transpose()?.map(Into::into),
        offline: false,
        reach: None,
    };
    let mut line = serde_json::to_vec(&instruction)?;
    line.push(b'\n');
    Ok(line)
}

/// The guard is our own program: it keeps our environment, which may say where its libraries are. Its error output goes
/// nowhere, since it must not keep a pipe of somebody else's open.
#[allow(clippy::disallowed_methods, reason = "this crate starts engines")]
fn command(guard: &Path) -> Command {
    let mut command = Command::new(guard);
    command
        .arg(SUBCOMMAND)
        .env_remove(leftovers::MARK)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // Without it a console's window would open beside ours.
    #[cfg(windows)]
    command.creation_flags(windows_sys::Win32::System::Threading::CREATE_NO_WINDOW);
    command
}

pub(super) fn lost(error: &io::Error) -> GuardError {
    GuardError::Guard { reason: error.to_string() }
}

/// How an engine ended. Neither where nobody saw it, because the guard was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exit {
    /// Its exit code, 0 to 255. A code from 129 to 192 can't be told from a signal and counts as one, as in shells.
    pub code: Option<i32>,
    /// The signal that killed it.
    pub signal: Option<i32>,
}

impl Exit {
    fn from_guard(code: i32) -> Self {
        match code {
            129..=192 => Self { code: None, signal: Some(code - 128) },
            code => Self { code: Some(code), signal: None },
        }
    }
}

/// A running engine. Dropped, it ends, as when we are killed: within 150 ms it is told to, and a second later it is gone.
#[derive(Debug)]
pub struct Guarded {
    pub(super) child: Child,
    pub(super) held: Option<Held>,
    pub(super) marks: std::path::PathBuf,
    pub(super) mark: Uuid,
    pub(super) pid: u32,
    pub(super) session: u32,
    pub(super) start_time: Option<u64>,
}

/// Our end of what the guard reads; closing it is what ends the engine.
#[derive(Debug)]
pub(super) enum Held {
    Pipe(#[allow(dead_code, reason = "held, never written again")] ChildStdin),
    #[cfg(unix)]
    Socket(#[allow(dead_code, reason = "held, never written again")] tokio::net::UnixStream),
}

impl Guarded {
    /// The engine's process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The engine's session, and its group: what it starts is in both unless it leaves them.
    pub fn session(&self) -> u32 {
        self.session
    }

    /// When the engine started, as its system counts: on Linux in ticks since the computer started, elsewhere in seconds
    /// since 1970. With the process's number it tells this process from a later one of the same number.
    pub fn start_time(&self) -> Option<u64> {
        self.start_time
    }

    /// The mark that the engine and all its children carry in their environment, see `leftovers`.
    pub fn mark(&self) -> Uuid {
        self.mark
    }

    /// Waits until the engine is gone, with all its children. May be dropped and called again.
    pub async fn wait(&mut self) -> Exit {
        match self.child.wait().await {
            Ok(status) if let Some(code) = status.code() => Exit::from_guard(code),
            _ => {
                tracing::warn!(engine = self.pid, "the guard of an engine was killed");
                self.clear(AFTER_GUARD).await;
                Exit::default()
            }
        }
    }

    /// Ends the engine in order: it gets SIGTERM after 150 ms, and is killed a second later. Should the guard hang, both
    /// are killed after 3 s.
    pub async fn stop(mut self) -> Exit {
        drop(self.held.take());
        if let Ok(exit) = timeout(STOP, self.wait()).await {
            return exit;
        }
        tracing::warn!(engine = self.pid, "the guard of an engine hangs and is killed");
        // As long as the guard lives the engine isn't reaped, so that its number can't be another's.
        if matches!(self.child.try_wait(), Ok(None)) {
            kill_group(self.session);
        }
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "the guard could not be killed");
        }
        self.clear(Duration::ZERO).await;
        Exit::default()
    }

    /// Does what the guard would have done: kills what is left after `patience`, and forgets it.
    async fn clear(&self, patience: Duration) {
        let mark = self.mark;
        let mut waited = Duration::ZERO;
        while waited < patience && off_the_path(move || leftovers::any(mark)).await.unwrap_or(false) {
            sleep(LOOK).await;
            waited += LOOK;
        }
        let marks = self.marks.clone();
        off_the_path(move || leftovers::clear(&marks, mark)).await;
    }
}

async fn off_the_path<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(unix)]
fn kill_group(group: u32) {
    super::system::signal_group(group, libc::SIGKILL);
}

/// What the guard started ends with it: there is a job where there are no groups.
#[cfg(not(unix))]
fn kill_group(_group: u32) {}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn a_signal_is_told_from_an_exit_code() {
        assert_eq!(Exit::from_guard(0), Exit { code: Some(0), signal: None });
        assert_eq!(Exit::from_guard(3), Exit { code: Some(3), signal: None });
        assert_eq!(Exit::from_guard(137), Exit { code: None, signal: Some(9) });
        assert_eq!(Exit::from_guard(255), Exit { code: Some(255), signal: None });
    }
}
