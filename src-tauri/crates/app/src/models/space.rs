//! What models take on the disk, and freeing what no model needs.

use std::{fs, path::Path, time::Duration};

use domain::{Actor, ErrorCode};
use engine::{Library, disk_free, embedded::PROVIDER};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    download::EMBEDDED_LANE,
    hosts::{self, on_disk},
};
use crate::{App, Error};

/// What another program is fetching has been written to not longer ago than this.
const LATELY: Duration = Duration::from_secs(30);

/// Where models are kept, and what that takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelSpace {
    /// The built-in engine's folder, and those of Ollamas that can be read.
    pub folders: Vec<ModelFolder>,
}

/// A folder of models. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ModelFolder {
    /// Whose: the provider's short name.
    pub provider: String,
    /// Where it is.
    pub path: String,
    /// What models need; what several share counts once.
    #[ts(type = "number")]
    pub models: u64,
    /// What no model needs.
    #[ts(type = "number")]
    pub unreferenced: u64,
    /// What unfinished downloads left.
    #[ts(type = "number")]
    pub partials: u64,
    /// Free on its disk; absent where the system doesn't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub free: Option<u64>,
}

/// What freeing freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SpaceFreed {
    /// Bytes.
    #[ts(type = "number")]
    pub freed: u64,
}

pub(super) async fn of_all(app: &App, actor: Actor) -> Result<ModelSpace, Error> {
    let folder = app.models_dir();
    let mut folders = vec![on_disk(move || Ok(ours(&folder))).await?];
    for host in hosts::hosts(app, actor).await? {
        let Some(library) = host.library(app, actor).await else { continue };
        let path = library.path().to_string_lossy().into_owned();
        // Two rows may be the same server.
        if folders.iter().any(|folder| folder.path == path) {
            continue;
        }
        let Ok(space) = on_disk(move || library.space()).await else { continue };
        folders.push(ModelFolder {
            provider: host.provider.slug,
            path,
            models: space.models,
            unreferenced: space.unreferenced,
            partials: space.partials,
            free: space.free,
        });
    }
    Ok(ModelSpace { folders })
}

fn ours(folder: &Path) -> ModelFolder {
    let mut sum = ModelFolder {
        provider: PROVIDER.to_owned(),
        path: folder.to_string_lossy().into_owned(),
        models: 0,
        // A model's file of which nothing is known may be the only copy: it is never taken for rubbish.
        unreferenced: 0,
        partials: 0,
        free: disk_free(folder),
    };
    for (name, size, _) in files(folder) {
        if is_partial(&name) {
            sum.partials += size;
        } else if Path::new(&name).extension().is_some_and(|ending| ending == "gguf") {
            sum.models += size;
        }
    }
    sum
}

/// Names, sizes, and whether somebody has written to it lately.
fn files(folder: &Path) -> Vec<(String, u64, bool)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| {
        let found = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((entry.file_name().into_string().ok()?, found.len(), lately(&found)))
    });
    files.collect()
}

fn lately(found: &fs::Metadata) -> bool {
    found.modified().ok().and_then(|changed| changed.elapsed().ok()).is_none_or(|since| since < LATELY)
}

/// Whether an unfinished download or import left it.
fn is_partial(name: &str) -> bool {
    name.starts_with(".download-") || name.starts_with(".import-")
}

/// Removes what no model needs. Nothing may be on its way meanwhile: what came of it would be taken for rubbish.
pub(super) async fn free(app: &App, actor: Actor) -> Result<SpaceFreed, Error> {
    // No job begins while this is held.
    let _nothing_begins = app.jobs.beginning.lock().await;
    if app.jobs.is_busy(EMBEDDED_LANE) {
        return Err(busy("The built-in engine"));
    }
    let hosts = hosts::hosts(app, actor).await?;
    for host in &hosts {
        if app.jobs.is_busy(&hosts::lane(&host.provider.slug)) {
            return Err(busy(&host.provider.name));
        }
    }
    let mut libraries: Vec<Library> = Vec::new();
    for host in &hosts {
        let Some(library) = host.library(app, actor).await else { continue };
        let looked = library.clone();
        if on_disk(move || is_being_fetched(&looked)).await? {
            return Err(busy(&host.provider.name));
        }
        if !libraries.contains(&library) {
            libraries.push(library);
        }
    }
    let folder = app.models_dir();
    let mut freed = on_disk(move || Ok(sweep(&folder))).await?;
    for library in libraries {
        freed += on_disk(move || library.free_space()).await?;
    }
    app.bus.publish(crate::events::Event::ModelChanged);
    Ok(SpaceFreed { freed })
}

fn busy(who: &str) -> Error {
    Error::new(
        ErrorCode::Conflict,
        format!(
            "{who} is getting or making a model now. Wait until that is done, or pause it, then try again."
        ),
    )
}

/// Whether somebody writes to an unfinished download, which may be started from a terminal.
fn is_being_fetched(library: &Library) -> Result<bool, llm::Error> {
    Ok(library
        .all_partials()?
        .iter()
        .any(|partial| fs::metadata(&partial.file).is_ok_and(|found| lately(&found))))
}

fn sweep(folder: &Path) -> u64 {
    let rubbish = files(folder).into_iter().filter(|(name, _, lately)| is_partial(name) && !lately);
    let removed = rubbish.filter(|(name, ..)| fs::remove_file(folder.join(name)).is_ok());
    removed.map(|(_, size, _)| size).sum()
}
