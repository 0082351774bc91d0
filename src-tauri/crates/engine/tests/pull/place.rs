//! An engine, a registry with a model, and a pull from the one into the other.

use std::{fs, time::Duration};

use engine::{
    BlobDigest, Library, PullOptions, PullOutcome, PullPhase, PullProgress, Reference, pull::PullPatience,
};
use llm::{Error, Ollama};
use test_support::ollama::{FakeOllama, Registry, Script, model_file};

use crate::shelf::client;

/// For what must end; a busy computer is slow.
pub(crate) const LONG: Duration = Duration::from_mins(1);

pub(crate) fn quick() -> PullOptions {
    let millis = Duration::from_millis;
    PullOptions {
        patience: PullPatience {
            stall: millis(400),
            manifest: Duration::from_secs(5),
            again: millis(30),
            first_wait: millis(100),
            longest_wait: millis(400),
            engine: millis(800),
            report: millis(0),
        },
        ..PullOptions::default()
    }
}

pub(crate) fn script() -> Script {
    let mut script = Script::default();
    script.pull.tick_ms = 10;
    script.pull.retry_ms = 1;
    script
}

/// An engine, a registry with a model, and how these are reached.
pub(crate) struct Place {
    pub(crate) registry: Registry,
    pub(crate) fake: FakeOllama,
    pub(crate) ollama: Ollama,
    pub(crate) library: Library,
    pub(crate) reference: Reference,
    pub(crate) weights: Vec<u8>,
    pub(crate) digest: BlobDigest,
}

impl Place {
    pub(crate) async fn new(script: Script, size: usize) -> Self {
        let registry = Registry::start().await.unwrap();
        let weights = model_file(3, size);
        let digest = BlobDigest::parse(&registry.offer("smol:latest", &weights)).unwrap();
        let fake = FakeOllama::start(script).await.unwrap();
        let (ollama, library) = (client(&fake.url()), Library::open(fake.folder()).unwrap());
        let reference = Reference::parse(&registry.model("smol:latest")).unwrap();
        Self { registry, fake, ollama, library, reference, weights, digest }
    }

    pub(crate) async fn pull(&self) -> (Result<PullOutcome, Error>, Vec<PullProgress>) {
        self.pull_with(quick()).await
    }

    pub(crate) async fn pull_with(
        &self,
        options: PullOptions,
    ) -> (Result<PullOutcome, Error>, Vec<PullProgress>) {
        let mut told = Vec::new();
        let pulling =
            engine::pull(&self.ollama, Some(&self.library), &self.reference, &options, |told_now| {
                told.push(told_now);
            });
        let ended = tokio::time::timeout(LONG, pulling).await.expect("it ends");
        (ended, told)
    }

    /// Pulls until so many bytes are here, then lets go; waits until they are saved.
    pub(crate) async fn pull_until(&self, bytes: u64) {
        let (enough, reached) = tokio::sync::oneshot::channel();
        let mut enough = Some(enough);
        let options = quick();
        let pulling = engine::pull(&self.ollama, Some(&self.library), &self.reference, &options, |told| {
            if told.completed >= bytes
                && let Some(enough) = enough.take()
            {
                let _ = enough.send(());
            }
        });
        tokio::select! {
            ended = pulling => panic!("it ended: {ended:?}"),
            _ = reached => {}
        }
        until(|| self.saved() >= bytes).await;
    }

    /// What the files of the parts say is here.
    pub(crate) fn saved(&self) -> u64 {
        let partials = self.library.partials(&self.digest).unwrap();
        let parts = partials.iter().filter_map(|partial| fs::read_to_string(&partial.file).ok());
        let saved =
            |text: String| serde_json::from_str::<serde_json::Value>(&text).ok()?["Completed"].as_u64();
        parts.filter_map(saved).sum()
    }

    pub(crate) fn is_right(&self) {
        assert!(fs::read(self.library.blob(&self.digest)).unwrap() == self.weights, "wrong content");
        assert_eq!(self.library.problems().unwrap(), []);
        assert!(!self.library.has_unfinished(), "something is left");
        assert_eq!(
            self.library.model(&self.reference).unwrap().unwrap().reference.short(),
            self.reference.short()
        );
    }

    pub(crate) fn asks(&self) -> usize {
        self.fake.requests().iter().filter(|asked| asked.path == "/api/pull").count()
    }

    pub(crate) fn part(&self, end: &str) -> std::path::PathBuf {
        format!("{}-partial{end}", self.library.blob(&self.digest).display()).into()
    }
}

pub(crate) async fn until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, waiting).await.expect("it comes");
}

pub(crate) fn rises(told: &[PullProgress]) {
    assert!(told.windows(2).all(|pair| pair[0].completed <= pair[1].completed), "it went backwards");
    assert!(told.iter().all(|told| told.completed <= told.total));
}

pub(crate) fn waited(told: &[PullProgress]) -> Option<&Option<String>> {
    told.iter().find_map(|told| match &told.phase {
        PullPhase::WaitingForNetwork { reason, .. } => Some(reason),
        _ => None,
    })
}
