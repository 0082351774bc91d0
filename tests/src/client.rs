//! A client of the HTTP door, as small as the page's own.

use std::net::SocketAddr;

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::PATIENCE;

/// A refusal, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The body's code.
    pub code: String,
    /// The body's sentence.
    pub message: String,
}

/// Calls methods and listens, with the token.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where the door is.
    pub address: SocketAddr,
    /// The token.
    pub token: String,
    http: reqwest::Client,
}

impl Client {
    /// A client of the door at that address.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, token: token.to_owned(), http }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A call's result, or the refusal; panics where the door itself can't be reached.
    pub async fn try_call(&self, method: &str, params: Value) -> Result<Value, Problem> {
        self.reach(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The same for a door that may be gone: the outer error is the connection's.
    pub async fn reach(&self, method: &str, params: Value) -> Result<Result<Value, Problem>, reqwest::Error> {
        let request =
            self.http.post(self.url(&format!("/api/v1/rpc/{method}"))).bearer_auth(&self.token).json(&params);
        let response = request.timeout(PATIENCE).send().await?;
        let status = response.status();
        let body: Value = serde_json::from_str(&response.text().await?).unwrap_or_default();
        if status.is_success() {
            return Ok(Ok(body));
        }
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Ok(Err(Problem { status: status.as_u16(), code: word("code"), message: word("message") }))
    }

    /// A call's result; panics where it is refused.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params).await.unwrap_or_else(|problem| panic!("{method}: {problem:?}"))
    }

    /// The refusal of a call; panics where it isn't refused. A refusal is a sentence that ends as one.
    pub async fn refused(&self, method: &str, params: Value) -> Problem {
        let problem = self.try_call(method, params).await.expect_err(method);
        assert!(problem.message.ends_with('.'), "not a sentence: {problem:?}");
        problem
    }

    /// What happens from now on, or after the event of this id.
    pub async fn events(&self, after: Option<&str>) -> Events {
        let mut request = self.http.get(self.url("/api/v1/events")).bearer_auth(&self.token);
        if let Some(id) = after {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut events =
            Events { body: response.bytes_stream().boxed(), buffer: Vec::new(), head: String::new() };
        // The first block says that the subscription stands, and since when.
        let first = events.block().await.unwrap_or_default();
        let head = first.lines().find_map(|line| line.strip_prefix("id: "));
        head.unwrap_or_else(|| panic!("no head in {first:?}")).clone_into(&mut events.head);
        events
    }

    /// Sends a file's bytes and gives its handle.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> String {
        let request = self.http.post(self.url("/api/v1/files")).bearer_auth(&self.token);
        let response = request.header("x-file-name", name).body(bytes).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        body["handle"].as_str().unwrap().to_owned()
    }

    /// The message once it is no longer being written.
    pub async fn ended(&self, message: &str) -> Value {
        let mut events = self.events(None).await;
        let now = self.call("message/get", json!({ "id": message })).await;
        if now["status"] != "running" {
            return now;
        }
        let found = events
            .until(|event| {
                event["type"] == "message.changed"
                    && event["message"]["id"] == message
                    && event["message"]["status"] != "running"
            })
            .await;
        found["message"].clone()
    }
}

/// A stream of events.
pub struct Events {
    body: futures_util::stream::BoxStream<'static, Result<bytes::Bytes, reqwest::Error>>,
    buffer: Vec<u8>,
    /// The id of the newest event that came or was there at the beginning.
    pub head: String,
}

impl Events {
    /// The next event; `None` at the stream's end. Panics when nothing comes for long.
    pub async fn next(&mut self) -> Option<Value> {
        tokio::time::timeout(PATIENCE, self.unhurried()).await.expect("no event came")
    }

    async fn unhurried(&mut self) -> Option<Value> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
            let Some(data) = field("data: ") else { continue };
            let envelope: Value = serde_json::from_str(data).unwrap();
            assert_eq!(field("id: "), envelope["id"].as_str(), "the id stands in both places");
            envelope["id"].as_str().unwrap().clone_into(&mut self.head);
            return Some(envelope["event"].clone());
        }
    }

    /// The first event of which this is true.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.expect("the stream ended before the event came");
            if wanted(&event) {
                return event;
            }
        }
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(String::from_utf8(block).unwrap());
            }
            self.buffer.extend_from_slice(&self.body.next().await?.ok()?);
        }
    }
}
