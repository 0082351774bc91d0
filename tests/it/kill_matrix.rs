//! `kill -9` at every named boundary of every fixture pipeline (`tests/fixtures/pipelines`): one run without a kill records which
//! boundaries are met, then each of them is met again by a process that ends there, and whatever a second start makes of it is
//! held against what must be true of any run.
//!
//! `cargo xtask kills` writes what came of it to `tests/kill-matrix.md`; with `--double` a second kill follows in the recovery.
//! Also here: the power cut, as copies of the write-ahead log that end at every commit and in the middle of the next.

mod check;
mod oracle;
mod play;
mod power;
mod soak;
mod table;

use std::{collections::VecDeque, sync::Arc, time::Instant};

use tokio::sync::Mutex;

use oracle::Oracle;
use play::{FIXTURES, Kill, Stage};
use table::Table;

/// So many applications at a time.
const LANES: usize = 3;
/// Of a recovery's boundaries, with a second kill.
const DEEP: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_boundary_changes_nothing_that_a_run_promises() {
    let begun = Instant::now();
    let stage = Arc::new(Stage::prepare(Oracle::start().await).await);
    let (mut table, mut kills) = (Table::default(), VecDeque::new());
    // `WEBPLUS_KILL_FIXTURES` names some, for whoever looks into one.
    let wanted = std::env::var("WEBPLUS_KILL_FIXTURES").ok();
    let is_wanted =
        |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|one| one == name));
    for fixture in FIXTURES.iter().filter(|fixture| is_wanted(fixture.name)) {
        let (reference, met) = stage.reference(fixture).await;
        eprintln!("{}: {} boundaries", fixture.name, met.len());
        assert!(met.len() > 3, "{} meets no boundary", fixture.name);
        kills.extend(met.into_iter().map(|kill| (fixture, kill, reference.clone())));
    }
    let count = kills.len();
    let twice = std::env::var_os("WEBPLUS_KILL_TWICE").is_some();
    let (kills, told) = (Arc::new(Mutex::new(kills)), Arc::new(Mutex::new(Vec::new())));
    let lanes = (0..LANES).map(|_| {
        let (stage, kills, told) = (Arc::clone(&stage), Arc::clone(&kills), Arc::clone(&told));
        tokio::spawn(async move {
            loop {
                let Some((fixture, kill, reference)) = kills.lock().await.pop_front() else { return };
                let (outcome, recovery) = stage.kill(fixture, std::slice::from_ref(&kill), &reference).await;
                if outcome.is_broken() {
                    eprintln!("{}: {outcome:?}", fixture.name);
                }
                let mut told_so_far = told.lock().await;
                told_so_far.push((fixture.name, kill.clone(), outcome));
                if told_so_far.len().is_multiple_of(50) {
                    eprintln!("{} plays", told_so_far.len());
                }
                drop(told_so_far);
                if twice {
                    for second in recovery.into_iter().take(DEEP) {
                        let both: [Kill; 2] = [kill.clone(), second];
                        let (outcome, _) = stage.kill(fixture, &both, &reference).await;
                        told.lock().await.push((fixture.name, both[1].clone(), outcome));
                    }
                }
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    let told = std::mem::take(&mut *told.lock().await);
    let killed = told.len();
    for (fixture, kill, outcome) in told {
        table.add(fixture, kill.point(), outcome);
    }
    eprintln!("{killed} plays of {count} boundaries in {:?}", begun.elapsed());
    if let Some(file) = std::env::var_os("WEBPLUS_KILL_MATRIX") {
        std::fs::write(file, table.markdown(twice)).unwrap();
    }
    table.assert_good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_after_any_commit_loses_nothing_that_was_acknowledged() {
    let stage = Arc::new(Stage::prepare(Oracle::start().await).await);
    for name in power::CUT {
        let fixture = FIXTURES.iter().find(|fixture| fixture.name == *name).unwrap();
        let cuts = power::cut_everywhere(&stage, fixture).await;
        eprintln!("{name}: {cuts} cuts");
        assert!(cuts > 4, "{name} made no commits to cut at");
    }
}
