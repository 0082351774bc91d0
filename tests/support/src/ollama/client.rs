//! What asks a registry: plain HTTP to this computer and to nowhere else.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A reply whose body is still to come.
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    stream: TcpStream,
    buffer: Vec<u8>,
    left: u64,
}

/// Host with port, and path, of "http://host:port/path".
pub(super) fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let slash = rest.find('/').unwrap_or(rest.len());
    (&rest[..slash], if slash < rest.len() { &rest[slash..] } else { "/" })
}

/// The host without its port.
pub(super) fn host(url: &str) -> &str {
    let (host, _) = split(url);
    host.rsplit_once(':').map_or(host, |(host, _)| host)
}

/// Connects; the error is in the words of Go's dialer.
pub(super) async fn dial(url: &str) -> Result<TcpStream, String> {
    let (authority, _) = split(url);
    let name = host(url);
    if !(name == "localhost" || name.starts_with("127.")) {
        return Err(format!("dial tcp: lookup {name} on 127.0.0.53:53: no such host"));
    }
    let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(80_u16);
    let refused = |_| format!("dial tcp 127.0.0.1:{port}: connect: connection refused");
    TcpStream::connect(("127.0.0.1", port)).await.map_err(refused)
}

/// Asks; `range` is the first and the last byte. The error is in Go's words.
pub(super) async fn ask(method: &str, url: &str, range: Option<(u64, u64)>) -> Result<Reply, String> {
    let mut verb = method.to_ascii_lowercase();
    if let Some(first) = verb.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let wrapped = |text: String| format!("{verb} \"{url}\": {text}");
    let mut stream = dial(url).await.map_err(&wrapped)?;
    let (authority, path) = split(url);
    let range = range.map_or_else(String::new, |(first, last)| format!("Range: bytes={first}-{last}\r\n"));
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: ollama\r\nConnection: close\r\n{range}\r\n"
    );
    let (status, headers, buffer) = async {
        stream.write_all(head.as_bytes()).await?;
        read_head(&mut stream).await
    }
    .await
    .map_err(|_: io::Error| wrapped("EOF".to_owned()))?;
    let length = |name: &str| {
        headers.iter().find(|(found, _)| found == name).and_then(|(_, value)| value.parse().ok())
    };
    let left = if method == "HEAD" { 0 } else { length("content-length").unwrap_or(0) };
    Ok(Reply { status, headers, stream, buffer, left })
}

type Read = (u16, Vec<(String, String)>, Vec<u8>);

async fn read_head(stream: &mut TcpStream) -> io::Result<Read> {
    let mut buffer = Vec::new();
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end + 4);
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Ok((status, headers, buffer))
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// More of the body; none at its end. A body that ends early is an error.
    pub(super) async fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.buffer.is_empty() {
            self.buffer.reserve(64 * 1024);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let most = self.buffer.len().min(self.left as usize);
        self.left -= most as u64;
        Ok(Some(self.buffer.drain(..most).collect()))
    }

    pub(super) async fn body(mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            body.extend(piece);
        }
        Ok(body)
    }
}
