//! Steps of runs: one row for each that was touched; no row means that nothing is known of it yet.

use domain::{RunId, StepRun, StepStatus, Timestamp};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json, Text},
    runs::Values,
};

/// A step of a run with all that its page doesn't show.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRow {
    /// The step.
    pub step: StepRun,
    /// Which edges were taken when it ended, by index.
    pub taken: Vec<u32>,
    /// What it waits for.
    pub wait: Option<Value>,
    /// Values by port.
    pub result: Option<Values>,
    /// Equal ones may be reused by a later run.
    pub fingerprint: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT scope, node, status, tries, port, opened, count, due_at, error_code, error_message, cost_nano_usd, tokens,
             started_at, finished_at, taken, wait, result, fingerprint FROM step_runs ",
            $rest
        )
    };
}

fn step(found: &Row<'_>) -> rusqlite::Result<StepRun> {
    let time = |column| found.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_millis));
    Ok(StepRun {
        scope: found.get(0)?,
        node: found.get(1)?,
        status: row::text(found, 2)?,
        tries: found.get(3)?,
        port: found.get(4)?,
        opened: found.get(5)?,
        count: found.get(6)?,
        due_at: time(7)?,
        error_code: row::optional_text(found, 8)?,
        error_message: found.get(9)?,
        cost_nano_usd: found.get(10)?,
        tokens: row::count(found, 11)?,
        started_at: time(12)?,
        finished_at: time(13)?,
    })
}

fn whole(found: &Row<'_>) -> rusqlite::Result<StepRow> {
    Ok(StepRow {
        step: step(found)?,
        taken: row::optional_json(found, 14)?.unwrap_or_default(),
        wait: row::optional_json(found, 15)?,
        result: row::optional_json(found, 16)?,
        fingerprint: found.get(17)?,
    })
}

/// Adds the step's row, or replaces it. A result or a fingerprint that is absent leaves what stands there.
pub fn put(connection: &Connection, run: RunId, row: &StepRow) -> Result<(), Error> {
    let sql = "INSERT INTO step_runs (run_id, scope, node, status, tries, port, taken, opened, count, due_at, wait, result,
               error_code, error_message, fingerprint, cost_nano_usd, tokens, started_at, finished_at) VALUES (?1, ?2, ?3, ?4,
               ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT (run_id, scope, node) DO
               UPDATE SET status = excluded.status, tries = excluded.tries, port = excluded.port, taken = excluded.taken,
               opened = excluded.opened, count = excluded.count, due_at = excluded.due_at, wait = excluded.wait,
               result = coalesce(excluded.result, result), error_code = excluded.error_code,
               error_message = excluded.error_message, fingerprint = coalesce(excluded.fingerprint, fingerprint),
               cost_nano_usd = excluded.cost_nano_usd, tokens = excluded.tokens, started_at = excluded.started_at,
               finished_at = excluded.finished_at";
    let of = &row.step;
    connection.prepare_cached(sql)?.execute(params![
        Blob(run),
        of.scope,
        of.node,
        Text(of.status),
        of.tries,
        of.port,
        (!row.taken.is_empty()).then_some(Json(&row.taken)),
        of.opened,
        of.count,
        of.due_at.map(Timestamp::millis),
        row.wait.as_ref().map(Json),
        row.result.as_ref().map(Json),
        of.error_code.map(Text),
        of.error_message,
        row.fingerprint,
        of.cost_nano_usd,
        row::integer(of.tokens),
        of.started_at.map(Timestamp::millis),
        of.finished_at.map(Timestamp::millis),
    ])?;
    Ok(())
}

/// The step, whole.
pub fn get(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<StepRow, Error> {
    let mut query = connection.prepare_cached(select!("WHERE run_id = ?1 AND scope = ?2 AND node = ?3"))?;
    Ok(query.query_row(params![Blob(run), scope, node], whole)?)
}

/// What its ports hold; nothing for one without a row.
pub fn result(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<Option<Values>, Error> {
    let sql = "SELECT result FROM step_runs WHERE run_id = ?1 AND scope = ?2 AND node = ?3";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Blob(run), scope, node])?;
    Ok(match rows.next()? {
        Some(found) => row::optional_json(found, 0)?,
        None => None,
    })
}

/// What the ports of a node hold, of the newest scope in which it ended.
pub fn newest_result(connection: &Connection, run: RunId, node: &str) -> Result<Option<Values>, Error> {
    let sql = "SELECT result FROM step_runs WHERE run_id = ?1 AND node = ?2 AND result IS NOT NULL
               ORDER BY finished_at DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Blob(run), node])?;
    Ok(match rows.next()? {
        Some(found) => row::optional_json(found, 0)?,
        None => None,
    })
}

/// A node's rows that ended well, in all scopes, the newest first.
pub fn ended(connection: &Connection, run: RunId, node: &str, limit: u32) -> Result<Vec<StepRow>, Error> {
    let mut query = connection.prepare_cached(select!(
        "WHERE run_id = ?1 AND node = ?2 AND status = 'succeeded' ORDER BY finished_at DESC LIMIT ?3"
    ))?;
    Ok(query.query_map(params![Blob(run), node, limit], whole)?.collect::<Result<_, _>>()?)
}

/// What a recovery needs: every row at the top, and those of scopes in which something isn't over.
pub fn open(connection: &Connection, run: RunId) -> Result<Vec<StepRow>, Error> {
    let sql = select!(
        "WHERE run_id = ?1 AND (scope = '' OR scope IN (SELECT scope FROM step_runs WHERE run_id = ?1
         AND status NOT IN ('succeeded', 'failed', 'skipped', 'cancelled', 'reused'))) ORDER BY scope, node"
    );
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([Blob(run)], whole)?.collect::<Result<_, _>>()?)
}

/// The rows of one scope, by node, after that one.
pub fn of_scope(
    connection: &Connection,
    run: RunId,
    scope: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<StepRow>, Error> {
    let mut query = connection
        .prepare_cached(select!("WHERE run_id = ?1 AND scope = ?2 AND node > ?3 ORDER BY node LIMIT ?4"))?;
    Ok(query.query_map(params![Blob(run), scope, after, limit], whole)?.collect::<Result<_, _>>()?)
}

/// The steps whose scope is `prefix` and a number: what is inside of a step, whatever its number, but nothing deeper.
pub fn numbered(
    connection: &Connection,
    run: RunId,
    prefix: &str,
    limit: u32,
) -> Result<Vec<StepRun>, Error> {
    // ";" comes right after ":", which a prefix ends in.
    let end = format!("{};", prefix.strip_suffix(':').unwrap_or(prefix));
    let mut query = connection.prepare_cached(select!(
        "WHERE run_id = ?1 AND scope > ?2 AND scope < ?3 AND instr(substr(scope, length(?2) + 1), '/') = 0 LIMIT ?4"
    ))?;
    Ok(query.query_map(params![Blob(run), prefix, end, limit], step)?.collect::<Result<_, _>>()?)
}

/// How one item or iteration of a container stands: how many of its steps are under way, failed without a way on, or ended, and
/// what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inside {
    /// Not over.
    pub open: u32,
    /// Failed, and left by no port.
    pub failed: u32,
    /// Cancelled.
    pub cancelled: u32,
    /// All rows.
    pub rows: u32,
    /// In nano-USD.
    pub cost_nano_usd: i64,
}

/// How a scope's steps stand together.
pub fn inside(connection: &Connection, run: RunId, scope: &str) -> Result<Inside, Error> {
    let sql = "SELECT count(*) FILTER (WHERE status NOT IN ('succeeded', 'failed', 'skipped', 'cancelled', 'reused')),
               count(*) FILTER (WHERE status = 'failed' AND port IS NULL), count(*) FILTER (WHERE status = 'cancelled'),
               count(*), coalesce(sum(cost_nano_usd), 0) FROM step_runs WHERE run_id = ?1 AND scope = ?2";
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(run), scope], |found| {
        Ok(Inside {
            open: found.get(0)?,
            failed: found.get(1)?,
            cancelled: found.get(2)?,
            rows: found.get(3)?,
            cost_nano_usd: found.get(4)?,
        })
    })?)
}

/// Steps that stand so, whole; at most `limit`.
pub fn by_status(
    connection: &Connection,
    run: RunId,
    statuses: &[StepStatus],
    limit: u32,
) -> Result<Vec<StepRow>, Error> {
    let mut rows = Vec::new();
    let mut query = connection
        .prepare_cached(select!("WHERE run_id = ?1 AND status = ?2 ORDER BY scope, node LIMIT ?3"))?;
    for status in statuses {
        for found in query.query_map(params![Blob(run), Text(*status), limit], whole)? {
            rows.push(found?);
        }
    }
    Ok(rows)
}
