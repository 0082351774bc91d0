//! One blob's download: in parts, each with a file that tells what was saved of it; saved when cancelled, not while it runs.

use std::{
    fs::{self, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use super::{client, script::PullScript};

/// The engine's bounds of a part, in bytes.
const PART: (u64, u64) = (100_000_000, 1_000_000_000);
const TRIES: u32 = 6;

#[derive(Debug)]
struct Part {
    number: u64,
    offset: u64,
    size: u64,
    /// What came of it so far.
    completed: AtomicU64,
}

/// A download at work. Dropped before its end it was cancelled, and what came is saved.
#[derive(Debug)]
pub(super) struct Download {
    blob: PathBuf,
    partial: PathBuf,
    parts: Vec<Part>,
    pub(super) total: u64,
    done: AtomicBool,
}

enum Failed {
    Stalled,
    /// The connection ended; what came was kept.
    Cut(String),
    For(String),
}

impl Download {
    /// Takes up what an earlier one left, or asks for the size and lays out the parts.
    pub(super) async fn prepare(blob: &Path, url: &str, script: &PullScript) -> Result<Self, String> {
        let partial = with(blob, "-partial");
        let parts = saved_parts(&partial)?;
        if !parts.is_empty() {
            let total = parts.iter().map(|part| part.size).sum();
            return Ok(Self { blob: blob.to_owned(), partial, parts, total, done: AtomicBool::new(false) });
        }
        let reply = client::ask("HEAD", url, None).await?;
        if reply.status >= 400 {
            return Err(if reply.status == 404 {
                "file does not exist".to_owned()
            } else {
                reply.status.to_string()
            });
        }
        let total: u64 = reply.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        let size = script.part_bytes.unwrap_or((total / 16).clamp(PART.0, PART.1)).max(1);
        let parts = (0..total.div_ceil(size))
            .map(|number| Part {
                number,
                offset: number * size,
                size: size.min(total - number * size),
                completed: AtomicU64::new(0),
            })
            .collect();
        let download = Self { blob: blob.to_owned(), partial, parts, total, done: AtomicBool::new(false) };
        download.save();
        Ok(download)
    }

    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn completed(&self) -> u64 {
        self.parts.iter().map(|part| part.completed.load(Ordering::SeqCst)).sum()
    }

    /// Writes what came of each part.
    pub(super) fn save(&self) {
        if !self.done.load(Ordering::SeqCst) {
            self.parts.iter().for_each(|part| self.save_part(part));
        }
    }

    fn save_part(&self, part: &Part) {
        let Part { number, offset, size, completed } = part;
        let value = json!({"N": number, "Offset": offset, "Size": size, "Completed": completed.load(Ordering::SeqCst)});
        let _ = fs::write(self.part_file(*number), value.to_string());
    }

    fn part_file(&self, number: u64) -> PathBuf {
        with(&self.partial, &format!("-{number}"))
    }

    /// Downloads all parts at once, where `free` bytes of the disk are enough; the blob has its name afterwards.
    pub(super) async fn run(&self, url: &str, script: &PullScript, free: Option<u64>) -> Result<(), String> {
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&self.partial);
        let file = file.map_err(|error| error.to_string())?;
        file.set_len(self.total).map_err(|error| error.to_string())?;
        if free.is_some_and(|free| free < self.total) {
            return Err(format!("write {}: no space left on device", self.partial.display()));
        }
        drop(file);
        let direct = direct_url(url).await?;
        let mut all: Vec<_> =
            self.parts.iter().map(|part| Some(Box::pin(self.part(part, &direct, script)))).collect();
        // All at once, and the first error ends them.
        std::future::poll_fn(|context| {
            let mut waiting = false;
            for slot in &mut all {
                let Some(part) = slot else { continue };
                match part.as_mut().poll(context) {
                    std::task::Poll::Ready(Ok(())) => *slot = None,
                    std::task::Poll::Ready(Err(text)) => return std::task::Poll::Ready(Err(text)),
                    std::task::Poll::Pending => waiting = true,
                }
            }
            if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(Ok(())) }
        })
        .await?;
        drop(all);
        self.done.store(true, Ordering::SeqCst);
        for number in 0..self.parts.len() as u64 {
            let path = self.part_file(number);
            fs::remove_file(&path)
                .map_err(|_| format!("remove {}: no such file or directory", path.display()))?;
        }
        fs::rename(&self.partial, &self.blob).map_err(|error| error.to_string())
    }

    /// One part, however often it stalls; a few times where it is cut.
    async fn part(&self, part: &Part, url: &str, script: &PullScript) -> Result<(), String> {
        let mut cuts = 0;
        loop {
            let saved = part.completed.load(Ordering::SeqCst);
            if saved >= part.size {
                return Ok(());
            }
            match self.fetch(part, url, Duration::from_millis(script.stall_ms)).await {
                Ok(()) => return Ok(()),
                // What came since is lost.
                Err(Failed::Stalled) => part.completed.store(saved, Ordering::SeqCst),
                Err(Failed::Cut(text)) => {
                    self.save_part(part);
                    cuts += 1;
                    if cuts >= TRIES {
                        return Err(format!("max retries exceeded: {text}"));
                    }
                    tokio::time::sleep(Duration::from_millis(script.retry_ms << (cuts - 1))).await;
                }
                Err(Failed::For(text)) => return Err(text),
            }
        }
    }

    async fn fetch(&self, part: &Part, url: &str, stall: Duration) -> Result<(), Failed> {
        let write = |error: io::Error| Failed::For(error.to_string());
        let begin = part.offset + part.completed.load(Ordering::SeqCst);
        let range = (begin, part.offset + part.size - 1);
        let mut reply = match tokio::time::timeout(stall, client::ask("GET", url, Some(range))).await {
            Ok(reply) => reply.map_err(Failed::Cut)?,
            Err(_) => return Err(Failed::Stalled),
        };
        if reply.status >= 400 {
            return Err(Failed::Cut(format!("unexpected status code {}", reply.status)));
        }
        let mut file = OpenOptions::new().write(true).open(&self.partial).map_err(write)?;
        file.seek(SeekFrom::Start(begin)).map_err(write)?;
        loop {
            let piece = match tokio::time::timeout(stall, reply.piece()).await {
                Err(_) => return Err(Failed::Stalled),
                Ok(Err(_)) => return Err(Failed::Cut("unexpected EOF".to_owned())),
                Ok(Ok(None)) => break,
                Ok(Ok(Some(piece))) => piece,
            };
            let left = part.size - part.completed.load(Ordering::SeqCst);
            let piece = piece.get(..left as usize).unwrap_or(&piece);
            file.write_all(piece).map_err(write)?;
            part.completed.fetch_add(piece.len() as u64, Ordering::SeqCst);
        }
        if part.completed.load(Ordering::SeqCst) < part.size {
            return Err(Failed::Cut("unexpected EOF".to_owned()));
        }
        Ok(())
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.save();
    }
}

/// The parts of which something was saved before; one that can't be read ends every pull.
fn saved_parts(partial: &Path) -> Result<Vec<Part>, String> {
    let prefix = format!("{}-", partial.file_name().unwrap_or_default().to_string_lossy());
    let folder = partial.parent().unwrap_or(partial);
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let text = fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
        if text.is_empty() {
            return Err("EOF".to_owned());
        }
        let value: Value = serde_json::from_str(&text).map_err(|_| "unexpected EOF".to_owned())?;
        let number = |key: &str| value[key].as_u64().unwrap_or(0);
        let completed = AtomicU64::new(number("Completed"));
        parts.push(Part { number: number("N"), offset: number("Offset"), size: number("Size"), completed });
    }
    parts.sort_by_key(|part| part.number);
    Ok(parts)
}

/// Where the registry sends: it must be another host.
async fn direct_url(url: &str) -> Result<String, String> {
    let mut at = url.to_owned();
    for _ in 0..10 {
        let reply = client::ask("GET", &at, None).await?;
        if reply.status == 404 {
            return Err("file does not exist".to_owned());
        }
        let Some(to) = reply.header("location").filter(|_| (300..400).contains(&reply.status)) else {
            return Err("http: no Location header in response".to_owned());
        };
        let to =
            if to.starts_with('/') { format!("http://{}{to}", client::split(&at).0) } else { to.to_owned() };
        if client::host(&to) != client::host(url) {
            return Ok(to);
        }
        at = to;
    }
    Err("maximum redirects exceeded (10) for directURL".to_owned())
}

fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut whole = path.as_os_str().to_owned();
    whole.push(suffix);
    whole.into()
}
