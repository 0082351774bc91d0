//! Gets the bytes: asks for what is missing, again and again while something comes.

use std::path::Path;

use futures_util::StreamExt;
use llm::{Error, Refusal};
use tokio::time::{Instant, sleep, timeout};

use super::{
    DownloadOptions, DownloadProgress, Fetch, FetchReply, Source, check_space, fetch::follow, part::Part,
    pointer::Pointer,
};

/// Why the bytes don't come any more.
pub(super) enum Broken {
    /// Asking again may help.
    Again(Error),
    /// It won't.
    Final(Error),
    /// The hub has another file there now.
    Changed,
}

/// One download under way.
pub(super) struct Transfer<'a> {
    fetch: &'a dyn Fetch,
    source: &'a Source,
    options: &'a DownloadOptions,
    pointer: Pointer,
    part: Part,
    reported: Instant,
    reported_bytes: u64,
}

impl<'a> Transfer<'a> {
    pub(super) async fn begin(
        fetch: &'a dyn Fetch,
        source: &'a Source,
        folder: &Path,
        pointer: Pointer,
        options: &'a DownloadOptions,
    ) -> Result<Self, Error> {
        let part = Part::open(folder, source, &pointer).await?;
        check_space(folder, pointer.size - part.have).await?;
        let reported_bytes = part.have;
        Ok(Self { fetch, source, options, pointer, part, reported: Instant::now(), reported_bytes })
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
        while self.part.have < self.pointer.size {
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
        let url = self.source.file_url();
        let reply = match timeout(self.options.stall, follow(self.fetch, &url, from)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error @ Error::Unreachable { retry: true, .. })) => return Err(Broken::Again(error)),
            Ok(Err(error @ (Error::TimedOut { .. } | Error::Interrupted(_)))) => {
                return Err(Broken::Again(error));
            }
            Ok(Err(error)) => return Err(Broken::Final(error)),
            Err(_) => return Err(Broken::Again(self.stalled())),
        };
        let FetchReply { status, content_length, content_range, mut body, .. } = reply;
        self.check_head(status, content_length, content_range.as_deref()).await?;
        while self.part.have < self.pointer.size {
            let piece = match timeout(self.options.stall, body.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(error))) => return Err(Broken::Again(error)),
                Ok(None) => {
                    return Err(Broken::Again(Error::Interrupted(format!(
                        "The download of {} broke off. What came is kept; try again to go on.",
                        self.source.file
                    ))));
                }
                Err(_) => return Err(Broken::Again(self.stalled())),
            };
            if self.part.have + piece.len() as u64 > self.pointer.size {
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
                Some((_, Some(total))) if total != self.pointer.size => Err(Broken::Changed),
                Some((from, _)) if from == self.part.have => Ok(()),
                _ => {
                    self.part.reset().await.map_err(Broken::Final)?;
                    Err(Broken::Again(Error::BadReply(format!(
                        "The hub sent another part of {} than was asked for.",
                        self.source.file
                    ))))
                }
            },
            // The whole file, whatever was asked for.
            200 if length.is_some_and(|length| length != self.pointer.size) => Err(Broken::Changed),
            200 => self.part.reset().await.map_err(Broken::Final),
            416 => {
                self.part.reset().await.map_err(Broken::Final)?;
                Err(Broken::Again(refused(416, self.source)))
            }
            status @ (408 | 429 | 500..=599) => Err(Broken::Again(refused(status, self.source))),
            status => Err(Broken::Final(refused(status, self.source))),
        }
    }

    fn report(&mut self, progress: &mut impl FnMut(DownloadProgress), at_once: bool) {
        let passed = self.reported.elapsed();
        if !at_once && passed < self.options.report {
            return;
        }
        let news = self.part.have.saturating_sub(self.reported_bytes);
        let bytes_per_second = (news as f64 / passed.as_secs_f64().max(0.001)) as u64;
        progress(DownloadProgress { bytes: self.part.have, total: self.pointer.size, bytes_per_second });
        self.reported = Instant::now();
        self.reported_bytes = self.part.have;
    }

    fn stalled(&self) -> Error {
        Error::TimedOut {
            message: format!(
                "Nothing of {} came for {} seconds, several times. What came is kept; check the connection and try again to go on.",
                self.source.file,
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

/// What a status means here.
pub(super) fn refused(status: u16, source: &Source) -> Error {
    let (file, repository) = (&source.file, &source.repository);
    match status {
        401 | 403 => Error::Auth(format!(
            "The hub gives {file} only to people who signed in there and agreed to its terms. Choose another model, or download it \
             in your browser and add the file."
        )),
        404 | 410 => Error::ModelNotFound(format!(
            "{file} isn't in {repository} at the hub any more. Choose another model."
        )),
        _ => Error::Server {
            message: format!("The hub answered {status} when asked for {file}. Try again in a few minutes."),
            refusal: Refusal {
                status,
                message: String::new(),
                kind: None,
                request_id: None,
                retry_after: None,
            },
        },
    }
}
