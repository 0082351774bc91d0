//! The guard process itself.

use std::{
    fs::{DirBuilder, File, Permissions},
    io::{self, Read as _, Write as _},
    os::{
        fd::AsFd as _,
        unix::{
            fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
            process::ExitStatusExt as _,
        },
    },
    path::Path,
    process::{Child, ExitStatus},
    time::{Duration, Instant},
};

use super::{
    launch,
    launch::Opened,
    message::{Answer, FAILED, Instruction, Obstacle, Streams},
    system::{self, ChildEnds},
};
use crate::leftovers::{self, Record};

/// Between our end and SIGTERM: by then the engine has seen that its connections are closed, and saved its downloads.
const CONNECTIONS: Duration = Duration::from_millis(150);
/// Between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(1);
/// More than any environment and all arguments may be.
const LONGEST_INSTRUCTION: usize = 16 * 1024 * 1024;

/// Returns the process's exit code.
pub(super) fn run() -> u8 {
    let Ok((mut input, ends)) = begin() else { return FAILED };
    let Some(instruction) = read_instruction(&mut input) else { return FAILED };
    let mut record = Record::new(instruction.mark);
    match start(&instruction, &mut record) {
        Ok(child) => {
            let (pid, start_time) = (child.id(), record.start_time);
            answer(&instruction, &mut input, &Answer::Started { pid, session: pid, start_time });
            watch(input, ends, &child);
            end(child, &instruction)
        }
        Err((obstacle, error)) => {
            leftovers::forget(Path::new(&instruction.marks), instruction.mark);
            answer(&instruction, &mut input, &Answer::Refused { obstacle, reason: error.to_string() });
            FAILED
        }
    }
}

fn begin() -> io::Result<(File, ChildEnds)> {
    system::close_inherited();
    // Fails only for the first of a group, which somebody made it.
    system::own_session().ok();
    let ends = system::hold_signals()?;
    Ok((File::from(io::stdin().as_fd().try_clone_to_owned()?), ends))
}

/// Nothing if the application ended before it had said everything.
fn read_instruction(input: &mut File) -> Option<Instruction> {
    let (mut line, mut chunk) = (Vec::new(), vec![0; 64 * 1024]);
    while !line.contains(&b'\n') && line.len() < LONGEST_INSTRUCTION {
        match input.read(&mut chunk) {
            Ok(0) => return None,
            Ok(count) => line.extend_from_slice(chunk.get(..count)?),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    serde_json::from_slice(line.split(|byte| *byte == b'\n').next()?).ok()
}

fn start(instruction: &Instruction, record: &mut Record) -> Result<Child, (Obstacle, io::Error)> {
    let opened = match &instruction.streams {
        Streams::Log(log) => Opened::Log(open_log(Path::new(log)).map_err(|error| (Obstacle::Log, error))?),
        Streams::Passed { input } => Opened::Passed(
            input.as_ref().map(File::open).transpose().map_err(|error| (Obstacle::Input, error))?,
        ),
    };
    if let Some(folder) = &instruction.folder {
        std::fs::read_dir(folder).map_err(|error| (Obstacle::Folder, error))?;
    }
    let marks = Path::new(&instruction.marks);
    record.write(marks).map_err(|error| (Obstacle::Marks, error))?;
    let child = launch::launch(instruction, &opened)
        .map_err(|error| (launch::obstacle(&instruction.program, &error), error))?;
    record.found(child.id());
    // The mark, which is what counts, was written before there was a process.
    record.write(marks).ok();
    Ok(child)
}

fn open_log(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = File::options().append(true).create(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// An application that is gone can't be told; the end of the input says the same. What is only the program's from now on is
/// let go, so that whoever reads it sees its end.
fn answer(instruction: &Instruction, input: &mut File, answer: &Answer) {
    let Ok(mut line) = serde_json::to_vec(answer) else { return };
    line.push(b'\n');
    match instruction.streams {
        Streams::Log(_) => {
            let mut output = io::stdout();
            output.write_all(&line).and_then(|()| output.flush()).ok();
            system::close_outputs(&[1]).ok();
        }
        Streams::Passed { .. } => {
            input.write_all(&line).ok();
            system::close_outputs(&[1, 2]).ok();
        }
    }
}

/// Returns once the engine is dead, or won't end by itself.
fn watch(input: File, mut ends: ChildEnds, child: &Child) {
    let mut phase = Phase::Attached(input);
    loop {
        if !matches!(system::dead(child.id(), false), Ok(false)) {
            return;
        }
        phase = match phase {
            Phase::Attached(mut input) => match attached(&mut ends, &mut input) {
                Ok(true) => Phase::Attached(input),
                Ok(false) | Err(_) => Phase::Alone { until: Instant::now() + CONNECTIONS },
            },
            Phase::Alone { until } if rest(&mut ends, until) => {
                system::signal(child.id(), libc::SIGTERM);
                Phase::Ending { until: Instant::now() + GRACE }
            }
            Phase::Ending { until } if rest(&mut ends, until) => return,
            waiting => waiting,
        }
    }
}

enum Phase {
    Attached(File),
    Alone { until: Instant },
    Ending { until: Instant },
}

/// Whether the application is still there, after something happened.
fn attached(ends: &mut ChildEnds, input: &mut File) -> io::Result<bool> {
    if !system::pause(ends, Some(input.as_fd()), None)? {
        return Ok(true);
    }
    // What it says after its instruction has no meaning yet.
    match input.read(&mut [0; 4096]) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
        other => Ok(other? > 0),
    }
}

/// Waits a while, at most until then; whether that time has come.
fn rest(ends: &mut ChildEnds, until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    left.is_zero() || system::pause(ends, None, Some(left)).is_err()
}

/// Kills what is left while the dead leader still holds the group's number, looks for what left the group, and only then
/// lets the leader go.
fn end(mut child: Child, instruction: &Instruction) -> u8 {
    if !matches!(system::dead(child.id(), false), Ok(true)) {
        system::signal_group(child.id(), libc::SIGKILL);
        // An engine that hangs in a driver doesn't even die by that; there is nothing better to do than to wait.
        system::dead(child.id(), true).ok();
    }
    system::signal_group(child.id(), libc::SIGKILL);
    leftovers::clear(Path::new(&instruction.marks), instruction.mark);
    child.wait().map_or(FAILED, exit_code)
}

fn exit_code(status: ExitStatus) -> u8 {
    let signal = status.signal().map(|signal| 128 + signal);
    status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)
}
