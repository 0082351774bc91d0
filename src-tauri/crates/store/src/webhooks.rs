//! Who is told of events by request. What they sign with isn't here but in the keychain.

use domain::{Timestamp, UserId, WebhookId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json},
};

/// A receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its id.
    pub id: WebhookId,
    /// Whose it is.
    pub owner_id: UserId,
    /// Where it is reached.
    pub url: String,
    /// What it is told, such as "run.failed" or "run.*"; everything where it is empty.
    pub topics: Vec<String>,
    /// Only of runs of this pipeline.
    pub pipeline_id: Option<String>,
    /// Whether it is told at all.
    pub enabled: bool,
    /// Whether an address was allowed that isn't a public one.
    pub local: bool,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// The number of the newest event when it was added, which [`put`] finds out: it is told of later ones.
    pub after: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, owner_id, url, topics, pipeline_id, enabled, local, last_error, created_at, after FROM webhooks ",
            $rest
        )
    };
}

fn webhook(found: &Row<'_>) -> rusqlite::Result<WebhookRow> {
    Ok(WebhookRow {
        id: row::id(found, 0)?,
        owner_id: row::id(found, 1)?,
        url: found.get(2)?,
        topics: row::json(found, 3)?,
        pipeline_id: found.get(4)?,
        enabled: found.get(5)?,
        local: found.get(6)?,
        last_error: found.get(7)?,
        created_at: row::time(found, 8)?,
        after: found.get(9)?,
    })
}

/// Adds a receiver, or replaces all of it but when it was added.
pub fn put(connection: &Connection, new: &WebhookRow) -> Result<(), Error> {
    let sql = "INSERT INTO webhooks (id, owner_id, url, topics, pipeline_id, enabled, local, last_error, created_at, after)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0))
               ON CONFLICT (id) DO UPDATE SET url = excluded.url, topics = excluded.topics, pipeline_id = excluded.pipeline_id,
               enabled = excluded.enabled, local = excluded.local, last_error = excluded.last_error";
    connection.prepare_cached(sql)?.execute(params![
        Blob(new.id),
        Blob(new.owner_id),
        new.url,
        Json(&new.topics),
        new.pipeline_id,
        new.enabled,
        new.local,
        new.last_error,
        new.created_at.millis(),
    ])?;
    Ok(())
}

/// The receiver with that id.
pub fn get(connection: &Connection, owner: UserId, id: WebhookId) -> Result<WebhookRow, Error> {
    let sql = select!("WHERE owner_id = ?1 AND id = ?2");
    let mut query = connection.prepare_cached(sql)?;
    query.query_row(params![Blob(owner), Blob(id)], webhook).optional()?.ok_or(Error::NotFound)
}

/// The person's receivers, oldest first.
pub fn list(connection: &Connection, owner: UserId) -> Result<Vec<WebhookRow>, Error> {
    let sql = select!("WHERE owner_id = ?1 ORDER BY created_at, id");
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([Blob(owner)], webhook)?.collect::<Result<_, _>>()?)
}

/// Everybody's receivers that are switched on.
pub fn enabled(connection: &Connection) -> Result<Vec<WebhookRow>, Error> {
    let sql = select!("WHERE enabled ORDER BY created_at, id");
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_map([], webhook)?.collect::<Result<_, _>>()?)
}

/// Says what went wrong last, and where it can't go on, switches it off. Whether it was on.
pub fn failing(connection: &Connection, id: WebhookId, error: &str, off: bool) -> Result<bool, Error> {
    let sql = "UPDATE webhooks SET last_error = ?2, enabled = enabled AND NOT ?3 WHERE id = ?1 AND enabled";
    Ok(connection.prepare_cached(sql)?.execute(params![Blob(id), error, off])? > 0)
}

/// Says that it answers again.
pub fn well(connection: &Connection, id: WebhookId) -> Result<(), Error> {
    let sql = "UPDATE webhooks SET last_error = NULL WHERE id = ?1 AND enabled AND last_error IS NOT NULL";
    connection.prepare_cached(sql)?.execute([Blob(id)])?;
    Ok(())
}

/// Removes a receiver with all that was on its way to it.
pub fn delete(connection: &Connection, owner: UserId, id: WebhookId) -> Result<(), Error> {
    let sql = "DELETE FROM webhooks WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}
