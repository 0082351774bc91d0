//! The guard process on Windows: it puts itself into a Job Object that ends everything in it when its last handle is closed. That
//! handle is this process's, so that however the guard ends, nothing of what it started lives on; and what it starts is in the job
//! from its first moment, without a gap in which it could start something outside.
//!
//! There is no signal that an engine without a console would hear: it is given the time to see that its connections are closed,
//! and is ended.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    mem,
    os::windows::{
        io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle},
        process::CommandExt as _,
    },
    path::Path,
    process::{Child, Command, Stdio},
    ptr,
    sync::mpsc,
    thread,
    time::Duration,
};

use windows_sys::Win32::{
    Foundation::{
        ERROR_ACCESS_DISABLED_BY_POLICY, ERROR_BAD_EXE_FORMAT, ERROR_EXE_MACHINE_TYPE_MISMATCH,
        ERROR_VIRUS_INFECTED,
    },
    System::{
        JobObjects::{
            AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
            JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
        },
        Threading::{CREATE_NO_WINDOW, GetCurrentProcess},
    },
};

use super::message::{Answer, FAILED, Instruction, Obstacle, Streams};
use crate::leftovers;

/// Between our end and the engine's: by then it has seen that its connections are closed, and saved its downloads.
const CONNECTIONS: Duration = Duration::from_millis(150);
/// How often is looked whether the engine has ended by itself.
const LOOK: Duration = Duration::from_millis(50);
/// More than any environment and all arguments may be.
const LONGEST_INSTRUCTION: u64 = 16 * 1024 * 1024;

/// Returns the process's exit code.
pub(super) fn run() -> u8 {
    // Held to the end of the process, and closed by the system.
    let Ok(_job) = enter_job() else { return FAILED };
    let mut input = BufReader::new(io::stdin());
    let mut line = String::new();
    if input.by_ref().take(LONGEST_INSTRUCTION).read_line(&mut line).is_err() {
        return FAILED;
    }
    let Ok(instruction) = serde_json::from_str::<Instruction>(&line) else { return FAILED };
    match start(&instruction) {
        Ok(child) => {
            let pid = child.id();
            answer(&Answer::Started { pid, session: pid, start_time: None });
            watch(input, child)
        }
        Err((obstacle, error)) => {
            answer(&Answer::Refused { obstacle, reason: error.to_string() });
            FAILED
        }
    }
}

/// From here on everything that this process starts ends with it.
#[allow(unsafe_code, reason = "the standard library has no Job Objects")]
fn enter_job() -> io::Result<OwnedHandle> {
    // SAFETY: no attributes and no name; the handle that comes back is ours alone and can't be inherited.
    let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was made a line above and is nobody else's.
    let job = unsafe { OwnedHandle::from_raw_handle(job) };
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    let length = u32::try_from(mem::size_of_val(&limits)).map_err(io::Error::other)?;
    // SAFETY: reads as many bytes as the structure has, and the handle is open.
    let limited = unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            length,
        )
    };
    // SAFETY: the handle is open, and the other is a constant that means this process.
    if limited == 0 || unsafe { AssignProcessToJobObject(job.as_raw_handle(), GetCurrentProcess()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(job)
}

#[allow(clippy::disallowed_methods, reason = "this crate starts engines")]
fn start(instruction: &Instruction) -> Result<Child, (Obstacle, io::Error)> {
    let Streams::Log(log) = &instruction.streams else {
        return Err((Obstacle::Program, io::ErrorKind::Unsupported.into()));
    };
    let (output, errors) = open_log(Path::new(log)).map_err(|error| (Obstacle::Log, error))?;
    let mut command = Command::new(&instruction.program);
    command
        .args(&instruction.arguments)
        .env_clear()
        .envs(instruction.environment.iter().map(|(name, value)| (name, value)))
        .env(leftovers::MARK, instruction.mark.to_string())
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .creation_flags(CREATE_NO_WINDOW);
    if let Some(folder) = &instruction.folder {
        fs::read_dir(folder).map_err(|error| (Obstacle::Folder, error))?;
        command.current_dir(folder);
    }
    command.spawn().map_err(|error| (obstacle(&error), error))
}

fn open_log(path: &Path) -> io::Result<(File, File)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::options().append(true).create(true).open(path)?;
    Ok((file.try_clone()?, file))
}

fn obstacle(error: &io::Error) -> Obstacle {
    match (error.raw_os_error().map(i32::cast_unsigned), error.kind()) {
        (Some(ERROR_BAD_EXE_FORMAT | ERROR_EXE_MACHINE_TYPE_MISMATCH), _) => Obstacle::WrongArchitecture,
        (Some(ERROR_VIRUS_INFECTED | ERROR_ACCESS_DISABLED_BY_POLICY), _) => Obstacle::Blocked,
        (_, io::ErrorKind::NotFound) => Obstacle::Missing,
        (_, io::ErrorKind::PermissionDenied) => Obstacle::Blocked,
        _ => Obstacle::Program,
    }
}

/// An application that is gone can't be told; the end of the input says the same.
fn answer(answer: &Answer) {
    let Ok(mut line) = serde_json::to_vec(answer) else { return };
    line.push(b'\n');
    let mut output = io::stdout();
    output.write_all(&line).and_then(|()| output.flush()).ok();
}

/// Waits until the engine has ended, or ends it soon after the application did.
fn watch(mut input: BufReader<io::Stdin>, mut child: Child) -> u8 {
    let (gone, end) = mpsc::channel();
    thread::spawn(move || {
        // What it says after its instruction has no meaning yet.
        io::copy(&mut input, &mut io::sink()).ok();
        gone.send(()).ok();
    });
    loop {
        match child.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) => {
                return status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED);
            }
            Err(_) => break,
        }
        if !matches!(end.recv_timeout(LOOK), Err(mpsc::RecvTimeoutError::Timeout)) {
            break;
        }
    }
    thread::sleep(CONNECTIONS);
    child.kill().ok();
    child.wait().ok();
    FAILED
}
