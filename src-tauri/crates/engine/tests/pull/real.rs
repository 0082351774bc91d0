//! The same against a real Ollama, where one is on the PATH; else a sentence says that it was skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use engine::{
    BlobDigest, Library, PullOptions, PullPhase, Reference,
    library::{ImportFile, OllamaImport},
    pull::Checked,
};
use llm::{CreateRequest, Ollama};
use test_support::ollama::{Act, Registry, model_file};

use crate::{
    place::{LONG, until},
    shelf::client,
};

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("ollama")).find(|program| program.is_file())
}

/// A real engine with a folder of its own; ends with the test.
pub(crate) struct Real {
    child: Child,
    home: tempfile::TempDir,
    registry: Registry,
    reference: Reference,
    weights: Vec<u8>,
    digest: BlobDigest,
    ollama: Option<Ollama>,
}

impl Real {
    pub(crate) async fn start(size: usize) -> Option<Self> {
        let Some(program) = program() else {
            println!("skipped: there is no ollama on the PATH");
            return None;
        };
        let registry = Registry::start().await.unwrap();
        let weights = model_file(9, size);
        let digest = BlobDigest::parse(&registry.offer("smol:latest", &weights)).unwrap();
        let reference = Reference::parse(&registry.model("smol:latest")).unwrap();
        let home = tempfile::tempdir().unwrap();
        let child = serve(&program, home.path());
        let mut real = Self { child, home, registry, reference, weights, digest, ollama: None };
        real.reach().await;
        Some(real)
    }

    async fn reach(&mut self) {
        let log = self.home.path().join("log");
        let port = || {
            let log = fs::read_to_string(&log).ok()?;
            Some(log.split_once("Listening on ")?.1.split_once(' ')?.0.to_owned())
        };
        until(|| port().is_some()).await;
        self.ollama = Some(client(&format!("http://{}", port().unwrap())));
    }

    fn ollama(&self) -> &Ollama {
        self.ollama.as_ref().unwrap()
    }

    fn library(&self) -> Library {
        Library::open(&self.home.path().join("models")).unwrap()
    }

    pub(crate) async fn pull(&self, options: PullOptions) -> (Checked, Vec<PullPhase>) {
        let mut phases = Vec::new();
        let library = self.library();
        let pulling = engine::pull(self.ollama(), Some(&library), &self.reference, &options, |told| {
            phases.push(told.phase);
        });
        let outcome = tokio::time::timeout(LONG * 2, pulling).await.expect("it ends").unwrap();
        assert!(fs::read(library.blob(&self.digest)).unwrap() == self.weights, "wrong content");
        assert_eq!(library.problems().unwrap(), []);
        assert!(!library.has_unfinished());
        (outcome.checked, phases)
    }

    /// Pulls until so many bytes came, then lets go.
    async fn pull_until(&self, bytes: u64) {
        let (enough, mut reached) = tokio::sync::watch::channel(0);
        let library = self.library();
        let options = quick();
        let pulling = engine::pull(self.ollama(), Some(&library), &self.reference, &options, |told| {
            let _ = enough.send(told.completed);
        });
        tokio::select! {
            ended = pulling => panic!("it ended: {ended:?}"),
            reached = reached.wait_for(|came| *came >= bytes) => drop(reached.unwrap()),
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(program: &Path, home: &Path) -> Child {
    let log = fs::File::create(home.join("log")).unwrap();
    let mut command = Command::new(program);
    command.arg("serve").env_clear().env("HOME", home).env("OLLAMA_MODELS", home.join("models"));
    command.env("OLLAMA_HOST", "127.0.0.1:0").env("OLLAMA_NO_CLOUD", "1").env("OLLAMA_NOPRUNE", "1");
    command.stderr(log).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

fn quick() -> PullOptions {
    let mut options = PullOptions::default();
    options.patience.stall = Duration::from_secs(2);
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_engine_pulls_through_stalls_cuts_pauses_and_its_own_end() {
    let Some(mut real) = Real::start(30_000_000).await else { return };
    real.registry.always(Act::Stall(8_000_000));
    let (checked, _) = real.pull(quick()).await;
    assert_eq!(checked, Checked::ByUs);
    assert!(real.registry.ranges().len() >= 4, "{:?}", real.registry.ranges());
    real.ollama().delete(&real.reference.short()).await.unwrap();
    real.library().free_space().unwrap();

    // Cut connections, and then a whole one.
    real.registry.always(Act::Whole);
    real.registry.script([Act::Cut(8_000_000), Act::Cut(8_000_000)]);
    real.pull(quick()).await;
    real.ollama().delete(&real.reference.short()).await.unwrap();
    real.library().free_space().unwrap();

    // A pause.
    real.registry.always(Act::Whole);
    real.registry.slow(Some(10_000_000));
    real.pull_until(5_000_000).await;
    real.registry.slow(None);
    let asked = real.registry.ranges().len();
    let (checked, _) = real.pull(PullOptions { interrupted: true, ..quick() }).await;
    assert_eq!(checked, Checked::ByUs);
    assert!(!real.registry.ranges()[asked].starts_with("bytes=0-"), "begun anew");
    real.ollama().delete(&real.reference.short()).await.unwrap();
    real.library().free_space().unwrap();

    // Killed in the middle: it may leave a part file without a word, at which its own pulls end for ever.
    real.registry.slow(Some(10_000_000));
    real.pull_until(5_000_000).await;
    real.child.kill().unwrap();
    real.child.wait().unwrap();
    let blob = real.library().blob(&real.digest);
    fs::write(format!("{}-partial-0", blob.display()), "").unwrap();
    real.registry.slow(None);
    real.child = serve(&program().unwrap(), real.home.path());
    real.reach().await;
    let (_, phases) = real.pull(PullOptions { interrupted: true, ..quick() }).await;
    assert!(phases.contains(&PullPhase::Mending), "{phases:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_engines_wrong_success_is_caught_and_its_damage_repaired() {
    let Some(real) = Real::start(2_000_000).await else { return };
    let library = real.library();
    // Wrong, told by the engine itself.
    real.registry.script([Act::WrongBytes]);
    real.pull(quick()).await;
    real.ollama().delete(&real.reference.short()).await.unwrap();
    library.free_space().unwrap();

    // Wrong, then interrupted: the engine's next answer is a success.
    real.registry.script([Act::WrongBytes]);
    real.registry.hold_texts(true);
    let mut options = quick();
    options.patience.stall = LONG;
    {
        let pulling = engine::pull(real.ollama(), Some(&library), &real.reference, &options, |_| {});
        tokio::select! {
            ended = pulling => panic!("it ended: {ended:?}"),
            () = until(|| library.blob(&real.digest).exists()) => {}
        }
    }
    real.registry.hold_texts(false);
    let (checked, phases) = real.pull(quick()).await;
    assert_eq!(checked, Checked::ByUs);
    assert!(phases.contains(&PullPhase::Mending), "it was removed: {phases:?}");

    // Cut: its own pull is a success at once, ours repairs.
    let blob = library.blob(&real.digest);
    fs::OpenOptions::new().write(true).open(&blob).unwrap().set_len(1_000_000).unwrap();
    assert_eq!(library.problems().unwrap().len(), 1);
    engine::repair(real.ollama(), &library, &real.reference, &quick(), |_| {}).await.unwrap();
    assert!(fs::read(&blob).unwrap() == real.weights);
    assert_eq!(library.problems().unwrap(), []);

    let unknown = Reference::parse(&real.registry.model("missing:latest")).unwrap();
    let error = engine::pull(real.ollama(), Some(&library), &unknown, &quick(), |_| {}).await.unwrap_err();
    assert_eq!(error.code(), domain::ErrorCode::ModelNotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_engine_takes_an_import_and_the_second_copy_is_freed() {
    let Some(real) = Real::start(10_000).await else { return };
    let content = model_file(7, 3_000_000);
    let file = real.home.path().join("mine.gguf");
    fs::write(&file, &content).unwrap();
    let import = OllamaImport {
        files: vec![ImportFile { path: file, sha256: None }],
        request: CreateRequest { model: "mine".into(), ..CreateRequest::default() },
        ..OllamaImport::default()
    };
    let library = real.library();
    engine::import_into_ollama(real.ollama(), Some(&library), &import, |_| {}).await.unwrap();
    let space = library.space().unwrap();
    let (models, unreferenced) = (space.models, space.unreferenced);
    assert!(models > 3_000_000 && unreferenced == content.len() as u64, "{space:?}");
    assert_eq!(library.free_space().unwrap(), unreferenced + space.partials);
    let space = library.space().unwrap();
    assert_eq!((space.models, space.unreferenced), (models, 0));
    assert_eq!(library.problems().unwrap(), []);
    // What it was made from can be made again, and what isn't there isn't looked for.
    let mut variant =
        CreateRequest { model: "pirate".into(), from: Some("mine".into()), ..CreateRequest::default() };
    variant.system = Some("You are a pirate.".into());
    engine::create_in_ollama(real.ollama(), &variant, |_| {}).await.unwrap();
    variant.quantize = Some("q4_K_M".into());
    let error = engine::create_in_ollama(real.ollama(), &variant, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("full precision"), "{error}");
    variant.from = Some("nope".into());
    let error = engine::create_in_ollama(real.ollama(), &variant, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("no whole model nope:latest"), "{error}");
}
