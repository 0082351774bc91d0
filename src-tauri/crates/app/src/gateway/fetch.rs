//! Downloads of models through the one HTTP client.

use engine::{Fetch, FetchReply};
use futures_util::{StreamExt as _, future::BoxFuture, stream};
use llm::{Error, Http, HttpCall};

/// The client as the engine's downloader wants it.
pub(crate) struct Downloads(pub(crate) Http);

impl Fetch for Downloads {
    fn get<'a>(&'a self, url: &'a str, from: Option<u64>) -> BoxFuture<'a, Result<FetchReply, Error>> {
        // Signed addresses must arrive exactly as they are, query included.
        let end_of_host = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
        let (base, path) = url.split_at(end_of_host);
        Box::pin(async move {
            let mut call = HttpCall::get(base, path)?.header("accept-encoding", "identity")?;
            if let Some(from) = from {
                call = call.header("range", &format!("bytes={from}-"))?;
            }
            let reply = self.0.open_download(call).await?;
            let header = |name: &str| reply.header(name).map(str::to_owned);
            let (location, content_length, content_range, etag) =
                (header("location"), header("content-length"), header("content-range"), header("etag"));
            let status = reply.status();
            let body = stream::unfold(Some(reply), |reply| async {
                let mut reply = reply?;
                match reply.chunk().await {
                    Ok(Some(piece)) => Some((Ok(piece), Some(reply))),
                    Ok(None) => None,
                    Err(error) => Some((Err(error), None)),
                }
            });
            Ok(FetchReply {
                status,
                location,
                content_length: content_length.and_then(|length| length.parse().ok()),
                content_range,
                etag,
                body: body.boxed(),
            })
        })
    }
}
