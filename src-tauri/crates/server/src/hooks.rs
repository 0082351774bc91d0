//! `POST /hooks/{pipeline}/{trigger}`: requests of other programs that begin runs. No token: each is signed.

use app::pipelines::triggers::{MAX_BODY, Posted, post};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::ErrorCode;
use serde_json::json;

use crate::{Door, problem::Problem};

/// Answers 202 with the run's id once the run is accepted.
pub(crate) async fn receive(
    State(door): State<Door>,
    Path((pipeline, trigger)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|_| {
        let message = format!("The body is larger than {} KB. Send less.", MAX_BODY / 1000);
        Problem(app::Error::new(ErrorCode::TooLarge, message))
    })?;
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let posted = Posted {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        content_type: text("content-type"),
        body: body.to_vec(),
    };
    let run = post(door.app, pipeline, trigger, posted).await.map_err(Problem)?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "runId": run }))).into_response())
}
