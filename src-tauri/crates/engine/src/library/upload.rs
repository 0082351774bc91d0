//! Giving a file to an Ollama, and telling meanwhile how far that is.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use domain::ErrorCode;
use futures_util::{Stream, stream};
use llm::{Error, Ollama};
use tokio::{
    fs::File,
    io::{AsyncReadExt, Take},
    time::{MissedTickBehavior, interval},
};

use super::{BlobDigest, import::unreadable};
use crate::{failure::failure, import::PIECE};

/// How often progress is told.
const REPORT: Duration = Duration::from_millis(200);

/// Awaits and tells how far it is meanwhile.
pub(crate) async fn watched<T>(
    work: impl Future<Output = Result<T, Error>> + Send,
    done: &AtomicU64,
    mut told: impl FnMut(u64) + Send,
) -> Result<T, Error> {
    let mut work = std::pin::pin!(work);
    let mut tick = interval(REPORT);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            result = &mut work => {
                told(done.load(Ordering::Relaxed));
                return result;
            }
            _ = tick.tick() => told(done.load(Ordering::Relaxed)),
        }
    }
}

pub(super) async fn upload(
    ollama: &Ollama,
    path: &Path,
    size: u64,
    digest: &BlobDigest,
    told: impl FnMut(u64) + Send,
) -> Result<(), Error> {
    let file = File::open(path).await.map_err(|error| unreadable(path, &error))?;
    let done = Arc::new(AtomicU64::new(0));
    let name = digest.to_string();
    let sending = ollama.upload_blob(&name, size, pieces(file.take(size), Arc::clone(&done)));
    let Err(error) = watched(sending, &done, told).await else { return Ok(()) };
    // Somebody else may have brought it meanwhile, at which the engine closes without reading on.
    if matches!(error, Error::Unreachable { .. } | Error::Interrupted(_))
        && ollama.has_blob(&name).await.unwrap_or(false)
    {
        return Ok(());
    }
    Err(match error {
        Error::InvalidRequest(text) if text.contains("digest mismatch") => failure(
            ErrorCode::Conflict,
            format!(
                "{} was changed while it was imported. Try again when nothing writes to it.",
                path.display()
            ),
        ),
        other => other,
    })
}

/// A file as a stream of pieces, counted as they go.
fn pieces(file: Take<File>, done: Arc<AtomicU64>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold((file, done), |(mut file, done)| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let count = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        done.fetch_add(count as u64, Ordering::Relaxed);
        Ok((count > 0).then(|| (Bytes::from(piece), (file, done))))
    })
}
