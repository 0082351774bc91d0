//! How much memory a process takes.

/// Bytes of the process's own memory and its share of what it shares; where that can't be told what is resident; 0 where
/// nothing can. Blocks for a millisecond or so.
pub(super) fn of_process(pid: u32) -> u64 {
    proportional(pid).unwrap_or_else(|| resident(pid))
}

#[cfg(target_os = "linux")]
fn proportional(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(not(target_os = "linux"))]
fn proportional(_pid: u32) -> Option<u64> {
    None
}

fn resident(pid: u32) -> u64 {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let (mut system, pid) = (System::new(), Pid::from_u32(pid));
    let what = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    system.process(pid).map_or(0, sysinfo::Process::memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_some_memory() {
        let here = std::process::id();
        assert!(of_process(here) > 100_000);
        assert!(resident(here) > 100_000);
    }
}
