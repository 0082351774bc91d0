//! What happens beside runs and may begin them: jobs, conversations, messages, models. Told as runs are, through the outbox: in
//! the transaction of what it tells of, so that a crash neither loses nor repeats it.

use std::collections::BTreeSet;

use domain::{Actor, ErrorCode, EventRowId, ProviderKind, Timestamp, UserId};
use serde_json::{Value, json};
use store::outbox::OutboxEvent;
use tokio_util::sync::CancellationToken;

use super::topic::Topic;
use crate::{App, Error, events::Event, providers};

/// Changes of models come many at a time, and each costs a look.
const TOGETHER: std::time::Duration = std::time::Duration::from_millis(500);
/// The row that keeps which models were told of.
const KNOWN: &str = "models.known";
/// The longest text that is told, in characters: whoever wants all of it reads the message.
pub(crate) const EXCERPT: usize = 8000;

/// Tells of something in the transaction that made it happen. `depth` is how many causes lie behind it: 0 unless a run did it.
pub(crate) fn tell(
    conn: &store::Connection,
    owner: UserId,
    topic: Topic,
    mut payload: Value,
    depth: u32,
    now: Timestamp,
) -> Result<(), store::Error> {
    if let Some(map) = payload.as_object_mut() {
        map.insert("depth".to_owned(), depth.into());
    }
    let event = OutboxEvent {
        id: EventRowId::new(now),
        owner_id: owner,
        topic: topic.name().to_owned(),
        payload,
        created_at: now,
    };
    store::outbox::push(conn, &event)
}

/// What is told of a message: its text is cut.
pub(crate) fn message(message: &domain::Message) -> Value {
    let text: String = message.text().chars().take(EXCERPT).collect();
    json!({ "message": {
        "id": message.id, "conversationId": message.conversation_id, "role": message.role, "status": message.status,
        "model": message.model, "text": text, "errorMessage": message.error_message,
    }})
}

/// It was committed: whoever hands it on may look.
pub(crate) fn told(app: &App) {
    app.pipelines.outbox.notify_one();
}

/// Follows which models there are on this computer: they come and go in files and in an Ollama, not in our own database, so that
/// what was told of them is kept beside it and compared.
pub(crate) async fn follow_models(app: App, shutdown: CancellationToken) {
    let mut events = app.bus.subscribe(None);
    loop {
        // At the start, too: they may have come and gone while nobody looked.
        if let Err(error) = compare(&app, Actor::LOCAL).await {
            tracing::debug!(%error, "which models there are could not be compared");
        }
        let changed = async {
            while let Some(envelope) = events.next().await {
                if matches!(envelope.event, Event::ModelChanged | Event::ProviderChanged | Event::Resync) {
                    return true;
                }
            }
            false
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            more = changed => if !more { return },
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(TOGETHER) => {}
        }
    }
}

/// Tells which models came and went since the last time; the first time nobody is told.
async fn compare(app: &App, actor: Actor) -> Result<(), Error> {
    let providers = app.store.read(move |conn| store::providers::list(conn, actor.user_id)).await?;
    let mut answered = BTreeSet::new();
    let mut there = BTreeSet::new();
    for provider in providers {
        if !provider.enabled || !matches!(provider.kind, ProviderKind::Embedded | ProviderKind::Ollama) {
            continue;
        }
        // One that can't be asked has lost nothing.
        let Ok(client) = providers::client(app, &provider).await else { continue };
        let Ok(models) = app.shelf.models(&provider, &client).await else { continue };
        let here = models.iter().filter(|model| !matches!(model.state, domain::ModelState::Pulling { .. }));
        there.extend(here.map(|model| model.id.to_string()));
        answered.insert(provider.slug);
    }
    let now = app.clock.now();
    let write = app.store.write(move |conn| {
        let kept = store::settings::get(conn, actor.user_id, KNOWN)?;
        let before: Option<BTreeSet<String>> = kept.and_then(|kept| serde_json::from_value(kept).ok());
        let asked = |id: &&String| answered.contains(id.split('/').next().unwrap_or_default());
        let known = before.clone().unwrap_or_default();
        let removed: Vec<&String> = known.iter().filter(asked).filter(|id| !there.contains(*id)).collect();
        let added: Vec<&String> = there.iter().filter(|id| !known.contains(*id)).collect();
        if before.is_some() && added.is_empty() && removed.is_empty() {
            return Ok(false);
        }
        let mut all: BTreeSet<&String> = known.iter().filter(|id| !asked(id)).collect();
        all.extend(&there);
        store::settings::set(conn, actor.user_id, KNOWN, &json!(all))?;
        if before.is_some() {
            let payload = json!({ "added": added, "removed": removed });
            tell(conn, actor.user_id, Topic::ModelChanged, payload, 0, now)?;
        }
        Ok(before.is_some())
    });
    match write.await {
        Ok(true) => told(app),
        Ok(false) => {}
        Err(error) => return Err(Error::new(ErrorCode::Internal, error.to_string())),
    }
    Ok(())
}
