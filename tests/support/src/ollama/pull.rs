//! `/api/pull`: the manifest, its blobs one after the other, then the digests of what this very request downloaded.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    sync::{Arc, PoisonError, Weak},
    time::Duration,
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ask, client,
    download::Download,
    folder,
    http::{BARE_JSON, Output},
    name::Name,
    server::Engine,
};

/// Where progress goes: a line each, or nowhere but to the last word.
pub(super) enum Lines<'a> {
    Stream(&'a mut Output),
    Quiet(&'a mut Output),
}

impl Lines<'_> {
    pub(super) async fn status(&mut self, status: &str) -> Result<(), String> {
        self.line(&json!({ "status": status })).await
    }

    async fn line(&mut self, value: &Value) -> Result<(), String> {
        match self {
            Self::Stream(output) => output.line(value).await.map_err(|error| error.to_string()),
            Self::Quiet(_) => Ok(()),
        }
    }

    /// The end, good or bad.
    pub(super) async fn end(self, result: Result<(), String>) -> io::Result<()> {
        match (self, result) {
            (Self::Stream(_), Ok(())) => Ok(()),
            (Self::Stream(output), Err(text)) => output.error_line(500, &text).await,
            (Self::Quiet(output), result) => {
                let (status, value) = match result {
                    Ok(()) => (200, json!({"status": "success"})),
                    Err(text) => (500, json!({ "error": text })),
                };
                output.send(status, Some(BARE_JSON), value.to_string().as_bytes()).await
            }
        }
    }
}

pub(super) async fn handle(engine: &Arc<Engine>, body: &[u8], output: &mut Output) -> io::Result<()> {
    let body = match ask::object(body) {
        Ok(body) => body,
        Err(text) => return output.error(400, &text).await,
    };
    let Some(name) = Name::parse(&ask::named(&body)) else {
        return output.error(400, "invalid model name").await;
    };
    let stream = body["stream"].as_bool().unwrap_or(true);
    let mut lines = if stream { Lines::Stream(output) } else { Lines::Quiet(output) };
    let result = pull(engine, &name, body["insecure"].as_bool().unwrap_or(false), &mut lines).await;
    lines.end(result).await
}

pub(super) async fn pull(
    engine: &Arc<Engine>,
    name: &Name,
    insecure: bool,
    lines: &mut Lines<'_>,
) -> Result<(), String> {
    lines.status("pulling manifest").await?;
    if let Some(text) = engine.next_pull_error() {
        return Err(text);
    }
    let base = base(engine, name, insecure).await.map_err(|text| format!("pull model manifest: {text}"))?;
    let manifest = manifest(&base, name).await.map_err(|text| format!("pull model manifest: {text}"))?;
    let value: Value = serde_json::from_slice(&manifest).map_err(|error| error.to_string())?;
    let layers = value["layers"].as_array().cloned().unwrap_or_default();
    let digests = layers.iter().chain([&value["config"]]).filter_map(|layer| layer["digest"].as_str());
    let mut downloaded = Vec::new();
    for digest in digests.clone() {
        if blob(engine, digest, &format!("{base}/blobs/{digest}"), lines).await? {
            downloaded.push(digest);
        }
    }
    lines.status("verifying sha256 digest").await?;
    for digest in downloaded {
        let path = engine.folder.blob(digest);
        let got = hash(&path).map_err(|error| error.to_string())?;
        if got != digest {
            let _ = fs::remove_file(path);
            return Err(format!("digest mismatch, file must be downloaded again: want {digest}, got {got}"));
        }
    }
    lines.status("writing manifest").await?;
    let old = engine.folder.find(name);
    engine.folder.write_raw_manifest(name, &manifest).map_err(|error| error.to_string())?;
    if let Some(old) = old.filter(|_| !engine.settings.no_prune)
        && engine.folder.drop_unused(&old.digests())
    {
        lines.status("removing unused layers").await?;
    }
    lines.status("success").await
}

/// "http://HOST/v2/NAMESPACE/MODEL" of a name that can be reached.
async fn base(engine: &Engine, name: &Name, insecure: bool) -> Result<String, String> {
    let path = format!("v2/{}/{}", name.namespace, name.model);
    let manifest = |scheme: &str| format!("{scheme}://{}/{path}/manifests/{}", name.host, name.tag);
    if name.is_default_host() {
        if let Some(registry) = &engine.script.pull.registry {
            return Ok(format!("{}/{path}", registry.trim_end_matches('/')));
        }
        let url = manifest("https");
        return Err(format!("Get \"{url}\": dial tcp: lookup {} on 127.0.0.53:53: no such host", name.host));
    }
    if name.plain && insecure {
        return Ok(format!("http://{}/{path}", name.host));
    }
    let url = manifest("https");
    let failed = match client::dial(&url).await {
        Ok(_) => "EOF".to_owned(),
        Err(text) => text,
    };
    Err(format!("Get \"{url}\": {failed}"))
}

async fn manifest(base: &str, name: &Name) -> Result<Vec<u8>, String> {
    let reply = client::ask("GET", &format!("{base}/manifests/{}", name.tag), None).await?;
    match reply.status {
        404 => Err("file does not exist".to_owned()),
        status if status >= 400 => Err(format!("{status}: ")),
        _ => reply.body().await.map_err(|_| "unexpected EOF".to_owned()),
    }
}

/// Makes sure that a blob is there; tells whether it was downloaded by this request.
async fn blob(engine: &Engine, digest: &str, url: &str, lines: &mut Lines<'_>) -> Result<bool, String> {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    let short = hex.get(..12).unwrap_or(hex);
    let progress = |total: u64, completed: u64| {
        let mut value = json!({"status": format!("pulling {short}"), "digest": digest, "total": total});
        if completed > 0 {
            value["completed"] = completed.into();
        }
        value
    };
    let script = &engine.script.pull;
    let mut tick = tokio::time::interval(Duration::from_millis(script.tick_ms.max(1)));
    tick.tick().await;
    // Another request may be at it: then this one only tells how far that is.
    while let Some(other) = engine.download(digest) {
        let line = progress(other.total, other.completed());
        drop(other);
        tick.tick().await;
        lines.line(&line).await?;
    }
    let path = engine.folder.blob(digest);
    if let Ok(found) = fs::metadata(&path) {
        lines.line(&progress(found.len(), found.len())).await?;
        return Ok(false);
    }
    let download = Arc::new(Download::prepare(&path, url, script).await?);
    engine.add_download(digest, &download);
    let size = shown(download.total);
    let text = format!("msg=\"downloading {short} in {} {size} part(s)\"", download.parts());
    engine.log.line("INFO", "download.go:181", &text);
    let free = *engine.disk_free.lock().unwrap_or_else(PoisonError::into_inner);
    let mut run = std::pin::pin!(download.run(url, script, free));
    loop {
        tokio::select! {
            ended = &mut run => return ended.map(|()| true),
            _ = tick.tick() => lines.line(&progress(download.total, download.completed())).await?,
        }
    }
}

fn shown(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(format!("sha256:{}", folder::hex_of(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
    }
}

impl Engine {
    fn download(&self, digest: &str) -> Option<Arc<Download>> {
        let downloads = self.downloads.lock().unwrap_or_else(PoisonError::into_inner);
        downloads.get(digest).and_then(Weak::upgrade)
    }

    fn add_download(&self, digest: &str, download: &Arc<Download>) {
        let mut downloads = self.downloads.lock().unwrap_or_else(PoisonError::into_inner);
        downloads.insert(digest.to_owned(), Arc::downgrade(download));
    }

    fn next_pull_error(&self) -> Option<String> {
        self.pull_errors.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}
