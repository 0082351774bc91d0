//! How long it takes until a client of the door hears of a step's end, and what steps leave on the disk and in memory.

use std::{
    collections::HashSet,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use app::App;
use serde_json::{Value, json};
use server::Token;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use webplus_tests::Client;

use super::{Does, Outcome, chain, follow, resident};

const RUNS: usize = 20;
/// So few that all of them are told one by one.
const STEPS: usize = 20;
const MANY: usize = 1_000;

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    since.as_secs_f64() * 1000.0
}

/// Milliseconds from a step's end, which comes before its commit, until a client has the event; the 95th of a hundred.
pub(crate) async fn delay(app: &App) -> Outcome<f64> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let token = Token::generate()?;
    let client = Client::new(address, token.expose());
    let stop = CancellationToken::new();
    let ended = stop.clone();
    let serving =
        tokio::spawn(server::serve(app.clone(), listener, token, async move { ended.cancelled().await }));
    let mut delays = Vec::new();
    for _ in 0..RUNS {
        let mut events = client.events(None).await;
        let run = client.call("run/start", json!({"definition": chain(Does::Commit, STEPS)})).await;
        let mut open: HashSet<String> = (0..STEPS).map(|at| format!("s{at}")).collect();
        while !open.is_empty() {
            let event = events.next().await.ok_or("the events ended")?;
            let heard = now();
            if event["type"] == "step.changed"
                && event["runId"] == run["id"]
                && let Some(finished) = event["step"]["finishedAt"].as_f64()
            {
                delays.push(heard - finished);
                open.remove(event["step"]["node"].as_str().unwrap_or_default());
            }
        }
    }
    stop.cancel();
    serving.await??;
    delays.sort_by(f64::total_cmp);
    delays.get(delays.len() * 95 / 100).copied().ok_or_else(|| "no step was told of".into())
}

/// Waits until these have succeeded.
pub(crate) async fn succeed(app: &App, runs: &HashSet<String>) -> Outcome<()> {
    let begun = Instant::now();
    loop {
        let succeeded = app
            .store
            .read(|conn| {
                let sql = "SELECT count(*) FROM runs WHERE pipeline_id = 'later' AND status = 'succeeded'";
                Ok(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?)
            })
            .await?;
        if succeeded >= i64::try_from(runs.len())? {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_mins(2) {
            return Err(format!("only {succeeded} of {} went on", runs.len()).into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Bytes a step of the journal's rows, and of all that the database holds of the newest run.
pub(crate) async fn bytes(app: &App, does: Does) -> Outcome<(f64, f64)> {
    let pages =
        "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";
    let whole = || app.store.read(move |conn| Ok(conn.query_row(pages, [], |row| row.get::<_, f64>(0))?));
    let before = whole().await?;
    follow(app, 1, &chain(does, MANY), "succeeded").await?;
    let after = whole().await?;
    let journal = app
        .store
        .read(|conn| {
            let sql = "SELECT sum(16 + 8 + 8 + length(kind) + length(body)) FROM journal
                WHERE run_id = (SELECT id FROM runs ORDER BY created_at DESC, id DESC LIMIT 1)";
            Ok(conn.query_row(sql, [], |row| row.get::<_, f64>(0))?)
        })
        .await?;
    Ok((journal / MANY as f64, (after - before) / MANY as f64))
}

/// MiB that a map over so many items adds while it runs, at most.
pub(crate) async fn map(app: &App, items: usize) -> Outcome<f64> {
    let definition: Value = json!({
        "format": "webplus.pipeline/1", "id": "map", "inputs": {"n": {"type": "number"}},
        "nodes": [
            {"id": "each", "kind": "map", "config": {"over": "range(inputs.n) | list", "parallel": 8}, "body": ["a"]},
            {"id": "a", "kind": "template", "config": {"template": "{{ item }}"}}
        ]
    });
    let before = resident();
    let run = async {
        let mut events = app.bus.subscribe(None);
        let params = json!({"definition": definition, "inputs": {"n": items}});
        let run = app::call(app, domain::Actor::LOCAL, "run/start", params).await?;
        let id = serde_json::from_str::<Value>(run.get())?["id"].clone();
        loop {
            let Ok(envelope) = tokio::time::timeout(Duration::from_secs(2), events.next()).await else {
                // What this one missed is asked for.
                let view = app::call(app, domain::Actor::LOCAL, "run/list", json!({"limit": 1})).await?;
                match serde_json::from_str::<Value>(view.get())?["items"][0]["status"].as_str() {
                    Some("running" | "queued") => continue,
                    Some("succeeded") => return Outcome::Ok(()),
                    other => return Err(format!("the map ended as {other:?}").into()),
                }
            };
            if let Some(envelope) = envelope
                && let app::events::Event::RunChanged { run } = &envelope.event
                && json!(run.id) == id
                && json!(run.status) == "succeeded"
            {
                return Ok(());
            }
        }
    };
    tokio::pin!(run);
    let mut most = before;
    loop {
        tokio::select! {
            ended = &mut run => { ended?; return Ok((most - before).max(0.0)); }
            () = tokio::time::sleep(Duration::from_millis(20)) => most = most.max(resident()),
        }
    }
}
