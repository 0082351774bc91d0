//! Fills a data folder for measurements of the page: a conversation of 10,000 messages and one of 10, alternately a question
//! and an answer in Markdown. `long_conversation FOLDER MODEL` prints
//! `{"long":{"id","last"},"short":{"id","last"}}`, `last` being the newest message's id.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own, for measurements")]

use std::{error::Error, path::PathBuf};

use domain::{
    Conversation, ConversationId, Message, MessageId, MessageStatus, ModelRef, Parameters, Part, Role,
    Thread, ThreadId, Timestamp, UserId,
};
use serde_json::json;
use store::{Connection, Options, Store, conversations, messages, threads};

/// The first message's time; the others follow a minute apart.
const BEGAN: i64 = 1_750_000_000_000;
const MINUTE: i64 = 60_000;

const ANSWERS: [&str; 4] = [
    "Yes. The short answer is that the tide turns twice a day, and that the keeper wrote it down each time.\n\nThe longer one \
     needs the **two** tables on the next page, and a clock that nobody has touched since *spring*.",
    "There are three ways:\n\n1. Wait until the wind has gone round.\n2. Row, which takes `40 min` and strong arms.\n3. Ask the \
     harbour for its boat.\n\nI would wait.",
    "```rust\nfn tide(hour: f64) -> f64 {\n    (hour / 12.4 * std::f64::consts::TAU).sin()\n}\n```\n\nCall it once an hour and \
     keep what it gives.",
    "| Hour | Height |\n|:--|--:|\n| 6 | 1.2 m |\n| 12 | 4.8 m |\n\n> Heights are over the lowest water that was ever seen here.",
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [folder, model] = arguments.as_slice() else {
        return Err("usage: long_conversation FOLDER MODEL".into());
    };
    let model: ModelRef = model.to_str().ok_or("the model's name is not text")?.parse()?;
    let folder = PathBuf::from(folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(&folder, Timestamp::from_millis(BEGAN), Options::default())?.store;
        let made = store.write(move |connection| {
            let short = line(connection, "A short conversation", 10, &model)?;
            let long = line(connection, "A long conversation", 10_000, &model)?;
            Ok((short, long))
        });
        let (short, long) = made.await?;
        store.close().await;
        let shown = |(id, last): (ConversationId, MessageId)| json!({ "id": id, "last": last });
        println!("{}", json!({ "long": shown(long), "short": shown(short) }));
        Ok(())
    })
}

/// A conversation that is one line of so many messages, and its newest message.
fn line(
    connection: &Connection,
    title: &str,
    length: i64,
    model: &ModelRef,
) -> Result<(ConversationId, MessageId), store::Error> {
    let at = |minute: i64| Timestamp::from_millis(BEGAN + minute * MINUTE);
    let conversation = Conversation {
        id: ConversationId::new(at(0)),
        title: title.to_owned(),
        main_thread_id: ThreadId::new(at(0)),
        model: Some(model.clone()),
        system_prompt: String::new(),
        parameters: Parameters::default(),
        draft: String::new(),
        created_at: at(0),
        updated_at: at(length),
        deleted_at: None,
    };
    conversations::insert(connection, UserId::LOCAL, &conversation)?;
    let mut head = None;
    for seq in 1..=length {
        let asks = seq % 2 == 1;
        let text = if asks {
            format!("Question {seq}: what does the lighthouse keeper write down, and when?")
        } else {
            ANSWERS.get(seq as usize / 2 % ANSWERS.len()).copied().unwrap_or_default().to_owned()
        };
        let message = Message {
            id: MessageId::new(at(seq)),
            conversation_id: conversation.id,
            parent_id: head,
            seq,
            role: if asks { Role::User } else { Role::Assistant },
            status: MessageStatus::Succeeded,
            parts: vec![Part::Text { text }],
            model: (!asks).then(|| model.clone()),
            finish_reason: None,
            error_code: None,
            error_message: None,
            created_at: at(seq),
        };
        messages::insert(connection, UserId::LOCAL, &message)?;
        head = Some(message.id);
    }
    let thread = Thread {
        id: conversation.main_thread_id,
        conversation_id: conversation.id,
        name: "main".to_owned(),
        head_id: head,
    };
    threads::insert(connection, UserId::LOCAL, &thread)?;
    head.map(|head| (conversation.id, head)).ok_or(store::Error::NotFound)
}
