//! What a server does with one request: bytes, waits and ends, in order.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

/// Something that a script waits for and a test opens, as often as it is waited for.
#[derive(Debug, Clone)]
pub struct Gate(pub(crate) Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets one wait through.
    pub fn open(&self) {
        self.0.add_permits(1);
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Bytes(Vec<u8>),
    /// The same bytes so many times, without holding them in memory.
    Repeat(Vec<u8>, usize),
    /// Bytes, so often, with a pause after each.
    Drip(Vec<u8>, usize, Duration),
    Wait(Gate),
    /// Nothing more until the client closes.
    Hold,
    /// The end of a chunked body.
    EndChunks,
    Reset,
    /// The next request comes on the same connection.
    KeepAlive,
}

/// What is done with one request. Ends by closing the connection, unless it says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub(crate) steps: Vec<Step>,
    chunked: bool,
}

impl Script {
    /// Nothing: the connection is closed without a byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// A head with this status and these headers; the body ends with the connection.
    pub fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut text = format!("HTTP/1.1 {status} Scripted\r\n");
        for (name, value) in headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        Self::new().bytes(text)
    }

    /// The head of an event stream whose body ends with the connection.
    pub fn sse() -> Self {
        Self::head(200, &[("Content-Type", "text/event-stream"), ("Connection", "close")])
    }

    /// The head of an event stream in chunks: ending without `end_chunks` is a broken connection.
    pub fn sse_chunked() -> Self {
        let mut script =
            Self::head(200, &[("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")]);
        script.chunked = true;
        script
    }

    /// The head of a stream of JSON lines whose body ends with the connection.
    pub fn ndjson() -> Self {
        Self::head(200, &[("Content-Type", "application/x-ndjson"), ("Connection", "close")])
    }

    /// A whole reply of JSON; the connection stays open for another request.
    pub fn json(status: u16, body: &str) -> Self {
        Self::reply(status, &[("Content-Type", "application/json")], body)
    }

    /// A whole reply with its length; the connection stays open for another request.
    pub fn reply(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len().to_string();
        let mut all = headers.to_vec();
        all.push(("Content-Length", &length));
        Self::head(status, &all).bytes(body).keep_alive()
    }

    /// A recorded reply (status line, headers, body without chunked framing), ended by closing the connection.
    pub fn recorded(response: &[u8]) -> Self {
        let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(response.len());
        let (head, body) = (&response[..end], response.get(end + 4..).unwrap_or_default());
        let head = String::from_utf8_lossy(head);
        let mut text = String::new();
        for line in head.split("\r\n") {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            if !matches!(name.as_str(), "transfer-encoding" | "connection" | "keep-alive" | "content-length")
            {
                text.push_str(line.trim_end());
                text.push_str("\r\n");
            }
        }
        text.push_str("Connection: close\r\n\r\n");
        Self::new().bytes(text).bytes(body)
    }

    /// Sends these bytes at once, in one write (one chunk, in a chunked body).
    pub fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let framed = self.framed(bytes.as_ref());
        self.steps.push(Step::Bytes(framed));
        self
    }

    /// Sends these bytes in writes of `size`.
    pub fn pieces(mut self, bytes: impl AsRef<[u8]>, size: usize) -> Self {
        for piece in bytes.as_ref().chunks(size.max(1)) {
            self = self.bytes(piece);
        }
        self
    }

    /// Sends the same bytes so many times.
    pub fn repeat(mut self, bytes: impl AsRef<[u8]>, times: usize) -> Self {
        let framed = self.framed(bytes.as_ref());
        self.steps.push(Step::Repeat(framed, times));
        self
    }

    /// Sends the same bytes so many times, pausing after each.
    pub fn drip(mut self, bytes: impl AsRef<[u8]>, times: usize, pause: Duration) -> Self {
        let framed = self.framed(bytes.as_ref());
        self.steps.push(Step::Drip(framed, times, pause));
        self
    }

    /// Sends one event with this data.
    pub fn event(self, data: &str) -> Self {
        self.bytes(format!("data: {data}\n\n"))
    }

    /// Waits until the test opens the gate.
    pub fn wait(mut self, gate: &Gate) -> Self {
        self.steps.push(Step::Wait(gate.clone()));
        self
    }

    /// Sends nothing more and keeps the connection until the client closes it.
    pub fn hold(mut self) -> Self {
        self.steps.push(Step::Hold);
        self
    }

    /// Ends a chunked body; the connection stays open for another request.
    pub fn end_chunks(mut self) -> Self {
        self.steps.push(Step::EndChunks);
        self.keep_alive()
    }

    /// Takes another request on this connection.
    pub fn keep_alive(mut self) -> Self {
        self.steps.push(Step::KeepAlive);
        self
    }

    /// Closes the connection; what a script does by itself at its end, unless it said `keep_alive`.
    pub fn close(mut self) -> Self {
        self.steps.retain(|step| !matches!(step, Step::KeepAlive));
        self
    }

    /// Breaks the connection with a reset.
    pub fn reset(mut self) -> Self {
        self.steps.push(Step::Reset);
        self
    }

    fn framed(&self, bytes: &[u8]) -> Vec<u8> {
        if !self.chunked {
            return bytes.to_vec();
        }
        let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
        framed.extend_from_slice(bytes);
        framed.extend_from_slice(b"\r\n");
        framed
    }
}
