//! A model in several files at a hub: each is got and verified by itself, and all get their names together at the end.

use std::path::{Path, PathBuf};

use domain::ErrorCode;
use llm::Error;

use super::{
    DownloadOptions, DownloadProgress, Fetch, Source, changed, check_space,
    content::Origin,
    part,
    pointer::Pointer,
    transfer::{Broken, Transfer},
    verified,
};
use crate::{
    failure::failure,
    import::{Imported, Temporary, blocking, finish_parts, hash_of_files, hex, imported, same_parts, titled},
};

pub(super) async fn download(
    fetch: &dyn Fetch,
    sources: &[Source],
    folder: &Path,
    options: &DownloadOptions,
    progress: &mut (impl FnMut(DownloadProgress) + Send),
) -> Result<Imported, Error> {
    let mut pointers = Vec::new();
    for source in sources {
        pointers.push(Pointer::read(fetch, source, options).await?);
    }
    let stem = sources.first().map(Source::stem).unwrap_or_default();
    if let Some(there) = already_here(folder, &pointers, &stem).await? {
        return Ok(there);
    }
    let total = sum(pointers.iter().map(|pointer| pointer.size))?;
    let here = pointers.iter().map(|pointer| part::length(folder, &pointer.content()));
    check_space(folder, total.saturating_sub(here.sum())).await?;
    let (mut done, mut parts) = (0, Vec::new());
    for (source, pointer) in sources.iter().zip(&pointers) {
        let origin = Origin::Hub(source.clone());
        let mut transfer = Transfer::begin(fetch, origin, pointer.content(), folder, options).await?;
        let mut tell = |now: DownloadProgress| {
            progress(DownloadProgress { bytes: done + now.bytes, total, ..now });
        };
        match transfer.run(&mut tell).await {
            Ok(()) => parts.push(verified(transfer.into_part(), source, pointer).await?),
            Err(Broken::Changed) => {
                transfer.into_part().discard().await;
                return Err(changed(&source.file));
            }
            Err(Broken::Again(error) | Broken::Final(error)) => return Err(error),
        }
        done += pointer.size;
    }
    let folder = folder.to_owned();
    blocking(move |stop| {
        let paths: Vec<PathBuf> = parts.iter().map(|part| part.path.clone()).collect();
        let digest = hash_of_files(&paths, stop)?;
        let files = paths.into_iter().map(Temporary::complete).collect();
        let imported = finish_parts(files, &folder, &stem, hex(&digest));
        parts.iter().for_each(part::Part::forget);
        imported
    })
    .await
}

fn sum(mut sizes: impl Iterator<Item = u64>) -> Result<u64, Error> {
    sizes.try_fold(0_u64, u64::checked_add).ok_or_else(|| {
        failure(
            ErrorCode::ModelDamaged,
            "The hub says that this model is larger than any disk. Choose another one.",
        )
    })
}

/// The same content may be here already, under whatever name.
async fn already_here(folder: &Path, pointers: &[Pointer], stem: &str) -> Result<Option<Imported>, Error> {
    let (folder, stem) = (folder.to_owned(), stem.to_owned());
    let wanted: Vec<_> = pointers.iter().map(|pointer| (pointer.size, pointer.sha256.clone())).collect();
    blocking(move |stop| {
        let Some(files) = same_parts(&folder, &wanted)? else { return Ok(None) };
        let Some(first) = files.first().cloned() else { return Ok(None) };
        let digest = hash_of_files(&files, stop)?;
        let size = wanted.iter().map(|(size, _)| size).sum();
        Ok(Some(imported(first, size, hex(&digest), titled(&files, &stem)?, true)))
    })
    .await
}
