//! Why an engine was not started.

use std::path::PathBuf;

/// Why an engine was not started. Nothing runs then, and nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// There is no such program.
    #[error("{} isn't there. Install it again, or choose another program.", program.display())]
    NotFound {
        /// The program.
        program: PathBuf,
    },
    /// The file is there, but not allowed to be run.
    #[error("{} may not be run. Check its permissions, or choose another program.", program.display())]
    NotExecutable {
        /// The program.
        program: PathBuf,
    },
    /// The system doesn't know what to do with the file, or lacks what loads it.
    #[error("{} was made for another system or processor. Install the one for this computer.", program.display())]
    WrongArchitecture {
        /// The program.
        program: PathBuf,
    },
    /// Something forbids it: a quarantine, a security module.
    #[error("The system doesn't let {} run ({reason}). Allow it in the system's security settings, or choose another program.", program.display())]
    Blocked {
        /// The program.
        program: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// It could not be started for another reason.
    #[error("{} could not be started ({reason}). Try again.", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The folder that it should work in can't be used.
    #[error("The folder {} can't be used ({reason}). Choose another one.", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Its log can't be written.
    #[error("The log {} can't be written ({reason}). Check the folder's permissions and the free space.", log.display())]
    Log {
        /// The log.
        log: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// What it should read can't be handed to it.
    #[error("The program's input can't be handed to it ({reason}). Check the free space, then try again.")]
    Input {
        /// The system's words.
        reason: String,
    },
    /// It should be kept from the network, and the system can't do that.
    #[error(
        "This system can't keep a program from the network ({reason}), so it was not started. Allow it the network, or run it on a system that can."
    )]
    Unconfined {
        /// The system's words.
        reason: String,
    },
    /// What would let us find it again after a crash can't be written.
    #[error("The folder {} can't be written ({reason}). Check its permissions and the free space.", folder.display())]
    Marks {
        /// The folder of the marks.
        folder: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// Our own guard didn't start, or ended without a word.
    #[error("Web+ could not start the process that watches over the engine ({reason}). Start Web+ again.")]
    Guard {
        /// What happened to it.
        reason: String,
    },
    /// No guard on this system.
    #[error(
        "Web+ can't run an engine of its own on this system. Start the engine yourself, and Web+ will use it."
    )]
    Unsupported,
}
