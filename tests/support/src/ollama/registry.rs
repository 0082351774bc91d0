//! A registry of models on this computer, for the fake Ollama and for a real one: manifests, sizes, a redirect of each blob to
//! another host name, ranges there, and whatever goes wrong with the weights.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{create, folder, gguf, name::Name};

/// What happens to one request for weights; without an entry they are served well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Served well.
    Whole,
    /// So many bytes, then nothing more until the client goes away.
    Stall(u64),
    /// So many bytes, then the connection ends.
    Cut(u64),
    /// The right number of wrong bytes.
    WrongBytes,
    /// A refusal.
    Status(u16),
}

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryRequest {
    /// "GET" or "HEAD".
    pub method: String,
    /// The path.
    pub path: String,
    /// The `Host` header.
    pub host: String,
    /// The `Range` header.
    pub range: Option<String>,
}

#[derive(Default)]
struct State {
    /// By "library/smol:latest".
    manifests: HashMap<String, Vec<u8>>,
    /// By digest, with whether they are weights.
    blobs: HashMap<String, (Arc<Vec<u8>>, bool)>,
    acts: VecDeque<Act>,
    always: Option<Act>,
    bytes_per_second: Option<u64>,
    texts_held: bool,
    requests: Vec<RegistryRequest>,
}

/// The registry. Ends when dropped.
pub struct Registry {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _serving: JoinSet<()>,
}

impl Registry {
    /// An empty registry on a free port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::default()));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, state.clone(), address.port()));
        Ok(Self { address, state, _serving: serving })
    }

    /// "http://127.0.0.1:PORT", for `pull.registry` of a script.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The name under which any Ollama pulls a model from here; needs `"insecure": true`.
    pub fn model(&self, name: &str) -> String {
        format!("{}/library/{name}", self.url())
    }

    /// Offers a model with these weights (see `model_file`), a template, a licence and parameters; tells the digest of the weights.
    pub fn offer(&self, name: &str, weights: &[u8]) -> String {
        let texts = [
            ("template", "{{ .Prompt }}".to_owned()),
            ("license", "Apache-2.0".to_owned()),
            ("params", json!({"stop": ["<|im_end|>"]}).to_string()),
        ];
        let mut layers = vec![self.add("model", weights, true)];
        layers.extend(texts.map(|(kind, text)| self.add(kind, text.as_bytes(), false)));
        let digests: Vec<Value> = layers.iter().map(|layer| layer["digest"].clone()).collect();
        let mut config = header(weights).map_or_else(
            || json!({"model_format": "gguf", "model_family": "llama", "model_families": ["llama"], "model_type": "1M", "file_type": "Q4_1"}),
            |header| create::config(&header),
        );
        config["rootfs"] = json!({"type": "layers", "diff_ids": digests});
        let mut config = self.add("config", config.to_string().as_bytes(), false);
        config["mediaType"] = "application/vnd.docker.container.image.v1+json".into();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": config,
            "layers": layers,
        });
        let key =
            Name::parse(name).map_or_else(String::new, |name| key(&name.namespace, &name.model, &name.tag));
        self.state().manifests.insert(key, manifest.to_string().into_bytes());
        folder::digest(weights)
    }

    /// What happens to the next requests for weights, one after the other.
    pub fn script(&self, acts: impl IntoIterator<Item = Act>) {
        self.state().acts = acts.into_iter().collect();
    }

    /// What happens to all requests for weights beyond those scripted.
    pub fn always(&self, act: Act) {
        self.state().always = Some(act);
    }

    /// Slows the weights down to so many bytes a second; none is as fast as it goes.
    pub fn slow(&self, bytes_per_second: Option<u64>) {
        self.state().bytes_per_second = bytes_per_second;
    }

    /// Holds back everything but the weights: a pull has its weights then and goes no further.
    pub fn hold_texts(&self, held: bool) {
        self.state().texts_held = held;
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<RegistryRequest> {
        self.state().requests.clone()
    }

    /// The `Range` headers of the requests for weights, in order.
    pub fn ranges(&self) -> Vec<String> {
        let state = self.state();
        let weights = |path: &str| {
            let digest = path.rsplit('/').next().unwrap_or_default();
            state.blobs.get(digest).is_some_and(|(_, weights)| *weights)
        };
        let asked = state
            .requests
            .iter()
            .filter(|request| request.path.starts_with("/store/") && weights(&request.path));
        asked.filter_map(|request| request.range.clone()).collect()
    }

    fn add(&self, kind: &str, content: &[u8], weights: bool) -> Value {
        let digest = folder::digest(content);
        self.state().blobs.insert(digest.clone(), (Arc::new(content.to_vec()), weights));
        json!({"mediaType": folder::media_type(kind), "digest": digest, "size": content.len()})
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key(namespace: &str, model: &str, tag: &str) -> String {
    format!("{namespace}/{model}:{tag}")
}

/// What a file says of itself; none where it isn't a sound one.
fn header(content: &[u8]) -> Option<gguf::Gguf> {
    gguf::parse(io::Cursor::new(content), content.len() as u64).ok()
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>, port: u16) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = state.clone();
        connections.spawn(async move { drop(answer(stream, &state, port).await) });
        while connections.try_join_next().is_some() {}
    }
}

/// One request a connection.
async fn answer(mut stream: TcpStream, state: &Mutex<State>, port: u16) -> io::Result<()> {
    let request = read(&mut stream).await?;
    lock(state).requests.push(request.clone());
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["v2", namespace, model, "manifests", tag] => {
            let found = lock(state).manifests.get(&key(namespace, model, tag)).cloned();
            let kind = "Content-Type: application/vnd.docker.distribution.manifest.v2+json\r\n";
            match found {
                Some(manifest) => send(&mut stream, &request, "200 OK", kind, &manifest).await,
                None => send(&mut stream, &request, "404 Not Found", "", b"").await,
            }
        }
        ["v2", _, _, "blobs", digest] => {
            let length = lock(state).blobs.get(digest).map(|(content, _)| content.len());
            match length {
                None => send(&mut stream, &request, "404 Not Found", "", b"").await,
                Some(length) if request.method == "HEAD" => {
                    let head =
                        format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
                    stream.write_all(head.as_bytes()).await
                }
                Some(_) => {
                    // A real one goes on only where the name is another.
                    let other = if request.host.starts_with("localhost") { "127.0.0.1" } else { "localhost" };
                    let location = format!("Location: http://{other}:{port}/store/{digest}\r\n");
                    send(&mut stream, &request, "307 Temporary Redirect", &location, b"").await
                }
            }
        }
        ["store", digest] => {
            let (found, act, speed) = {
                let mut state = lock(state);
                let found = state.blobs.get(digest).cloned();
                let weights = found.as_ref().is_some_and(|(_, weights)| *weights);
                let act = if weights {
                    state.acts.pop_front().or_else(|| state.always.clone())
                } else {
                    state.texts_held.then_some(Act::Stall(0))
                };
                (found, act.unwrap_or(Act::Whole), state.bytes_per_second.filter(|_| weights))
            };
            match found {
                Some((content, _)) => store(&mut stream, &request, &content, act, speed).await,
                None => send(&mut stream, &request, "404 Not Found", "", b"").await,
            }
        }
        _ => send(&mut stream, &request, "404 Not Found", "", b"").await,
    }
}

async fn send(
    stream: &mut TcpStream,
    request: &RegistryRequest,
    status: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await?;
    if request.method != "HEAD" {
        stream.write_all(body).await?;
    }
    stream.shutdown().await
}

async fn store(
    stream: &mut TcpStream,
    request: &RegistryRequest,
    content: &[u8],
    act: Act,
    bytes_per_second: Option<u64>,
) -> io::Result<()> {
    if let Act::Status(status) = act {
        return send(stream, request, &format!("{status} So"), "", b"").await;
    }
    let range = request.range.as_deref().and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().unwrap_or(content.len().saturating_sub(1))))
    });
    let (first, last) = range.unwrap_or((0, content.len().saturating_sub(1)));
    let body = content.get(first..(last + 1).min(content.len())).unwrap_or_default();
    let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\nContent-Range: bytes {first}-{last}/{}\r\n\r\n",
        body.len(),
        content.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let most = match act {
        Act::Stall(most) | Act::Cut(most) => most as usize,
        _ => body.len(),
    };
    let wrong: Vec<u8>;
    let body = if act == Act::WrongBytes {
        wrong = body.iter().map(|byte| byte ^ 0x5a).collect();
        &wrong
    } else {
        body
    };
    let step = bytes_per_second.map_or(256 * 1024, |speed| (speed / 50).max(1) as usize);
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    for piece in body.get(..most).unwrap_or(body).chunks(step) {
        if bytes_per_second.is_some() {
            pace.tick().await;
        }
        stream.write_all(piece).await?;
    }
    if matches!(act, Act::Stall(_)) {
        // Until the client closes.
        let mut nothing = [0; 64];
        while stream.read(&mut nothing).await? > 0 {}
    }
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> io::Result<RegistryRequest> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > 64 * 1024 || stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut word = || first.next().unwrap_or_default().to_owned();
    let (method, path) = (word(), word());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    Ok(RegistryRequest { method, path, host: header("host").unwrap_or_default(), range: header("range") })
}
