//! The ledger: one row for each model call, reserved before it is sent, settled when it ends.

use domain::{Call, CallId, CallOutcome, MessageId, RunId, Timestamp, TokenUsage, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Text},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, surface, conversation_id, message_id, model, response_model, outcome, error_code, input, cache_read,
             cache_write, output, reasoning, estimated, started_at, first_token_ms, total_ms, tokens_per_second, chunks,
             retries, cost_nano_usd, price_id, run_id, step, attempt FROM calls ",
            $rest
        )
    };
}

fn call(found: &Row<'_>) -> rusqlite::Result<Call> {
    Ok(Call {
        id: row::id(found, 0)?,
        surface: row::text(found, 1)?,
        conversation_id: row::optional_id(found, 2)?,
        message_id: row::optional_id(found, 3)?,
        model: row::text(found, 4)?,
        response_model: found.get(5)?,
        outcome: row::text(found, 6)?,
        error_code: row::optional_text(found, 7)?,
        usage: TokenUsage {
            input: row::count(found, 8)?,
            cache_read: row::count(found, 9)?,
            cache_write: row::count(found, 10)?,
            output: row::count(found, 11)?,
            reasoning: row::count(found, 12)?,
            estimated: found.get(13)?,
        },
        started_at: row::time(found, 14)?,
        first_token_ms: found.get(15)?,
        total_ms: found.get(16)?,
        tokens_per_second: found.get(17)?,
        chunks: row::count(found, 18)?,
        retries: found.get(19)?,
        cost_nano_usd: found.get(20)?,
        price_id: found.get(21)?,
        run_id: row::optional_id(found, 22)?,
        step: found.get(23)?,
        attempt: found.get(24)?,
    })
}

/// Adds a call, before it is sent.
pub fn reserve(connection: &Connection, owner: UserId, call: &Call) -> Result<(), Error> {
    let sql = "INSERT INTO calls (owner_id, id, surface, conversation_id, message_id, model, response_model, outcome,
               error_code, input, cache_read, cache_write, output, reasoning, estimated, started_at, first_token_ms,
               total_ms, tokens_per_second, chunks, retries, cost_nano_usd, price_id, run_id, step, attempt) VALUES (?1, ?2,
               ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25,
               ?26)";
    execute(connection, sql, owner, call).map(drop)
}

/// Replaces all that was known of the call by how it ended.
pub fn settle(connection: &Connection, owner: UserId, call: &Call) -> Result<(), Error> {
    let sql = "UPDATE calls SET surface = ?3, conversation_id = ?4, message_id = ?5, model = ?6, response_model = ?7,
               outcome = ?8, error_code = ?9, input = ?10, cache_read = ?11, cache_write = ?12, output = ?13,
               reasoning = ?14, estimated = ?15, started_at = ?16, first_token_ms = ?17, total_ms = ?18,
               tokens_per_second = ?19, chunks = ?20, retries = ?21, cost_nano_usd = ?22, price_id = ?23, run_id = ?24, step = ?25,
               attempt = ?26
               WHERE owner_id = ?1 AND id = ?2";
    row::found(execute(connection, sql, owner, call)?)
}

fn execute(connection: &Connection, sql: &str, owner: UserId, call: &Call) -> Result<usize, Error> {
    Ok(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(call.id),
        Text(call.surface),
        call.conversation_id.map(Blob),
        call.message_id.map(Blob),
        Text(&call.model),
        call.response_model,
        Text(call.outcome),
        call.error_code.map(Text),
        row::integer(call.usage.input),
        row::integer(call.usage.cache_read),
        row::integer(call.usage.cache_write),
        row::integer(call.usage.output),
        row::integer(call.usage.reasoning),
        call.usage.estimated,
        call.started_at.millis(),
        call.first_token_ms,
        call.total_ms,
        call.tokens_per_second,
        row::integer(call.chunks),
        call.retries,
        call.cost_nano_usd,
        call.price_id,
        call.run_id.map(Blob),
        call.step,
        call.attempt,
    ])?)
}

/// Whether anybody's call isn't settled.
pub fn any_reserved(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM calls WHERE outcome = 'reserved')";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| found.get(0))?)
}

/// At the start: everybody's calls that were never settled were cut off, and their numbers are estimates. Says how many.
pub fn interrupt_reserved(connection: &Connection) -> Result<usize, Error> {
    let sql = "UPDATE calls SET outcome = ?1, estimated = 1 WHERE outcome = 'reserved'";
    Ok(connection.prepare_cached(sql)?.execute([Text(CallOutcome::Interrupted)])?)
}

/// The call with that id.
pub fn get(connection: &Connection, owner: UserId, id: CallId) -> Result<Call, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], call)?)
}

/// The calls that wrote the message, oldest first.
pub fn get_by_message(
    connection: &Connection,
    owner: UserId,
    message: MessageId,
) -> Result<Vec<Call>, Error> {
    let sql = select!("WHERE owner_id = ?1 AND message_id = ?2 ORDER BY started_at, id");
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map(params![Blob(owner), Blob(message)], call)?.collect::<Result<_, _>>()?)
}

/// The calls that a step of a run made, oldest first; `step` is "scope/node".
pub fn get_by_step(
    connection: &Connection,
    owner: UserId,
    run: RunId,
    step: &str,
) -> Result<Vec<Call>, Error> {
    let sql = select!("WHERE owner_id = ?1 AND run_id = ?2 AND step = ?3 ORDER BY started_at, id");
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map(params![Blob(owner), Blob(run), step], call)?.collect::<Result<_, _>>()?)
}

/// The calls that wrote any of the messages, message by message, oldest first.
pub fn get_by_messages(
    connection: &Connection,
    owner: UserId,
    messages: &[MessageId],
) -> Result<Vec<Call>, Error> {
    let mut calls = Vec::new();
    for message in messages {
        calls.append(&mut get_by_message(connection, owner, *message)?);
    }
    Ok(calls)
}

/// The newest calls first, after the one that the cursor names.
pub fn list(
    connection: &Connection,
    owner: UserId,
    after: Option<(Timestamp, CallId)>,
    limit: u32,
) -> Result<Vec<Call>, Error> {
    let sql = select!(
        "WHERE owner_id = ?1 AND (started_at, id) < (?2, ?3) ORDER BY started_at DESC, id DESC LIMIT ?4"
    );
    // Every id is less than this one.
    let end = (Timestamp::from_millis(i64::MAX), CallId::from_bytes([0xff; 16]));
    let (time, id) = after.unwrap_or(end);
    let mut query = connection.prepare_cached(sql)?;
    Ok(query
        .query_map(params![Blob(owner), time.millis(), Blob(id), limit], call)?
        .collect::<Result<_, _>>()?)
}

/// What the calls since then cost in nano-USD, as far as it is known, and how many ended calls have no known cost.
pub fn cost_since(connection: &Connection, owner: UserId, since: Timestamp) -> Result<(i64, u64), Error> {
    let sql = "SELECT COALESCE(SUM(cost_nano_usd), 0), COUNT(*) FILTER (WHERE cost_nano_usd IS NULL AND outcome <> 'reserved')
               FROM calls WHERE owner_id = ?1 AND started_at >= ?2";
    let row = connection.prepare_cached(sql)?.query_row(params![Blob(owner), since.millis()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    })?;
    Ok((row.0, u64::try_from(row.1).unwrap_or(0)))
}
