//! The runner's log: a file, never a pipe of ours (a dead application would take the runner's next line for its end, and a
//! pipe that nobody drains would freeze it).

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Beyond this the log is moved aside; one older one is kept. In bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// How much of its end is looked at, in bytes.
const TAIL: u64 = 8 * 1024;

/// The log of one process: where it is, and where that process's lines begin.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
    begin: u64,
}

impl Log {
    /// Opens the log for a process that is about to start, in a folder that is made if need be.
    pub(super) fn open(folder: &Path) -> io::Result<(Self, File)> {
        fs::create_dir_all(folder)?;
        let path = folder.join("runner.log");
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LARGEST) {
            fs::rename(&path, folder.join("runner.log.1"))?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let begin = file.metadata()?.len();
        Ok((Self { path, begin }, file))
    }

    /// Moves what is too long aside while the process goes on writing: it appends, so it begins anew by itself.
    pub(super) fn trim(&mut self) {
        let Ok(file) = OpenOptions::new().write(true).open(&self.path) else { return };
        if file.metadata().is_ok_and(|metadata| metadata.len() > LARGEST) {
            // A log that can't be copied is only lost, and must not grow for ever.
            let _ = fs::copy(&self.path, self.path.with_extension("log.1"));
            let _ = file.set_len(0);
            self.begin = 0;
        }
    }

    /// The process's last lines, oldest first: at most five, each at most 300 characters.
    pub(super) fn tail(&self) -> Vec<String> {
        let text = self.end().unwrap_or_default();
        let mut lines: Vec<String> = text
            .lines()
            .rev()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(5)
            .map(|line| line.chars().filter(|c| !c.is_control()).take(300).collect())
            .collect();
        lines.reverse();
        lines
    }

    fn end(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL).max(self.begin.min(length))))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::io::Write;

    use super::*;

    #[test]
    fn the_tail_is_of_this_process_only_and_the_log_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let (_, mut file) = Log::open(folder.path()).unwrap();
        writeln!(file, "an older process").unwrap();
        let (mut log, mut file) = Log::open(folder.path()).unwrap();
        assert!(log.tail().is_empty());
        for line in 0..8 {
            writeln!(file, "line {line}\u{7}\n").unwrap();
        }
        assert_eq!(log.tail(), ["line 3", "line 4", "line 5", "line 6", "line 7"]);
        file.write_all(&vec![b'x'; 5 << 20]).unwrap();
        log.trim();
        writeln!(file, "after").unwrap();
        assert_eq!(log.tail(), ["after"]);
        assert!(folder.path().join("runner.log.1").exists());
    }
}
