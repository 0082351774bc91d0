//! Conversations: their own facts. Their messages and threads have files of their own.

use domain::{Conversation, ConversationId, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use crate::{
    Error,
    row::{self, Blob, Json, Text},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, title, main_thread_id, model, system_prompt, parameters, draft, created_at, updated_at, deleted_at
             FROM conversations ",
            $rest
        )
    };
}

/// Behind every conversation in the order of the list.
const END: (Timestamp, ConversationId) =
    (Timestamp::from_millis(i64::MAX), ConversationId::from_bytes([0xff; 16]));

fn conversation(found: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: row::id(found, 0)?,
        title: found.get(1)?,
        main_thread_id: row::id(found, 2)?,
        model: row::optional_text(found, 3)?,
        system_prompt: found.get(4)?,
        parameters: row::json(found, 5)?,
        draft: found.get(6)?,
        created_at: row::time(found, 7)?,
        updated_at: row::time(found, 8)?,
        deleted_at: found.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
    })
}

/// SQLite folds the case of ASCII only, so titles are kept folded for finding.
fn folded(title: &str) -> String {
    title.to_lowercase()
}

/// Adds a conversation. Its main thread is inserted after it.
pub fn insert(connection: &Connection, owner: UserId, conversation: &Conversation) -> Result<(), Error> {
    let sql = "INSERT INTO conversations (id, owner_id, title, title_folded, main_thread_id, model, system_prompt, parameters,
               draft, created_at, updated_at, deleted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    connection.prepare_cached(sql)?.execute(params![
        Blob(conversation.id),
        Blob(owner),
        conversation.title,
        folded(&conversation.title),
        Blob(conversation.main_thread_id),
        conversation.model.as_ref().map(Text),
        conversation.system_prompt,
        Json(&conversation.parameters),
        conversation.draft,
        conversation.created_at.millis(),
        conversation.updated_at.millis(),
        conversation.deleted_at.map(Timestamp::millis),
    ])?;
    Ok(())
}

/// The conversation with that id, deleted or not.
pub fn get(connection: &Connection, owner: UserId, id: ConversationId) -> Result<Conversation, Error> {
    let mut query = connection.prepare_cached(select!("WHERE owner_id = ?1 AND id = ?2"))?;
    Ok(query.query_row(params![Blob(owner), Blob(id)], conversation)?)
}

/// Those that aren't deleted, the last changed first, after the one that the cursor names.
pub fn list(
    connection: &Connection,
    owner: UserId,
    after: Option<(Timestamp, ConversationId)>,
    limit: u32,
) -> Result<Vec<Conversation>, Error> {
    let sql = select!(
        "WHERE owner_id = ?1 AND deleted_at IS NULL AND (updated_at, id) < (?2, ?3)
         ORDER BY updated_at DESC, id DESC LIMIT ?4"
    );
    let (time, id) = after.unwrap_or(END);
    let mut query = connection.prepare_cached(sql)?;
    let found = query.query_map(params![Blob(owner), time.millis(), Blob(id), limit], conversation)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Those that aren't deleted and whose title holds the text, whatever the case, the last changed first, after the one that
/// the cursor names.
pub fn find_by_title(
    connection: &Connection,
    owner: UserId,
    text: &str,
    after: Option<(Timestamp, ConversationId)>,
    limit: u32,
) -> Result<Vec<Conversation>, Error> {
    let mut pattern = String::from("%");
    for character in folded(text).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let sql = select!(
        "WHERE owner_id = ?1 AND deleted_at IS NULL AND (updated_at, id) < (?2, ?3)
         AND title_folded LIKE ?5 ESCAPE '\\' ORDER BY updated_at DESC, id DESC LIMIT ?4"
    );
    let (time, id) = after.unwrap_or(END);
    let mut query = connection.prepare_cached(sql)?;
    let found =
        query.query_map(params![Blob(owner), time.millis(), Blob(id), limit, pattern], conversation)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Gives it another title.
pub fn rename(connection: &Connection, owner: UserId, id: ConversationId, title: &str) -> Result<(), Error> {
    let sql = "UPDATE conversations SET title = ?3, title_folded = ?4 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(id),
        title,
        folded(title)
    ])?)
}

/// Replaces title, main thread, model, system prompt, parameters and time of change. The draft and the deletion have
/// functions of their own, because the person writes on while an older copy of the conversation is being changed.
pub fn update(connection: &Connection, owner: UserId, conversation: &Conversation) -> Result<(), Error> {
    let sql = "UPDATE conversations SET title = ?3, title_folded = ?4, main_thread_id = ?5, model = ?6, system_prompt = ?7,
               parameters = ?8, updated_at = ?9 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(conversation.id),
        conversation.title,
        folded(&conversation.title),
        Blob(conversation.main_thread_id),
        conversation.model.as_ref().map(Text),
        conversation.system_prompt,
        Json(&conversation.parameters),
        conversation.updated_at.millis(),
    ])?)
}

/// Keeps what stands unsent in the composer.
pub fn set_draft(
    connection: &Connection,
    owner: UserId,
    id: ConversationId,
    draft: &str,
) -> Result<(), Error> {
    let sql = "UPDATE conversations SET draft = ?3 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id), draft])?)
}

/// Notes that a message was added or changed.
pub fn touch(
    connection: &Connection,
    owner: UserId,
    id: ConversationId,
    updated_at: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE conversations SET updated_at = ?3 WHERE owner_id = ?1 AND id = ?2";
    row::found(connection.prepare_cached(sql)?.execute(params![
        Blob(owner),
        Blob(id),
        updated_at.millis()
    ])?)
}

/// Deletes it so that it can be brought back; `NotFound` if it is deleted already.
pub fn mark_deleted(
    connection: &Connection,
    owner: UserId,
    id: ConversationId,
    at: Timestamp,
) -> Result<(), Error> {
    let sql =
        "UPDATE conversations SET deleted_at = ?3 WHERE owner_id = ?1 AND id = ?2 AND deleted_at IS NULL";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id), at.millis()])?)
}

/// Brings it back; `NotFound` if it isn't deleted.
pub fn undelete(connection: &Connection, owner: UserId, id: ConversationId) -> Result<(), Error> {
    let sql = "UPDATE conversations SET deleted_at = NULL WHERE owner_id = ?1 AND id = ?2 AND deleted_at IS NOT NULL";
    row::found(connection.prepare_cached(sql)?.execute(params![Blob(owner), Blob(id)])?)
}

/// Whether anybody's conversation was deleted before that time.
pub fn any_deleted(connection: &Connection, before: Timestamp) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversations WHERE deleted_at IS NOT NULL AND deleted_at < ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([before.millis()], |found| found.get(0))?)
}

/// Removes everybody's conversations that were deleted before that time, for good, and says how many.
pub fn sweep_deleted(connection: &Connection, before: Timestamp) -> Result<usize, Error> {
    let sql = "DELETE FROM conversations WHERE deleted_at IS NOT NULL AND deleted_at < ?1";
    Ok(connection.prepare_cached(sql)?.execute([before.millis()])?)
}
