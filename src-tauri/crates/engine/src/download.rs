//! Downloads a model from a hub: size and digest read from the hub first, bytes resumed where they broke off, the whole
//! verified before it gets a name.
//!
//! Deliberately not here: HTTP itself (whoever calls hands in a `Fetch`), and which model to get. Dropping the future stops
//! the download; what came is kept for the next time.

mod fetch;
mod part;
mod pointer;
mod source;
mod transfer;

use std::{path::Path, time::Duration};

use domain::ErrorCode;
use llm::Error;
use serde::Serialize;
use ts_rs::TS;

use crate::{
    failure::failure,
    import::{Imported, Temporary, blocking, finish, same_content, titled},
    space,
};
use part::Part;
use pointer::Pointer;
use transfer::{Broken, Transfer};

pub use fetch::{Fetch, FetchReply};
pub use source::Source;

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DownloadProgress {
    /// Bytes here.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Bytes a second lately; 0 while nothing comes.
    #[ts(type = "number")]
    pub bytes_per_second: u64,
}

/// How patient a download is.
#[derive(Debug, Clone, Copy)]
pub struct DownloadOptions {
    /// Without a byte for so long, the rest is asked for again.
    pub stall: Duration,
    /// So many times without a byte between them.
    pub asks: u32,
    /// How long is waited before asking again, times how often it was in vain.
    pub pause: Duration,
    /// Progress is told no more often than this.
    pub report: Duration,
}

impl Default for DownloadOptions {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(15),
            asks: 3,
            pause: Duration::from_secs(1),
            report: Duration::from_millis(200),
        }
    }
}

/// Downloads a model into the folder of models and answers when it is whole, verified and named. Fails with `disk_full`,
/// `model_damaged` (the digest is wrong: what came is removed), `timed_out`, `provider_unreachable`, `model_not_found`,
/// `provider_auth`; what came is kept and the next try goes on from there.
pub async fn download(
    fetch: &dyn Fetch,
    source: &Source,
    models_dir: &Path,
    options: &DownloadOptions,
    mut progress: impl FnMut(DownloadProgress) + Send,
) -> Result<Imported, Error> {
    source.check()?;
    // The hub may put another file there between our two questions; once more is enough to follow.
    for _ in 0..2 {
        let pointer = Pointer::read(fetch, source, options).await?;
        if let Some(there) = already_here(models_dir, &pointer, source).await? {
            return Ok(there);
        }
        let mut transfer = Transfer::begin(fetch, source, models_dir, pointer.clone(), options).await?;
        match transfer.run(&mut progress).await {
            Ok(()) => return named(transfer.into_part(), models_dir, source, pointer).await,
            Err(Broken::Changed) => transfer.into_part().discard().await,
            Err(Broken::Again(error) | Broken::Final(error)) => return Err(error),
        }
    }
    Err(Error::BadReply(format!(
        "{} has changed at the hub while it was downloaded. Try again in a few minutes.",
        source.file
    )))
}

/// Removes what an unfinished download of the file left. Not to be called while it is being downloaded.
pub async fn discard(source: &Source, models_dir: &Path) {
    let (source, folder) = (source.clone(), models_dir.to_owned());
    // It answers with nothing in any case: what can't be removed only takes space.
    let _ = tokio::task::spawn_blocking(move || part::sweep(&folder, &source, None)).await;
}

/// The same content may be here already, under whatever name.
async fn already_here(folder: &Path, pointer: &Pointer, source: &Source) -> Result<Option<Imported>, Error> {
    let (folder, pointer, stem) = (folder.to_owned(), pointer.clone(), source.stem());
    blocking(move |_| {
        let Some(file) = same_content(&folder, pointer.size, &pointer.sha256)? else { return Ok(None) };
        let header = titled(&file, &stem)?;
        Ok(Some(crate::import::imported(file, pointer.size, pointer.sha256, header, true)))
    })
    .await
}

/// Verifies what came, checks that it is a model and names it.
async fn named(mut part: Part, folder: &Path, source: &Source, pointer: Pointer) -> Result<Imported, Error> {
    let digest = part.close().await?;
    if digest != pointer.sha256 {
        part.discard().await;
        return Err(failure(
            ErrorCode::ModelDamaged,
            format!(
                "{} arrived damaged: it isn't what the hub promised. It was removed; download it again.",
                source.file
            ),
        ));
    }
    let (folder, stem) = (folder.to_owned(), source.stem());
    blocking(move |_| {
        let imported = finish(Temporary::complete(part.path.clone()), &folder, &stem, digest);
        part.forget();
        imported
    })
    .await
}

/// Checks the space for what is still to come.
async fn check_space(folder: &Path, needed: u64) -> Result<(), Error> {
    let folder = folder.to_owned();
    blocking(move |_| space::check(&folder, needed)).await
}
