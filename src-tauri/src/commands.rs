//! What the page may ask of the shell. Each command has a permission of its own name in `capabilities/main.json`, and
//! none of them decides anything.

use app::ErrorBody;
use domain::{Actor, EventId};
use serde_json::Value;
use tauri::{
    AppHandle, Manager as _, State, WebviewWindow,
    ipc::{Channel, InvokeResponseBody, Response},
};

use crate::{
    chosen::{self, Picked, PickedFolder},
    external,
    opening::Opening,
    refusal, rendering,
    stream::{self, Streams},
};

/// Calls a method of the application; its answer goes to the page as it is.
#[tauri::command]
pub(crate) async fn rpc(
    opening: State<'_, Opening>,
    method: String,
    params: Value,
) -> Result<Response, ErrorBody> {
    let app = opening.app().await?;
    let answer =
        app::call(&app, Actor::LOCAL, &method, params).await.map_err(|error| refusal::body(&error))?;
    Ok(Response::new(String::from(Box::<str>::from(answer))))
}

/// Sends events through the channel from now on, beginning after the given one. Answers with the subscription's number.
#[tauri::command]
pub(crate) async fn subscribe(
    window: WebviewWindow,
    opening: State<'_, Opening>,
    after: Option<EventId>,
    channel: Channel<InvokeResponseBody>,
) -> Result<u32, ErrorBody> {
    let app = opening.app().await?;
    Ok(stream::begin(&app, window, after, channel))
}

/// Ends a subscription; one that has ended already is fine.
#[tauri::command]
pub(crate) async fn unsubscribe(streams: State<'_, Streams>, subscription: u32) -> Result<(), ErrorBody> {
    streams.end(subscription);
    Ok(())
}

/// Opens a web or mail address outside of Web+.
#[tauri::command]
pub(crate) async fn open_external(url: String) -> Result<(), ErrorBody> {
    external::open(&url).map_err(|error| refusal::body(&error))
}

/// Asks the person for a model's file.
#[tauri::command]
pub(crate) async fn pick_model_file(window: WebviewWindow) -> Result<Option<Picked>, ErrorBody> {
    chosen::pick(window).await
}

/// Asks the person for a folder.
#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow) -> Result<Option<PickedFolder>, ErrorBody> {
    chosen::pick_folder(window).await
}

/// Asks the person for what a run is to be given: a file, or a folder.
#[tauri::command]
pub(crate) async fn pick_path(
    window: WebviewWindow,
    folder: bool,
) -> Result<Option<PickedFolder>, ErrorBody> {
    chosen::pick_path(window, folder).await
}

/// The page has painted something.
#[tauri::command]
pub(crate) async fn window_ready(app: AppHandle) -> Result<(), ErrorBody> {
    rendering::painted(app.app_handle());
    Ok(())
}
