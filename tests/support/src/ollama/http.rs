//! HTTP/1.1 over a socket, by hand: a request's head and body, and replies whole or in chunks.

use std::io;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
};

use super::clock;

pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const BARE_JSON: &str = "application/json";
pub(super) const LINES: &str = "application/x-ndjson";
pub(super) const EVENTS: &str = "text/event-stream";

const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a request.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) path: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, Clone, Copy)]
enum Left {
    Bytes(u64),
    /// Before the line that tells the size of the next chunk.
    Chunk,
    /// So much of a chunk, and its line end.
    InChunk(u64),
}

/// What comes in on a connection.
#[derive(Debug)]
pub(super) struct Input {
    reader: OwnedReadHalf,
    buffer: Vec<u8>,
    left: Left,
}

impl Input {
    pub(super) fn new(reader: OwnedReadHalf) -> Self {
        Self { reader, buffer: Vec::new(), left: Left::Bytes(0) }
    }

    /// The next request's head; none when the client is done.
    pub(super) async fn head(&mut self) -> io::Result<Option<Head>> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() > LONGEST_HEAD || self.reader.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        };
        let text = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 4);
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let method = first.next().unwrap_or_default().to_owned();
        let target = first.next().unwrap_or_default();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let head = Head { method, path, headers };
        self.left = if head.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            Left::Chunk
        } else {
            Left::Bytes(head.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0))
        };
        Ok(Some(head))
    }

    /// More of the body; none at its end.
    pub(super) async fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.left {
                Left::Bytes(0) => return Ok(None),
                Left::Bytes(left) => {
                    let piece = self.some(left).await?;
                    self.left = Left::Bytes(left - piece.len() as u64);
                    return Ok(Some(piece));
                }
                Left::Chunk => {
                    let line = self.text_line().await?;
                    let size = u64::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16)
                        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
                    if size == 0 {
                        while !self.text_line().await?.is_empty() {}
                        self.left = Left::Bytes(0);
                    } else {
                        self.left = Left::InChunk(size);
                    }
                }
                Left::InChunk(0) => {
                    self.text_line().await?;
                    self.left = Left::Chunk;
                }
                Left::InChunk(left) => {
                    let piece = self.some(left).await?;
                    self.left = Left::InChunk(left - piece.len() as u64);
                    return Ok(Some(piece));
                }
            }
        }
    }

    /// The whole body.
    pub(super) async fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            body.extend(piece);
        }
        Ok(body)
    }

    /// Whether the body was read to its end.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.left, Left::Bytes(0))
    }

    /// Waits until the client closes; what it sends meanwhile is kept for the next request.
    pub(super) async fn closed(&mut self) {
        while matches!(self.reader.read_buf(&mut self.buffer).await, Ok(read) if read > 0) {}
    }

    async fn some(&mut self, most: u64) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() {
            self.buffer.reserve(256 * 1024);
            self.fill().await?;
        }
        let length = self.buffer.len().min(most as usize);
        Ok(if length == self.buffer.len() {
            std::mem::take(&mut self.buffer)
        } else {
            self.buffer.drain(..length).collect()
        })
    }

    async fn text_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        match self.reader.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// What goes out on a connection: one reply for each request.
#[derive(Debug)]
pub(super) struct Output {
    writer: OwnedWriteHalf,
    /// Whether the reply has no body because only the head was asked for.
    pub(super) head_only: bool,
    /// Whether the connection ends after this reply.
    pub(super) close: bool,
    /// Headers of every reply to this request.
    pub(super) extra: Vec<(String, String)>,
    /// The status, once it was sent.
    pub(super) status: Option<u16>,
    chunked: bool,
}

impl Output {
    pub(super) fn new(writer: OwnedWriteHalf) -> Self {
        Self { writer, head_only: false, close: false, extra: Vec::new(), status: None, chunked: false }
    }

    /// Forgets the last reply.
    pub(super) fn renew(&mut self, head: &Head) {
        self.head_only = head.method == "HEAD";
        self.close = head.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        self.extra.clear();
        self.status = None;
        self.chunked = false;
    }

    /// A whole reply.
    pub(super) async fn send(&mut self, status: u16, kind: Option<&str>, body: &[u8]) -> io::Result<()> {
        let mut bytes = self.head(status, kind, &format!("Content-Length: {}\r\n", body.len())).into_bytes();
        if !self.head_only {
            bytes.extend(body);
        }
        self.writer.write_all(&bytes).await
    }

    /// A reply without even a length.
    pub(super) async fn empty(&mut self, status: u16) -> io::Result<()> {
        let head = self.head(status, None, "");
        self.writer.write_all(head.as_bytes()).await
    }

    pub(super) async fn json(&mut self, status: u16, value: &Value) -> io::Result<()> {
        self.send(status, Some(JSON), value.to_string().as_bytes()).await
    }

    pub(super) async fn error(&mut self, status: u16, text: &str) -> io::Result<()> {
        self.json(status, &json!({ "error": text })).await
    }

    /// Begins a reply in chunks.
    pub(super) async fn begin(&mut self, status: u16, kind: &str) -> io::Result<()> {
        let head = self.head(status, Some(kind), "Transfer-Encoding: chunked\r\n");
        self.chunked = true;
        self.writer.write_all(head.as_bytes()).await
    }

    /// A chunk.
    pub(super) async fn chunk(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await
    }

    /// A line of JSON; the first begins the reply.
    pub(super) async fn line(&mut self, value: &Value) -> io::Result<()> {
        if self.status.is_none() {
            self.begin(200, LINES).await?;
        }
        self.chunk(&format!("{value}\n")).await
    }

    /// An error in a reply in lines: with a status of its own where nothing was said yet, else one more line.
    pub(super) async fn error_line(&mut self, status: u16, text: &str) -> io::Result<()> {
        let value = json!({ "error": text });
        if self.status.is_some() {
            return self.line(&value).await;
        }
        self.begin(status, BARE_JSON).await?;
        self.chunk(&value.to_string()).await
    }

    /// The end of a reply.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        if self.chunked {
            self.writer.write_all(b"0\r\n\r\n").await?;
        }
        self.writer.flush().await
    }

    pub(super) async fn shut(&mut self) {
        let _ = self.writer.shutdown().await;
    }

    fn head(&mut self, status: u16, kind: Option<&str>, length: &str) -> String {
        self.status = Some(status);
        let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
        let mut add = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
        for (name, value) in &self.extra {
            add(name, value);
        }
        if let Some(kind) = kind {
            add("Content-Type", kind);
        }
        add("Date", &clock::http(clock::now()));
        if self.close {
            add("Connection", "close");
        }
        head + length + "\r\n"
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
