//! A scripted Ollama that behaves as a real 0.33.0-rc2 was recorded: as a program with real runners (`program`), or inside a test
//! (`FakeOllama`); and a registry to pull from (`Registry`).
//!
//! It keeps a real models folder and computes no answer. Deliberately not here: anything that reaches beyond this computer.

mod answer;
mod ask;
mod blobs;
mod chat;
mod client;
mod clock;
mod compat;
mod create;
mod door;
mod download;
mod folder;
mod gguf;
mod http;
mod loaded;
mod log;
mod model_file;
mod name;
mod options;
mod program;
mod pull;
mod registry;
mod runner;
mod script;
mod server;
mod settings;
mod shelf;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinSet};

pub use model_file::model_file;
pub use program::program;
pub use registry::{Act, Registry, RegistryRequest};
pub use script::{Answer, Buffer, Exit, Gpu, PullScript, RunnerFault, Script};
pub use server::Asked;

use log::Log;
use name::Name;
use server::Engine;
use settings::Settings;

/// A fake Ollama inside a test: the same server as the program's, with runners that are tasks. Ends when dropped, runners included.
pub struct FakeOllama {
    engine: Arc<Engine>,
    address: SocketAddr,
    /// None where the folder is the test's own.
    temporary: Option<tempfile::TempDir>,
    serving: JoinSet<()>,
}

impl FakeOllama {
    /// Starts on a free port with an empty models folder of its own.
    pub async fn start(script: Script) -> io::Result<Self> {
        let temporary = tempfile::tempdir()?;
        let mut fake = Self::start_in(script, temporary.path(), &[]).await?;
        fake.temporary = Some(temporary);
        Ok(fake)
    }

    /// Starts with this folder of models. `environment` has variables such as `("OLLAMA_NOPRUNE", "1")`; the address in it is
    /// `OLLAMA_HOST`, else a free port.
    pub async fn start_in(script: Script, folder: &Path, environment: &[(&str, &str)]) -> io::Result<Self> {
        let variable = |name: &str| match environment.iter().find(|(found, _)| *found == name) {
            Some((_, value)) => Some((*value).to_owned()),
            None if name == "OLLAMA_HOST" => Some("127.0.0.1:0".to_owned()),
            None if name == "OLLAMA_MODELS" => Some(folder.to_string_lossy().into_owned()),
            None => None,
        };
        let settings = Settings::read(variable);
        if let Some(exit) = &script.exit_at_start {
            return Err(io::Error::other(exit.line.clone()));
        }
        tokio::time::sleep(Duration::from_millis(script.start_delay_ms)).await;
        let (host, port) = settings.host.clone();
        let listener = TcpListener::bind((host.as_str(), port)).await?;
        let address = listener.local_addr()?;
        let engine = Engine::new(script, settings, Log::Kept(Mutex::default())).map_err(io::Error::other)?;
        engine.say_hello(address);
        let mut serving = JoinSet::new();
        serving.spawn(server::serve(engine.clone(), listener));
        Ok(Self { engine, address, temporary: None, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// "http://127.0.0.1:PORT".
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they were complete.
    pub fn requests(&self) -> Vec<Asked> {
        self.engine.requests()
    }

    /// The models folder.
    pub fn folder(&self) -> &Path {
        self.engine.folder.path()
    }

    /// Where the blob of a digest "sha256:…" is.
    pub fn blob(&self, digest: &str) -> PathBuf {
        self.engine.folder.blob(digest)
    }

    /// The lines of its log.
    pub fn log(&self) -> Vec<String> {
        self.engine.log.lines()
    }

    /// From now on its disk has all the space that is needed.
    pub fn free_disk(&self) {
        *self.engine.disk_free.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Puts a model into its folder, weights as `model_file` makes them.
    pub fn add_model(&self, name: &str, weights: &[u8]) -> io::Result<()> {
        put_model(self.folder(), name, weights)
    }

    /// Kills all runners, as another program might.
    pub fn kill_runners(&self) {
        self.engine.loaded.kill();
    }

    /// Ends it as a crash does: the port and all connections are gone.
    pub async fn crash(&mut self) {
        self.engine.end();
        while self.serving.join_next().await.is_some() {}
    }
}

impl Drop for FakeOllama {
    fn drop(&mut self) {
        self.engine.loaded.kill();
    }
}

/// Puts a model into a models folder, without any server.
pub fn put_model(folder: &Path, name: &str, weights: &[u8]) -> io::Result<()> {
    let name = Name::parse(name).ok_or(io::ErrorKind::InvalidInput)?;
    let folder = folder::Folder::open(folder).map_err(io::Error::other)?;
    create::put(&folder, &name, weights)
}
