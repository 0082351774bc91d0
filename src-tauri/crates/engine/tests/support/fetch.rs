//! The smallest HTTP there is, for a hub on this computer.

use domain::ErrorCode;
use engine::{Fetch, FetchReply};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use llm::Error;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(crate) struct PlainFetch;

impl Fetch for PlainFetch {
    fn get<'a>(&'a self, url: &'a str, from: Option<u64>) -> BoxFuture<'a, Result<FetchReply, Error>> {
        async move { get(url, from).await.map_err(|error| broken(&error)) }.boxed()
    }
}

fn broken(error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::ConnectionRefused {
        return Error::Unreachable { message: "The hub can't be reached.".into(), retry: true };
    }
    Error::Engine { code: ErrorCode::Interrupted, message: error.to_string() }
}

async fn get(url: &str, from: Option<u64>) -> std::io::Result<FetchReply> {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = BufReader::new(TcpStream::connect(host).await?);
    let range = from.map(|from| format!("Range: bytes={from}-\r\n")).unwrap_or_default();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n{range}\r\n").as_bytes()).await?;
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let found = head
            .iter()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_owned())
    };
    let content_length: Option<u64> = header("content-length").and_then(|length| length.parse().ok());
    let body = stream::unfold(stream.take(content_length.unwrap_or(u64::MAX)), |mut stream| async move {
        let mut bytes = bytes::BytesMut::with_capacity(16 * 1024);
        match stream.read_buf(&mut bytes).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(bytes.freeze()), stream)),
            Err(error) => Some((Err(broken(&error)), stream)),
        }
    });
    Ok(FetchReply {
        status: head.first().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0),
        location: header("location"),
        content_length,
        content_range: header("content-range"),
        etag: header("etag"),
        body: body.boxed(),
    })
}
