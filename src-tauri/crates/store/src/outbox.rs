//! Events that others must not miss: written in the transaction that they tell of, deleted once they were delivered.

use domain::{EventRowId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// An event that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEvent {
    /// Its id; a receiver tells repetitions by it.
    pub id: EventRowId,
    /// Whose it is.
    pub owner_id: UserId,
    /// "message.succeeded", say.
    pub topic: String,
    /// What it says.
    pub payload: Value,
    /// When it happened.
    pub created_at: Timestamp,
}

/// Adds an event at the end.
pub fn push(connection: &Connection, event: &OutboxEvent) -> Result<(), Error> {
    let sql = "INSERT INTO outbox (id, owner_id, topic, payload, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(event.id),
        Blob(event.owner_id),
        event.topic,
        Json(&event.payload),
        event.created_at.millis(),
    ])?;
    Ok(())
}

/// The oldest events of everybody with their numbers, in the order they were added. They stay until they are deleted.
pub fn take(connection: &Connection, limit: u32) -> Result<Vec<(i64, OutboxEvent)>, Error> {
    let sql = "SELECT number, id, owner_id, topic, payload, created_at FROM outbox ORDER BY number LIMIT ?1";
    let mut query = connection.prepare_cached(sql)?;
    let events = query.query_map([limit], |found| {
        let event = OutboxEvent {
            id: row::id(found, 1)?,
            owner_id: row::id(found, 2)?,
            topic: found.get(3)?,
            payload: row::json(found, 4)?,
            created_at: row::time(found, 5)?,
        };
        Ok((found.get(0)?, event))
    })?;
    Ok(events.collect::<Result<_, _>>()?)
}

/// The greatest number that was ever given, 0 at the beginning: what is added from now on has a greater one.
pub fn newest(connection: &Connection) -> Result<i64, Error> {
    let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| found.get(0))?)
}

/// The number of an event that waits: what was added later has a greater one, whatever the clock showed.
pub fn number(connection: &Connection, id: EventRowId) -> Result<i64, Error> {
    let mut query = connection.prepare_cached("SELECT number FROM outbox WHERE id = ?1")?;
    query.query_row([Blob(id)], |found| found.get(0)).optional()?.ok_or(Error::NotFound)
}

/// Removes an event that was delivered.
pub fn delete(connection: &Connection, id: EventRowId) -> Result<(), Error> {
    row::found(connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([Blob(id)])?)
}
