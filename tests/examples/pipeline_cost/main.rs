//! What running pipelines durably costs: steps a second of one run and of 64 together, beside what the same disk can do at all
//! and beside `LangGraph` where it is installed; how soon a client hears of a step; bytes a step; how long it takes to open with
//! ten thousand unfinished runs; what a thousand waiting ones and a map of ten thousand hold. Prints JSON lines
//! `{"name","value","unit","baseline","ratio"}`; the baseline of the rates is one small write and `fdatasync` after the other.
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
use domain::Actor;
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const STEPS: usize = 200;
const TOGETHER: usize = 64;
const WAITING: usize = 1_000;
const UNFINISHED: usize = 10_000;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let app = open(&data).await?;
        let mut alone = Vec::new();
        let mut together = Vec::new();
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
            alone.push(rate(&app, 1, STEPS).await?);
            together.push(rate(&app, TOGETHER, STEPS / 4).await?);
        }
        let begun = cpu();
        rate(&app, 1, STEPS).await?;
        let spent = (cpu() - begun) / STEPS as f64 * 1000.0;
        println!("{}", json!({"name": "pipelines.cpu_per_step", "value": spent, "unit": "ms"}));
        let raw = middle(&mut raw);
        let alone = middle(&mut alone);
        tell("pipelines.steps_per_second", alone, "1/s", raw);
        tell("pipelines.steps_per_second_64_runs", middle(&mut together), "1/s", raw);
        // All of it, its share of a write included: what only computes shares one.
        println!("{}", json!({"name": "pipelines.time_per_step", "value": 1000.0 / alone, "unit": "ms"}));
        match peer {
            Ok(mut rates) => tell("pipelines.beside_langgraph", alone, "1/s", middle(&mut rates)),
            Err(why) => println!("{}", json!({"name": "pipelines.beside_langgraph", "skipped": why})),
        }
        println!(
            "{}",
            json!({"name": "pipelines.step_to_client_p95", "value": page::delay(&app).await?, "unit": "ms"})
        );
        let (journal, whole) = page::bytes(&app).await?;
        println!("{}", json!({"name": "pipelines.journal_per_step", "value": journal, "unit": "B"}));
        println!("{}", json!({"name": "pipelines.database_per_step", "value": whole, "unit": "B"}));
        page::map(&app, 100).await?;
        let (small, large) = (page::map(&app, 1_000).await?, page::map(&app, 10_000).await?);
        println!("{}", json!({"name": "pipelines.memory_map_1000", "value": small, "unit": "MiB"}));
        println!("{}", json!({"name": "pipelines.memory_map_10000", "value": large, "unit": "MiB"}));
        let before = resident();
        wait_for_people(&app, WAITING).await?;
        let held = (resident() - before).max(0.0);
        println!("{}", json!({"name": "pipelines.memory_1000_waiting", "value": held, "unit": "MiB"}));
        copy_waiting(&app, UNFINISHED - WAITING).await?;
        app.shutdown().await;
        drop(app);
        let begun = Instant::now();
        let app = open(&data).await?;
        let took = begun.elapsed().as_secs_f64();
        println!("{}", json!({"name": "pipelines.open_with_10000_unfinished", "value": took, "unit": "s"}));
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

fn chain(steps: usize) -> Value {
    let nodes: Vec<Value> = (0..steps)
        .map(|at| json!({"id": format!("s{at}"), "kind": "template", "config": {"template": "x"}}))
        .collect();
    let edges: Vec<Value> =
        (1..steps).map(|at| json!({"from": format!("s{}", at - 1), "to": format!("s{at}")})).collect();
    json!({"format": "webplus.pipeline/1", "id": "chain", "nodes": nodes, "edges": edges})
}

/// Steps a second of so many runs at once.
async fn rate(app: &App, runs: usize, steps: usize) -> Outcome<f64> {
    let definition = chain(steps);
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

/// More of the newest run, as rows: how they came about makes no difference to who finds them.
async fn copy_waiting(app: &App, runs: usize) -> Outcome<()> {
    let (now, epoch) = (app.clock.now(), app.store.epoch());
    app.store
        .write(move |conn| {
            let filter = store::runs::Filter::default();
            let newest = store::runs::list(conn, Actor::LOCAL.user_id, &filter, 1)?;
            let Some(newest) = newest.first() else { return Ok(()) };
            let mut row = store::runs::get_whole(conn, newest.id)?;
            let steps = store::step_runs::open(conn, newest.id)?;
            for _ in 0..runs {
                row.run.id = domain::RunId::new(now);
                store::runs::insert(conn, epoch, &row)?;
                for step in &steps {
                    store::step_runs::put(conn, row.run.id, step)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
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
