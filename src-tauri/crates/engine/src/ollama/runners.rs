//! The processes of an Ollama's models: `/api/ps` goes on saying "loaded" of one that has died or hangs.
//!
//! Deliberately not here: what follows from it. Only Linux tells, and only of our own user's processes.

/// How the process of a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Runner {
    /// It runs, or waits for something to do.
    Alive,
    /// There is none.
    Gone,
    /// It waits in the kernel, where no signal reaches it.
    Stuck,
}

/// How the process for a model's file is, among the children of a server; `None` where this system doesn't tell. Blocks for
/// milliseconds.
pub fn runner(server: u32, model: &str) -> Option<Runner> {
    #[cfg(target_os = "linux")]
    {
        linux::runner(server, model)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (server, model);
        None
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;

    use super::Runner;

    pub(super) fn runner(server: u32, model: &str) -> Option<Runner> {
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let mut found = Runner::Gone;
        for pid in pids {
            let Ok(line) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            let Some((state, parent)) = read(&line) else { continue };
            let is_its = || {
                let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                command.split(|byte| *byte == 0).any(|argument| argument == model.as_bytes())
            };
            if parent != server || state == 'Z' || !is_its() {
                continue;
            }
            if state != 'D' {
                return Some(Runner::Alive);
            }
            found = Runner::Stuck;
        }
        Some(found)
    }

    /// State and parent in "17 (a (strange) name) S 5 …".
    fn read(line: &str) -> Option<(char, u32)> {
        let mut fields = line.rsplit_once(')')?.1.split_whitespace();
        Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
    }

    #[cfg(test)]
    mod tests {
        #![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests")]
        use super::*;

        #[test]
        fn a_state_is_read_behind_any_name() {
            assert_eq!(read("17 (a) (odd) name) D 5 17 17 0"), Some(('D', 5)));
            assert_eq!(read("17 (cut"), None);
        }

        #[test]
        fn a_child_is_known_by_the_file_that_it_was_given() {
            let model = "/no/such/blobs/sha256-of-this-test";
            let us = std::process::id();
            assert_eq!(runner(us, model), Some(Runner::Gone));
            let mut child = std::process::Command::new("sleep").args(["77.125"]).spawn().unwrap();
            assert_eq!(runner(us, "77.125"), Some(Runner::Alive));
            assert_eq!(runner(1, "77.125"), Some(Runner::Gone), "another's child");
            child.kill().unwrap();
            while runner(us, "77.125") == Some(Runner::Alive) {
                std::thread::yield_now();
            }
            assert_eq!(
                runner(us, "77.125"),
                Some(Runner::Gone),
                "dead, though nobody has asked for its end yet"
            );
            child.wait().unwrap();
        }
    }
}
