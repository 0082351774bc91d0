//! Reading along in a file that grows, and cutting it off in time.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// A log that is longer than this when the engine starts is put aside.
const LONGEST: u64 = 10 * 1024 * 1024;
/// At most so much is read at once; the rest comes with the next reading.
const MOST: u64 = 1024 * 1024;
/// A line that is longer is cut.
const LONGEST_LINE: usize = 16 * 1024;
/// How far back the last lines are looked for.
const BACK: u64 = 256 * 1024;

/// Puts a long log aside under the name "….1", in place of the one before. For when nobody writes to it.
pub fn rotate(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > LONGEST => {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".1");
            fs::rename(path, aside)
        }
        _ => Ok(()),
    }
}

/// The same while somebody appends to it: what is there is copied, and the file begins anew. A line that is written between
/// the two is lost, so that this is done late.
pub fn shorten(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > LONGEST * 4 => {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".1");
            fs::copy(path, aside)?;
            File::options().write(true).open(path)?.set_len(0)
        }
        _ => Ok(()),
    }
}

/// A place in a log.
#[derive(Debug, Clone)]
pub struct Tail {
    path: PathBuf,
    offset: u64,
    /// The beginning of a line whose end isn't there yet.
    begun: Vec<u8>,
}

impl Tail {
    /// From its end as it is now; from its beginning where it isn't there.
    pub fn at_end(path: &Path) -> Self {
        let offset = fs::metadata(path).map_or(0, |metadata| metadata.len());
        Self { path: path.to_owned(), offset, begun: Vec::new() }
    }

    /// How far was read, in bytes from the file's beginning.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The whole lines that came since. A file that became shorter is read from its beginning. Blocks.
    pub fn lines(&mut self) -> io::Result<Vec<String>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let length = file.metadata()?.len();
        if length < self.offset {
            self.offset = 0;
            self.begun.clear();
        }
        if length == self.offset {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        self.offset += file.take(MOST).read_to_end(&mut bytes)? as u64;
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let whole = piece.ends_with(b"\n");
            let room = LONGEST_LINE.saturating_sub(self.begun.len());
            self.begun.extend(piece.iter().take(room));
            if whole {
                lines.push(text(&self.begun));
                self.begun.clear();
            }
        }
        Ok(lines)
    }
}

/// The last lines of a log, at most `count`, oldest first, without empty ones; none from before the byte `from`. Blocks.
pub fn last_lines(path: &Path, count: usize, from: u64) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        // A file that is shorter than it was is another one.
        let from = if from > length { 0 } else { from };
        let start = length.saturating_sub(BACK).max(from);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(BACK).read_to_end(&mut bytes)?;
        if start > from {
            let first = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            bytes.drain(..first);
        }
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let lines: Vec<String> =
        bytes.split(|byte| *byte == b'\n').map(text).filter(|line| !line.trim().is_empty()).collect();
    let skipped = lines.len().saturating_sub(count);
    lines.into_iter().skip(skipped).collect()
}

fn text(bytes: &[u8]) -> String {
    let bytes = bytes.get(..LONGEST_LINE.min(bytes.len())).unwrap_or_default();
    String::from_utf8_lossy(bytes).trim_end_matches(['\r', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn lines_come_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.log");
        fs::write(&path, "before\n").unwrap();
        let mut tail = Tail::at_end(&path);
        assert_eq!(tail.lines().unwrap(), Vec::<String>::new());
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"one\r\ntw").unwrap();
        assert_eq!(tail.lines().unwrap(), ["one"]);
        file.write_all(b"o\n\xffthree\n").unwrap();
        assert_eq!(tail.lines().unwrap(), ["two", "\u{fffd}three"]);
        file.set_len(0).unwrap();
        file.write_all(b"new\n").unwrap();
        assert_eq!(tail.lines().unwrap(), ["new"]);
        file.write_all(&[b"x".repeat(LONGEST_LINE * 2), b"\n".to_vec()].concat()).unwrap();
        assert_eq!(tail.lines().unwrap()[0].len(), LONGEST_LINE);
        assert_eq!(last_lines(&path, 1, 0)[0].len(), LONGEST_LINE);
    }

    #[test]
    fn a_log_that_grows_without_end_begins_anew_under_its_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.log");
        let mut file = File::options().append(true).create(true).open(&path).unwrap();
        file.write_all(b"first\n").unwrap();
        let mut tail = Tail::at_end(&path);
        shorten(&path).unwrap();
        file.set_len(LONGEST * 4).unwrap();
        file.write_all(b"\nlate\n").unwrap();
        while tail.offset() < LONGEST * 4 {
            tail.lines().unwrap();
        }
        shorten(&path).unwrap();
        file.write_all(b"new\n").unwrap();
        assert_eq!(tail.lines().unwrap(), ["new"]);
        assert_eq!(last_lines(&path, 5, LONGEST), ["new"]);
        assert_eq!(last_lines(&folder.path().join("engine.log.1"), 1, 0), ["late"]);
    }

    #[test]
    fn a_long_log_is_put_aside_and_the_last_lines_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("engine.log");
        assert_eq!(last_lines(&path, 3, 0), Vec::<String>::new());
        rotate(&path).unwrap();
        fs::write(&path, "short\n\nlast\n").unwrap();
        rotate(&path).unwrap();
        assert_eq!(last_lines(&path, 5, 0), ["short", "last"]);
        assert_eq!(last_lines(&path, 5, 7), ["last"]);
        assert_eq!(last_lines(&path, 5, 70), ["short", "last"]);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(&b"a line like others\n".repeat(600_000)).unwrap();
        assert_eq!(last_lines(&path, 2, 0), ["a line like others", "a line like others"]);
        rotate(&path).unwrap();
        assert!(!path.exists() && folder.path().join("engine.log.1").exists());
        assert_eq!(Tail::at_end(&path).lines().unwrap(), Vec::<String>::new());
    }
}
