//! `POST /api/v1/rpc/{method}`: the method table over HTTP. The method takes the rest of the path, slash included.

use app::Error;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::header,
    response::{IntoResponse, Response},
};
use domain::Actor;
use serde_json::Value;

use crate::{
    Door,
    problem::{self, Problem},
};

/// Calls a method with the body's JSON as its parameters.
pub(crate) async fn call(
    State(door): State<Door>,
    Path(method): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|_| problem::too_large())?;
    let params = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Problem(Error::invalid(format!("The body is not JSON: {error}."))))?
    };
    let result = app::call(&door.app, Actor::LOCAL, &method, params).await.map_err(Problem)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], String::from(Box::<str>::from(result))).into_response())
}
