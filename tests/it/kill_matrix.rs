//! `kill -9` at every named boundary of every fixture pipeline (`tests/fixtures/pipelines`): one run without a kill records which
//! boundaries are met, then each of them is met again by a process that ends there, and whatever a second start makes of it is
//! held against what must be true of any run.
//!
//! `cargo xtask kills` writes what came of it to `tests/kill-matrix.md`; with `--double` a second kill follows in the recovery.
//! Also here: the power cut, as copies of the write-ahead log that end at every commit and in the middle of the next.

mod check;
mod left;
mod oracle;
mod others;
mod plan;
mod play;
mod power;
mod soak;
mod table;
mod told;

use std::{sync::Arc, time::Instant};

use tokio::sync::Mutex;

use oracle::Oracle;
use plan::Plan;
use play::{FIXTURES, Stage};
use table::page;

/// So many applications at a time.
const LANES: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_boundary_changes_nothing_that_a_run_promises() {
    let begun = Instant::now();
    let stage = Arc::new(Stage::prepare(Oracle::start().await).await);
    let twice = std::env::var_os("WEBPLUS_KILL_TWICE").is_some();
    let mut plan = Plan::new(twice);
    // `WEBPLUS_KILL_FIXTURES` names some, for whoever looks into one.
    let wanted = std::env::var("WEBPLUS_KILL_FIXTURES").ok();
    let is_wanted =
        |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|one| one == name));
    for fixture in FIXTURES.iter().filter(|fixture| is_wanted(fixture.name)) {
        let (reference, met) = stage.reference(fixture).await;
        eprintln!("{}: {} boundaries", fixture.name, met.len());
        assert!(met.len() > 3, "{} meets no boundary", fixture.name);
        let reference = Arc::new(reference);
        for kill in met {
            plan.add(fixture, kill, Arc::clone(&reference));
        }
    }
    if is_wanted("removed") {
        others::kill_everywhere(&stage, &mut plan.singles).await;
    }
    let plan = Arc::new(Mutex::new(plan));
    let lanes = (0..LANES).map(|_| {
        let (stage, plan) = (Arc::clone(&stage), Arc::clone(&plan));
        tokio::spawn(async move {
            // The last play of another lane may plan more; those are then that lane's.
            while let Some(planned) = { plan.lock().await.ahead.pop_front() } {
                let played = stage.kill(planned.fixture, &planned.kills, &planned.reference).await;
                let mut plan = plan.lock().await;
                plan.came(planned, played.0, played.1);
                // Second kills take long; whoever ends them early has the first ones.
                if plan.singles_ended() {
                    write(&plan, false);
                }
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    let plan = plan.lock().await;
    let (recoveries, spared) = plan.followed();
    eprintln!(
        "{} plays in {:?}; {recoveries} recoveries killed, at {spared} boundaries fewer",
        plan.played,
        begun.elapsed()
    );
    write(&plan, twice);
    plan.singles.assert_good("single");
    plan.doubles.assert_good("second");
}

/// Writes the page, where one is wanted.
fn write(plan: &Plan, twice: bool) {
    if let Some(file) = std::env::var_os("WEBPLUS_KILL_MATRIX") {
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, page(&before, &plan.singles, twice.then_some(&plan.doubles))).unwrap();
    }
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
