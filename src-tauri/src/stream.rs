//! The one stream of events to the window's page.
//!
//! What happens within a frame goes over together, in messages small enough for the direct way into the page. A page that is
//! hidden or doesn't keep up is sent nothing: what happens meanwhile waits in the bus's buffer, and past that the page is told
//! to fetch anew. So nothing piles up, however long it sleeps.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{
    App,
    events::{Envelope, Subscription},
};
use domain::EventId;
use tauri::{
    Manager as _, WebviewWindow,
    ipc::{Channel, InvokeResponseBody},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::page::{self, Page};

/// At most one flush in this time.
const FRAME: Duration = Duration::from_millis(16);
/// Bytes of one message that still go the direct way; Tauri parks from 8,192 on.
const MESSAGE: usize = 8_000;
/// Bytes that may be under way before the page must have caught up.
const UNDER_WAY: usize = 64 * 1024;

/// The running stream, if there is one.
#[derive(Default)]
pub(crate) struct Streams {
    running: Mutex<(u32, Option<CancellationToken>)>,
}

impl Streams {
    /// Ends the stream before, which belonged to a page that is gone, and gives the next its number.
    fn next(&self, stop: CancellationToken) -> u32 {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.0 = running.0.wrapping_add(1);
        if let Some(before) = running.1.replace(stop) {
            before.cancel();
        }
        running.0
    }

    /// Ends that stream, if it still runs.
    pub(crate) fn end(&self, number: u32) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.0 == number
            && let Some(stop) = running.1.take()
        {
            stop.cancel();
        }
    }
}

/// Begins to send what happens after the given event, and answers with the stream's number.
pub(crate) fn begin(
    app: &App,
    window: WebviewWindow,
    after: Option<EventId>,
    channel: Channel<InvokeResponseBody>,
) -> u32 {
    let subscription = app.bus.subscribe(after);
    let stop = app.tasks.token();
    let number = window.state::<Streams>().next(stop.clone());
    app.tasks.spawn("window-events", |_shutdown| async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = send(subscription, &window, &channel) => {}
        }
    });
    number
}

async fn send(mut events: Subscription, window: &WebviewWindow, channel: &Channel<InvokeResponseBody>) {
    let mut shown = window.state::<Page>().shown();
    let mut last = Instant::now();
    let mut under_way = 0;
    loop {
        if shown.wait_for(|shown| *shown).await.is_err() {
            return;
        }
        let Some(first) = events.next().await else { return };
        tokio::time::sleep_until(last + FRAME).await;
        let mut gathered = vec![first];
        while let Ok(Some(more)) = tokio::time::timeout(Duration::ZERO, events.next()).await {
            gathered.push(more);
        }
        last = Instant::now();
        for message in pack(&gathered) {
            under_way += message.len();
            if channel.send(InvokeResponseBody::Json(message)).is_err() {
                return;
            }
            if under_way >= UNDER_WAY {
                page::caught_up(window).await;
                under_way = 0;
            }
        }
    }
}

/// Lists of envelopes as JSON, each list within `MESSAGE` unless one envelope alone is longer.
fn pack(envelopes: &[Arc<Envelope>]) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    let mut open = String::new();
    for text in envelopes.iter().filter_map(|envelope| serde_json::to_string(envelope).ok()) {
        if !open.is_empty() && open.len() + text.len() + 2 > MESSAGE {
            open.push(']');
            messages.push(std::mem::take(&mut open));
        }
        open.push(if open.is_empty() { '[' } else { ',' });
        open.push_str(&text);
    }
    if !open.is_empty() {
        open.push(']');
        messages.push(open);
    }
    messages
}

#[cfg(test)]
mod tests {
    use app::events::Event;
    use serde_json::Value;

    use super::*;

    fn envelope(seq: u64, length: usize) -> Arc<Envelope> {
        let state = app::engine_state::EngineState::Unavailable { message: "x".repeat(length) };
        Arc::new(Envelope { id: EventId { epoch: 1, seq }, event: Event::EngineChanged { state } })
    }

    #[test]
    fn messages_stay_small_and_hold_everything_in_order() {
        let lengths = [10, 3_000, 3_000, 3_000, 20_000, 1, 7_900, 5];
        let envelopes: Vec<_> =
            lengths.iter().enumerate().map(|(at, length)| envelope(at as u64, *length)).collect();
        let messages = pack(&envelopes);
        let mut ids = Vec::new();
        for message in &messages {
            let Value::Array(list) = serde_json::from_str(message).unwrap() else {
                panic!("not a list: {message}")
            };
            assert!(list.len() == 1 || message.len() <= MESSAGE);
            ids.extend(list.iter().map(|envelope| envelope["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(ids, (0..lengths.len()).map(|seq| format!("1-{seq}")).collect::<Vec<_>>());
        assert!(pack(&[]).is_empty());
    }

    #[test]
    fn a_new_page_ends_the_stream_of_the_one_before() {
        let streams = Streams::default();
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let number = streams.next(first.clone());
        let newer = streams.next(second.clone());
        assert!(first.is_cancelled());
        streams.end(number);
        assert!(!second.is_cancelled());
        streams.end(newer);
        assert!(second.is_cancelled());
    }
}
