//! Files that the person gives: by the system's dialog or by dropping them on the window. The page gets a handle and a name,
//! never a path, and can't name one.

use std::path::PathBuf;

use app::{
    Error, ErrorBody,
    files::{ChosenFile, models_in},
};
use domain::ErrorCode;
use serde::Serialize;
use tauri::{AppHandle, DragDropEvent, Emitter as _, Manager as _, WebviewWindow};
use tauri_plugin_dialog::{DialogExt as _, FilePath};

use crate::{opening::Opening, refusal, window};

/// The most files of one drop.
const MOST: usize = 16;

/// A file as the page knows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Picked {
    handle: String,
    name: String,
    /// Bytes.
    size: u64,
}

/// A folder, or a file whose size nobody asks for, as the page knows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PickedFolder {
    handle: String,
    name: String,
}

/// Shows the system's dialog for a folder; `None` where the person changed their mind.
pub(crate) async fn pick_folder(window: WebviewWindow) -> Result<Option<PickedFolder>, ErrorBody> {
    ask(window, "Choose the new folder for models", true).await
}

/// The same for what a run of a pipeline is to be given, or a folder of pipelines.
pub(crate) async fn pick_path(
    window: WebviewWindow,
    folder: bool,
) -> Result<Option<PickedFolder>, ErrorBody> {
    ask(window, if folder { "Choose a folder" } else { "Choose a file" }, folder).await
}

async fn ask(window: WebviewWindow, title: &str, folder: bool) -> Result<Option<PickedFolder>, ErrorBody> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let dialog = window.dialog().file().set_parent(&window).set_title(title);
    let chosen = move |path: Option<FilePath>| {
        let _ = answer.send(path.and_then(|path| path.into_path().ok()));
    };
    if folder {
        dialog.pick_folder(chosen);
    } else {
        dialog.pick_file(chosen);
    }
    let Some(path) = answered.await.ok().flatten() else { return Ok(None) };
    let application = window.app_handle().state::<Opening>().app().await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let handle = application
        .files
        .hand_out(ChosenFile { path, temporary: false })
        .map_err(|error| refusal::body(&error))?;
    Ok(Some(PickedFolder { handle, name }))
}

/// Shows the system's dialog for a model's file; `None` where the person changed their mind.
pub(crate) async fn pick(window: WebviewWindow) -> Result<Option<Picked>, ErrorBody> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let dialog = window
        .dialog()
        .file()
        .set_parent(&window)
        .set_title("Add a model file")
        .add_filter("Models (GGUF)", &["gguf"]);
    dialog.pick_file(move |file| {
        let _ = answer.send(file.and_then(|file: FilePath| file.into_path().ok()));
    });
    match answered.await.ok().flatten() {
        Some(path) => hand_out(window.app_handle(), path).await.map(Some),
        None => Ok(None),
    }
}

/// Tells the page what is held over the window (`file-hover`), what was dropped on it (`file-dropped`; of a folder the models in
/// it), and why something of that wasn't taken (`file-refused`, sentences).
pub(crate) fn dragged(app: &AppHandle, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { .. } => tell(app, "file-hover", true),
        DragDropEvent::Leave => tell(app, "file-hover", false),
        DragDropEvent::Drop { paths, .. } => {
            tell(app, "file-hover", false);
            let (app, paths) = (app.clone(), paths.clone());
            tauri::async_runtime::spawn(async move {
                let (paths, mut refused) = unfolded(paths).await;
                let mut dropped = Vec::new();
                if paths.len() > MOST {
                    refused
                        .push(format!("Only the first {MOST} files were taken. Drop the others afterwards."));
                }
                for path in paths.into_iter().take(MOST) {
                    match hand_out(&app, path).await {
                        Ok(picked) => dropped.push(picked),
                        Err(refusal) => refused.push(refusal.message),
                    }
                }
                tell(&app, "file-dropped", dropped);
                if !refused.is_empty() {
                    tracing::info!(?refused, "not everything that was dropped was taken");
                    tell(&app, "file-refused", refused);
                }
            });
        }
        _ => {}
    }
}

/// The files among what was dropped, of folders the models in them; and a sentence for each folder without one.
async fn unfolded(dropped: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<String>) {
    let looked = tauri::async_runtime::spawn_blocking(move || {
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        for path in dropped {
            if !path.is_dir() {
                files.push(path);
                continue;
            }
            let models = models_in(&path);
            if models.is_empty() {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                refused.push(format!(
                    "There is no model in the folder {}. Drop GGUF files, or a folder that holds some.",
                    name.unwrap_or_default()
                ));
            }
            files.extend(models);
        }
        (files, refused)
    });
    looked.await.unwrap_or_default()
}

async fn hand_out(app: &AppHandle, path: PathBuf) -> Result<Picked, ErrorBody> {
    let application = app.state::<Opening>().app().await?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = tokio::fs::metadata(&path).await.map_err(|error| {
        refusal::body(
            &Error::new(
                ErrorCode::InvalidInput,
                format!("{name} can't be read. Check that you may open it and try again."),
            )
            .caused_by(error),
        )
    })?;
    if !found.is_file() {
        return Err(refusal::body(&Error::invalid(format!(
            "{name} is not a file. Choose a single GGUF file."
        ))));
    }
    let handle = application
        .files
        .hand_out(ChosenFile { path, temporary: false })
        .map_err(|error| refusal::body(&error))?;
    Ok(Picked { handle, name, size: found.len() })
}

fn tell(app: &AppHandle, event: &str, payload: impl Serialize + Clone) {
    if let Err(error) = app.emit_to(window::LABEL, event, payload) {
        tracing::warn!(%error, event, "the page could not be told");
    }
}
