//! Runs of pipelines.

use std::collections::BTreeMap;

use domain::{Run, RunId, RunStatus, StoredValue, Timestamp, UserId};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

/// Values by name.
pub type Values = BTreeMap<String, StoredValue>;

/// A run with all that its page doesn't show.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// The run.
    pub run: Run,
    /// Whose it is.
    pub owner_id: UserId,
    /// Of a sub-pipeline's run: the run, scope and node of the step that waits for it.
    pub parent: Option<(RunId, String, String)>,
    /// What it was given.
    pub input: Values,
    /// The run's own copy of the definition's variables.
    pub vars: Values,
    /// What it gave back.
    pub outputs: Option<Values>,
    /// What was fixed at acceptance: hashes of sub-pipelines, pins, where to stop.
    pub fixed: Value,
    /// What its definition may do.
    pub allowed: Value,
    /// Whether a cancel was committed.
    pub cancelling: bool,
    /// How many causes lie behind it.
    pub depth: u32,
    /// Higher ones come first.
    pub priority: i64,
    /// Which runs it is counted with.
    pub concurrency_key: Option<String>,
}

macro_rules! columns {
    () => {
        "id, pipeline_id, pipeline_name, definition_hash, origin, status, wait_reason, reason, error_code, error_message,
         seq, cost_nano_usd, tokens, created_at, started_at, finished_at"
    };
}

fn run(found: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row::id(found, 0)?,
        pipeline_id: found.get(1)?,
        pipeline_name: found.get(2)?,
        definition_hash: found.get(3)?,
        origin: row::json(found, 4)?,
        status: row::text(found, 5)?,
        wait_reason: row::optional_text(found, 6)?,
        reason: found.get(7)?,
        error_code: row::optional_text(found, 8)?,
        error_message: found.get(9)?,
        seq: row::count(found, 10)?,
        cost_nano_usd: found.get(11)?,
        tokens: row::count(found, 12)?,
        created_at: row::time(found, 13)?,
        started_at: found.get::<_, Option<i64>>(14)?.map(Timestamp::from_millis),
        finished_at: found.get::<_, Option<i64>>(15)?.map(Timestamp::from_millis),
    })
}

fn whole(found: &Row<'_>) -> rusqlite::Result<RunRow> {
    let parent = match row::optional_id(found, 17)? {
        Some(id) => Some((id, found.get(18)?, found.get(19)?)),
        None => None,
    };
    Ok(RunRow {
        run: run(found)?,
        owner_id: row::id(found, 16)?,
        parent,
        input: row::json(found, 20)?,
        vars: row::json(found, 21)?,
        outputs: row::optional_json(found, 22)?,
        fixed: row::json(found, 23)?,
        allowed: row::json(found, 24)?,
        cancelling: found.get(25)?,
        depth: found.get(26)?,
        priority: found.get(27)?,
        concurrency_key: found.get(28)?,
    })
}

/// Adds a run.
pub fn insert(connection: &Connection, epoch: u64, new: &RunRow) -> Result<(), Error> {
    let sql = "INSERT INTO runs (id, pipeline_id, pipeline_name, definition_hash, origin, status, wait_reason, reason,
               error_code, error_message, seq, cost_nano_usd, tokens, created_at, started_at, finished_at, owner_id,
               parent_run_id, parent_scope, parent_node, input, vars, outputs, fixed, allowed, cancelling, depth, priority,
               concurrency_key, epoch) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
               ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)";
    let of = &new.run;
    connection.prepare_cached(sql)?.execute(params![
        Blob(of.id),
        of.pipeline_id,
        of.pipeline_name,
        of.definition_hash,
        Json(&of.origin),
        Text(of.status),
        of.wait_reason.map(Text),
        of.reason,
        of.error_code.map(Text),
        of.error_message,
        row::integer(of.seq),
        of.cost_nano_usd,
        row::integer(of.tokens),
        of.created_at.millis(),
        of.started_at.map(Timestamp::millis),
        of.finished_at.map(Timestamp::millis),
        Blob(new.owner_id),
        new.parent.as_ref().map(|parent| Blob(parent.0)),
        new.parent.as_ref().map(|parent| &parent.1),
        new.parent.as_ref().map(|parent| &parent.2),
        Json(&new.input),
        Json(&new.vars),
        new.outputs.as_ref().map(Json),
        Json(&new.fixed),
        Json(&new.allowed),
        new.cancelling,
        new.depth,
        new.priority,
        new.concurrency_key,
        row::integer(epoch),
    ])?;
    Ok(())
}

/// Says how the run stands now, by the process of that epoch.
pub fn advance(connection: &Connection, epoch: u64, run: &Run, cancelling: bool) -> Result<(), Error> {
    let sql = "UPDATE runs SET status = ?2, wait_reason = ?3, reason = ?4, error_code = ?5, error_message = ?6, seq = ?7,
               cost_nano_usd = ?8, tokens = ?9, started_at = ?10, finished_at = ?11, cancelling = ?12, epoch = ?13
               WHERE id = ?1";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(run.id),
        Text(run.status),
        run.wait_reason.map(Text),
        run.reason,
        run.error_code.map(Text),
        run.error_message,
        row::integer(run.seq),
        run.cost_nano_usd,
        row::integer(run.tokens),
        run.started_at.map(Timestamp::millis),
        run.finished_at.map(Timestamp::millis),
        cancelling,
        row::integer(epoch),
    ])?)
}

/// Changes the run's variables.
pub fn set_vars(connection: &Connection, id: RunId, vars: &Values) -> Result<(), Error> {
    let sql = "UPDATE runs SET vars = ?2 WHERE id = ?1";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(id), Json(vars)])?)
}

/// Says what it gave back.
pub fn set_outputs(connection: &Connection, id: RunId, outputs: &Values) -> Result<(), Error> {
    let sql = "UPDATE runs SET outputs = ?2 WHERE id = ?1";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(id), Json(outputs)])?)
}

/// Changes what was fixed.
pub fn set_fixed(connection: &Connection, id: RunId, fixed: &Value) -> Result<(), Error> {
    let sql = "UPDATE runs SET fixed = ?2 WHERE id = ?1";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(id), Json(fixed)])?)
}

/// The run with that id, whole.
pub fn get_whole(connection: &Connection, id: RunId) -> Result<RunRow, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", owner_id, parent_run_id, parent_scope, parent_node, input, vars, outputs, fixed, allowed, cancelling, depth,
         priority, concurrency_key FROM runs WHERE id = ?1"
    );
    Ok(connection.prepare_cached(sql)?.query_row([Blob(id)], whole)?)
}

/// The run with that id.
pub fn get(connection: &Connection, owner: UserId, id: RunId) -> Result<Run, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM runs WHERE owner_id = ?1 AND id = ?2");
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(owner), Blob(id)], run)?)
}

/// Which runs.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this pipeline only.
    pub pipeline_id: Option<String>,
    /// That stand so only.
    pub status: Option<RunStatus>,
    /// After this one.
    pub after: Option<(Timestamp, RunId)>,
}

/// The newest runs first.
pub fn list(connection: &Connection, owner: UserId, filter: &Filter, limit: u32) -> Result<Vec<Run>, Error> {
    let (time, id) =
        filter.after.unwrap_or((Timestamp::from_millis(i64::MAX), RunId::from_bytes([0xff; 16])));
    let status = filter.status.map(Text);
    if let Some(pipeline) = &filter.pipeline_id {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM runs WHERE owner_id = ?1 AND pipeline_id = ?2 AND (created_at, id) < (?3, ?4)
              AND (?5 IS NULL OR status = ?5) ORDER BY created_at DESC, id DESC LIMIT ?6"
        );
        let mut query = connection.prepare_cached(sql)?;
        let rows =
            query.query_map(params![Blob(owner), pipeline, time.millis(), Blob(id), status, limit], run)?;
        return Ok(rows.collect::<Result<_, _>>()?);
    }
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM runs WHERE owner_id = ?1 AND (created_at, id) < (?2, ?3) AND (?4 IS NULL OR status = ?4)
          ORDER BY created_at DESC, id DESC LIMIT ?5"
    );
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(owner), time.millis(), Blob(id), status, limit], run)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest run of each pipeline.
pub fn newest_of_each(connection: &Connection, owner: UserId) -> Result<Vec<Run>, Error> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM runs AS r WHERE owner_id = ?1 AND parent_run_id IS NULL AND NOT EXISTS (SELECT 1 FROM runs AS other
          WHERE other.owner_id = ?1 AND other.pipeline_id = r.pipeline_id AND other.parent_run_id IS NULL
          AND (other.created_at, other.id) > (r.created_at, r.id))"
    );
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([Blob(owner)], run)?.collect::<Result<_, _>>()?)
}

/// What is needed of an unfinished run to say when it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// The run.
    pub id: RunId,
    /// Its pipeline.
    pub pipeline_id: String,
    /// How it stands.
    pub status: RunStatus,
    /// Higher ones come first.
    pub priority: i64,
    /// Which runs it is counted with.
    pub concurrency_key: Option<String>,
    /// Its definition.
    pub definition_hash: String,
    /// Whether it is a step's of another run.
    pub inner: bool,
}

/// Everybody's runs that aren't over, oldest first.
pub fn unfinished(connection: &Connection) -> Result<Vec<Unfinished>, Error> {
    let sql = "SELECT id, pipeline_id, status, priority, concurrency_key, definition_hash, parent_run_id IS NOT NULL
               FROM runs WHERE status IN ('queued', 'running', 'waiting', 'paused') ORDER BY created_at, id";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |found| {
        Ok(Unfinished {
            id: row::id(found, 0)?,
            pipeline_id: found.get(1)?,
            status: row::text(found, 2)?,
            priority: found.get(3)?,
            concurrency_key: found.get(4)?,
            definition_hash: found.get(5)?,
            inner: found.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Steps that wait for a run that is over: the step's run, then the other one. A crash between the two leaves such.
pub fn unheard(connection: &Connection) -> Result<Vec<(RunId, RunId)>, Error> {
    let sql = "SELECT parent.id, child.id FROM runs parent
               JOIN runs child ON child.parent_run_id = parent.id
               JOIN step_runs step ON step.run_id = parent.id
                   AND step.scope = child.parent_scope AND step.node = child.parent_node
               WHERE parent.status IN ('queued', 'running', 'waiting', 'paused')
                   AND child.status IN ('succeeded', 'failed', 'cancelled') AND step.status = 'waiting'
               ORDER BY child.id";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |found| Ok((row::id(found, 0)?, row::id(found, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// That run, those that steps of it wait for, and so on.
pub fn family(connection: &Connection, id: RunId) -> Result<Vec<RunId>, Error> {
    let sql = "WITH RECURSIVE family (id) AS (
                   SELECT ?1 UNION SELECT runs.id FROM runs JOIN family ON runs.parent_run_id = family.id
               ) SELECT id FROM family";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([Blob(id)], |found| row::id(found, 0))?.collect::<Result<_, _>>()?)
}

/// The runs that steps of that one wait for.
pub fn children(connection: &Connection, parent: RunId) -> Result<Vec<Run>, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM runs WHERE parent_run_id = ?1 ORDER BY created_at, id");
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([Blob(parent)], run)?.collect::<Result<_, _>>()?)
}

/// Removes it with all that hangs on it; the ledger stays.
pub fn delete(connection: &Connection, owner: UserId, id: RunId) -> Result<(), Error> {
    let sql = "DELETE FROM runs WHERE owner_id = ?1 AND id = ?2
               AND status IN ('succeeded', 'failed', 'cancelled')";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}
