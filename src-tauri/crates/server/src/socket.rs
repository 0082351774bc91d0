//! The owner's socket: the same calls and events for a second `webplus` command of the same person. Only the owner can open
//! its file (0600, in a folder that is 0700), so it asks for no token; and because its client is no page, it may name a path.

use std::{
    future::Future,
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use app::{App, files::ChosenFile};
use axum::{Json, Router, extract::State, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::UnixListener;

use crate::{Door, calls, problem::Problem};

/// Where the socket of a data folder is.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("webplus.sock")
}

/// Listens for commands of the same person until `shutdown` resolves. The data folder must be owned by this process: a
/// socket file that a crash left is replaced.
pub async fn serve(
    app: App,
    data_dir: &Path,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let path = path(data_dir);
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let routes =
        calls().merge(Router::new().route("/api/v1/files/local", post(local))).with_state(Door { app });
    let result = axum::serve(listener, routes).with_graceful_shutdown(shutdown).await;
    let _ = std::fs::remove_file(&path);
    result
}

#[derive(Deserialize)]
struct Local {
    path: PathBuf,
}

/// A handle for a file of this computer.
async fn local(State(door): State<Door>, Json(chosen): Json<Local>) -> Result<Json<Value>, Problem> {
    let handle =
        door.app.files.hand_out(ChosenFile { path: chosen.path, temporary: false }).map_err(Problem)?;
    Ok(Json(json!({ "handle": handle })))
}
