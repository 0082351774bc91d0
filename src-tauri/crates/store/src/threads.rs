//! Named branches of conversations: pointers to their newest message.

use domain::{ConversationId, MessageId, Thread, ThreadId, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob},
};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, conversation_id, name, head_id FROM threads ", $rest)
    };
}

fn thread(found: &Row<'_>) -> rusqlite::Result<Thread> {
    Ok(Thread {
        id: row::id(found, 0)?,
        conversation_id: row::id(found, 1)?,
        name: found.get(2)?,
        head_id: row::optional_id(found, 3)?,
    })
}

/// Adds a thread; `Conflict` if the conversation isn't this owner's, or the head isn't a message of it.
pub fn insert(connection: &Connection, owner: UserId, thread: &Thread) -> Result<(), Error> {
    let sql = "INSERT INTO threads (owner_id, id, conversation_id, name, head_id) SELECT ?1, ?2, ?3, ?4, ?5
               WHERE EXISTS (SELECT 1 FROM conversations WHERE owner_id = ?1 AND id = ?3)
               AND (?5 IS NULL OR EXISTS (SELECT 1 FROM messages WHERE owner_id = ?1 AND conversation_id = ?3 AND id = ?5))";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(thread.id),
        Blob(thread.conversation_id),
        thread.name,
        thread.head_id.map(Blob),
    ])?;
    if inserted == 0 { Err(Error::Conflict) } else { Ok(()) }
}

/// The thread with that id.
pub fn get(connection: &Connection, owner: UserId, id: ThreadId) -> Result<Thread, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], thread)?)
}

/// The conversation's threads, oldest first.
pub fn list(
    connection: &Connection,
    owner: UserId,
    conversation: ConversationId,
) -> Result<Vec<Thread>, Error> {
    let mut query =
        connection.prepare_cached(select!("WHERE owner_id = ?1 AND conversation_id = ?2 ORDER BY id"))?;
    Ok(query.query_map(params![Blob(owner), Blob(conversation)], thread)?.collect::<Result<_, _>>()?)
}

/// Points the thread at another message of its conversation; `NotFound` if either isn't there.
pub fn set_head(
    connection: &Connection,
    owner: UserId,
    id: ThreadId,
    head: Option<MessageId>,
) -> Result<(), Error> {
    let sql = "UPDATE threads SET head_id = ?3 WHERE owner_id = ?1 AND id = ?2 AND (?3 IS NULL OR EXISTS (
               SELECT 1 FROM messages WHERE messages.id = ?3 AND messages.conversation_id = threads.conversation_id))";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id), head.map(Blob)])?)
}

/// Gives the thread another name.
pub fn rename(connection: &Connection, owner: UserId, id: ThreadId, name: &str) -> Result<(), Error> {
    let sql = "UPDATE threads SET name = ?3 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id), name])?)
}
