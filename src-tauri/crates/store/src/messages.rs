//! Messages: the nodes of a conversation's tree. Walking the tree is in `messages/tree.rs`.

mod tree;

use domain::{ConversationId, Message, MessageId, MessageStatus, Part, UserId};
use rusqlite::{Connection, Row, params};

pub use tree::{PathPage, children, delete_branch, latest_leaf, older, path_to, siblings, siblings_of};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

macro_rules! columns {
    () => {
        "m.id, m.conversation_id, m.parent_id, m.seq, m.role, m.status, m.parts, m.model, m.finish_reason, m.error_code,
         m.error_message, m.created_at"
    };
}
use columns;

fn message(found: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row::id(found, 0)?,
        conversation_id: row::id(found, 1)?,
        parent_id: row::optional_id(found, 2)?,
        seq: found.get(3)?,
        role: row::text(found, 4)?,
        status: row::text(found, 5)?,
        parts: row::json(found, 6)?,
        model: row::optional_text(found, 7)?,
        finish_reason: row::optional_text(found, 8)?,
        error_code: row::optional_text(found, 9)?,
        error_message: found.get(10)?,
        created_at: row::time(found, 11)?,
    })
}

/// Adds a message; `Conflict` if the conversation isn't this owner's, the parent isn't a message of it, or the id or
/// the sequence number is taken. So what is stored is always a tree.
pub fn insert(connection: &Connection, owner: UserId, message: &Message) -> Result<(), Error> {
    let sql =
        "INSERT INTO messages (owner_id, id, conversation_id, parent_id, seq, role, status, parts, model,
               finish_reason, error_code, error_message, created_at)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
               WHERE EXISTS (SELECT 1 FROM conversations WHERE owner_id = ?1 AND id = ?3)
               AND (?4 IS NULL OR EXISTS (SELECT 1 FROM messages WHERE id = ?4 AND conversation_id = ?3))";
    let inserted = connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(message.id),
        Blob(message.conversation_id),
        message.parent_id.map(Blob),
        message.seq,
        Text(message.role),
        Text(message.status),
        Json(&message.parts),
        message.model.as_ref().map(Text),
        message.finish_reason.map(Text),
        message.error_code.map(Text),
        message.error_message,
        message.created_at.millis(),
    ])?;
    if inserted == 0 { Err(Error::Conflict) } else { Ok(()) }
}

/// The next free place in the conversation's order, from 1. Only within a write is it still free when it is used.
pub fn next_seq(connection: &Connection, owner: UserId, conversation: ConversationId) -> Result<i64, Error> {
    let sql = "SELECT coalesce(max(seq), 0) + 1 FROM messages WHERE conversation_id = ?2
               AND EXISTS (SELECT 1 FROM conversations WHERE owner_id = ?1 AND id = ?2)";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row(params![Blob(owner), Blob(conversation)], |found| found.get(0))?)
}

/// The message with that id.
pub fn get(connection: &Connection, owner: UserId, id: MessageId) -> Result<Message, Error> {
    let sql = concat!("SELECT ", columns!(), " FROM messages AS m WHERE m.owner_id = ?1 AND m.id = ?2");
    Ok(connection.prepare_cached(sql)?.query_row(params![Blob(owner), Blob(id)], message)?)
}

/// A checkpoint: what was written so far, and how far it is.
pub fn set_parts_and_status(
    connection: &Connection,
    owner: UserId,
    id: MessageId,
    parts: &[Part],
    status: MessageStatus,
) -> Result<(), Error> {
    let sql = "UPDATE messages SET parts = ?3, status = ?4 WHERE owner_id = ?1 AND id = ?2";
    let parameters = params![Blob(owner), Blob(id), Json(parts), Text(status)];
    row::found(connection.prepare_cached(sql)?.execute(parameters)?)
}

/// The end of a turn: replaces status, parts, model, finish reason and error. Its place in the tree stays.
pub fn finish(connection: &Connection, owner: UserId, message: &Message) -> Result<(), Error> {
    let sql = "UPDATE messages SET status = ?3, parts = ?4, model = ?5, finish_reason = ?6, error_code = ?7,
               error_message = ?8 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(message.id),
        Text(message.status),
        Json(&message.parts),
        message.model.as_ref().map(Text),
        message.finish_reason.map(Text),
        message.error_code.map(Text),
        message.error_message,
    ])?)
}

/// Whether anybody's message is being written, or was.
pub fn any_running(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM messages WHERE status = 'running')";
    Ok(connection.prepare_cached(sql)?.query_row([], |found| found.get(0))?)
}

/// At the start: everybody's messages that no turn is writing any more were broken off. Says how many.
pub fn interrupt_running(connection: &Connection) -> Result<usize, Error> {
    let sql = "UPDATE messages SET status = ?1 WHERE status = 'running'";
    Ok(connection.prepare_cached(sql)?.execute([Text(MessageStatus::Interrupted)])?)
}
