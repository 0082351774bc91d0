//! What the store's tests share: a store in a folder of its own, and things to put into it.

use std::path::Path;

use domain::{
    Call, CallId, CallOutcome, Conversation, ConversationId, Message, MessageId, MessageStatus, Parameters,
    Part, Role, Surface, Thread, ThreadId, Timestamp, TokenUsage, UserId,
};
use store::{Condition, Connection, Error, Opened, Options, Store, conversations, messages, threads};

pub(crate) const ME: UserId = UserId::LOCAL;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_750_000_000_000 + millis)
}

/// Without a ballast, which would only cost time.
pub(crate) fn options() -> Options {
    Options { ballast: 0, ..Options::default() }
}

pub(crate) fn opened(folder: &Path) -> Opened {
    Store::open(folder, at(0), options()).unwrap()
}

pub(crate) fn good(folder: &Path) -> Store {
    let Opened { store, condition } = opened(folder);
    assert_eq!(condition, Condition::Good);
    store
}

pub(crate) fn conversation(number: i64) -> Conversation {
    Conversation {
        id: ConversationId::new(at(number)),
        title: format!("Conversation {number}"),
        main_thread_id: ThreadId::new(at(number)),
        model: Some("embedded/smollm2".parse().unwrap()),
        system_prompt: "Be brief.".to_owned(),
        parameters: Parameters { temperature: Some(0.5), seed: Some(u64::MAX), ..Parameters::default() },
        draft: String::new(),
        created_at: at(number),
        updated_at: at(number),
        deleted_at: None,
    }
}

pub(crate) fn message(
    conversation: ConversationId,
    parent: Option<MessageId>,
    seq: i64,
    text: &str,
) -> Message {
    let asked = seq % 2 == 1;
    Message {
        id: MessageId::new(at(seq)),
        conversation_id: conversation,
        parent_id: parent,
        seq,
        role: if asked { Role::User } else { Role::Assistant },
        status: MessageStatus::Succeeded,
        parts: vec![Part::Text { text: text.to_owned() }],
        model: None,
        finish_reason: None,
        error_code: None,
        error_message: None,
        created_at: at(seq),
    }
}

pub(crate) fn call(message: MessageId) -> Call {
    Call {
        id: CallId::new(at(0)),
        surface: Surface::Chat,
        conversation_id: None,
        message_id: Some(message),
        run_id: None,
        step: None,
        attempt: None,
        model: "openai/gpt-5".parse().unwrap(),
        response_model: None,
        outcome: CallOutcome::Reserved,
        error_code: None,
        usage: TokenUsage::default(),
        started_at: at(0),
        first_token_ms: None,
        total_ms: None,
        tokens_per_second: None,
        chunks: 0,
        retries: 0,
        cost_nano_usd: None,
        price_id: None,
    }
}

/// A conversation with an empty main thread.
pub(crate) fn begin(connection: &Connection, number: i64) -> Result<Conversation, Error> {
    let conversation = conversation(number);
    conversations::insert(connection, ME, &conversation)?;
    let main = Thread {
        id: conversation.main_thread_id,
        conversation_id: conversation.id,
        name: "main".to_owned(),
        head_id: None,
    };
    threads::insert(connection, ME, &main)?;
    Ok(conversation)
}

/// A conversation that is one line of so many messages, the head at its end.
pub(crate) fn line(
    connection: &Connection,
    number: i64,
    length: i64,
    text: &str,
) -> Result<Vec<Message>, Error> {
    let conversation = begin(connection, number)?;
    let mut line: Vec<Message> = Vec::new();
    for seq in 1..=length {
        let next = message(conversation.id, line.last().map(|last| last.id), seq, text);
        messages::insert(connection, ME, &next)?;
        line.push(next);
    }
    threads::set_head(connection, ME, conversation.main_thread_id, line.last().map(|last| last.id))?;
    Ok(line)
}

/// How many conversations there are.
pub(crate) fn count(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))?)
}
