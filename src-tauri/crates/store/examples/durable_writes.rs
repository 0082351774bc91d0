//! Measures the store and prints JSON lines: durable writes with 1 and 64 writers against the disk's own pace, and a page
//! of 50 from a conversation of 10,000 messages against one of 50. Its one optional argument is the folder to measure in.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measured, and measures with the clock"
)]

use std::{
    error::Error,
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use domain::{
    Conversation, ConversationId, Message, MessageId, MessageStatus, Parameters, Part, Role, Thread,
    ThreadId, Timestamp, UserId,
};
use webplus_store::{Connection, Options, Store, conversations, messages, threads};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The rounds are interleaved, so that a disturbance of the disk meets all alike.
const ROUNDS: usize = 21;
const ROUND: Duration = Duration::from_millis(150);

fn main() -> Outcome<()> {
    let parent = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(folder.path()))
}

async fn measure(folder: &Path) -> Outcome<()> {
    let now = Timestamp::from_millis(1_750_000_000_000);
    let store = Store::open(&folder.join("data"), now, Options::default())?.store;
    let short = store.write(move |transaction| line(transaction, 50)).await?;
    let long = store.write(move |transaction| line(transaction, 10_000)).await?;

    let (mut raw, mut single, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw.push(overwrite(&folder.join("raw"))?);
        single.push(write(&store, 1, short).await?);
        many.push(write(&store, 64, short).await?);
    }
    report("store.durable_writes.1_writer", &single, "1/s", &raw);
    report("store.durable_writes.64_writers", &many, "1/s", &raw);

    let short = page(&store, short).await?;
    let long = page(&store, long).await?;
    report("store.page_of_50_of_10000", &long, "ms", &short);
    store.close().await;
    Ok(())
}

/// Medians; the ratio is the median of the rounds' own, because the disk's pace changes from one round to the next.
fn report(name: &str, values: &[f64], unit: &str, baselines: &[f64]) {
    let ratios: Vec<f64> = values.iter().zip(baselines).map(|(value, baseline)| value / baseline).collect();
    let round = |number: f64| (number * 10_000.0).round() / 10_000.0;
    let line = serde_json::json!({
        "name": name,
        "value": round(median(values)),
        "unit": unit,
        "baseline": round(median(baselines)),
        "ratio": round(median(&ratios)),
    });
    println!("{line}");
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// 4 KiB overwritten and made durable, a second.
fn overwrite(path: &Path) -> Outcome<f64> {
    let mut file = fs::File::create(path)?;
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < ROUND {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[count as u8; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// Checkpoints of a message by so many tasks at once, a second.
async fn write(store: &Store, writers: usize, message: MessageId) -> Outcome<f64> {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let mut count = 0_u32;
            while begun.elapsed() < ROUND {
                let parts = [Part::Text { text: format!("writer {writer} wrote {count}") }];
                let checkpoint = move |transaction: &Connection| {
                    let running = MessageStatus::Running;
                    messages::set_parts_and_status(transaction, UserId::LOCAL, message, &parts, running)
                };
                store.write(checkpoint).await?;
                count += 1;
            }
            Ok::<_, webplus_store::Error>(count)
        });
    }
    let mut sum = 0;
    while let Some(count) = tasks.join_next().await {
        sum += count??;
    }
    Ok(f64::from(sum) / begun.elapsed().as_secs_f64())
}

/// The times of the newest 50 messages of the path with their rows mapped, in milliseconds, on a reader's connection.
async fn page(store: &Store, head: MessageId) -> Outcome<Vec<f64>> {
    let times = store.read(move |connection| {
        let mut times = Vec::new();
        for _ in 0..2001 {
            let begun = Instant::now();
            let page = messages::path_to(connection, UserId::LOCAL, head, 50, None)?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            if page.messages.len() != 50 {
                return Err(webplus_store::Error::NotFound);
            }
        }
        Ok(times)
    });
    Ok(times.await?)
}

/// A conversation that is one line of so many messages of about 400 bytes; its last message.
fn line(connection: &Connection, length: i64) -> Result<MessageId, webplus_store::Error> {
    let now = Timestamp::from_millis(1_750_000_000_000);
    let conversation = Conversation {
        id: ConversationId::new(now),
        title: String::new(),
        main_thread_id: ThreadId::new(now),
        model: None,
        system_prompt: String::new(),
        parameters: Parameters::default(),
        draft: String::new(),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    conversations::insert(connection, UserId::LOCAL, &conversation)?;
    let mut head = None;
    for seq in 1..=length {
        let message = Message {
            id: MessageId::new(now),
            conversation_id: conversation.id,
            parent_id: head,
            seq,
            role: if seq % 2 == 1 { Role::User } else { Role::Assistant },
            status: MessageStatus::Succeeded,
            parts: vec![Part::Text { text: "Some words of a message. ".repeat(16) }],
            model: None,
            finish_reason: None,
            error_code: None,
            error_message: None,
            created_at: now,
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
    head.ok_or(webplus_store::Error::NotFound)
}
