//! Whose a listener is: its user, and where that can be read its process, program and service.
//!
//! An answer to `/api/version` proves nothing by itself. Deliberately not here: asking it anything.

use super::{PortHolder, address};

#[cfg(target_os = "linux")]
mod linux;

/// Whether prompts may go to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// It belongs to this person, to the system or to Ollama's own user.
    Known,
    /// This system doesn't tell whose it is, or it is on another computer.
    Unknown,
    /// It belongs to somebody else.
    Foreign,
}

/// Who answers at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The version that it says it has.
    pub version: String,
    /// Whether prompts may go there.
    pub trust: Trust,
    /// Whose it is.
    pub holder: PortHolder,
}

/// Who listens at a base address ("http://127.0.0.1:11434"). Blocks for milliseconds.
pub fn listener(base: &str) -> (Trust, PortHolder) {
    if !address::is_here(base) {
        return (Trust::Unknown, PortHolder::default());
    }
    #[cfg(target_os = "linux")]
    {
        let Some(port) = address::port(base) else { return (Trust::Unknown, PortHolder::default()) };
        linux::listener(port, base.contains("[::1]"))
    }
    #[cfg(not(target_os = "linux"))]
    (Trust::Unknown, PortHolder::default())
}

/// The number of the listening socket at a base address, where the system tells it: the same number is the same listener.
pub fn socket(base: &str) -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let port = address::port(base).filter(|_| address::is_here(base))?;
        linux::socket(port, base.contains("[::1]"))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = base;
        None
    }
}

/// Whether a process waits in the kernel where no signal reaches it.
pub fn uninterruptible(pid: u32) -> bool {
    #[cfg(target_os = "linux")]
    {
        linux::state(pid) == Some('D')
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        false
    }
}

/// The name of the user of a number, else the number.
#[cfg(unix)]
pub(super) fn user_name(uid: u32) -> String {
    let table = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| uid.to_string())
}

/// Our own user's number.
#[cfg(unix)]
pub(super) fn own_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    // A process belongs to its user; where there is no such folder, what we may write does.
    ["/proc/self", "/dev/fd/0"].iter().find_map(|path| Some(std::fs::metadata(path).ok()?.uid()))
}
