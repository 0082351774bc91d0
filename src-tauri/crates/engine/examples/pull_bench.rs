//! How fast a model of 400 MB comes from a server on this computer: by a pull of ours through a scripted Ollama, and through a real
//! one where one is on the PATH, and by our own downloader, beside curl, which gets the same bytes from the same server; and the
//! pulls beside what the engine does without our watch. Prints JSON lines `{"name","value","unit","baseline","ratio"}`.

// By the name that everybody calls it.
extern crate webplus_engine as engine;

#[cfg(unix)]
#[path = "support/bare.rs"]
mod bare;
#[cfg(unix)]
#[path = "support/fetch_http.rs"]
mod fetch_http;
#[path = "support/figures.rs"]
mod figures;

use figures::Outcome;

const DOWNLOAD: &str = "pull.download";
const THROUGH: [&str; 2] = ["pull.through.fake", "pull.through.ollama"];

#[cfg(not(unix))]
fn main() -> Outcome<()> {
    for name in THROUGH.into_iter().chain([DOWNLOAD]) {
        figures::left_out(name, "it is measured on Unix only");
    }
    Ok(())
}

#[cfg(unix)]
fn main() -> Outcome<()> {
    measure::all()
}

#[cfg(unix)]
mod measure {
    use std::{path::Path, process::Command, time::Instant};

    use engine::{DownloadOptions, Library, PullOptions, Reference, Source, download, pull::Checked};
    use futures_util::StreamExt as _;
    use llm::OllamaProgress;
    use tempfile::TempDir;
    use test_support::{
        hub::{FakeHub, HubAct},
        ollama::{Registry, model_file},
    };
    use tokio::runtime::{Builder, Runtime};

    use crate::{
        DOWNLOAD, THROUGH,
        bare::Bare,
        fetch_http::Downloads,
        figures::{Figure, Outcome, example, http, left_out, on_path},
    };

    const SIZE: usize = 400_000_000;
    /// Each round measures all, so that a disturbance of the machine meets all alike.
    const ROUNDS: usize = 5;
    const MODEL: &str = "large:latest";

    pub(super) fn all() -> Outcome<()> {
        let Some(curl) = on_path("curl") else {
            for name in THROUGH.into_iter().chain([DOWNLOAD]) {
                left_out(name, "there is no curl on the PATH");
            }
            return Ok(());
        };
        // The server has a thread of its own: it must not cost one of those who get more than the other.
        let serving = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let runtime = Runtime::new()?;
        let server = serving.block_on(Server::start())?;
        let mut engines = vec![Engine::start(&runtime, THROUGH[0], &example("fake-ollama")?, &server)?];
        match on_path("ollama") {
            Some(program) => engines.push(Engine::start(&runtime, THROUGH[1], &program, &server)?),
            None => left_out(THROUGH[1], "there is no ollama on the PATH"),
        }
        let (mut plain, mut own) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            plain.push(server.by_curl(&curl)?);
            own.push(runtime.block_on(server.by_download())?);
            for engine in &mut engines {
                let watched = runtime.block_on(engine.watched(&server))?;
                engine.watched.push(watched);
                let alone = runtime.block_on(engine.alone(&server))?;
                engine.alone.push(alone);
            }
        }
        let report = |name: String, values: &[f64], baselines: &[f64], how: &str| {
            let how = format!("{} MB from a server on this computer; {how}", SIZE / 1_000_000);
            Figure { name, values, unit: "MB/s", baselines, how: &how }.report();
        };
        let how = "our downloader, which compares the digest and makes the file durable; beside curl, which does neither";
        report(DOWNLOAD.to_owned(), &own, &plain, how);
        for Engine { name, watched, alone, .. } in &engines {
            let how =
                "a pull of ours through the engine, which compares the digest; beside curl, which doesn't";
            report((*name).to_owned(), watched, &plain, how);
            let how = "a pull of ours through the engine; beside the engine without our watch";
            report(format!("{name}.watch"), watched, alone, how);
        }
        Ok(())
    }

    /// The model, as a registry for engines and as a hub for our downloader; the bytes come from the same place in both.
    struct Server {
        registry: Registry,
        hub: FakeHub,
        store: String,
        bytes: u64,
    }

    impl Server {
        async fn start() -> Outcome<Self> {
            let registry = Registry::start().await?;
            let weights = model_file(9, SIZE);
            let store = format!("{}/store/{}", registry.url(), registry.offer(MODEL, &weights));
            let acts = (0..ROUNDS).map(|_| HubAct::Redirect(store.clone()));
            let hub = FakeHub::start(Vec::new(), acts).await?;
            hub.set_pointer(&FakeHub::pointer(&weights));
            Ok(Self { registry, hub, store, bytes: weights.len() as u64 })
        }

        #[allow(clippy::disallowed_methods, reason = "a measuring program compares with another")]
        fn by_curl(&self, curl: &Path) -> Outcome<f64> {
            let folder = tempfile::tempdir()?;
            let begun = Instant::now();
            // Neither settings of the person's own nor a proxy.
            let status = Command::new(curl)
                .args(["-q", "--noproxy", "*", "-sS", "-o"])
                .arg(folder.path().join("file"))
                .arg(&self.store)
                .status()?;
            let pace = self.pace(begun);
            if status.success() { Ok(pace) } else { Err("curl could not get the model".into()) }
        }

        async fn by_download(&self) -> Outcome<f64> {
            let (folder, fetch, options) =
                (tempfile::tempdir()?, Downloads(http()?), DownloadOptions::default());
            let source = Source {
                hub: self.hub.url(),
                repository: "owner/large".into(),
                revision: "main".into(),
                file: "large.gguf".into(),
            };
            let begun = Instant::now();
            download(&fetch, &source, folder.path(), &options, |_| {}).await?;
            Ok(self.pace(begun))
        }

        fn pace(&self, begun: Instant) -> f64 {
            self.bytes as f64 / 1e6 / begun.elapsed().as_secs_f64()
        }
    }

    /// One that pulls, and how fast it did.
    struct Engine {
        name: &'static str,
        bare: Bare,
        reference: Reference,
        watched: Vec<f64>,
        alone: Vec<f64>,
        _home: TempDir,
    }

    impl Engine {
        fn start(runtime: &Runtime, name: &'static str, program: &Path, server: &Server) -> Outcome<Self> {
            let home = tempfile::tempdir()?;
            let bare = runtime.block_on(Bare::start(program, home.path()))?;
            let reference = Reference::parse(&server.registry.model(MODEL))?;
            Ok(Self { name, bare, reference, watched: Vec::new(), alone: Vec::new(), _home: home })
        }

        async fn watched(&self, server: &Server) -> Outcome<f64> {
            let library = Library::open(&self.bare.models)?;
            let options = PullOptions::default();
            let begun = Instant::now();
            let pulling = engine::pull(&self.bare.ollama, Some(&library), &self.reference, &options, |_| {});
            let checked = pulling.await?.checked;
            let pace = server.pace(begun);
            if checked != Checked::ByEngine {
                return Err("the pull was interrupted, so that its pace means nothing".into());
            }
            self.remove().await?;
            Ok(pace)
        }

        async fn alone(&self, server: &Server) -> Outcome<f64> {
            let begun = Instant::now();
            let mut lines = self.bare.ollama.pull(&self.reference.wire(), self.reference.insecure());
            let mut last = None;
            while let Some(line) = lines.next().await {
                last = Some(line?);
            }
            let pace = server.pace(begun);
            if last != Some(OllamaProgress::Success) {
                return Err("the engine did not finish its pull".into());
            }
            self.remove().await?;
            Ok(pace)
        }

        async fn remove(&self) -> Outcome<()> {
            self.bare.ollama.delete(&self.reference.short()).await?;
            Library::open(&self.bare.models)?.free_space()?;
            Ok(())
        }
    }
}
