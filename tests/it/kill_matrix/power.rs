//! The power cut: what is on the disk is some beginning of the write-ahead log. Every beginning that ends with a commit is
//! tried, and every one that is torn in the middle of what comes next.

use std::{collections::BTreeSet, fs};

use webplus_tests::{Program, rows};

use super::{
    check,
    left::completed,
    play::{Fixture, Kill, Stage, copy},
};

/// The fixtures that are cut.
pub(crate) const CUT: &[&str] = &["chain", "once", "model", "blob", "timer", "human"];
/// Bytes of the log's own head, and of each page's in it.
const HEAD: usize = 32;
const PAGE_HEAD: usize = 24;

/// Ends the log of a whole run everywhere; how often that was.
pub(crate) async fn cut_everywhere(stage: &Stage, fixture: &Fixture) -> usize {
    // The process that has done everything and has not yet moved the log into the database.
    let last = Kill { process: 0, meeting: "store_before_checkpoint - 1".to_owned() };
    let whole = stage.home(fixture);
    let reference = stage.reference(fixture).await.0;
    let case = format!("power-{}", fixture.name);
    let data = whole.data();
    let words = stage.words(&case, fixture, &whole);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = whole.command(&words).env("WEBPLUS_KILL_AT", &last.meeting).output().await.unwrap();
    assert_eq!(ended.status.code(), None, "{}", String::from_utf8_lossy(&ended.stderr));
    let log = fs::read(data.join("webplus.db-wal")).unwrap();
    let ends = commits(&log);
    let mut cuts = 0;
    for (number, end) in ends.iter().enumerate() {
        let next = ends.get(number + 1).copied().unwrap_or(log.len());
        let torn = end + (next - end) / 2;
        for length in BTreeSet::from([*end, torn]) {
            let program = Program::new();
            copy(&data, &program.data());
            fs::write(program.data().join("webplus.db-wal"), &log[..length]).unwrap();
            // The index of the log is memory that a power cut takes along.
            let _ = fs::remove_file(program.data().join("webplus.db-shm"));
            let before = completed(&program.data());
            // A file that no row names yet may not have got to the disk either.
            if rows(&program.data(), "SELECT 1 FROM blob_refs").is_empty() {
                let _ = fs::remove_dir_all(program.data().join("values"));
            }
            let begun = !rows(&program.data(), "SELECT 1 FROM attempts WHERE node = 'pay'").is_empty();
            let paid = payments(stage, &case);
            let played = stage.play_as(case.clone(), fixture, &[], program, false).await.unwrap();
            let after = completed(&played.program.data());
            assert!(before.is_subset(&after), "lost by a cut at {length}: {:?}", before.difference(&after));
            check::folder(&played).unwrap_or_else(|error| panic!("a cut at {length}: {error}"));
            let again = payments(stage, &case) - paid;
            assert!(again <= usize::from(!begun), "a cut at {length}: paid {again} times more");
            let asks = fixture.once.is_some() && played.over.status == "waiting";
            assert!(asks || played.over == reference, "a cut at {length}: {:?}", played.over);
            cuts += 1;
        }
    }
    cuts
}

fn payments(stage: &Stage, case: &str) -> usize {
    stage.oracle.seen(case).iter().filter(|seen| seen.what == "pay").count()
}

/// Where the log's commits end: pages that say how large the database is after them.
fn commits(log: &[u8]) -> Vec<usize> {
    let number =
        |at: usize| log.get(at..at + 4).map_or(0, |bytes| u32::from_be_bytes(bytes.try_into().unwrap()));
    let page = number(8) as usize + PAGE_HEAD;
    let pages = (log.len() - HEAD) / page;
    (0..pages).map(|n| HEAD + n * page).filter(|at| number(at + 4) != 0).map(|at| at + page).collect()
}
