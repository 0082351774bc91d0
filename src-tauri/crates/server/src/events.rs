//! `GET /api/v1/events`: the bus as server-sent events, resumable by `Last-Event-ID`.

use std::{convert::Infallible, time::Duration};

use app::{Error, events::Subscription};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use domain::EventId;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::{Door, problem::Problem};

/// How often a silent stream says that it is alive: proxies cut what is silent for a minute.
const ALIVE: Duration = Duration::from_secs(12);

/// Streams what happens from now on, or since `Last-Event-ID`.
pub(crate) async fn stream(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Problem> {
    let after = headers
        .get("last-event-id")
        .map(|value| {
            let id = value.to_str().ok().and_then(|text| text.parse::<EventId>().ok());
            id.ok_or_else(|| Problem(Error::invalid("Last-Event-ID must be the id of an event, EPOCH-SEQ.")))
        })
        .transpose()?;
    let subscription = door.app.bus.subscribe(after);
    let first = Bytes::from(format!("id: {}\nretry: 1000\n\n", subscription.head()));
    let body = stream::unfold(
        (Some(first), subscription, door.app.tasks.token()),
        |(first, mut subscription, closing)| async move {
            let piece = match first {
                Some(first) => first,
                None => next(&mut subscription, &closing).await?,
            };
            Some((Ok::<_, Infallible>(piece), (None, subscription, closing)))
        },
    );
    Ok((
        [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")],
        Body::from_stream(body),
    )
        .into_response())
}

async fn next(subscription: &mut Subscription, closing: &CancellationToken) -> Option<Bytes> {
    tokio::select! {
        biased;
        // What has happened is told before the stream ends with the application.
        envelope = subscription.next() => {
            let envelope = envelope?;
            let data = serde_json::to_string(&*envelope).ok()?;
            Some(Bytes::from(format!("id: {}\ndata: {data}\n\n", envelope.id)))
        }
        () = closing.cancelled() => None,
        () = tokio::time::sleep(ALIVE) => Some(Bytes::from_static(b": alive\n\n")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may")]
    use app::events::{Bus, Event};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_says_every_quarter_of_a_minute_that_it_is_alive() {
        let bus = Bus::new(1);
        let mut subscription = bus.subscribe(None);
        let closing = CancellationToken::new();
        let before = tokio::time::Instant::now();
        assert_eq!(next(&mut subscription, &closing).await.unwrap(), ": alive\n\n");
        assert!(before.elapsed() <= Duration::from_secs(15));
        bus.publish(Event::ModelChanged);
        let event = next(&mut subscription, &closing).await.unwrap();
        assert_eq!(event, "id: 1-1\ndata: {\"id\":\"1-1\",\"event\":{\"type\":\"model.changed\"}}\n\n");
        closing.cancel();
        assert_eq!(next(&mut subscription, &closing).await, None);
    }
}
