//! Events on their way to receivers: a row for each pair, written in the transaction that takes the event out of the outbox,
//! and due until it was delivered or given up.

use domain::{EventRowId, RunId, Timestamp, WebhookId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    Error,
    row::{self, Blob},
};

/// An event on its way to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The receiver.
    pub webhook_id: WebhookId,
    /// The event; the receiver tells repetitions by it.
    pub event_id: EventRowId,
    /// "run.failed", say.
    pub topic: String,
    /// The run that it tells of.
    pub run_id: Option<RunId>,
    /// Its place in that run's journal.
    pub run_seq: Option<u64>,
    /// What is sent, JSON.
    pub body: String,
    /// waiting, delivered or failed.
    pub state: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, of one that waits.
    pub next_at: Timestamp,
    /// The status that was answered last.
    pub last_status: Option<u16>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When the event happened.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT webhook_id, event_id, topic, run_id, run_seq, body, state, tries, next_at, last_status, last_error,
             created_at, ended_at FROM deliveries ",
            $rest
        )
    };
}

fn delivery(found: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        webhook_id: row::id(found, 0)?,
        event_id: row::id(found, 1)?,
        topic: found.get(2)?,
        run_id: row::optional_id(found, 3)?,
        run_seq: found.get::<_, Option<i64>>(4)?.and_then(|seq| u64::try_from(seq).ok()),
        body: found.get(5)?,
        state: found.get(6)?,
        tries: found.get(7)?,
        next_at: row::time(found, 8)?,
        last_status: found.get(9)?,
        last_error: found.get(10)?,
        created_at: row::time(found, 11)?,
        ended_at: found.get::<_, Option<i64>>(12)?.map(Timestamp::from_millis),
    })
}

/// Puts an event on its way; the same one twice is one.
pub fn push(connection: &Connection, new: &DeliveryRow) -> Result<(), Error> {
    let sql = "INSERT INTO deliveries (webhook_id, event_id, topic, run_id, run_seq, body, state, tries, next_at, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?7, ?8) ON CONFLICT DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![
        Blob(new.webhook_id),
        Blob(new.event_id),
        new.topic,
        new.run_id.map(Blob),
        new.run_seq.map(row::integer),
        new.body,
        new.next_at.millis(),
        new.created_at.millis(),
    ])?;
    Ok(())
}

/// What is on its way to that receiver, the first due first.
pub fn waiting(connection: &Connection, webhook: WebhookId, limit: u32) -> Result<Vec<DeliveryRow>, Error> {
    let sql = select!(
        "WHERE webhook_id = ?1 AND state = 'waiting' ORDER BY next_at, created_at, event_id LIMIT ?2"
    );
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map(params![Blob(webhook), limit], delivery)?.collect::<Result<_, _>>()?)
}

/// One of them.
pub fn get(connection: &Connection, webhook: WebhookId, event: EventRowId) -> Result<DeliveryRow, Error> {
    let sql = select!("WHERE webhook_id = ?1 AND event_id = ?2");
    let mut query = connection.prepare_cached(sql)?;
    query.query_row(params![Blob(webhook), Blob(event)], delivery).optional()?.ok_or(Error::NotFound)
}

/// All that is known for a receiver, the newest event first; those in one state only, where it is named.
pub fn list(
    connection: &Connection,
    webhook: WebhookId,
    state: Option<&str>,
    before: Option<(Timestamp, EventRowId)>,
    limit: u32,
) -> Result<Vec<DeliveryRow>, Error> {
    let (time, id) = before.unwrap_or((Timestamp::from_millis(i64::MAX), EventRowId::from_bytes([0xff; 16])));
    let sql = select!(
        "WHERE webhook_id = ?1 AND (?2 IS NULL OR state = ?2) AND (created_at, event_id) < (?3, ?4)
         ORDER BY created_at DESC, event_id DESC LIMIT ?5"
    );
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map(params![Blob(webhook), state, time.millis(), Blob(id), limit], delivery)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Says how a try went: everything but the event itself is taken over.
pub fn tried(connection: &Connection, of: &DeliveryRow) -> Result<(), Error> {
    let sql = "UPDATE deliveries SET state = ?3, tries = ?4, next_at = ?5, last_status = ?6, last_error = ?7, ended_at = ?8
               WHERE webhook_id = ?1 AND event_id = ?2";
    connection.prepare_cached(sql)?.execute(params![
        Blob(of.webhook_id),
        Blob(of.event_id),
        of.state,
        of.tries,
        of.next_at.millis(),
        of.last_status,
        of.last_error,
        of.ended_at.map(Timestamp::millis),
    ])?;
    Ok(())
}

/// Forgets those that ended before that time.
pub fn sweep(connection: &Connection, before: Timestamp) -> Result<(), Error> {
    let sql = "DELETE FROM deliveries WHERE ended_at IS NOT NULL AND ended_at < ?1";
    connection.prepare_cached(sql)?.execute([before.millis()])?;
    Ok(())
}
