//! Which models are loaded: one runner each, taken and given back by requests, gone when their time is over.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};

use super::{
    clock,
    log::Log,
    name::Name,
    runner::{self, Body, Order, Pipe},
    script::Script,
};

/// A status and a sentence.
pub(super) type Refusal = (u16, String);

/// What a request wants loaded.
#[derive(Debug, Clone)]
pub(super) struct Want {
    pub(super) name: Name,
    /// The digest of its manifest.
    pub(super) digest: String,
    pub(super) weights: PathBuf,
    pub(super) details: Value,
    pub(super) context: u64,
    /// Other settings of the load; another text is another load.
    pub(super) settings: String,
    pub(super) keep: Duration,
}

/// A loaded model, or one that is being loaded.
pub(super) struct Loaded {
    want: Want,
    size: u64,
    size_vram: u64,
    pub(super) pipe: tokio::sync::Mutex<Pipe>,
    pub(super) body: Body,
    life: Mutex<Life>,
}

#[derive(Debug)]
struct Life {
    keep: Duration,
    expires: SystemTime,
    users: usize,
    ready: bool,
}

/// The models of one server.
#[derive(Default)]
pub(super) struct Shelf {
    models: Mutex<Vec<Arc<Loaded>>>,
    loading: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
    loads: AtomicUsize,
}

/// What a load depends on besides the model.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) script: &'a Script,
    pub(super) log: &'a Log,
    pub(super) program: Option<&'a Path>,
    pub(super) max_loaded: usize,
    pub(super) max_queue: usize,
}

/// A model in use; given back when dropped.
pub(super) struct Lease {
    pub(super) loaded: Arc<Loaded>,
    shelf: Arc<Shelf>,
    stuck: bool,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut life = self.loaded.life();
        life.users -= 1;
        life.expires = later(life.keep);
        let over = life.users == 0 && life.keep.is_zero();
        drop(life);
        if over {
            self.shelf.remove(&self.loaded, self.stuck);
        }
    }
}

/// A load that isn't done; ends its runner when dropped.
struct Loading<'a>(&'a Arc<Loaded>, &'a Shelf);

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        if !self.0.life().ready {
            self.1.remove(self.0, false);
        }
    }
}

impl Loaded {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its entry in `/api/ps`.
    pub(super) fn entry(&self) -> Value {
        let name = self.want.name.short();
        json!({
            "name": name,
            "model": name,
            "size": self.size,
            "digest": self.want.digest,
            "details": self.want.details,
            "expires_at": clock::precise(self.life().expires),
            "size_vram": self.size_vram,
            "context_length": self.want.context,
        })
    }

    pub(super) fn context(&self) -> u64 {
        self.want.context
    }

    /// The lowest goes first.
    fn rank(&self) -> (bool, SystemTime) {
        let life = self.life();
        (life.users > 0, life.expires)
    }

    fn serves(&self, want: &Want) -> bool {
        self.life().ready
            && !self.body.is_dead()
            && self.want.name == want.name
            && self.want.weights == want.weights
            && self.want.context == want.context
            && self.want.settings == want.settings
    }
}

impl Shelf {
    /// What `/api/ps` lists, the newest first.
    pub(super) fn list(&self) -> Vec<Arc<Loaded>> {
        self.models().iter().rev().cloned().collect()
    }

    fn models(&self) -> MutexGuard<'_, Vec<Arc<Loaded>>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a model, and loads it first where it must be; tells how long that took.
    pub(super) async fn take(
        self: &Arc<Self>,
        want: Want,
        around: Surroundings<'_>,
    ) -> Result<(Lease, Duration), Refusal> {
        let begun = Instant::now();
        if let Some(lease) = self.reuse(&want, around.script.unload_stuck) {
            return Ok((lease, begun.elapsed()));
        }
        if self.waiting.load(Ordering::SeqCst) >= around.max_queue {
            let text = "server busy, please try again.  maximum pending requests exceeded";
            return Err((503, text.to_owned()));
        }
        let _waiting = Waiting::new(&self.waiting);
        let _turn = self.loading.lock().await;
        if let Some(lease) = self.reuse(&want, around.script.unload_stuck) {
            return Ok((lease, begun.elapsed()));
        }
        self.make_room(&want.weights, around.max_loaded).await;
        let loaded = self.load(want, around).await?;
        around.log.line(
            "INFO",
            "sched.go:728",
            &format!("msg=\"loaded runners\" count={}", self.models().len()),
        );
        Ok((self.lease(loaded, around.script.unload_stuck), begun.elapsed()))
    }

    fn lease(self: &Arc<Self>, loaded: Arc<Loaded>, stuck: bool) -> Lease {
        Lease { loaded, shelf: self.clone(), stuck }
    }

    fn reuse(self: &Arc<Self>, want: &Want, stuck: bool) -> Option<Lease> {
        let models = self.models();
        let loaded = models.iter().find(|loaded| loaded.serves(want))?.clone();
        let mut life = loaded.life();
        life.users += 1;
        life.keep = want.keep;
        life.expires = later(want.keep);
        drop(life);
        Some(self.lease(loaded, stuck))
    }

    /// Ends what has the same weights, and what was used least recently, once nobody uses it.
    async fn make_room(&self, weights: &Path, most: usize) {
        loop {
            let models = self.models().clone();
            let same = models.iter().find(|loaded| loaded.want.weights == weights);
            let oldest = || models.iter().min_by_key(|loaded| loaded.rank());
            let Some(victim) = same.or_else(|| oldest().filter(|_| models.len() >= most)) else { return };
            if victim.life().users == 0 {
                self.remove(victim, false);
            } else {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    async fn load(&self, want: Want, around: Surroundings<'_>) -> Result<Arc<Loaded>, Refusal> {
        let Surroundings { script, log, program, .. } = around;
        if let Some(text) = &script.load_error {
            return Err((500, text.clone()));
        }
        let file = want.weights.clone();
        let shown = file.display();
        log.line("INFO", "server.go:109", &format!("msg=\"using llama-server for model\" model={shown}"));
        let order = Order {
            model: &file,
            context: want.context,
            load: Duration::from_millis(script.load_ms),
            memory_mib: script.runner_memory_mib,
            term: Duration::from_millis(script.runner_term_ms),
        };
        let (pipe, body) = runner::start(program, &order).map_err(|error| (500, error.to_string()))?;
        let settings = if want.settings.is_empty() { String::new() } else { format!(" {}", want.settings) };
        let command = format!(
            "msg=\"starting llama-server\" cmd=\"llama-server --model {shown} --host 127.0.0.1 -c {}{settings}\"",
            want.context
        );
        log.line("INFO", "llama_server.go:433", &command);
        let weights = std::fs::metadata(&file).map_or(0, |found| found.len());
        let memory = want.context * script.context_bytes;
        let nth = self.loads.fetch_add(1, Ordering::SeqCst);
        let later_vram = nth.checked_sub(1).and_then(|later| script.size_vram_later.get(later));
        let life = Life { keep: want.keep, expires: later(want.keep), users: 0, ready: false };
        let loaded = Arc::new(Loaded {
            size: script.size.unwrap_or(weights + memory + 18_000_000),
            size_vram: *later_vram.unwrap_or(&script.size_vram),
            want,
            pipe: tokio::sync::Mutex::new(pipe),
            body,
            life: Mutex::new(life),
        });
        self.models().push(loaded.clone());
        let loading = Loading(&loaded, self);
        let begun = Instant::now();
        let ready = loaded.pipe.lock().await.ready().await;
        if ready.is_err() {
            let text = "llama-server process has terminated: signal: killed";
            return Err((500, text.to_owned()));
        }
        for line in buffers(script, weights, memory) {
            log.raw(&line);
        }
        let started = format!("msg=\"llama-server started in {:.2} seconds\"", begun.elapsed().as_secs_f64());
        log.line("INFO", "llama_server.go:1362", &started);
        let mut life = loaded.life();
        (life.ready, life.users) = (true, 1);
        drop(life);
        drop(loading);
        Ok(loaded)
    }

    /// Ends a model now, or once nobody uses it any more.
    pub(super) fn unload(&self, name: &Name, stuck: bool) {
        let Some(loaded) = self.list().into_iter().find(|loaded| loaded.want.name == *name) else { return };
        let mut life = loaded.life();
        (life.keep, life.expires) = (Duration::ZERO, clock::now());
        let free = life.users == 0;
        drop(life);
        if free {
            self.remove(&loaded, stuck);
        }
    }

    /// Ends models whose time is over.
    pub(super) fn sweep(&self, stuck: bool) {
        let now = clock::now();
        for loaded in self.list() {
            let life = loaded.life();
            let over = life.ready && life.users == 0 && life.expires <= now;
            drop(life);
            if over {
                self.remove(&loaded, stuck);
            }
        }
    }

    /// Kills all runners.
    pub(super) fn kill(&self) {
        self.models().iter().for_each(|loaded| loaded.body.kill());
    }

    fn remove(&self, loaded: &Arc<Loaded>, stuck: bool) {
        if stuck && !loaded.body.is_dead() {
            return;
        }
        loaded.body.kill();
        self.models().retain(|other| !Arc::ptr_eq(other, loaded));
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn later(keep: Duration) -> SystemTime {
    clock::now().checked_add(keep).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The lines about buffers that a load writes.
fn buffers(script: &Script, weights: u64, memory: u64) -> Vec<String> {
    let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    let line = |kind: &str, device: &str, mib: f64| match kind {
        "model" => format!("load_tensors: {device:>12} model buffer size = {mib:8.2} MiB"),
        "output" => format!("llama_context: {device:>10}  output buffer size = {mib:8.2} MiB"),
        "KV" => format!("llama_kv_cache: {device:>10} KV buffer size = {mib:8.2} MiB"),
        _ => format!("sched_reserve: {device:>10} {kind} buffer size = {mib:8.2} MiB"),
    };
    if !script.buffers.is_empty() {
        return script.buffers.iter().map(|buffer| line(&buffer.kind, &buffer.device, buffer.mib)).collect();
    }
    vec![
        line("model", "CPU", mib(weights)),
        line("output", "CPU", 0.19),
        line("KV", "CPU", mib(memory)),
        line("compute", "CPU", 17.51),
    ]
}
