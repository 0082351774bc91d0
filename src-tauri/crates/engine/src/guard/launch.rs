//! The engine's birth: from a copy of the guard to the engine's program.

use std::{
    ffi::{CString, OsStr},
    fs::File,
    io,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{
    message::{Instruction, Obstacle},
    offline,
    reach::Rules,
    system,
};
use crate::leftovers;

/// A program that was written a moment ago is "busy" while a copy of its writer, about to become another program, still has
/// it open: tried so often, with such pauses.
const BUSY: (u32, Duration) = (20, Duration::from_millis(10));

/// What the program reads and writes to, opened.
pub(super) enum Opened {
    /// Reads nothing, appends both outputs to this file.
    Log(File),
    /// Reads this file or nothing, writes to the guard's own outputs.
    Passed(Option<File>),
}

impl Opened {
    fn streams(&self) -> io::Result<[Stdio; 3]> {
        Ok(match self {
            Self::Log(log) => [Stdio::null(), log.try_clone()?.into(), log.try_clone()?.into()],
            Self::Passed(input) => {
                let input = input.as_ref().map(File::try_clone).transpose()?;
                [input.map_or_else(Stdio::null, Stdio::from), Stdio::inherit(), Stdio::inherit()]
            }
        })
    }
}

/// Starts the engine in a session of its own.
#[allow(unsafe_code, reason = "what happens between fork and exec")]
#[allow(clippy::disallowed_methods, reason = "this crate starts engines")]
pub(super) fn launch(instruction: &Instruction, opened: &Opened) -> io::Result<Child> {
    let image = Image::new(instruction)?;
    let unconfined = |_| io::Error::from_raw_os_error(OFFLINE_FAILED);
    let mut rules = instruction.reach.as_ref().map(Rules::new).transpose().map_err(unconfined)?;
    let guard = std::process::id();
    let mut command = Command::new(&instruction.program);
    let [input, output, errors] = opened.streams()?;
    command
        .current_dir(instruction.folder.as_deref().unwrap_or(OsStr::new("/")))
        .stdin(input)
        .stdout(output)
        .stderr(errors);
    // SAFETY: only system calls are made there, no memory is allocated, and the guard has one thread, so that no lock can be
    // held by another.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(&mut command, move || {
            image.become_engine(guard, rules.take())
        })
    };
    let (mut tries, pause) = BUSY;
    loop {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries > 0 => {
                tries -= 1;
                thread::sleep(pause);
            }
            other => return other,
        }
    }
}

/// What stands for "it can't be kept from the network, or from files," between the copy of the guard and the guard: no exec fails by it.
const OFFLINE_FAILED: i32 = libc::ENETDOWN;

/// What kept the program from running.
pub(super) fn obstacle(program: &OsStr, error: &io::Error) -> Obstacle {
    match error.raw_os_error() {
        Some(OFFLINE_FAILED) => Obstacle::Unconfined,
        // There, but not what loads it: the loader of another system, or a script's missing interpreter.
        Some(libc::ENOENT) if Path::new(program).exists() => Obstacle::WrongArchitecture,
        Some(libc::ENOENT | libc::ENOTDIR | libc::ELOOP | libc::ENAMETOOLONG) => Obstacle::Missing,
        Some(libc::EACCES) => Obstacle::NotExecutable,
        Some(libc::ENOEXEC) => Obstacle::WrongArchitecture,
        #[cfg(target_os = "linux")]
        Some(libc::ELIBBAD) => Obstacle::WrongArchitecture,
        #[cfg(target_vendor = "apple")]
        Some(libc::EBADARCH | libc::EBADEXEC | libc::EBADMACHO) => Obstacle::WrongArchitecture,
        Some(libc::EPERM) => Obstacle::Blocked,
        _ => Obstacle::Program,
    }
}

/// Everything that exec needs, made before the fork. The standard library's own way looks for the program in `PATH` and
/// hands a file that the system can't run to a shell, which would then try to read another processor's program as a script.
struct Image {
    program: CString,
    arguments: Strings,
    environment: Strings,
    offline: bool,
}

impl Image {
    fn new(instruction: &Instruction) -> io::Result<Self> {
        let arguments = [&instruction.program].into_iter().chain(&instruction.arguments);
        let given = instruction.environment.iter().filter(|(name, _)| name != leftovers::MARK);
        let mut environment: Vec<Vec<u8>> =
            given.map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat()).collect();
        environment.push(leftovers::entry(instruction.mark).into_bytes());
        Ok(Self {
            program: CString::new(instruction.program.as_bytes())?,
            arguments: Strings::new(arguments.map(|argument| argument.as_bytes().to_vec()))?,
            environment: Strings::new(environment.into_iter())?,
            offline: instruction.offline,
        })
    }

    /// Returns only if it fails.
    #[allow(unsafe_code, reason = "the standard library has no exec of this kind")]
    fn become_engine(&self, guard: u32, rules: Option<Rules>) -> io::Result<()> {
        system::own_session()?;
        system::default_signals();
        // Before the next line, whose effect a change of rights would undo. Its own kind of error, so that it is told apart.
        if self.offline && offline::leave_the_network().is_err() {
            return Err(io::Error::from_raw_os_error(OFFLINE_FAILED));
        }
        if rules.is_some_and(|rules| rules.keep().is_err()) {
            return Err(io::Error::from_raw_os_error(OFFLINE_FAILED));
        }
        system::die_with(guard)?;
        // SAFETY: a path and two lists that end in null, all of strings that end in zero and live in `self`.
        unsafe {
            libc::execve(
                self.program.as_ptr(),
                self.arguments.pointers.as_ptr(),
                self.environment.pointers.as_ptr(),
            )
        };
        Err(io::Error::last_os_error())
    }
}

/// A list of C strings as exec wants it.
struct Strings {
    pointers: Vec<*const libc::c_char>,
    _strings: Vec<CString>,
}

// SAFETY: the pointers lead into the strings beside them, which nobody changes.
#[allow(unsafe_code, reason = "pointers into what is owned")]
unsafe impl Send for Strings {}
// SAFETY: as above; there is nothing to change through a shared reference.
#[allow(unsafe_code, reason = "pointers into what is owned")]
unsafe impl Sync for Strings {}

impl Strings {
    fn new(strings: impl Iterator<Item = Vec<u8>>) -> io::Result<Self> {
        let strings = strings.map(CString::new).collect::<Result<Vec<_>, _>>()?;
        let pointers = strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect();
        Ok(Self { pointers, _strings: strings })
    }
}
