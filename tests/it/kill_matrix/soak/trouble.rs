//! What happens to a process in a soak, by chance: the same for the same start.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OpenFlags};
use webplus_tests::Program;

/// In milliseconds.
const HOUR: i64 = 60 * 60 * 1000;
const YEAR: i64 = 365 * 24 * HOUR;
/// What the clock may show too much or too little.
const SHIFTS: [i64; 5] = [0, HOUR, -HOUR, YEAR, -YEAR];
/// Names the small disk to the test that runs on it.
const DISK: &str = "WEBPLUS_SOAK_DISK";
/// Its size: the reserve is made twice as large as it is kept, and a backup is as large as the database.
const SIZE: &str = "size=96m";

/// How a test program ends whose test failed.
const FAILED: i32 = 101;

/// Numbers that nobody chose.
#[derive(Debug)]
pub(super) struct Dice(pub u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        // xorshift: good enough to spread kills over milliseconds.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + self.below(most - least))
    }
}

/// What happened so far, and what the clock shows.
pub(super) struct Troubles {
    dice: Dice,
    shift: PathBuf,
    shifted: i64,
    /// What takes the disk's room, while it is full.
    filler: PathBuf,
    small: bool,
    kills: usize,
    stops: usize,
    jumps: usize,
    fills: usize,
    readers: usize,
}

impl std::fmt::Debug for Troubles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kills, stops, jumps, fills, readers, .. } = self;
        write!(
            f,
            "{kills} kills, {stops} stops, {jumps} jumps of the clock, {fills} full disks, {readers} long readers"
        )
    }
}

impl Troubles {
    pub(super) fn new(dice: Dice, program: &Program) -> Self {
        Self {
            dice,
            shift: program.home().join("shift"),
            shifted: 0,
            filler: program.home().join("filler"),
            small: std::env::var_os(DISK).is_some(),
            kills: 0,
            stops: 0,
            jumps: 0,
            fills: 0,
            readers: 0,
        }
    }

    /// What the application's clock shows in a while, in milliseconds since 1970.
    pub(super) fn shown_in(&self, time: Duration) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + time;
        i64::try_from(now.as_millis()).unwrap() + self.shifted
    }

    /// Makes some, one after the other, and leaves the process to work for a moment after each.
    pub(super) async fn make(&mut self, program: &Program, process: u32) {
        let mut reader = None;
        for _ in 0..=self.dice.below(3) {
            match self.dice.below(4) {
                0 => self.stop(process).await,
                1 => self.set_clock(),
                2 if self.filler.exists() => self.free(),
                2 => self.fill(),
                _ => reader = Some(self.read(&program.data())),
            }
            tokio::time::sleep(self.dice.between(100, 1000)).await;
        }
        tokio::time::sleep(self.dice.between(100, 2000)).await;
        if let Some(reader) = reader {
            drop(reader.await);
        }
    }

    /// A full disk mostly outlives the process by which it is met, and then has room again.
    pub(super) fn killed(&mut self) {
        self.kills += 1;
        if self.filler.exists() && self.dice.below(2) == 0 {
            self.free();
        }
    }

    /// No more of it; the clock stays as it is.
    pub(super) fn end(&mut self) {
        self.free();
    }

    async fn stop(&mut self, process: u32) {
        let signal = |name: &str| drop(Command::new("kill").args([name, &process.to_string()]).status());
        signal("-STOP");
        tokio::time::sleep(self.dice.between(500, 6000)).await;
        signal("-CONT");
        self.stops += 1;
    }

    fn set_clock(&mut self) {
        self.shifted = SHIFTS[self.dice.below(SHIFTS.len() as u64) as usize];
        // A file is put in another's place, so that nobody reads half a number; on a full disk there is no room for that.
        let new = self.shift.with_extension("new");
        if std::fs::write(&new, self.shifted.to_string())
            .is_ok_and(|()| std::fs::metadata(&new).is_ok_and(|file| file.len() > 0))
        {
            std::fs::rename(&new, &self.shift).unwrap();
            self.jumps += 1;
        } else {
            let shown = std::fs::read_to_string(&self.shift).unwrap_or_default();
            self.shifted = shown.parse().unwrap_or_default();
        }
    }

    fn fill(&mut self) {
        if !self.small {
            return;
        }
        let mut filler = File::create(&self.filler).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            let piece = vec![1; size];
            while filler.write_all(&piece).is_ok() {}
        }
        self.fills += 1;
    }

    fn free(&self) {
        drop(std::fs::remove_file(&self.filler));
    }

    /// Holds a snapshot, as a backup does, so that the log can't be moved into the database.
    fn read(&mut self, data: &Path) -> tokio::task::JoinHandle<()> {
        let (file, time) = (data.join("webplus.db"), self.dice.between(500, 4000));
        self.readers += 1;
        tokio::task::spawn_blocking(move || {
            let Ok(connection) = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
                return;
            };
            let count = |_: &rusqlite::Row<'_>| Ok(());
            drop(connection.execute_batch("BEGIN"));
            drop(connection.query_row("SELECT count(*) FROM journal", [], count));
            std::thread::sleep(time);
            drop(connection.query_row("SELECT count(*) FROM journal", [], count));
        })
    }
}

/// Has the test of that name run on a file system of its own, which is small enough to be filled, and says whether that was
/// done. Where none can be mounted, the disk never gets full.
pub(super) fn on_a_small_disk(test: &str) -> bool {
    if std::env::var_os(DISK).is_some() {
        return false;
    }
    let disk = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o {SIZE} none \"$0\" || exit 77; exec \"$1\" --exact \"$2\" --ignored --nocapture"
    );
    let ran = Command::new("unshare")
        .args(["-rm", "sh", "-c", &script])
        .arg(disk.path())
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(DISK, disk.path())
        .env("TMPDIR", disk.path())
        .status();
    match ran.map(|status| status.code()) {
        Ok(Some(0)) => true,
        Ok(Some(FAILED)) => panic!("the soak on the small disk failed"),
        other => {
            eprintln!("no small disk can be mounted here ({other:?}): it never gets full");
            false
        }
    }
}
