//! The application's side of a program whose output is wanted: both outputs are pipes to us, and when the program ends, is
//! stopped, or we die, everything that it started ends with it.

use std::{
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf, absolute},
    process::Stdio,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    process::{ChildStderr, ChildStdout, Command},
    time::timeout,
};
use uuid::Uuid;

use super::{
    CommandOptions, GuardError, Guarded, SUBCOMMAND,
    held::{ANSWER, Held, LONGEST_ANSWER, begun, lost},
    message::{Instruction, Streams},
};
use crate::leftovers;

/// A running program. Its outputs end when it and all that it started have ended; whoever doesn't read them holds it up.
#[derive(Debug)]
pub struct Running {
    /// The program under its guard. Dropped, it ends.
    pub guarded: Guarded,
    /// Its standard output.
    pub stdout: ChildStdout,
    /// Its error output.
    pub stderr: ChildStderr,
}

/// Starts a program under a guard. `marks` is as in `start`. Needs a tokio runtime. Dropped half way, nothing is left running.
pub async fn command(options: CommandOptions, marks: &Path) -> Result<Running, GuardError> {
    if !options.program.is_absolute() {
        return Err(GuardError::NotFound { program: options.program });
    }
    let mark = Uuid::new_v4();
    let line = instruction(&options, marks, mark).map_err(|error| lost(&error))?;
    let (mut ours, theirs) = pair().map_err(|error| lost(&error))?;
    let mut child = guard(&options.guard, theirs).spawn().map_err(|error| lost(&error))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(lost(&io::Error::other("it has no output")));
    };
    let mut told = String::new();
    let asked = timeout(ANSWER, async {
        ours.write_all(&line).await?;
        BufReader::new((&mut ours).take(LONGEST_ANSWER)).read_line(&mut told).await
    });
    let asked = asked.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let answer = asked.and_then(|_| Ok(serde_json::from_str(&told)?));
    match begun(child, Held::Socket(ours), (marks, mark), answer).await? {
        Ok(guarded) => Ok(Running { guarded, stdout, stderr }),
        Err((obstacle, reason)) => {
            Err(obstacle.of(options.program, PathBuf::new(), Some(options.folder), marks, reason))
        }
    }
}

fn instruction(options: &CommandOptions, marks: &Path, mark: Uuid) -> io::Result<Vec<u8>> {
    let instruction = Instruction {
        mark,
        marks: absolute(marks)?.into_os_string(),
        program: options.program.clone().into_os_string(),
        arguments: options.arguments.clone(),
        environment: options.environment.clone(),
        streams: Streams::Passed {
            input: options.input.as_deref().map(absolute).transpose()?.map(PathBuf::into_os_string),
        },
        folder: Some(absolute(&options.folder)?.into_os_string()),
        offline: options.offline,
        reach: options.reach.clone(),
    };
    let mut line = serde_json::to_vec(&instruction)?;
    line.push(b'\n');
    Ok(line)
}

/// Our end, and the guard's, which blocks as a program's input does.
fn pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = UnixStream::pair()?;
    let theirs = theirs.into_std()?;
    theirs.set_nonblocking(false)?;
    Ok((ours, theirs.into()))
}

#[allow(clippy::disallowed_methods, reason = "this crate starts programs")]
fn guard(guard: &Path, input: OwnedFd) -> Command {
    let mut command = Command::new(guard);
    command
        .arg(SUBCOMMAND)
        .env_remove(leftovers::MARK)
        .stdin(Stdio::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
