//! Saving on the page what may also be a file: neither another saver's work nor a change on the disk is ever written over by
//! one who hasn't seen it.

use std::path::{Path, PathBuf};

use domain::{Actor, ErrorCode};
use serde_json::Value;
use store::pipelines::PipelineRow;

use super::{FileTrouble, PipelineOnDisk, disk, revision, scan};
use crate::{
    App, Error,
    pipelines::library::{self, Kept, checked_id, keep},
};

/// Keeps what a person drew, in the library and in the pipeline's file. `base` names what it was drawn on (`revision`).
pub(crate) async fn save(
    app: &App,
    actor: Actor,
    definition: Value,
    label: String,
    base: Option<String>,
) -> Result<PipelineRow, Error> {
    let id = checked_id(&definition)?;
    let _turn = app.pipelines.files.turn.lock().await;
    let Some(mut row) = find(app, actor, &id).await? else {
        if base.is_some() {
            return Err(Error::new(
                ErrorCode::Conflict,
                "This pipeline isn't in the library any more. Save it as a new one, or leave it.",
            ));
        }
        return keep(app, actor, definition, Kept::by_person(label)).await;
    };
    // What it says on the disk counts from now on, whether anybody was told of it or not.
    let file = row.file.clone().map(PathBuf::from);
    if let Some(path) = &file {
        let before = revision(app, &row);
        scan::read_in(app, actor, path).await?;
        row = find(app, actor, &id).await?.ok_or_else(|| Error::not_found("pipeline"))?;
        let now = revision(app, &row);
        if before != now && base.as_ref() != Some(&now) && row.draft != definition {
            return Err(changed_on_disk(path));
        }
    }
    let problem = app.pipelines.files.problem(row.file.as_deref());
    let current = revision(app, &row);
    match (&base, &problem, &file) {
        (Some(base), _, _) if *base == current => {}
        // A retry of a save whose answer was lost.
        _ if problem.is_none() && row.draft == definition => {}
        (None, None, _) => {}
        (_, Some(problem), Some(path)) => return Err(in_the_way(problem.kind, path)),
        _ => {
            return Err(Error::new(
                ErrorCode::Conflict,
                "Somebody else saved this pipeline meanwhile. Look at what they changed: take theirs, or keep yours as a new version.",
            ));
        }
    }
    if let Some(path) = file {
        write(app, &id, path, definition.clone()).await?;
    }
    keep(app, actor, definition, Kept::by_person(label)).await
}

/// The file first: if the library isn't reached after it, the file is read in again, and nothing is lost.
async fn write(app: &App, id: &str, path: PathBuf, definition: Value) -> Result<(), Error> {
    let to = path.clone();
    let written = tokio::task::spawn_blocking(move || disk::write(&to, &definition)).await;
    let written = written.map_err(|_| Error::new(ErrorCode::Interrupted, "Web+ is ending. Save again."))?;
    let content = written.map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
            _ => ErrorCode::Internal,
        };
        let message = format!(
            "The file {} can't be written ({error}), so nothing was saved. Make it writable, then save again.",
            path.display()
        );
        Error::new(code, message)
    })?;
    let shown = PipelineOnDisk {
        path: path.to_string_lossy().into_owned(),
        pipeline_id: Some(id.to_owned()),
        problem: None,
    };
    app.pipelines.files.set(&path, content, shown);
    Ok(())
}

pub(super) async fn find(app: &App, actor: Actor, id: &str) -> Result<Option<PipelineRow>, Error> {
    let id = id.to_owned();
    match app.store.read(move |conn| store::pipelines::get(conn, actor.user_id, &id)).await {
        Ok(row) => Ok(Some(row)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(library::missing(error)),
    }
}

fn changed_on_disk(path: &Path) -> Error {
    Error::new(
        ErrorCode::Conflict,
        format!(
            "The file {} was changed on the disk meanwhile. Look at what it says: take that, or keep yours as a new version.",
            path.display()
        ),
    )
}

fn in_the_way(kind: FileTrouble, path: &Path) -> Error {
    let path = path.display();
    let message = match kind {
        FileTrouble::Gone => {
            format!("The file {path} is gone. Save again to write it anew, or put the pipeline away.")
        }
        FileTrouble::Broken => format!(
            "The file {path} was changed on the disk and can't be run as it is. Correct it there, or save again to write yours over it."
        ),
        FileTrouble::Taken => {
            format!("The file {path} says another pipeline now. Correct its `id` there, then save again.")
        }
    };
    Error::new(ErrorCode::Conflict, message)
}
