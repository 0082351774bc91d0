//! What running pipelines durably costs: steps a second of one run and of 64 together, beside what the same disk can do at all
//! and beside `LangGraph` where it is installed; how soon a client hears of a step; bytes a step; how long it takes to open with
//! ten thousand unfinished runs; what a thousand waiting ones and a map of ten thousand hold. Prints JSON lines
//! `{"name","value","unit","baseline","ratio"}`; the baseline of the rates is one small write and `fdatasync` after the other.
//!
//! Committed steps are on the disk before the next begins; computing ones may be computed again after a crash, and share a write.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program: prints what it measured, starts its peers and reads the clock"
)]

mod page;
mod peers;

use std::{
    collections::HashSet,
    error::Error,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use app::{App, AppOptions, events::Event, secrets::MemorySecrets};
use domain::{Actor, Timestamp};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const STEPS: usize = 200;
const TOGETHER: usize = 64;
const WAITING: usize = 1_000;
const UNFINISHED: usize = 10_000;
/// Of those, whose time has come.
const OVERDUE: usize = 1_000;
const KINDS: [(Does, usize); 4] =
    [(Does::Commit, 1), (Does::Commit, TOGETHER), (Does::Compute, 1), (Does::Compute, TOGETHER)];

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let app = open(&data).await?;
        let mut rates = [const { Vec::new() }; 4];
        let mut raw = Vec::new();
        // Interleaved, so that a disturbance of the machine meets all alike.
        let mut peer: Result<Vec<f64>, String> = Ok(Vec::new());
        for _ in 0..3 {
            raw.push(peers::fdatasync(folder.path())?);
            if let Ok(rates) = &mut peer {
                match peers::langgraph(folder.path(), STEPS) {
                    Ok(rate) => rates.push(rate),
                    Err(why) => peer = Err(why),
                }
            }
            for (rates, (does, runs)) in rates.iter_mut().zip(KINDS) {
                rates.push(rate(&app, runs, does, if runs == 1 { STEPS } else { STEPS / 4 }).await?);
            }
        }
        let begun = cpu();
        rate(&app, 1, Does::Commit, STEPS).await?;
        let spent = (cpu() - begun) / STEPS as f64 * 1000.0;
        println!("{}", json!({"name": "pipelines.cpu_per_step", "value": spent, "unit": "ms"}));
        let raw = middle(&mut raw);
        let [alone, together, computing, computing_together] = rates.map(|mut rates| middle(&mut rates));
        tell("pipelines.committed_steps_per_second", alone, "1/s", raw);
        tell("pipelines.committed_steps_per_second_64_runs", together, "1/s", raw);
        tell("pipelines.computing_steps_per_second", computing, "1/s", raw);
        tell("pipelines.computing_steps_per_second_64_runs", computing_together, "1/s", raw);
        // Of whole runs, their beginning and end included; a step takes too little to be timed by what a client is told.
        let beyond = 1000.0 / alone - 1000.0 / raw;
        println!(
            "{}",
            json!({"name": "pipelines.committed_step_beyond_the_write", "value": beyond, "unit": "ms"})
        );
        match peer {
            Ok(mut rates) => tell("pipelines.beside_langgraph", alone, "1/s", middle(&mut rates)),
            Err(why) => println!("{}", json!({"name": "pipelines.beside_langgraph", "skipped": why})),
        }
        println!(
            "{}",
            json!({"name": "pipelines.step_to_client_p95", "value": page::delay(&app).await?, "unit": "ms"})
        );
        for (name, does) in [("committed", Does::Commit), ("computing", Does::Compute)] {
            let (journal, whole) = page::bytes(&app, does).await?;
            println!(
                "{}",
                json!({"name": format!("pipelines.journal_per_{name}_step"), "value": journal, "unit": "B"})
            );
            println!(
                "{}",
                json!({"name": format!("pipelines.database_per_{name}_step"), "value": whole, "unit": "B"})
            );
        }
        page::map(&app, 100).await?;
        let (small, large) = (page::map(&app, 1_000).await?, page::map(&app, 10_000).await?);
        println!("{}", json!({"name": "pipelines.memory_map_1000", "value": small, "unit": "MiB"}));
        println!("{}", json!({"name": "pipelines.memory_map_10000", "value": large, "unit": "MiB"}));
        let before = resident();
        wait_for_people(&app, WAITING).await?;
        let held = (resident() - before).max(0.0);
        println!("{}", json!({"name": "pipelines.memory_1000_waiting", "value": held, "unit": "MiB"}));
        copy_newest(&app, (UNFINISHED - WAITING) / 2, None).await?;
        wait_for_time(&app).await?;
        copy_newest(&app, UNFINISHED - WAITING - (UNFINISHED - WAITING) / 2 - OVERDUE, None).await?;
        let overdue = copy_newest(&app, OVERDUE, Some(app.clock.now())).await?;
        app.shutdown().await;
        drop(app);
        let begun = Instant::now();
        let app = open(&data).await?;
        let took = begun.elapsed().as_secs_f64();
        println!("{}", json!({"name": "pipelines.open_with_10000_unfinished", "value": took, "unit": "s"}));
        page::succeed(&app, &overdue).await?;
        let took = begun.elapsed().as_secs_f64();
        println!("{}", json!({"name": "pipelines.overdue_1000_of_10000_ended", "value": took, "unit": "s"}));
        app.shutdown().await;
        Ok(())
    })
}

async fn open(data: &Path) -> Outcome<App> {
    let mut options = AppOptions::new(data.to_owned());
    options.keychain = Arc::new(MemorySecrets::new());
    options.ollama = None;
    Ok(App::open(options).await?)
}

fn tell(name: &str, value: f64, unit: &str, baseline: f64) {
    println!(
        "{}",
        json!({"name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": value / baseline})
    );
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a chain's steps, which make the same text again and again, are taken for.
#[derive(Clone, Copy)]
enum Does {
    /// Something that is on the disk before the next begins.
    Commit,
    /// Something that only computes.
    Compute,
}

fn chain(does: Does, steps: usize) -> Value {
    let step = |at| {
        let mut step = json!({"id": format!("s{at}"), "kind": "template", "config": {"template": "x"}});
        if matches!(does, Does::Commit) {
            step["effect"] = json!("idempotent");
        }
        step
    };
    let nodes: Vec<Value> = (0..steps).map(step).collect();
    let edges: Vec<Value> =
        (1..steps).map(|at| json!({"from": format!("s{}", at - 1), "to": format!("s{at}")})).collect();
    json!({"format": "webplus.pipeline/1", "id": "chain", "nodes": nodes, "edges": edges})
}

/// Steps a second of so many runs at once.
async fn rate(app: &App, runs: usize, does: Does, steps: usize) -> Outcome<f64> {
    let definition = chain(does, steps);
    let begun = Instant::now();
    follow(app, runs, &definition, "succeeded").await?;
    Ok((runs * steps) as f64 / begun.elapsed().as_secs_f64())
}

/// Starts so many runs and waits until each stands so.
async fn follow(app: &App, runs: usize, definition: &Value, status: &str) -> Outcome<()> {
    let mut events = app.bus.subscribe(None);
    let mut open = HashSet::new();
    for _ in 0..runs {
        let run = app::call(app, Actor::LOCAL, "run/start", json!({ "definition": definition })).await?;
        open.insert(serde_json::from_str::<Value>(run.get())?["id"].as_str().unwrap_or_default().to_owned());
    }
    while !open.is_empty() {
        let Ok(Some(envelope)) = tokio::time::timeout(Duration::from_secs(20), events.next()).await else {
            return Err("a run didn't get there".into());
        };
        match &envelope.event {
            Event::RunChanged { run } if json!(run.status) == status => {
                open.remove(&run.id.to_string());
            }
            Event::Resync => {
                for id in open.clone() {
                    let view = app::call(app, Actor::LOCAL, "run/get", json!({ "id": id })).await?;
                    if serde_json::from_str::<Value>(view.get())?["run"]["status"] == status {
                        open.remove(&id);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

async fn wait_for_people(app: &App, runs: usize) -> Outcome<()> {
    let definition = json!({"format": "webplus.pipeline/1", "id": "waits", "nodes": [
        {"id": "gate", "kind": "human", "config": {"title": "Go?"}},
    ]});
    follow(app, runs, &definition, "waiting").await
}

/// A run that goes on in an hour.
async fn wait_for_time(app: &App) -> Outcome<()> {
    let definition = json!({"format": "webplus.pipeline/1", "id": "later", "nodes": [
        {"id": "pause", "kind": "delay", "config": {"for": "1h"}},
        {"id": "after", "kind": "budget", "config": {"tokens": 1}},
    ], "edges": [{"from": "pause", "to": "after"}]});
    follow(app, 1, &definition, "waiting").await
}

/// More of the newest run, as rows: how they came about makes no difference to who finds them. `due` is the time of their timers.
async fn copy_newest(app: &App, runs: usize, due: Option<Timestamp>) -> Outcome<HashSet<String>> {
    let (now, epoch) = (app.clock.now(), app.store.epoch());
    app.store
        .write(move |conn| {
            let filter = store::runs::Filter::default();
            let newest = store::runs::list(conn, Actor::LOCAL.user_id, &filter, 1)?;
            let mut copies = HashSet::new();
            let Some(newest) = newest.first() else { return Ok(copies) };
            let mut row = store::runs::get_whole(conn, newest.id)?;
            let mut steps = store::step_runs::open(conn, newest.id)?;
            let mut timers = store::timers::all(conn)?;
            timers.retain(|timer| timer.run_id == newest.id);
            for step in &mut steps {
                step.step.due_at = due.or(step.step.due_at);
            }
            for _ in 0..runs {
                row.run.id = domain::RunId::new(now);
                copies.insert(row.run.id.to_string());
                store::runs::insert(conn, epoch, &row)?;
                for step in &steps {
                    store::step_runs::put(conn, row.run.id, step)?;
                }
                for timer in &mut timers {
                    timer.run_id = row.run.id;
                    timer.due_at = due.unwrap_or(timer.due_at);
                    store::timers::set(conn, timer)?;
                }
            }
            Ok(copies)
        })
        .await
        .map_err(Into::into)
}

/// Seconds of CPU time that this process took so far.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    // A tick is a hundredth of a second wherever Linux says so to programs.
    (ticks(11) + ticks(12)) / 100.0
}

/// MiB of this process in memory.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
