//! JavaScript and jq run in a process of their own, because neither can be stopped from inside: an own program with an empty
//! environment and tight limits, one job at a time, killed when a job takes too long.
//!
//! The process is our own program again, which knows this life by its first argument. It reads a job from each line of its
//! input, answers with a line, and ends with its input, also in the middle of a job.

mod jq;
mod js;
mod life;

use std::{path::Path, process::Stdio, time::Duration};

use domain::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Mutex,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::step::{RetryReason, StepError};
use crate::App;

pub(crate) use life::live;

/// The argument that makes our own program a worker: the first, and the only one.
pub(crate) const SUBCOMMAND: &str = "__worker";
/// How long a job may take.
const JOB: Duration = Duration::from_secs(5);
/// How long the process may take to be there.
const START: Duration = Duration::from_secs(10);
/// What a job may use, in bytes.
const MEMORY: usize = 128 << 20;
/// The longest line in either direction, in bytes.
const LONGEST: usize = 64 << 20;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Job {
    /// The body of a function over `args`.
    Js { code: String, args: Map<String, Value> },
    /// A program over one value.
    Jq { program: String, input: Value },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Of JavaScript one value, of jq as many as there are.
    Done { values: Vec<Value>, log: String },
    /// The program is at fault.
    Failed { message: String, log: String },
}

/// The process, while it rests between two jobs.
#[derive(Default)]
pub(crate) struct Worker(Mutex<Option<Process>>);

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// Runs one job; a second one waits for the first.
pub(crate) async fn run(app: &App, job: &Job, cancel: &CancellationToken) -> Result<Outcome, StepError> {
    let Some(program) = app.options.program.clone() else {
        return Err(StepError::new(
            ErrorCode::EngineUnavailable,
            "JavaScript and jq can't be run here: Web+ doesn't know its own program. Start it as an installed application.",
        ));
    };
    let mut line = serde_json::to_vec(job)
        .map_err(|error| StepError::invalid(format!("The values can't be handed over: {error}.")))?;
    if line.len() > LONGEST {
        return Err(StepError::new(
            ErrorCode::TooLarge,
            "The values for this step are larger than 64 MB. Take only what it needs.",
        ));
    }
    line.push(b'\n');
    let mut resting = app.worker.0.lock().await;
    // Out of its place while it works: whatever happens to this future, a process in the middle of a job is never used again.
    let mut process = match resting.take().filter(|process| process.child.id().is_some()) {
        Some(process) => process,
        None => start(&program).await?,
    };
    let answered = tokio::select! {
        biased;
        () = cancel.cancelled() => {
            process.end().await;
            return Err(StepError::new(ErrorCode::Cancelled, "This step was stopped."));
        }
        answered = timeout(JOB, process.ask(&line)) => answered,
    };
    match answered {
        Ok(Ok(outcome)) => {
            *resting = Some(process);
            Ok(outcome)
        }
        Ok(Err(error)) => {
            process.end().await;
            tracing::debug!(%error, "a worker ended in the middle of a job");
            Err(StepError::new(
                ErrorCode::OutOfMemory,
                format!(
                    "The program used more than {} MB or broke off. Let it work on less at a time.",
                    MEMORY >> 20
                ),
            ))
        }
        Err(_) => {
            process.end().await;
            Err(StepError {
                // The same program over the same values takes as long again.
                reason: RetryReason::Other,
                ..StepError::new(
                    ErrorCode::TimedOut,
                    format!(
                        "The program took longer than {} seconds and was ended. Let it do less.",
                        JOB.as_secs()
                    ),
                )
            })
        }
    }
}

/// Ends a resting process, at the application's end.
pub(crate) async fn end(app: &App) {
    if let Some(process) = app.worker.0.lock().await.take() {
        process.end().await;
    }
}

#[allow(clippy::disallowed_methods, reason = "the worker is our own program, and ends with its input")]
async fn start(program: &Path) -> Result<Process, StepError> {
    let failed = |why: String| {
        StepError::new(
            ErrorCode::EngineFailed,
            format!("The process for JavaScript and jq could not be started ({why}). Try again."),
        )
    };
    let mut command = Command::new(program);
    command
        .arg(SUBCOMMAND)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed("it has no input or output".to_owned()));
    };
    let mut process = Process { child, input, output: BufReader::new(output) };
    match timeout(START, process.read()).await {
        Ok(Ok(line)) if line.trim_ascii() == life::READY.as_bytes() => Ok(process),
        Ok(Ok(_)) => Err(failed("it isn't one".to_owned())),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("it doesn't answer".to_owned())),
    }
}

impl Process {
    async fn ask(&mut self, line: &[u8]) -> std::io::Result<Outcome> {
        self.input.write_all(line).await?;
        self.input.flush().await?;
        Ok(serde_json::from_slice(&self.read().await?)?)
    }

    async fn read(&mut self) -> std::io::Result<Vec<u8>> {
        let mut line = Vec::new();
        (&mut self.output).take(LONGEST as u64).read_until(b'\n', &mut line).await?;
        if line.ends_with(b"\n") { Ok(line) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
    }

    async fn end(mut self) {
        self.child.kill().await.ok();
    }
}
