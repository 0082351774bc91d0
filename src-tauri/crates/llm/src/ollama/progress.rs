//! What a pull or a create reports while it works: a line of JSON each, about sixteen a second, repeated while nothing moves.

use std::collections::VecDeque;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::Value;

use crate::{Error, Http, HttpCall, HttpReply, NdjsonDecoder, json, refusal::Refused};

/// A line of a pull or a create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OllamaProgress {
    /// The list of layers is being fetched.
    Manifest,
    /// A layer is being fetched; the same line is repeated while nothing moves.
    Layer {
        /// "sha256:" and 64 hexadecimal digits.
        digest: String,
        /// Bytes in all; 0 while unknown.
        total: u64,
        /// Bytes here; a layer's first line has none, which reads as 0.
        completed: u64,
    },
    /// The engine compares what came with its digest. Only what this very request fetched is compared.
    Verifying,
    /// Anything else, in the engine's words ("writing manifest", "quantizing F16 model to Q4_K_M").
    Step(String),
    /// All done.
    Success,
}

impl OllamaProgress {
    fn read(value: &Value) -> Option<Self> {
        let status = value["status"].as_str()?;
        if let Some(digest) = value["digest"].as_str() {
            return Some(Self::Layer {
                digest: digest.to_owned(),
                total: json::number(value, &["total"]).unwrap_or(0),
                completed: json::number(value, &["completed"]).unwrap_or(0),
            });
        }
        Some(match status {
            "pulling manifest" => Self::Manifest,
            "verifying sha256 digest" => Self::Verifying,
            "success" => Self::Success,
            other => Self::Step(other.chars().take(200).collect()),
        })
    }
}

/// The lines of a pull or a create. Dropping it closes the connection, at which the engine stops and saves how far it came.
pub type OllamaProgressStream = BoxStream<'static, Result<OllamaProgress, Error>>;

/// Makes an error of what the engine said.
type Classify = fn(Refused) -> Error;

struct Reading {
    reply: HttpReply,
    decoder: NdjsonDecoder,
    lines: VecDeque<String>,
    classify: Classify,
    done: bool,
}

/// The lines of one request. It ends after `Success` or an error; a connection that ends without either is an error.
///
/// There is no limit of time between lines: an engine that compares forty gigabytes with their digest says nothing for
/// minutes, and whoever asks knows better what is too long.
pub(super) fn progress(http: Http, call: HttpCall, classify: Classify) -> OllamaProgressStream {
    let opened = stream::once(async move {
        let host = call.host();
        let reply = http.open(call).await?;
        if !reply.is_success() {
            return Err(classify(reply.refusal(http.options()).await));
        }
        tracing::trace!(%host, "progress begins");
        let decoder = NdjsonDecoder::new(http.options().max_event_bytes);
        Ok(Reading { decoder, reply, lines: VecDeque::new(), classify, done: false })
    });
    opened
        .flat_map(|opened| match opened {
            Ok(reading) => stream::unfold(reading, |mut reading| async move {
                reading.next().await.map(|item| (item, reading))
            })
            .boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .boxed()
}

impl Reading {
    async fn next(&mut self) -> Option<Result<OllamaProgress, Error>> {
        while !self.done {
            while let Some(line) = self.lines.pop_front() {
                let Some(value) = json::parse(&line) else { continue };
                if !value["error"].is_null() {
                    return Some(Err(self.refused(&value)));
                }
                if let Some(progress) = OllamaProgress::read(&value) {
                    self.done = progress == OllamaProgress::Success;
                    return Some(Ok(progress));
                }
            }
            match self.more().await {
                Ok(true) => {}
                Ok(false) => {
                    self.done = true;
                    return Some(Err(Error::Interrupted(format!(
                        "{} ended before it was done. What came so far is kept; ask again.",
                        self.reply.host()
                    ))));
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// Reads more; false at the end with nothing left.
    async fn more(&mut self) -> Result<bool, Error> {
        let mut lines = Vec::new();
        if let Some(bytes) = self.reply.chunk().await? {
            self.decoder.push(&bytes, &mut lines).map_err(|_| {
                Error::BadReply(format!("{} sent a line that is too long to be right.", self.reply.host()))
            })?;
        } else {
            self.decoder.finish(&mut lines);
            if lines.is_empty() {
                return Ok(false);
            }
        }
        self.lines.extend(lines);
        Ok(true)
    }

    fn refused(&mut self, value: &Value) -> Error {
        self.done = true;
        (self.classify)(Refused::from_value(self.reply.host(), value, self.reply.key()))
    }
}
