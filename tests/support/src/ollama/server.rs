//! The server: takes connections, lets in who may come in, and gives each request to its verb.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{
    blobs,
    chat::{self, Kind},
    clock, compat,
    compat::Dialect,
    create, door,
    download::Download,
    folder::Folder,
    http::{Head, Input, Output},
    loaded::{Shelf, Surroundings},
    log::Log,
    pull,
    script::Script,
    settings::Settings,
    shelf,
};

/// One request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// "GET" and the like.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// The headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty for uploads of blobs.
    pub body: Vec<u8>,
}

impl Asked {
    /// The body as JSON; null where it isn't.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// All that the verbs share.
pub(super) struct Engine {
    pub(super) script: Script,
    pub(super) settings: Settings,
    pub(super) folder: Folder,
    pub(super) log: Log,
    pub(super) loaded: Arc<Shelf>,
    pub(super) downloads: Mutex<HashMap<String, Weak<Download>>>,
    pub(super) pull_errors: Mutex<VecDeque<String>>,
    /// Free space in bytes, as the script says until somebody frees some.
    pub(super) disk_free: Mutex<Option<u64>>,
    asked: Mutex<Vec<Asked>>,
    count: AtomicUsize,
    chats: AtomicUsize,
    ended: watch::Sender<bool>,
}

impl Engine {
    /// Opens the models folder and prunes it as the real one does; the error is its last line.
    pub(super) fn new(script: Script, settings: Settings, log: Log) -> Result<Arc<Self>, String> {
        let folder = Folder::open(&settings.models)?;
        if !settings.no_prune {
            folder.prune();
        }
        Ok(Arc::new(Self {
            pull_errors: Mutex::new(script.pull.errors.iter().cloned().collect()),
            disk_free: Mutex::new(script.pull.disk_free),
            script,
            settings,
            folder,
            log,
            loaded: Arc::default(),
            downloads: Mutex::default(),
            asked: Mutex::default(),
            count: AtomicUsize::new(0),
            chats: AtomicUsize::new(0),
            ended: watch::Sender::new(false),
        }))
    }

    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            script: &self.script,
            log: &self.log,
            program: self.settings.executable.as_deref(),
            max_loaded: self.settings.max_loaded,
            max_queue: self.settings.max_queue,
        }
    }

    /// Which answer this is, from 1.
    pub(super) fn count_chat(&self) -> usize {
        self.chats.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(super) fn requests(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Dies as in a panic: the process ends, or all connections and the port are gone.
    pub(super) async fn crash(&self) {
        self.log.raw("panic: runtime error: invalid memory address or nil pointer dereference");
        if self.settings.executable.is_some() {
            std::process::exit(2);
        }
        self.end();
        std::future::pending::<()>().await;
    }

    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }

    pub(super) fn save_downloads(&self) {
        let downloads = self.downloads.lock().unwrap_or_else(PoisonError::into_inner);
        downloads.values().filter_map(Weak::upgrade).for_each(|download| download.save());
    }

    /// The first lines of the log.
    pub(super) fn say_hello(&self, address: SocketAddr) {
        let Script { version, .. } = &self.script;
        let models = self.folder.path().display();
        let Settings { no_prune, no_cloud, .. } = self.settings;
        self.log.line(
            "INFO",
            "routes.go:1951",
            &format!("msg=\"server config\" env=\"map[OLLAMA_HOST:http://{address} OLLAMA_MODELS:{models} OLLAMA_NOPRUNE:{no_prune} OLLAMA_NO_CLOUD:{no_cloud}]\""),
        );
        self.log.line("INFO", "routes.go:1953", &format!("msg=\"Ollama cloud disabled: {no_cloud}\""));
        self.log.line(
            "INFO",
            "routes.go:2008",
            &format!("msg=\"Listening on {address} (version {version})\""),
        );
        self.log.line("INFO", "runner.go:60", "msg=\"discovering available GPUs...\"");
        if self.script.gpus.is_empty() {
            let text = "msg=\"inference compute\" id=cpu library=cpu compute=\"\" name=cpu description=cpu libdirs=ollama driver=\"\" pci_id=\"\" type=\"\" total=\"23.5 GiB\" available=\"23.0 GiB\"";
            self.log.line("INFO", "types.go:50", text);
        }
        for gpu in &self.script.gpus {
            let text = format!(
                "msg=\"inference compute\" id={} library={} compute=8.9 name={}0 description={:?} libdirs=ollama driver=12.8 pci_id=0000:01:00.0 type=discrete total={:?} available={:?}",
                gpu.id, gpu.library, gpu.library, gpu.name, gpu.total, gpu.available
            );
            self.log.line("INFO", "types.go:50", &text);
        }
        let total = self.script.gpus.first().map_or("0 B", |gpu| gpu.total.as_str());
        let text = format!("msg=\"vram-based default context\" total_vram={total:?} default_num_ctx=4096");
        self.log.line("INFO", "routes.go:2058", &text);
        self.script.log.iter().for_each(|line| self.log.raw(line));
    }
}

/// Serves until the engine ends; then all connections are gone.
pub(super) async fn serve(engine: Arc<Engine>, listener: TcpListener) {
    let mut ended = engine.ended.subscribe();
    let mut connections = JoinSet::new();
    let mut sweep = tokio::time::interval(Duration::from_millis(20));
    let crash = engine.script.crash_after_ms;
    let mut crash = std::pin::pin!(async {
        match crash {
            Some(after) => tokio::time::sleep(Duration::from_millis(after)).await,
            None => std::future::pending().await,
        }
        engine.crash().await;
    });
    loop {
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => return,
            () = &mut crash => return,
            _ = sweep.tick() => engine.loaded.sweep(engine.script.unload_stuck),
            accepted = listener.accept() => if let Ok((stream, peer)) = accepted {
                connections.spawn(connection(engine.clone(), stream, peer));
            },
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(engine: Arc<Engine>, stream: TcpStream, peer: SocketAddr) {
    let _ = stream.set_nodelay(true);
    let local = stream.local_addr().unwrap_or(peer);
    let (reader, writer) = stream.into_split();
    let (mut input, mut output) = (Input::new(reader), Output::new(writer));
    if engine.script.hold_port {
        input.closed().await;
        return;
    }
    while let Ok(Some(head)) = input.head().await {
        output.renew(&head);
        let begun = Instant::now();
        let nth = engine.count.fetch_add(1, Ordering::SeqCst);
        if engine.script.hang_after_requests.is_some_and(|after| nth >= after) {
            engine.note(&head, Vec::new());
            input.closed().await;
            return;
        }
        let done = exchange(&engine, &head, local, &mut input, &mut output).await;
        let line = format!(
            "[GIN] {} | {} | {:>13} | {:>15} | {:<8} \"{}\"",
            clock::requested(clock::now()),
            output.status.unwrap_or(499),
            clock::go(begun.elapsed()),
            peer.ip(),
            head.method,
            head.path
        );
        engine.log.raw(&line);
        if done.is_err() || output.close || !input.is_done() {
            break;
        }
    }
    output.shut().await;
}

/// One request and its reply; an error where the client went away.
async fn exchange(
    engine: &Arc<Engine>,
    head: &Head,
    local: SocketAddr,
    input: &mut Input,
    output: &mut Output,
) -> io::Result<()> {
    if let Some(digest) = head.path.strip_prefix("/api/blobs/").filter(|_| head.method == "POST") {
        if door::let_in(engine, head, local, output).await? {
            engine.note(head, Vec::new());
            blobs::post(engine, digest, input, output).await?;
        }
        return output.finish().await;
    }
    let body = input.body().await?;
    engine.note(head, body.clone());
    let work = async {
        if door::let_in(engine, head, local, output).await? {
            answer(engine, head, &body, output).await?;
        }
        output.finish().await
    };
    tokio::select! {
        done = work => done,
        () = input.closed() => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

impl Engine {
    fn note(&self, head: &Head, body: Vec<u8>) {
        let Head { method, path, headers } = head.clone();
        let asked = Asked { method, path, headers, body };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }
}

async fn answer(engine: &Arc<Engine>, head: &Head, body: &[u8], output: &mut Output) -> io::Result<()> {
    let path = if head.path.starts_with("/api/blobs/") { "/api/blobs/:digest" } else { head.path.as_str() };
    let method = head.method.as_str();
    if engine.script.impostor && path != "/api/version" {
        return output.send(404, Some("text/plain"), b"404 page not found").await;
    }
    match (method, path) {
        ("GET" | "HEAD", "/") => {
            output.send(200, Some("text/plain; charset=utf-8"), b"Ollama is running").await
        }
        ("GET" | "HEAD", "/api/version") => {
            output.json(200, &json!({"version": engine.script.version})).await
        }
        ("GET" | "HEAD", "/api/tags") => shelf::tags(engine, output).await,
        ("GET", "/api/ps") => shelf::ps(engine, output).await,
        ("GET", "/api/status") => {
            let disabled = engine.settings.no_cloud;
            let source = if disabled { "env" } else { "none" };
            output.json(200, &json!({"cloud": {"disabled": disabled, "source": source}})).await
        }
        ("GET", "/api/experimental/model-recommendations") => output.json(200, &recommendations()).await,
        ("POST", "/api/me") => output.error(503, "account unavailable").await,
        ("POST", "/api/push") => output.error(401, "unauthorized").await,
        ("POST", "/api/show") => shelf::show(engine, body, output).await,
        ("POST", "/api/chat") => chat::chat(engine, body, output, Kind::Chat).await,
        ("POST", "/api/generate") => chat::chat(engine, body, output, Kind::Generate).await,
        ("POST", "/api/embed") => chat::embed(engine, body, output, 501).await,
        ("POST", "/api/embeddings") => chat::embed(engine, body, output, 500).await,
        ("POST", "/api/pull") => pull::handle(engine, body, output).await,
        ("POST", "/api/create") => create::create(engine, body, output).await,
        ("POST", "/api/copy") => shelf::copy(engine, body, output).await,
        ("DELETE", "/api/delete") => shelf::delete(engine, body, output).await,
        ("HEAD", "/api/blobs/:digest") => {
            blobs::head(engine, head.path.trim_start_matches("/api/blobs/"), output).await
        }
        ("GET", "/v1/models") => compat::models(engine, output).await,
        ("POST", "/v1/chat/completions") => compat::answer(engine, body, output, Dialect::Chat).await,
        ("POST", "/v1/messages") => compat::answer(engine, body, output, Dialect::Messages).await,
        ("POST", "/v1/responses") => compat::answer(engine, body, output, Dialect::Responses).await,
        _ => match door::methods(path) {
            "" => output.send(404, Some("text/plain"), b"404 page not found").await,
            methods => {
                output.extra.push(("Allow".to_owned(), methods.to_owned()));
                output.send(405, Some("text/plain"), b"405 method not allowed").await
            }
        },
    }
}

fn recommendations() -> serde_json::Value {
    json!({"recommendations": [
        {"model": "large:cloud", "description": "Runs elsewhere", "context_length": 262_144, "max_output_tokens": 262_144},
        {"model": "small", "description": "Runs here", "vram_bytes": 12_000_000_000_u64},
    ]})
}
