//! Processes of ours that outlived the tests. Seen on Linux only, where a process can be asked what it was started from.

use std::collections::BTreeSet;
use std::fs;

use crate::process::Result;
use crate::workspace::Workspace;

/// Our executables that run now, by process id.
#[derive(Debug, Default)]
pub(crate) struct Running(BTreeSet<u32>);

impl Running {
    /// Looks once; what runs before the tests is the person's own.
    pub(crate) fn now(workspace: &Workspace) -> Self {
        let built = workspace.built(false);
        let ours = |pid: &u32| {
            fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|executable| {
                let name = executable
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                executable.starts_with(&built) && !name.starts_with("xtask")
            })
        };
        Self(process_ids().into_iter().filter(ours).collect())
    }

    /// Fails when something runs that did not run then.
    pub(crate) fn unchanged(&self, workspace: &Workspace) -> Result<()> {
        let now = Self::now(workspace);
        let left: Vec<String> =
            now.0.difference(&self.0).map(|pid| format!("{} ({pid})", name(*pid))).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("still running: {}.", left.join(", ")).into()) }
    }
}

fn process_ids() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

fn name(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm"))
        .map_or_else(|_| "a process".to_owned(), |text| text.trim().to_owned())
}
