//! Downloads a model from a hub: size and digest read from the hub first, bytes resumed where they broke off, the whole
//! verified before it gets a name. Or from any other address, where nothing is promised (`address`).
//!
//! Deliberately not here: HTTP itself (whoever calls hands in a `Fetch`), and which model to get. Dropping the future stops
//! the download; what came is kept for the next time.

mod address;
mod content;
mod fetch;
mod part;
mod pointer;
mod source;
mod split;
mod transfer;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use domain::ErrorCode;
use llm::Error;
use serde::Serialize;
use ts_rs::TS;

use crate::{
    failure::failure,
    import::{Imported, Temporary, blocking, finish, same_content, titled},
    space,
};
use content::Origin;
use part::Part;
use pointer::Pointer;
use transfer::{Broken, Transfer};

pub use address::FileAddress;
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

/// Downloads a model, all its files where it is split, into the folder of models and answers when it is whole, verified and named. Fails with `disk_full`,
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
    let parts = source.parts();
    if parts.len() > 1 {
        return split::download(fetch, &parts, models_dir, options, &mut progress).await;
    }
    // The hub may put another file there between our two questions; once more is enough to follow.
    for _ in 0..2 {
        let pointer = Pointer::read(fetch, source, options).await?;
        if let Some(there) = already_here(models_dir, &pointer, source).await? {
            return Ok(there);
        }
        let origin = Origin::Hub(source.clone());
        let mut transfer = Transfer::begin(fetch, origin, pointer.content(), models_dir, options).await?;
        match transfer.run(&mut progress).await {
            Ok(()) => return named(transfer.into_part(), models_dir, source, pointer).await,
            Err(Broken::Changed) => transfer.into_part().discard().await,
            Err(Broken::Again(error) | Broken::Final(error)) => return Err(error),
        }
    }
    Err(changed(&source.file))
}

/// A file that came whole and stands under no model's name yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it is, until `discard_address`.
    pub path: PathBuf,
    /// The SHA-256 of what came, in lower-case hexadecimal; nobody promised it.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
}

/// Gets a model's file from any address into a folder and answers when it is whole. It begins as a GGUF does; whether it is
/// one all through is for whoever names it. Fails as `download` does, and with `provider_bad_reply` for what is no such file.
pub async fn fetch_address(
    fetch: &dyn Fetch,
    address: &FileAddress,
    folder: &Path,
    options: &DownloadOptions,
    mut progress: impl FnMut(DownloadProgress) + Send,
) -> Result<Fetched, Error> {
    for _ in 0..2 {
        let content = address.look(fetch, options).await?;
        let origin = Origin::Elsewhere(address.clone());
        let mut transfer = Transfer::begin(fetch, origin, content, folder, options).await?;
        match transfer.run(&mut progress).await {
            Ok(()) => {
                let mut part = transfer.into_part();
                let sha256 = part.close().await?;
                return Ok(Fetched { path: part.path.clone(), sha256, size: part.have });
            }
            Err(Broken::Changed) => transfer.into_part().discard().await,
            Err(Broken::Again(error) | Broken::Final(error)) => return Err(error),
        }
    }
    Err(changed(&address.file()))
}

/// The same into the folder of models, checked and named.
pub async fn download_address(
    fetch: &dyn Fetch,
    address: &FileAddress,
    models_dir: &Path,
    options: &DownloadOptions,
    progress: impl FnMut(DownloadProgress) + Send,
) -> Result<Imported, Error> {
    let fetched = fetch_address(fetch, address, models_dir, options, progress).await?;
    let (folder, stem) = (models_dir.to_owned(), address.stem());
    let named =
        blocking(move |_| finish(Temporary::complete(fetched.path), &folder, &stem, fetched.sha256)).await;
    discard_address(address, models_dir).await;
    named
}

/// Removes what was got from there. Not to be called while it is being got.
pub async fn discard_address(address: &FileAddress, folder: &Path) {
    sweep(vec![Origin::Elsewhere(address.clone())], folder).await;
}

fn changed(file: &str) -> Error {
    Error::BadReply(format!("{file} has changed while it was downloaded. Try again in a few minutes."))
}

/// Removes what an unfinished download of the file left. Not to be called while it is being downloaded.
pub async fn discard(source: &Source, models_dir: &Path) {
    sweep(source.parts().into_iter().map(Origin::Hub).collect(), models_dir).await;
}

async fn sweep(origins: Vec<Origin>, folder: &Path) {
    let folder = folder.to_owned();
    // It answers with nothing in any case: what can't be removed only takes space.
    let _ = tokio::task::spawn_blocking(move || {
        for origin in &origins {
            part::sweep(&folder, origin, None);
        }
    })
    .await;
}

/// The same content may be here already, under whatever name.
async fn already_here(folder: &Path, pointer: &Pointer, source: &Source) -> Result<Option<Imported>, Error> {
    let (folder, pointer, stem) = (folder.to_owned(), pointer.clone(), source.stem());
    blocking(move |_| {
        let Some(file) = same_content(&folder, pointer.size, &pointer.sha256)? else { return Ok(None) };
        let header = titled(std::slice::from_ref(&file), &stem)?;
        Ok(Some(crate::import::imported(file, pointer.size, pointer.sha256, header, true)))
    })
    .await
}

/// Verifies what came, checks that it is a model and names it.
async fn named(part: Part, folder: &Path, source: &Source, pointer: Pointer) -> Result<Imported, Error> {
    let part = verified(part, source, &pointer).await?;
    let digest = pointer.sha256;
    let (folder, stem) = (folder.to_owned(), source.stem());
    blocking(move |_| {
        let imported = finish(Temporary::complete(part.path.clone()), &folder, &stem, digest);
        part.forget();
        imported
    })
    .await
}

/// Verifies what came.
async fn verified(mut part: Part, source: &Source, pointer: &Pointer) -> Result<Part, Error> {
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
    Ok(part)
}

/// Checks the space for what is still to come.
async fn check_space(folder: &Path, needed: u64) -> Result<(), Error> {
    let folder = folder.to_owned();
    blocking(move |_| space::check(&folder, needed)).await
}
