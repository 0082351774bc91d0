//! The owner's socket, from the other side.

use std::path::PathBuf;

use app::{ErrorBody, events::Envelope};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::failure::Failure;

/// The most bytes of one event.
const LONGEST_EVENT: usize = 64 * 1024 * 1024;

/// A running application that owns the data folder.
pub(crate) struct Remote {
    path: PathBuf,
}

impl Remote {
    pub(crate) async fn connect(path: PathBuf) -> std::io::Result<Self> {
        UnixStream::connect(&path).await?;
        Ok(Self { path })
    }

    /// Posts JSON and gives the answer's text.
    pub(crate) async fn call(&self, path: &str, params: &Value) -> Result<String, Failure> {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(params.to_string())));
        let response = self.send(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(gone)?.to_bytes();
        if status.is_success() {
            return Ok(String::from_utf8_lossy(&body).into_owned());
        }
        match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(error) => Err(error.into()),
            Err(_) => Err(Failure::new(format!("The running Web+ answered {status} and nothing else."))),
        }
    }

    /// What happens from now on.
    pub(crate) async fn events(&self) -> Result<RemoteEvents, Failure> {
        let request = Request::get("/api/v1/events").body(Full::new(Bytes::new()));
        let mut events = RemoteEvents { body: self.send(request).await?.into_body(), buffer: Vec::new() };
        // The first piece says that the subscription stands.
        events.more().await;
        Ok(events)
    }

    async fn send(
        &self,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Response<Incoming>, Failure> {
        let mut request =
            request.map_err(|error| Failure::new(format!("The request could not be made: {error}.")))?;
        request.headers_mut().insert(header::HOST, header::HeaderValue::from_static("localhost"));
        let stream = UnixStream::connect(&self.path).await.map_err(gone)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(gone)?;
        spawn(async move {
            // An error of the connection is an error of the answer that is read from it.
            let _ = connection.await;
        });
        sender.send_request(request).await.map_err(gone)
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a client's connection, ended with its answer; there is no application here"
)]
fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(future);
}

fn gone(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("The running Web+ stopped answering: {error}. Start it again, or try again."))
}

/// The events of a running application.
pub(crate) struct RemoteEvents {
    body: Incoming,
    buffer: Vec<u8>,
}

impl RemoteEvents {
    pub(crate) async fn next(&mut self) -> Option<Envelope> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let text = String::from_utf8_lossy(&block);
                let data = text.lines().find_map(|line| line.strip_prefix("data: "));
                if let Some(envelope) = data.and_then(|data| serde_json::from_str(data).ok()) {
                    return Some(envelope);
                }
                continue;
            }
            if self.buffer.len() > LONGEST_EVENT || !self.more().await {
                return None;
            }
        }
    }

    async fn more(&mut self) -> bool {
        match self.body.frame().await {
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    self.buffer.extend_from_slice(&data);
                }
                true
            }
            _ => false,
        }
    }
}
