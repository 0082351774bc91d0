//! Starts an engine that dies with us, however we die.
//!
//! Between us and the engine stands a small process of our own program, the guard: one thread of ours, its own session, deaf to
//! every signal that can be ignored. It is handed a pipe to read from; the end of that pipe is our end, even when we are killed.
//! It then lets the engine stop in order, and kills what is left of it, its children included. An engine that dies by itself
//! takes its children along too, and a guard that is killed takes the engine along where the system can do that (Linux, and
//! Windows, where the guard stands in a Job Object that ends with it).
//!
//! The engine never gets a pipe of ours: it writes to a file, opened for appending, so that nobody has to read for it to go
//! on, and whoever shortens the file does it no harm.
//!
//! A program whose output is wanted (`command`) writes to the guard's own outputs, which are pipes of ours; its guard is told and
//! answers by a socket, so that nothing mixes.
//!
//! Deliberately not here: which engine, with what settings, on which port, and when to start it again: that is for whoever
//! calls `start`. The guard's instruction is one line, and what it reads after that line is thrown away.

#[cfg(unix)]
mod command;
mod error;
mod held;
#[cfg(unix)]
mod launch;
mod message;
#[cfg(unix)]
mod offline;
#[cfg(unix)]
mod process;
mod reach;
#[cfg(unix)]
mod system;
#[cfg(windows)]
mod windows;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

#[cfg(unix)]
pub use command::{Running, command};
pub use error::GuardError;
pub use held::{Exit, Guarded, start};
pub use reach::{Confinement, Reach, confinement, confines_files};

/// The argument that makes our own program the guard: the first, and the only one. A main looks for it before it does
/// anything else, above all before it starts a thread, and hands what follows to `guard_main`.
pub const SUBCOMMAND: &str = "__guard";

/// What the guard starts, and with what.
#[derive(Debug, Clone)]
pub struct GuardOptions {
    /// Our own program, which becomes the guard when its first argument is `SUBCOMMAND`.
    pub guard: PathBuf,
    /// The engine's program. A path that isn't absolute counts as not there: nothing is looked for in `PATH`.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub arguments: Vec<OsString>,
    /// Its whole environment; the guard adds `leftovers::MARK` and nothing else.
    pub environment: Vec<(OsString, OsString)>,
    /// The file that its output is appended to. Made, with its folder, if it isn't there; only the person may read it.
    pub log: PathBuf,
    /// The folder that it works in; the root of the file system when absent.
    pub folder: Option<PathBuf>,
}

/// A program whose output is wanted, and with what it is started.
#[derive(Debug, Clone)]
pub struct CommandOptions {
    /// Our own program, as in `GuardOptions`.
    pub guard: PathBuf,
    /// The program. A path that isn't absolute counts as not there: nothing is looked for in `PATH`.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub arguments: Vec<OsString>,
    /// Its whole environment; the guard adds `leftovers::MARK` and nothing else.
    pub environment: Vec<(OsString, OsString)>,
    /// The file that it reads; nothing when absent.
    pub input: Option<PathBuf>,
    /// The folder that it works in.
    pub folder: PathBuf,
    /// Whether it is kept from every network, the loopback too. Where the system can't do that it isn't started:
    /// `GuardError::Unconfined`. Linux can, unless namespaces are forbidden to ordinary users.
    pub offline: bool,
    /// The only files that it can reach; all that the person can when absent. Where the system can't keep it to them
    /// (`confines_files`) it isn't started.
    pub reach: Option<Reach>,
}

/// The guard's whole life: reads its instruction from the standard input, starts the engine, answers with one line on the
/// standard output, and watches until the engine is dead. To be called first in `main`, on its only thread: it closes every
/// file but the standard three, and on Linux the engine gets its SIGTERM when the *thread* that started it ends.
///
/// Ends with the engine's exit code, or 128 and the number of the signal that killed it, as shells do.
///
/// No signal but SIGKILL and SIGSTOP ends the guard. A terminal's Ctrl-C or hang-up doesn't reach it anyway
/// (own session), and a SIGTERM to everything, as when the computer shuts down, ends the engine and us, which the guard sees.
pub fn guard_main(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    if arguments.next().is_some() {
        return ExitCode::from(message::FAILED);
    }
    #[cfg(unix)]
    {
        ExitCode::from(process::run())
    }
    #[cfg(windows)]
    {
        ExitCode::from(windows::run())
    }
    // Elsewhere nothing is started; `start` says so.
    #[cfg(not(any(unix, windows)))]
    ExitCode::from(message::FAILED)
}
