//! Downloads through the one HTTP client, as the application does them.

use engine::{Fetch, FetchReply};
use futures_util::{StreamExt as _, future::BoxFuture, stream};
use llm::{Error, Http, HttpCall};

pub(crate) struct Downloads(pub(crate) Http);

impl Fetch for Downloads {
    fn get<'a>(&'a self, url: &'a str, from: Option<u64>) -> BoxFuture<'a, Result<FetchReply, Error>> {
        let (base, path) = url.split_at(url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at));
        Box::pin(async move {
            let mut call = HttpCall::get(base, path)?.header("accept-encoding", "identity")?;
            if let Some(from) = from {
                call = call.header("range", &format!("bytes={from}-"))?;
            }
            let reply = self.0.open_download(call).await?;
            let header = |name: &str| reply.header(name).map(str::to_owned);
            let content_length = header("content-length").and_then(|length| length.parse().ok());
            let (location, content_range) = (header("location"), header("content-range"));
            let status = reply.status();
            let body = stream::unfold(Some(reply), |reply| async {
                let mut reply = reply?;
                match reply.chunk().await {
                    Ok(piece) => piece.map(|piece| (Ok(piece), Some(reply))),
                    Err(error) => Some((Err(error), None)),
                }
            });
            Ok(FetchReply { status, location, content_length, content_range, etag: None, body: body.boxed() })
        })
    }
}
