//! Walking a conversation's tree: the path to a message, its siblings, the leaf below it. The cost of a page doesn't
//! depend on the conversation's length, because each step is one look-up of a parent.

use domain::{Message, MessageId, UserId};
use rusqlite::{Connection, Row, params};

use super::{columns, message};
use crate::{
    Error,
    row::{self, Blob},
};

/// A page of a path, oldest message first.
#[derive(Debug, Clone, PartialEq)]
pub struct PathPage {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
}

/// The newest messages of the path from the first message to the head, at most `limit`. With `before`, those older than
/// that message of the path instead, and the head doesn't matter.
pub fn path_to(
    connection: &Connection,
    owner: UserId,
    head: MessageId,
    limit: u32,
    before: Option<MessageId>,
) -> Result<PathPage, Error> {
    let start = match before {
        None => Some(head),
        Some(before) => parent(connection, owner, before)?,
    };
    let Some(start) = start else {
        return Ok(PathPage { messages: Vec::new(), more: false });
    };
    // The limit stands inside the recursion: SQLite stops walking there. The order is by the steps taken, so that messages
    // that were imported with odd sequence numbers are in their place too; sorting here spares SQLite copying the texts.
    let sql = concat!(
        "WITH RECURSIVE path(number, parent_id, depth) AS (
             SELECT rowid, parent_id, 0 FROM messages WHERE owner_id = ?1 AND id = ?2
             UNION ALL
             SELECT p.rowid, p.parent_id, path.depth + 1 FROM path JOIN messages AS p ON p.id = path.parent_id
             LIMIT ?3
         )
         SELECT ",
        columns!(),
        ", path.depth FROM path CROSS JOIN messages AS m ON m.rowid = path.number"
    );
    let mut query = connection.prepare_cached(sql)?;
    let step = |found: &Row<'_>| Ok((found.get::<_, i64>(12)?, message(found)?));
    let found = query.query_map(params![Blob(owner), Blob(start), limit], step)?;
    let mut steps = found.collect::<Result<Vec<_>, _>>()?;
    if steps.is_empty() && limit > 0 {
        return Err(Error::NotFound);
    }
    steps.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    let messages: Vec<_> = steps.into_iter().map(|(_, message)| message).collect();
    let more = messages.first().is_some_and(|oldest| oldest.parent_id.is_some());
    Ok(PathPage { messages, more })
}

/// The messages of the path before that one, oldest first, by their ids only; an answer of which nothing came isn't among
/// them.
pub fn older(connection: &Connection, owner: UserId, id: MessageId) -> Result<Vec<MessageId>, Error> {
    // Their texts are not read: how long a value is stands before it.
    let sql = "WITH RECURSIVE path(number, parent_id, depth) AS (
                   SELECT rowid, parent_id, 0 FROM messages WHERE owner_id = ?1 AND id = ?2
                   UNION ALL
                   SELECT p.rowid, p.parent_id, path.depth + 1 FROM path JOIN messages AS p ON p.id = path.parent_id
               )
               SELECT m.id FROM path CROSS JOIN messages AS m ON m.rowid = path.number
               WHERE path.depth > 0 AND (m.role = 'user' OR octet_length(m.parts) > 2) ORDER BY path.depth DESC";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query
        .query_map(params![Blob(owner), Blob(id)], |found| row::id(found, 0))?
        .collect::<Result<_, _>>()?)
}

fn parent(connection: &Connection, owner: UserId, id: MessageId) -> Result<Option<MessageId>, Error> {
    let mut query =
        connection.prepare_cached("SELECT parent_id FROM messages WHERE owner_id = ?1 AND id = ?2")?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], |found| row::optional_id(found, 0))?)
}

/// The messages that follow this one directly, oldest first.
pub fn children(connection: &Connection, owner: UserId, id: MessageId) -> Result<Vec<MessageId>, Error> {
    let sql = "SELECT id FROM messages WHERE owner_id = ?1 AND parent_id = ?2 ORDER BY seq";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query
        .query_map(params![Blob(owner), Blob(id)], |found| row::id(found, 0))?
        .collect::<Result<_, _>>()?)
}

/// The message and those beside it (other answers to the same question, other versions of the same question), oldest first.
pub fn siblings(connection: &Connection, owner: UserId, id: MessageId) -> Result<Vec<MessageId>, Error> {
    let message = super::get(connection, owner, id)?;
    beside(connection, owner, &message)
}

/// `siblings` for each message of a page.
pub fn siblings_of(
    connection: &Connection,
    owner: UserId,
    messages: &[Message],
) -> Result<Vec<Vec<MessageId>>, Error> {
    messages.iter().map(|message| beside(connection, owner, message)).collect()
}

fn beside(connection: &Connection, owner: UserId, message: &Message) -> Result<Vec<MessageId>, Error> {
    if let Some(parent) = message.parent_id {
        return children(connection, owner, parent);
    }
    let sql = "SELECT id FROM messages WHERE owner_id = ?1 AND conversation_id = ?2 AND parent_id IS NULL ORDER BY seq";
    let mut query = connection.prepare_cached(sql)?;
    let found =
        query.query_map(params![Blob(owner), Blob(message.conversation_id)], |found| row::id(found, 0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Where one arrives from the message by following the newest child each time: the message itself if it has none.
pub fn latest_leaf(connection: &Connection, owner: UserId, from: MessageId) -> Result<MessageId, Error> {
    let sql = "WITH RECURSIVE line(id, depth) AS (
                   SELECT id, 0 FROM messages WHERE owner_id = ?1 AND id = ?2
                   UNION ALL
                   SELECT (SELECT id FROM messages WHERE parent_id = line.id ORDER BY seq DESC LIMIT 1), depth + 1
                   FROM line WHERE line.id IS NOT NULL
               )
               SELECT id FROM line WHERE id IS NOT NULL ORDER BY depth DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row(params![Blob(owner), Blob(from)], |found| row::id(found, 0))?)
}

/// Removes the message and all that follow it, and says how many. Threads that pointed into them point at the message
/// before it.
pub fn delete_branch(connection: &Connection, owner: UserId, id: MessageId) -> Result<usize, Error> {
    let before = parent(connection, owner, id)?;
    let heads = "WITH RECURSIVE branch(id) AS (
                     VALUES (?1) UNION ALL SELECT m.id FROM branch JOIN messages AS m ON m.parent_id = branch.id
                 )
                 UPDATE threads SET head_id = ?2 WHERE head_id IN branch";
    connection.prepare_cached(heads)?.execute(params![Blob(id), before.map(Blob)])?;
    let messages = "WITH RECURSIVE branch(id) AS (
                        VALUES (?1) UNION ALL SELECT m.id FROM branch JOIN messages AS m ON m.parent_id = branch.id
                    )
                    DELETE FROM messages WHERE id IN branch";
    Ok(connection.prepare_cached(messages)?.execute([Blob(id)])?)
}
