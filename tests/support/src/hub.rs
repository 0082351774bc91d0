//! A hub of models on this computer: pointers, files, ranges, a redirect to its store, and whatever goes wrong there.

mod api;

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The end of an address at the store; as signed addresses are, good for nothing when changed.
const SIGNED: &str = "?signed=1";

/// What the store does with one request for the file; without an entry it serves well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HubAct {
    /// Sends so many bytes of what was asked for, then closes.
    Cut(usize),
    /// Sends so many bytes of what was asked for, then nothing more.
    Stall(usize),
    /// Sends the whole file whatever was asked for.
    IgnoreRange,
    /// Sends a range that wasn't asked for.
    WrongRange,
    /// Says that the file has another size.
    OtherSize,
    /// Refuses.
    Status(u16),
    /// Sends the right number of wrong bytes.
    WrongBytes,
    /// Sends to this address.
    Redirect(String),
}

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubRequest {
    /// The path.
    pub path: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// Whether it had an `Authorization` or `Cookie` header.
    pub credentials: bool,
}

#[derive(Default)]
struct State {
    content: Vec<u8>,
    /// Other files, by their names.
    files: HashMap<String, Vec<u8>>,
    pointer: Option<String>,
    acts: VecDeque<HubAct>,
    requests: Vec<HubRequest>,
}

/// A hub with one file, of any name in any repository, and others that are named. What is below "/files/" has no hub around it:
/// it is at its own address. Ends when dropped.
pub struct FakeHub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl FakeHub {
    /// A hub on a free port that offers `content` and goes through `acts`, one for each request of the file.
    #[allow(clippy::disallowed_methods, reason = "a server for tests, aborted when dropped")]
    pub async fn start(content: Vec<u8>, acts: impl IntoIterator<Item = HubAct>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = State { content, acts: acts.into_iter().collect(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let task = tokio::spawn(serve(listener, state.clone()));
        Ok(Self { address, state, task })
    }

    /// Its address, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Offers this content under that name, in any repository.
    pub fn offer(&self, name: &str, content: Vec<u8>) {
        self.with(|state| state.files.insert(name.to_owned(), content));
    }

    /// Offers something else from now on.
    pub fn replace(&self, content: Vec<u8>) {
        self.with(|state| state.content = content);
    }

    /// Answers requests for the pointer with this text instead of the truth.
    pub fn set_pointer(&self, text: &str) {
        self.with(|state| state.pointer = Some(text.to_owned()));
    }

    /// The pointer to the given content.
    pub fn pointer(content: &[u8]) -> String {
        let digest: String = Sha256::digest(content).iter().flat_map(|byte| hex_digits(*byte)).collect();
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {}\n", content.len())
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<HubRequest> {
        self.with(|state| state.requests.clone())
    }

    /// The `Range` headers of the requests that reached the store.
    pub fn ranges(&self) -> Vec<Option<String>> {
        self.requests()
            .into_iter()
            .filter(|request| ["/store/", "/files/"].iter().any(|place| request.path.starts_with(place)))
            .map(|request| request.range)
            .collect()
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for FakeHub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn hex_digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0'))
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream, state.clone()));
    }
}

/// One request a connection. A client that has gone is no error here.
async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Ok(request) = read(&mut stream).await else { return };
    let reply = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests.push(request.clone());
        reply(&request, &mut state)
    };
    let _ = stream.write_all(reply.head.as_bytes()).await;
    let _ = stream.write_all(&reply.body).await;
    let _ = stream.flush().await;
    if reply.hang {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> io::Result<HubRequest> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > 64 * 1024 || stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = text.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let range = headers.iter().find(|(name, _)| name == "range").map(|(_, value)| value.clone());
    let credentials = headers.iter().any(|(name, _)| name == "authorization" || name == "cookie");
    Ok(HubRequest { path, range, credentials })
}

struct Reply {
    head: String,
    body: Vec<u8>,
    hang: bool,
}

impl Reply {
    fn new(status: &str, headers: &str, body: Vec<u8>) -> Self {
        let length = body.len();
        Self::sized(status, headers, body, length)
    }

    /// With a body that isn't as long as announced.
    fn sized(status: &str, headers: &str, body: Vec<u8>, length: usize) -> Self {
        let head =
            format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
        Self { head, body, hang: false }
    }
}

fn reply(request: &HubRequest, state: &mut State) -> Reply {
    let is_file = request.path.strip_suffix(".gguf").is_some();
    let path = request.path.split('?').next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let content = state.files.get(&name).unwrap_or(&state.content);
    if is_file && request.path.contains("/raw/") {
        let pointer = state.pointer.clone().unwrap_or_else(|| FakeHub::pointer(content));
        return Reply::new("200 OK", "Content-Type: text/plain\r\n", pointer.into_bytes());
    }
    if is_file && request.path.contains("/resolve/") {
        return Reply::new("302 Found", &format!("Location: /store/{name}{SIGNED}\r\n"), Vec::new());
    }
    if let Some(list) = api::answer(&request.path, state.content.len()) {
        return Reply::new("200 OK", "Content-Type: application/json\r\n", list.to_string().into_bytes());
    }
    let stored = request.path.starts_with("/store/") && request.path.ends_with(SIGNED);
    if stored || request.path.starts_with("/files/") {
        let content = content.clone();
        let act = state.acts.pop_front();
        return store(request, &content, act);
    }
    Reply::new("404 Not Found", "", Vec::new())
}

fn store(request: &HubRequest, content: &[u8], act: Option<HubAct>) -> Reply {
    let from = request
        .range
        .as_deref()
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let from = from.filter(|_| act != Some(HubAct::IgnoreRange));
    let total = content.len() + usize::from(act == Some(HubAct::OtherSize));
    let body = content.get(from.unwrap_or(0)..).unwrap_or_default().to_vec();
    let length = body.len() + usize::from(act == Some(HubAct::OtherSize));
    let (status, headers) = match (from, &act) {
        (Some(_), Some(HubAct::WrongRange)) => {
            ("206 Partial Content", format!("Content-Range: bytes 1-9/{total}\r\n"))
        }
        (Some(from), _) if from >= content.len() => {
            return Reply::new("416 Range Not Satisfiable", "", Vec::new());
        }
        (Some(from), _) => {
            ("206 Partial Content", format!("Content-Range: bytes {from}-{}/{total}\r\n", total - 1))
        }
        (None, _) => ("200 OK", String::new()),
    };
    let mark: String = Sha256::digest(content).iter().take(8).flat_map(|byte| hex_digits(*byte)).collect();
    let headers = format!("{headers}ETag: \"{mark}\"\r\n");
    let some = |most: usize| body.iter().copied().take(most).collect::<Vec<_>>();
    match act {
        Some(HubAct::Cut(most)) => Reply::sized(status, &headers, some(most), length),
        Some(HubAct::Stall(most)) => {
            Reply { hang: true, ..Reply::sized(status, &headers, some(most), length) }
        }
        Some(HubAct::WrongBytes) => Reply::new(status, &headers, vec![0x58; body.len()]),
        Some(HubAct::Status(code)) => Reply::new(&format!("{code} So"), "", Vec::new()),
        Some(HubAct::Redirect(to)) => Reply::new("302 Found", &format!("Location: {to}\r\n"), Vec::new()),
        _ => Reply::sized(status, &headers, body, length),
    }
}
