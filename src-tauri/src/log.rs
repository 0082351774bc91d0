//! Where the log goes: a file in the data folder, as JSON lines, and warnings to stderr. Keys never come here: their type
//! can't be printed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use tracing_subscriber::{
    EnvFilter, Layer as _, fmt as lines, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::surroundings::Surroundings;

/// A file longer than this is put aside, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;
/// How many are put aside.
const KEPT: usize = 3;

/// Starts logging. Without a folder that can be written only stderr is left.
pub(crate) fn start(surroundings: &Surroundings) {
    let said = |usual: &str| {
        EnvFilter::try_new(surroundings.log.as_deref().unwrap_or(usual))
            .unwrap_or_else(|_| EnvFilter::new(usual))
    };
    let file = surroundings.data_dir.as_ref().and_then(|folder| Rotating::open(&folder.join("logs")).ok());
    let to_file =
        file.map(|file| lines::layer().json().with_writer(Mutex::new(file)).with_filter(said("info")));
    let to_stderr = lines::layer().with_writer(io::stderr).with_ansi(false).with_filter(said("warn"));
    // A second start in one process (a test) keeps the first.
    let _ = tracing_subscriber::registry().with(to_file).with(to_stderr).try_init();
}

/// A log file that is put aside when it has grown long: `desktop.log`, `desktop.log.1` and so on, readable by the owner only.
struct Rotating {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Rotating {
    fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let path = folder.join("desktop.log");
        let file = append(&path)?;
        let length = file.metadata()?.len();
        Ok(Self { path, file, length })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let aside = |number: usize| self.path.with_extension(format!("log.{number}"));
        for number in (1..KEPT).rev() {
            let _ = fs::rename(aside(number), aside(number + 1));
        }
        fs::rename(&self.path, aside(1))?;
        self.file = append(&self.path)?;
        self.length = 0;
        Ok(())
    }
}

impl Write for Rotating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.length > LONGEST {
            self.rotate()?;
        }
        let written = self.file.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_is_put_aside_and_few_are_kept() {
        let folder = std::env::temp_dir().join(format!("webplus-log-{}", uuid::Uuid::new_v4()));
        let mut log = Rotating::open(&folder).unwrap();
        for turn in 0..KEPT + 3 {
            log.length = LONGEST + 1;
            writeln!(log, "turn {turn}").unwrap();
        }
        assert_eq!(fs::read_to_string(folder.join("desktop.log")).unwrap(), "turn 5\n");
        assert_eq!(fs::read_to_string(folder.join("desktop.log.3")).unwrap(), "turn 2\n");
        assert!(!folder.join("desktop.log.4").exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
