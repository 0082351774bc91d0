//! Which folders are looked at, and how their files stand.

use std::path::{Path, PathBuf};

use domain::Actor;
use serde_json::json;

use super::scan;
use crate::{
    App, Error,
    api::Nothing,
    pipelines::{PipelineFolder, PipelineWatchParams},
};

/// The one row that names the folders.
const KEY: &str = "pipeline.folders";
/// The most folders.
const MOST: usize = 20;

/// The folders that are looked at, with their files.
pub async fn list(app: App, actor: Actor, _params: Nothing) -> Result<Vec<PipelineFolder>, Error> {
    let folders = named(&app, actor).await?;
    let state = app.pipelines.files.lock();
    Ok(folders.iter().map(|folder| shown(&state, folder)).collect())
}

fn shown(state: &super::State, folder: &Path) -> PipelineFolder {
    let mut files: Vec<_> = state
        .files
        .iter()
        .filter(|(path, _)| path.starts_with(folder))
        .map(|(_, known)| known.shown.clone())
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    PipelineFolder {
        path: folder.to_string_lossy().into_owned(),
        problem: state.folders.get(folder).cloned(),
        files,
    }
}

/// Names the folders that are looked at from now on, in place of those before. The pipelines of one that is no longer named stay
/// in the library.
pub async fn watch(
    app: App,
    actor: Actor,
    params: PipelineWatchParams,
) -> Result<Vec<PipelineFolder>, Error> {
    let mut named = params.folders;
    if let Some(handle) = &params.handle {
        named.push(app.files.take(handle)?.path.to_string_lossy().into_owned());
    }
    if named.len() > MOST {
        return Err(Error::invalid(format!(
            "At most {MOST} folders can be looked at. Name one that holds the others."
        )));
    }
    let mut folders: Vec<PathBuf> = Vec::new();
    for one in &named {
        let folder = checked(one)?;
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let value = json!(folders);
    app.store.write(move |conn| store::settings::set(conn, actor.user_id, KEY, &value)).await?;
    {
        let _turn = app.pipelines.files.turn.lock().await;
        scan::all(&app, actor, &folders).await?;
    }
    app.pipelines.files.look_again();
    list(app, actor, Nothing {}).await
}

fn checked(named: &str) -> Result<PathBuf, Error> {
    let folder = Path::new(named.trim());
    if !folder.is_absolute() {
        return Err(Error::invalid("Name the folder by its whole path."));
    }
    if !folder.is_dir() {
        return Err(Error::invalid(format!(
            "There is no folder {}. Make it first, or choose another one.",
            folder.display()
        )));
    }
    let whole = folder.canonicalize().map_err(|error| {
        Error::invalid(format!(
            "The folder {} can't be opened ({error}). Choose another one.",
            folder.display()
        ))
    })?;
    // All of a disk would be walked through each time.
    if whole.parent().is_none() {
        return Err(Error::invalid("Choose a folder, not a whole disk."));
    }
    Ok(whole)
}

/// The folders that are named.
pub(super) async fn named(app: &App, actor: Actor) -> Result<Vec<PathBuf>, Error> {
    let value = app.store.read(move |conn| store::settings::get(conn, actor.user_id, KEY)).await?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
}
