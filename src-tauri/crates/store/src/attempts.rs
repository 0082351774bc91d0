//! Attempts of steps: the intent stands here before anything is done, the outcome after.

use domain::{Attempt, AttemptOutcome, EffectClass, RunId, SentMessage, StoredValue, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

/// An attempt that begins.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRow {
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// From 1.
    pub number: u32,
    /// What repeating it does.
    pub effect: EffectClass,
    /// The key that a crash's repetition is sent under, too.
    pub idempotency_key: String,
    /// What it is given, rendered; secrets by name only.
    pub input: StoredValue,
    /// When it begins.
    pub started_at: Timestamp,
}

/// What an attempt said and was asked, for who looks at it later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastWords {
    /// The last lines of its log.
    pub log: Vec<String>,
    /// What a model was sent last.
    pub sent: Vec<SentMessage>,
}

/// An attempt's end.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptEnd {
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// From 1.
    pub number: u32,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The sentence, of a failed one.
    pub error_message: Option<String>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What it said.
    pub words: LastWords,
}

/// Adds an attempt under this epoch.
pub fn begin(connection: &Connection, run: RunId, epoch: u64, new: &AttemptRow) -> Result<(), Error> {
    let sql = "INSERT INTO attempts (run_id, scope, node, number, effect, idempotency_key, epoch, input, outcome, started_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(run),
        new.scope,
        new.node,
        new.number,
        Text(new.effect),
        new.idempotency_key,
        row::integer(epoch),
        Json(&new.input),
        Text(AttemptOutcome::Running),
        new.started_at.millis(),
    ])?;
    Ok(())
}

/// Says how it ended. One that ended already stays as it is.
pub fn end(connection: &Connection, run: RunId, end: &AttemptEnd) -> Result<(), Error> {
    let LastWords { log, sent } = &end.words;
    let sql = "UPDATE attempts SET outcome = ?5, error_message = ?6, ended_at = ?7, log = ?8, sent = ?9
               WHERE run_id = ?1 AND scope = ?2 AND node = ?3 AND number = ?4 AND outcome = 'running'";
    connection.prepare_cached(sql)?.execute(params![
        Blob(run),
        end.scope,
        end.node,
        end.number,
        Text(end.outcome),
        end.error_message,
        end.ended_at.millis(),
        (!log.is_empty()).then_some(Json(log)),
        (!sent.is_empty()).then_some(Json(sent)),
    ])?;
    Ok(())
}

/// What was started for the attempt, so that a later start of the application can end what is left of it.
pub fn set_process(
    connection: &Connection,
    run: RunId,
    scope: &str,
    node: &str,
    number: u32,
    process: Option<&str>,
) -> Result<(), Error> {
    let sql =
        "UPDATE attempts SET process = ?5 WHERE run_id = ?1 AND scope = ?2 AND node = ?3 AND number = ?4";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(run), scope, node, number, process])?)
}

fn attempt(found: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        number: found.get(0)?,
        effect: row::text(found, 1)?,
        idempotency_key: found.get(2)?,
        outcome: row::text(found, 3)?,
        error_message: found.get(4)?,
        started_at: row::time(found, 5)?,
        ended_at: found.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
        log: Vec::new(),
    })
}

/// All of a step's, oldest first.
pub fn of_step(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<Vec<Attempt>, Error> {
    let sql =
        "SELECT number, effect, idempotency_key, outcome, error_message, started_at, ended_at, log FROM attempts
               WHERE run_id = ?1 AND scope = ?2 AND node = ?3 ORDER BY number";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(run), scope, node], |found| {
        Ok(Attempt { log: row::optional_json(found, 7)?.unwrap_or_default(), ..attempt(found)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a model was sent last in the step's newest attempt that says so.
pub fn newest_sent(
    connection: &Connection,
    run: RunId,
    scope: &str,
    node: &str,
) -> Result<Vec<SentMessage>, Error> {
    let sql = "SELECT sent FROM attempts WHERE run_id = ?1 AND scope = ?2 AND node = ?3 AND sent IS NOT NULL
               ORDER BY number DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Blob(run), scope, node])?;
    Ok(match rows.next()? {
        Some(found) => row::json(found, 0)?,
        None => Vec::new(),
    })
}

/// What the step's newest attempt was given.
pub fn newest_input(
    connection: &Connection,
    run: RunId,
    scope: &str,
    node: &str,
) -> Result<Option<StoredValue>, Error> {
    let sql = "SELECT input FROM attempts WHERE run_id = ?1 AND scope = ?2 AND node = ?3 ORDER BY number DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![Blob(run), scope, node])?;
    Ok(match rows.next()? {
        Some(found) => Some(row::json(found, 0)?),
        None => None,
    })
}

/// An attempt that an earlier start of the application left.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// The step's scope.
    pub scope: String,
    /// The node.
    pub node: String,
    /// It.
    pub attempt: Attempt,
    /// What it was given.
    pub input: StoredValue,
}

/// The run's attempts that never ended.
pub fn left(connection: &Connection, run: RunId) -> Result<Vec<Left>, Error> {
    let sql = "SELECT number, effect, idempotency_key, outcome, error_message, started_at, ended_at, scope, node, input
               FROM attempts WHERE run_id = ?1 AND outcome = 'running' ORDER BY scope, node, number";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([Blob(run)], |found| {
        Ok(Left {
            attempt: attempt(found)?,
            scope: found.get(7)?,
            node: found.get(8)?,
            input: row::json(found, 9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The run's attempts at what must not happen twice, as far as they may have happened: those that were taken back before
/// they did anything are left out. Oldest first.
pub fn outside(
    connection: &Connection,
    run: RunId,
    limit: u32,
) -> Result<Vec<(String, String, Attempt)>, Error> {
    let sql = "SELECT number, effect, idempotency_key, outcome, error_message, started_at, ended_at, scope, node FROM attempts
               WHERE run_id = ?1 AND effect = 'at_most_once' AND outcome NOT IN ('cancelled', 'interrupted')
               ORDER BY started_at, scope, node, number LIMIT ?2";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query
        .query_map(params![Blob(run), limit], |found| Ok((found.get(7)?, found.get(8)?, attempt(found)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The runs that have attempts that never ended.
pub fn runs_with_left(connection: &Connection) -> Result<Vec<RunId>, Error> {
    let sql = "SELECT DISTINCT run_id FROM attempts WHERE outcome = 'running'";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([], |found| row::id(found, 0))?.collect::<Result<_, _>>()?)
}

/// Whether anybody's attempt is under way, or was.
pub fn any_running(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM attempts WHERE outcome = 'running')";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| found.get(0))?)
}

/// Everything that was started for attempts that never ended.
pub fn processes_left(connection: &Connection) -> Result<Vec<String>, Error> {
    let sql = "SELECT process FROM attempts WHERE outcome = 'running' AND process IS NOT NULL";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([], |found| found.get(0))?.collect::<Result<_, _>>()?)
}

/// How many attempts the step has had.
pub fn count(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<u32, Error> {
    let sql = "SELECT coalesce(max(number), 0) FROM attempts WHERE run_id = ?1 AND scope = ?2 AND node = ?3";
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(run), scope, node], |found| found.get(0))?)
}

/// How many of the step's attempts ended with the application itself, not asked to.
pub fn crashes(connection: &Connection, run: RunId, scope: &str, node: &str) -> Result<u32, Error> {
    let sql = "SELECT count(*) FROM attempts WHERE run_id = ?1 AND scope = ?2 AND node = ?3 AND outcome = 'interrupted'
               AND error_message IS NOT NULL";
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(run), scope, node], |found| found.get(0))?)
}
