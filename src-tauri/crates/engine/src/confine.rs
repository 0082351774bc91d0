//! Limits for a process of ours that runs what somebody else wrote.

/// From here on this process writes no file, leaves no image of itself, opens a few files only, starts nothing, and has at most
/// so many bytes of memory of its own more than now. Where the system knows a limit not, there is none; other limits of the
/// process's stay. To be called when all its threads are there.
pub fn tighten(memory: usize) {
    #[cfg(unix)]
    limits::set(memory);
    #[cfg(not(unix))]
    let _ = memory;
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library sets no limits")]
mod limits {
    /// What is open by now, and a little.
    const FILES: u64 = 32;

    #[allow(clippy::cast_lossless, clippy::unnecessary_cast, reason = "other types on other systems")]
    pub(super) fn set(memory: usize) {
        let now = memory_now();
        let all = [
            (libc::RLIMIT_FSIZE, 0),
            (libc::RLIMIT_CORE, 0),
            (libc::RLIMIT_NOFILE, FILES),
            (libc::RLIMIT_NPROC, 0),
            (libc::RLIMIT_DATA, now.saturating_add(memory as u64)),
        ];
        for (what, most) in all {
            let limit = libc::rlimit { rlim_cur: most as libc::rlim_t, rlim_max: most as libc::rlim_t };
            // SAFETY: reads the struct, which lives during the call. A limit that can't be set stays as it was.
            unsafe { libc::setrlimit(what, &raw const limit) };
        }
    }

    /// Memory that counts towards the limit by now, in bytes, where the system tells.
    fn memory_now() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmData:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        kilobytes.unwrap_or(1 << 20) * 1024
    }
}
