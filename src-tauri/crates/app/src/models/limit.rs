//! Our own downloads, no faster than the person wants. What an Ollama downloads can't be slowed down.

use std::time::Duration;

use domain::Actor;
use engine::{Fetch, FetchReply};
use futures_util::{StreamExt as _, future::BoxFuture, stream};
use tokio::time::Instant;

use crate::{App, Error, gateway, settings};

/// The client for downloads, with a limit.
pub(super) struct Limited {
    inner: gateway::Downloads,
    /// Bytes a second.
    limit: Option<u64>,
}

impl Limited {
    /// With the limit as it is set now.
    pub(super) async fn new(app: &App, actor: Actor) -> Result<Self, Error> {
        let limit = settings::load(app, actor.user_id).await?.download_limit;
        let limit = limit.map(|kilobytes| u64::from(kilobytes) * 1000);
        Ok(Self { inner: gateway::Downloads(app.http.clone()), limit })
    }
}

impl Fetch for Limited {
    fn get<'a>(&'a self, url: &'a str, from: Option<u64>) -> BoxFuture<'a, Result<FetchReply, llm::Error>> {
        let Some(limit) = self.limit else { return self.inner.get(url, from) };
        Box::pin(async move { Ok(slowed(self.inner.get(url, from).await?, limit)) })
    }
}

/// The reply, its body no faster than so many bytes a second.
fn slowed(reply: FetchReply, limit: u64) -> FetchReply {
    let state = (reply.body, Instant::now(), 0_u64);
    let body = stream::unfold(state, move |(mut body, begun, sent)| async move {
        let piece = body.next().await?;
        let sent = sent + piece.as_ref().map_or(0, |piece| piece.len() as u64);
        // What is not read fills the connection, and the other side waits.
        tokio::time::sleep_until(begun + due(sent, limit)).await;
        Some((piece, (body, begun, sent)))
    });
    FetchReply { body: body.boxed(), ..reply }
}

/// When so many bytes may have come.
fn due(bytes: u64, limit: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / limit.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(pieces: usize, bytes: usize) -> FetchReply {
        let piece = move |_| Ok(vec![0; bytes].into());
        FetchReply {
            status: 200,
            location: None,
            content_length: None,
            content_range: None,
            etag: None,
            body: stream::iter((0..pieces).map(piece)).boxed(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_of_a_download_brings_more_than_the_limit() {
        let begun = Instant::now();
        let mut body = slowed(reply(50, 20_000), 100_000).body;
        let mut came = 0;
        while let Some(piece) = body.next().await {
            came += piece.map_or(0, |piece| piece.len());
            let elapsed = begun.elapsed();
            // 100 bytes a millisecond.
            assert!(came as u128 <= elapsed.as_millis() * 100, "{came} in {elapsed:?}");
        }
        assert_eq!((came, begun.elapsed()), (1_000_000, Duration::from_secs(10)));
    }

    #[test]
    fn a_megabyte_takes_ten_seconds_at_a_hundred_kilobytes_a_second() {
        assert_eq!(due(1_000_000, 100_000), Duration::from_secs(10));
    }
}
