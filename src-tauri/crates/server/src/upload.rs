//! `POST /api/v1/files`: a file as the body, answered with a handle that works once. Streamed to disk, never held in memory.

use std::path::PathBuf;

use app::{Error, files::ChosenFile};
use axum::{Json, body::Body, extract::State, http::HeaderMap};
use domain::ErrorCode;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::{Door, problem::Problem};

/// The largest file, in bytes: larger than any model that a desktop computer runs.
const LARGEST: u64 = 512 << 30;

/// Takes a file. `X-File-Name` (percent-encoded, optional) only serves to name the model where the file has no name inside.
pub(crate) async fn receive(
    State(door): State<Door>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let stem = headers.get("x-file-name").and_then(|name| name.to_str().ok()).map(stem).unwrap_or_default();
    let path = door.app.upload_path(&stem).await.map_err(Problem)?;
    match pour(body, &path).await {
        Ok(()) => {
            let handle = door.app.files.hand_out(ChosenFile { path, temporary: true }).map_err(Problem)?;
            Ok(Json(json!({ "handle": handle })))
        }
        Err(error) => {
            let _ = tokio::fs::remove_file(&path).await;
            Err(Problem(error))
        }
    }
}

async fn pour(body: Body, path: &PathBuf) -> Result<(), Error> {
    let failed = |error: std::io::Error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let (code, message) = if full {
            (ErrorCode::DiskFull, "The disk is full. Free some space and send the file again.")
        } else {
            (ErrorCode::Internal, "The file could not be saved. Check the data folder and send it again.")
        };
        Error::new(code, message).caused_by(error)
    };
    let mut file =
        tokio::fs::OpenOptions::new().create_new(true).write(true).open(path).await.map_err(failed)?;
    let mut pieces = body.into_data_stream();
    let mut size = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            Error::new(ErrorCode::Interrupted, "The upload broke off. Send the file again.").caused_by(error)
        })?;
        size += piece.len() as u64;
        if size > LARGEST {
            return Err(Error::new(ErrorCode::TooLarge, "That file is too large for a model."));
        }
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(())
}

/// Letters and digits of the name without its folder and ending.
fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".gguf").unwrap_or(name);
    name.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .take(80)
        .collect()
}
