//! One runner process: started, spoken with, ended.

use std::{io, process::Stdio, time::Duration};

use domain::{MAX_LINE, RunnerReply, RunnerRequest};
use llm::Error;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::{
    EngineOptions,
    lines::{Lines, NoLine},
    log::Log,
    memory,
    reply::{Loss, cause, not_started},
};

/// How long the runner may take to read a request; it has a thread for nothing else.
const WRITE: Duration = Duration::from_secs(10);

/// A running runner. Dropped, it is killed.
pub(super) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<ChildStdout>,
    log: Log,
    exit: Duration,
}

impl Process {
    /// Starts the runner.
    pub(super) fn start(options: &EngineOptions) -> Result<Self, Error> {
        let failed = |error: &io::Error| not_started(&options.runner, error);
        let (log, file) =
            Log::open(&options.log_dir).map_err(|error| crate::failure::storage(&error, &options.log_dir))?;
        let mut child = command(options, file).spawn().map_err(|error| failed(&error))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&io::Error::other("it has no input or output")));
        };
        Ok(Self { child, stdin: Some(stdin), lines: Lines::new(stdout), log, exit: options.patience.exit })
    }

    /// Its number; 0 once it has ended.
    pub(super) fn pid(&self) -> u32 {
        self.child.id().unwrap_or(0)
    }

    /// Bytes of memory that it takes; 0 where unknown.
    pub(super) async fn memory(&self) -> u64 {
        let Some(pid) = self.child.id() else { return 0 };
        tokio::task::spawn_blocking(move || memory::of_process(pid)).await.unwrap_or(0)
    }

    /// Its log.
    pub(super) fn log(&mut self) -> &mut Log {
        &mut self.log
    }

    /// Tells it something. Not to be dropped half way: the rest of the line would be missing.
    pub(super) async fn send(&mut self, request: &RunnerRequest) -> Result<(), Loss> {
        let mut line = serde_json::to_vec(request).map_err(|error| Loss::Protocol(error.to_string()))?;
        if line.len() >= MAX_LINE {
            return Err(Loss::TooMuch);
        }
        line.push(b'\n');
        let Some(stdin) = self.stdin.as_mut() else { return Err(Loss::Silent) };
        let writing = async {
            stdin.write_all(&line).await?;
            stdin.flush().await
        };
        match timeout(WRITE, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.ended().await),
            Err(_) => Err(Loss::Silent),
        }
    }

    /// The next thing it says. May be dropped and called again: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<RunnerReply, Loss> {
        match self.lines.next().await {
            Ok(line) => serde_json::from_slice(&line).map_err(|error| Loss::Protocol(error.to_string())),
            Err(NoLine::TooLong) => Err(Loss::Protocol("a line without an end".into())),
            Err(NoLine::Failed(error)) => Err(Loss::Protocol(error.to_string())),
            Err(NoLine::End) => Err(self.ended().await),
        }
    }

    /// Its output ended, so it should have; why it did.
    async fn ended(&mut self) -> Loss {
        match timeout(Duration::from_secs(2), self.child.wait()).await {
            Ok(Ok(status)) => cause(status),
            Ok(Err(error)) => Loss::Protocol(error.to_string()),
            Err(_) => Loss::Silent,
        }
    }

    /// Closes its input, which means the end to it; kills it if it doesn't follow.
    pub(super) async fn stop(mut self) {
        drop(self.stdin.take());
        if timeout(self.exit, self.child.wait()).await.is_err() {
            self.kill().await;
        }
    }

    /// Kills it and waits until it is gone.
    pub(super) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "the runner could not be killed");
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "this crate starts engines")]
fn command(options: &EngineOptions, log: std::fs::File) -> Command {
    let mut command = Command::new(&options.runner);
    command
        .env_clear()
        .envs(options.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&options.log_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true);
    command
}
