//! Gets the bytes: asks for what is missing, again and again while something comes.

use std::path::Path;

use futures_util::StreamExt;
use llm::Error;
use tokio::time::{Instant, sleep, timeout};

use super::{
    DownloadOptions, DownloadProgress, Fetch, FetchReply, check_space,
    content::{Content, Origin},
    fetch::follow,
    part::Part,
};

/// Why the bytes don't come any more.
pub(super) enum Broken {
    /// Asking again may help.
    Again(Error),
    /// It won't.
    Final(Error),
    /// Another file is there now.
    Changed,
}

/// One download under way.
pub(super) struct Transfer<'a> {
    fetch: &'a dyn Fetch,
    origin: Origin,
    options: &'a DownloadOptions,
    content: Content,
    part: Part,
    reported: Instant,
    reported_bytes: u64,
}

impl<'a> Transfer<'a> {
    pub(super) async fn begin(
        fetch: &'a dyn Fetch,
        origin: Origin,
        content: Content,
        folder: &Path,
        options: &'a DownloadOptions,
    ) -> Result<Self, Error> {
        let part = Part::open(folder, &origin, &content).await?;
        check_space(folder, content.size - part.have).await?;
        let reported_bytes = part.have;
        Ok(Self { fetch, origin, options, content, part, reported: Instant::now(), reported_bytes })
    }

    pub(super) fn into_part(self) -> Part {
        self.part
    }

    /// Until everything is here.
    pub(super) async fn run(
        &mut self,
        progress: &mut (impl FnMut(DownloadProgress) + Send),
    ) -> Result<(), Broken> {
        let mut in_vain = 0;
        self.report(progress, true);
        while self.part.have < self.content.size {
            let before = self.part.have;
            let result = self.once(progress).await;
            self.part.flush().await.map_err(Broken::Final)?;
            self.report(progress, true);
            let Err(broken) = result else { continue };
            let Broken::Again(error) = broken else { return Err(broken) };
            in_vain = if self.part.have > before { 1 } else { in_vain + 1 };
            tracing::info!(%error, in_vain, have = self.part.have, "a download broke off");
            if in_vain > self.options.asks {
                return Err(Broken::Again(error));
            }
            sleep(self.options.pause * in_vain).await;
        }
        Ok(())
    }

    /// Asks once and takes what comes.
    async fn once(&mut self, progress: &mut (impl FnMut(DownloadProgress) + Send)) -> Result<(), Broken> {
        let from = Some(self.part.have).filter(|have| *have > 0);
        let url = self.origin.url();
        let reply = match timeout(self.options.stall, follow(self.fetch, &url, from)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error @ Error::Unreachable { retry: true, .. })) => return Err(Broken::Again(error)),
            Ok(Err(error @ (Error::TimedOut { .. } | Error::Interrupted(_)))) => {
                return Err(Broken::Again(error));
            }
            Ok(Err(error)) => return Err(Broken::Final(error)),
            Err(_) => return Err(Broken::Again(self.stalled())),
        };
        let FetchReply { status, content_length, content_range, etag, mut body, .. } = reply;
        if status < 300 && self.content.mark.is_some() && etag.is_some() && etag != self.content.mark {
            return Err(Broken::Changed);
        }
        self.check_head(status, content_length, content_range.as_deref()).await?;
        while self.part.have < self.content.size {
            let piece = match timeout(self.options.stall, body.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(error))) => return Err(Broken::Again(error)),
                Ok(None) => {
                    return Err(Broken::Again(Error::Interrupted(format!(
                        "The download of {} broke off. What came is kept; try again to go on.",
                        self.origin.file()
                    ))));
                }
                Err(_) => return Err(Broken::Again(self.stalled())),
            };
            if self.part.have + piece.len() as u64 > self.content.size {
                return Err(Broken::Changed);
            }
            self.part.write(&piece).await.map_err(Broken::Final)?;
            self.report(progress, false);
        }
        Ok(())
    }

    /// Makes sure that what is about to come belongs where we would write it.
    async fn check_head(
        &mut self,
        status: u16,
        length: Option<u64>,
        content_range: Option<&str>,
    ) -> Result<(), Broken> {
        match status {
            206 => match content_range.and_then(range) {
                Some((_, Some(total))) if total != self.content.size => Err(Broken::Changed),
                Some((from, _)) if from == self.part.have => Ok(()),
                _ => {
                    self.part.reset().await.map_err(Broken::Final)?;
                    Err(Broken::Again(Error::BadReply(format!(
                        "{} sent another part of {} than was asked for.",
                        self.origin.who(),
                        self.origin.file()
                    ))))
                }
            },
            // The whole file, whatever was asked for.
            200 if length.is_some_and(|length| length != self.content.size) => Err(Broken::Changed),
            200 => self.part.reset().await.map_err(Broken::Final),
            416 => {
                self.part.reset().await.map_err(Broken::Final)?;
                Err(Broken::Again(self.origin.refused(416)))
            }
            status @ (408 | 429 | 500..=599) => Err(Broken::Again(self.origin.refused(status))),
            status => Err(Broken::Final(self.origin.refused(status))),
        }
    }

    fn report(&mut self, progress: &mut impl FnMut(DownloadProgress), at_once: bool) {
        let passed = self.reported.elapsed();
        if !at_once && passed < self.options.report {
            return;
        }
        let news = self.part.have.saturating_sub(self.reported_bytes);
        let bytes_per_second = (news as f64 / passed.as_secs_f64().max(0.001)) as u64;
        progress(DownloadProgress { bytes: self.part.have, total: self.content.size, bytes_per_second });
        self.reported = Instant::now();
        self.reported_bytes = self.part.have;
    }

    fn stalled(&self) -> Error {
        Error::TimedOut {
            message: format!(
                "Nothing of {} came for {} seconds, several times. What came is kept; check the connection and try again to go on.",
                self.origin.file(),
                self.options.stall.as_secs()
            ),
            sent: true,
        }
    }
}

/// "bytes 5-9/10": where it begins, and how much there is in all where told.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let from = span.split_once('-')?.0.parse().ok()?;
    Some((from, total.parse().ok()))
}
