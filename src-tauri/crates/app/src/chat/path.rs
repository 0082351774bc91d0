//! The path to a message, as far back as it can matter for what is sent: each message's size, never its text, so that a
//! conversation of any length is measured with a page of it in memory at a time.

use domain::{Actor, Message, MessageId, Role};

use super::window;
use crate::{App, Error};

/// How many messages are read at a time.
const TOGETHER: u32 = 200;

/// A message of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub id: MessageId,
    pub role: Role,
    /// An estimate.
    pub tokens: u64,
    /// How many messages of the path are from it to the head, both included.
    pub steps: u32,
}

/// The end of a path, oldest first.
#[derive(Debug, Default)]
pub(super) struct Path {
    pub lines: Vec<Line>,
    /// Messages before it, oldest first, that can't be sent any more.
    pub older: Vec<MessageId>,
}

/// Whether the message says anything: an answer of which nothing came doesn't.
pub(super) fn speaks(message: &Message) -> bool {
    message.role == Role::User || !message.text().is_empty()
}

/// Reads from the head back until `limit` tokens are passed and a question was seen, or the path ends.
pub(super) async fn read(
    app: &App,
    actor: Actor,
    head: Option<MessageId>,
    system: u64,
    limit: u64,
) -> Result<Path, Error> {
    let Some(head) = head else { return Ok(Path::default()) };
    let (owner, mut path, mut before) = (actor.user_id, Path::default(), None);
    let (mut steps, mut used, mut asked) = (0, system, false);
    loop {
        let (lines, oldest, more) = app
            .store
            .read(move |conn| {
                let page = store::messages::path_to(conn, owner, head, TOGETHER, before)?;
                let count = page.messages.len() as u32;
                let lines: Vec<Line> = (1..=count)
                    .zip(page.messages.iter().rev())
                    .filter(|(_, message)| speaks(message))
                    .map(|(step, message)| Line {
                        id: message.id,
                        role: message.role,
                        tokens: llm::tokens::estimate(&message.text()),
                        steps: steps + step,
                    })
                    .collect();
                Ok((lines, page.messages.first().map(|oldest| (oldest.id, count)), page.more))
            })
            .await?;
        for line in &lines {
            used = used.saturating_add(window::cost(line.tokens));
            asked |= line.role == Role::User;
        }
        path.lines.extend(lines);
        let Some((oldest, count)) = oldest.filter(|_| more) else { break };
        if used > limit && asked {
            path.older = app.store.read(move |conn| store::messages::older(conn, owner, oldest)).await?;
            break;
        }
        (before, steps) = (Some(oldest), steps + count);
    }
    path.lines.reverse();
    Ok(path)
}
