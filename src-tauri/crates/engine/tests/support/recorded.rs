//! Recorded exchanges: sent again, and compared.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Where the recordings are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/ollama")
}

/// A request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: "GET".into(), path: path.into(), ..Self::default() }
    }

    pub(crate) fn json(method: &str, path: &str, body: &Value) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            headers: vec![],
            body: body.to_string().into_bytes(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head =
            vec![format!("{} {} HTTP/1.1", self.method, self.path), "Connection: close".to_owned()];
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            head.push("Host: 127.0.0.1".to_owned());
        }
        head.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        head.push(format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let head = head.join("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// A reply.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Got {
    /// From the bytes of a reply; chunks are put together.
    fn read(bytes: &[u8], chunked: bool) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) =
            text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((&text, ""));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let in_chunks = chunked && headers.iter().any(|(name, _)| name == "transfer-encoding");
        let body = if in_chunks { together(body.as_bytes()) } else { body.to_owned() };
        Self { status, headers, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The lines of a stream.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.body.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn kind(&self) -> &str {
        self.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value)
    }
}

fn together(mut rest: &[u8]) -> String {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        let chunk = &rest[end + 2..];
        whole.extend(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    String::from_utf8_lossy(&whole).into_owned()
}

/// Sends a request and reads the reply to its end.
pub(crate) async fn exchange(at: SocketAddr, sent: &Sent) -> Got {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(&sent.bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    Got::read(&bytes, true)
}

/// Sends a request, reads until a line with a word has come, and goes away.
pub(crate) async fn exchange_until(at: SocketAddr, sent: &Sent, word: &str) -> Got {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(&sent.bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // To the end of the line that it stands in.
    while !String::from_utf8_lossy(&bytes).split_once(word).is_some_and(|(_, rest)| rest.contains('\n')) {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "ended without {word}");
    }
    Got::read(&bytes, true)
}

/// Uploads a blob; tells its digest.
pub(crate) async fn upload(at: SocketAddr, content: &[u8]) -> String {
    let digest = format!("sha256:{:x}", Sha256::digest(content));
    let path = format!("/api/blobs/{digest}");
    let sent = Sent { method: "POST".into(), path, headers: vec![], body: content.to_vec() };
    assert_eq!(exchange(at, &sent).await.status, 201);
    digest
}

/// The file of a model's weights.
pub(crate) fn weights_of(models: &Path, name: &str) -> PathBuf {
    let manifest = models.join("manifests/registry.ollama.ai/library").join(name).join("latest");
    let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    let model =
        layers.iter().find(|layer| layer["mediaType"] == "application/vnd.ollama.image.model").unwrap();
    models.join("blobs").join(model["digest"].as_str().unwrap().replace(':', "-"))
}

/// What the part files of a blob say was saved, in bytes.
pub(crate) fn saved(blob: &Path) -> u64 {
    let prefix = format!("{}-partial-", blob.file_name().unwrap().to_str().unwrap());
    let parts = fs::read_dir(blob.parent().unwrap()).unwrap().map(|entry| entry.unwrap());
    parts
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with(&prefix))
        .filter_map(|entry| serde_json::from_slice::<Value>(&fs::read(entry.path()).ok()?).ok())
        .filter_map(|part| part["Completed"].as_u64())
        .sum()
}

/// Waits until this is so; ten seconds at most.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited in vain");
}

/// A replay of the recordings against a fake, with what was found.
pub(crate) struct Replay {
    registry: String,
    digests: BTreeMap<String, String>,
    pub(crate) played: BTreeSet<String>,
    pub(crate) wrong: Vec<String>,
}

impl Replay {
    /// `registry` is the address of the one that stands in for the recorded.
    pub(crate) fn new(registry: &str) -> Self {
        Self {
            registry: registry.to_owned(),
            digests: BTreeMap::new(),
            played: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// This recorded digest is that one here.
    pub(crate) fn bind(&mut self, recorded: &str, digest: &str) {
        self.digests.insert(recorded.to_owned(), digest.trim_start_matches("sha256:").to_owned());
    }

    pub(crate) async fn play(&mut self, at: SocketAddr, name: &str) {
        self.play_with(at, name, b"abcdef").await;
    }

    /// With this body where the recording has only its length.
    pub(crate) async fn play_with(&mut self, at: SocketAddr, name: &str, body: &[u8]) {
        let got = exchange(at, &self.request(name, body)).await;
        self.compare(name, &got);
    }

    /// Until a word has come.
    pub(crate) async fn play_until(&mut self, at: SocketAddr, name: &str, word: &str) {
        let got = exchange_until(at, &self.request(name, b""), word).await;
        self.compare(name, &got);
    }

    fn here(&self, text: &str) -> String {
        let text = text.replace("127.0.0.1:5055", &self.registry);
        self.digests.iter().fold(text, |text, (recorded, here)| text.replace(recorded, here))
    }

    fn request(&self, name: &str, blob: &[u8]) -> Sent {
        let text = fs::read_to_string(folder().join(format!("{name}.request.json"))).unwrap();
        let text = self
            .here(&text)
            .replace("<the word apple, 6000 times>", "apple ".repeat(6000).trim())
            .replace("<the word pear, 150 times>", "pear ".repeat(150).trim());
        let value: Value = serde_json::from_str(&text).unwrap();
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        let body = match (&value["rawBody"], &value["body"]) {
            (Value::String(raw), _) => raw.clone().into_bytes(),
            (_, Value::String(_)) => blob.to_vec(),
            (_, Value::Null) => Vec::new(),
            (_, body) => body.to_string().into_bytes(),
        };
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in value["headers"].as_object().into_iter().flatten() {
            headers.push((name.clone(), value.as_str().unwrap().to_owned()));
        }
        if name == "host-empty" {
            headers.push(("Host".into(), String::new()));
        }
        Sent { method: text("method"), path: text("path"), headers, body }
    }

    fn compare(&mut self, name: &str, got: &Got) {
        self.played.insert(name.to_owned());
        let bytes = fs::read(folder().join(format!("{name}.response.http"))).unwrap();
        let recorded = Got::read(self.here(&String::from_utf8_lossy(&bytes)).as_bytes(), false);
        let mut check = |what: &str, recorded: String, got: String| {
            if recorded != got {
                self.wrong.push(format!("{name}: {what}\n  recorded {recorded}\n  got      {got}"));
            }
        };
        check("status", recorded.status.to_string(), got.status.to_string());
        check("headers", headers(&recorded), headers(got));
        let pull = name.starts_with("pull-") && recorded.kind().contains("ndjson");
        check("body", shape(&recorded, pull), shape(got, pull));
        check("words", words(&recorded, pull), words(got, pull));
    }
}

/// The headers that matter.
fn headers(reply: &Got) -> String {
    let idle = ["date", "content-length", "connection", "transfer-encoding"];
    let mut headers: Vec<_> =
        reply.headers.iter().filter(|(name, _)| !idle.contains(&name.as_str())).collect();
    headers.sort();
    format!("{headers:?}")
}

/// Keys and types, of each line or event; the same again once. The lines of a pull come as time passes, so only their kinds count.
fn shape(reply: &Got, pull: bool) -> String {
    if reply.kind().contains("event-stream") {
        let events: Vec<String> = reply
            .body
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| match line.strip_prefix("data: ").and_then(|data| serde_json::from_str(data).ok()) {
                Some(value) => shape_of(&value),
                None => line.to_owned(),
            })
            .collect();
        // An event is two lines, so the same again is every second.
        let mut kept: Vec<String> = Vec::new();
        for event in events {
            if !kept.iter().rev().take(2).any(|earlier| *earlier == event) {
                kept.push(event);
            }
        }
        return kept.join("\n");
    }
    if pull {
        let known = [
            json!({"status": ""}),
            json!({"error": ""}),
            json!({"status": "", "digest": "", "total": 1}),
            json!({"status": "", "digest": "", "total": 1, "completed": 1}),
        ];
        let known: Vec<String> = known.iter().map(shape_of).collect();
        let odd: Vec<_> = reply.lines().iter().map(shape_of).filter(|shape| !known.contains(shape)).collect();
        return odd.join("\n");
    }
    let mut shapes: Vec<String> = if reply.kind().contains("json") {
        reply.lines().iter().map(shape_of).collect()
    } else {
        vec![reply.body.clone()]
    };
    shapes.dedup();
    shapes.join("\n")
}

fn shape_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(_) => "number".into(),
        Value::String(_) => "text".into(),
        Value::Array(list) => {
            let kinds: BTreeSet<String> = list.iter().map(shape_of).collect();
            format!("[{}]", kinds.into_iter().collect::<Vec<_>>().join("|"))
        }
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let parts: Vec<_> =
                sorted.iter().map(|(key, value)| format!("{key}: {}", shape_of(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// What is said: errors, statuses and why an answer ended; names of this computer and digests are left out.
fn words(reply: &Got, pull: bool) -> String {
    let mut words: Vec<String> = Vec::new();
    for line in reply.lines() {
        for key in ["error", "status", "done_reason", "version"] {
            match &line[key] {
                Value::String(text) => words.push(plain(text)),
                Value::Null => {}
                other => words.push(plain(&other.to_string())),
            }
        }
    }
    if pull {
        words.dedup();
    }
    words.join("\n")
}

/// A sentence without digests, addresses, folders and sizes of files.
fn plain(text: &str) -> String {
    let mut tensor = false;
    let word = |word: &str| {
        let was_tensor = std::mem::replace(&mut tensor, word == "tensor");
        let number =
            word.starts_with('(') && word.ends_with(')') && word[1..word.len() - 1].parse::<u64>().is_ok();
        let digest = word.find("sha256").map(|at| &word[at + 6..]).is_some();
        let short = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let address = word.starts_with(|first: char| first.is_ascii_digit())
            && word.contains('.')
            && word.ends_with(':');
        match () {
            () if was_tensor || number || short || address => "…".to_owned(),
            () if digest => {
                let end = word.trim_end_matches(|letter: char| letter.is_ascii_hexdigit() || letter == '"');
                end.rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .split("sha256")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
                    + "…"
            }
            () => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
