//! A look at the folders: which files there are, and what of each comes into the library.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use domain::{Actor, ErrorCode};
use pipeline::{Fault, Severity};
use serde_json::Value;
use store::pipelines::PipelineRow;
use walkdir::WalkDir;

use super::{
    ENDING, FileProblem, FileTrouble, PipelineOnDisk,
    disk::{self, OnDisk},
    saving::find,
};
use crate::{
    App, Error,
    events::Event,
    pipelines::{
        around::Around,
        library::{Kept, checked_id, keep, look},
    },
};

/// How deep folders are looked into.
const DEEPEST: usize = 16;
/// The most files of one folder.
pub(super) const MOST: usize = 1000;
/// How many entries are looked at for them.
const LOOKED_AT: usize = 200_000;

/// The files of a folder, sorted, or why it can't be read.
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if let Err(error) = std::fs::read_dir(folder) {
        return Err(format!("The folder {} can't be read ({error}). Choose another one.", folder.display()));
    }
    let walk = WalkDir::new(folder).follow_links(false).max_depth(DEEPEST).sort_by_file_name().into_iter();
    Ok(walk
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | "node_modules" | "target")))
        .flatten()
        .take(LOOKED_AT)
        .filter(|entry| !entry.file_type().is_dir())
        .filter(|entry| entry.file_name().to_str().is_some_and(is_definition))
        .map(walkdir::DirEntry::into_path)
        .take(MOST)
        .collect())
}

fn is_definition(name: &str) -> bool {
    name.ends_with(ENDING) && !name.starts_with('.')
}

/// Reads all that changed in the folders; what is no longer in any of them is a pipeline as any other from now on. The turn is
/// the caller's.
pub(super) async fn all(app: &App, actor: Actor, folders: &[PathBuf]) -> Result<(), Error> {
    let asked = folders.to_vec();
    let listed = tokio::task::spawn_blocking(move || {
        asked.into_iter().map(|folder| (files_of(&folder), folder)).collect::<Vec<_>>()
    });
    let listed = listed.await.map_err(|_| Error::new(ErrorCode::Interrupted, "Web+ is ending."))?;
    let mut found = BTreeSet::new();
    let mut unreadable = std::collections::HashMap::new();
    for (files, folder) in listed {
        match files {
            Ok(files) => found.extend(files),
            Err(why) => {
                unreadable.insert(folder, why);
            }
        }
    }
    app.pipelines.files.lock().folders = unreadable;
    for path in &found {
        read_in(app, actor, path).await?;
    }
    for row in app.store.read(move |conn| store::pipelines::list(conn, actor.user_id)).await? {
        let Some(path) = row.file.clone().map(PathBuf::from).filter(|path| !found.contains(path)) else {
            continue;
        };
        if folders.iter().any(|folder| path.starts_with(folder)) {
            read_in(app, actor, &path).await?;
        } else {
            unbind(app, actor, row).await?;
        }
    }
    let kept = |path: &PathBuf| found.contains(path) || folders.iter().any(|folder| path.starts_with(folder));
    app.pipelines
        .files
        .lock()
        .files
        .retain(|path, known| kept(path) && (found.contains(path) || known.shown.pipeline_id.is_some()));
    Ok(())
}

/// Reads one file, if it changed. The turn is the caller's.
pub(super) async fn read_in(app: &App, actor: Actor, path: &Path) -> Result<(), Error> {
    let place = path.to_owned();
    let read = tokio::task::spawn_blocking(move || disk::read(&place)).await;
    let read = read.map_err(|_| Error::new(ErrorCode::Interrupted, "Web+ is ending."))?;
    let known = app.pipelines.files.known(path);
    let name = path.to_string_lossy().into_owned();
    let owner = of_file(app, actor, &name).await?;
    let content = read.as_ref().map(|read| read.content.clone()).unwrap_or_default();
    // What was taken stays so only as long as the other pipeline is there; everything else hangs on the content alone.
    let settled = |known: &super::Known| {
        known.content == content
            && !content.is_empty()
            && known.shown.pipeline_id == owner.as_ref().map(|row| row.id.clone())
            && known.shown.problem.as_ref().is_none_or(|problem| problem.kind == FileTrouble::Broken)
    };
    if known.as_ref().is_some_and(settled) {
        return Ok(());
    }
    let (pipeline_id, problem) = match read {
        None => (owner.map(|row| row.id), Some(gone(path))),
        Some(OnDisk { value: Err(why), .. }) => {
            (owner.map(|row| row.id), Some(problem(FileTrouble::Broken, why, Vec::new())))
        }
        Some(OnDisk { value: Ok(value), .. }) => take(app, actor, &name, owner, value).await?,
    };
    let shown = PipelineOnDisk { path: name, pipeline_id, problem };
    let told = known.as_ref().map(|known| &known.shown) != Some(&shown);
    let of_event = shown.pipeline_id.clone().unwrap_or_default();
    app.pipelines.files.set(path, content, shown);
    if told {
        app.bus.publish(Event::PipelineChanged { id: of_event });
    }
    Ok(())
}

/// What becomes of a file that could be read: which pipeline it is, and what is the matter with it.
async fn take(
    app: &App,
    actor: Actor,
    name: &str,
    owner: Option<PipelineRow>,
    value: Value,
) -> Result<(Option<String>, Option<FileProblem>), Error> {
    let id = match checked_id(&value) {
        Ok(id) => id,
        Err(error) => {
            let broken = problem(FileTrouble::Broken, error.message, Vec::new());
            return Ok((owner.map(|row| row.id), Some(broken)));
        }
    };
    // It says another pipeline than before: the one before stays, as one without a file.
    if let Some(before) = owner.filter(|row| row.id != id) {
        unbind(app, actor, before).await?;
    }
    let row = find(app, actor, &id).await?;
    if let Some(row) = &row {
        let elsewhere = row.file.as_deref().filter(|file| *file != name && Path::new(file).exists());
        let other = row.file.is_none() && pipeline::value_hash(&row.draft) != pipeline::value_hash(&value);
        if elsewhere.is_some() || (other && row.deleted_at.is_none()) {
            let where_it_is = elsewhere.map_or("in the library".to_owned(), |file| format!("in {file}"));
            let message = format!(
                "There is a pipeline \"{id}\" {where_it_is} already. Give this file another `id`, or put the other one away."
            );
            return Ok((None, Some(problem(FileTrouble::Taken, message, Vec::new()))));
        }
        // Put away here: what the file says is looked at again once it is brought back.
        if row.deleted_at.is_some() && row.file.as_deref() == Some(name) {
            return Ok((Some(id), None));
        }
        if row.file.as_deref() == Some(name)
            && pipeline::value_hash(&row.draft) == pipeline::value_hash(&value)
        {
            return Ok((Some(id), None));
        }
    }
    let looked = look(app, value.clone(), Around::default()).await?;
    // The last one that can be run goes on.
    if !looked.can_run() && row.as_ref().is_some_and(|row| row.hash.is_some()) {
        let faults: Vec<Fault> =
            looked.faults.into_iter().filter(|fault| fault.severity == Severity::Error).collect();
        let message = format!(
            "The file can't be run as it is now, so what it said before goes on. {}",
            faults.first().map_or("", |fault| fault.message.as_str())
        );
        return Ok((Some(id), Some(problem(FileTrouble::Broken, message, faults))));
    }
    keep(app, actor, value, Kept::from_file(name.to_owned())).await?;
    Ok((Some(id), None))
}

/// The pipeline that is read from this file.
async fn of_file(app: &App, actor: Actor, name: &str) -> Result<Option<PipelineRow>, Error> {
    let name = name.to_owned();
    let found = app.store.read(move |conn| store::pipelines::of_file(conn, actor.user_id, &name));
    Ok(found.await?)
}

async fn unbind(app: &App, actor: Actor, row: PipelineRow) -> Result<(), Error> {
    let id = row.id.clone();
    app.store
        .write(move |conn| {
            // As it is by now, but for the file.
            let row = store::pipelines::get(conn, actor.user_id, &row.id)?;
            store::pipelines::put(conn, actor.user_id, &PipelineRow { file: None, ..row })
        })
        .await?;
    app.bus.publish(Event::PipelineChanged { id });
    Ok(())
}

fn gone(path: &Path) -> FileProblem {
    let message = format!(
        "The file {} is gone from the disk; what it said last goes on. Save to write it anew, or put the pipeline away.",
        path.display()
    );
    problem(FileTrouble::Gone, message, Vec::new())
}

fn problem(kind: FileTrouble, message: String, faults: Vec<Fault>) -> FileProblem {
    FileProblem { kind, message, faults }
}
