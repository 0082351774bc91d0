//! A pull whose engine is a process: killed in the middle, started again without pruning, and brought to its end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use engine::{Library, PullOptions, Reference, pull::Checked};
use test_support::ollama::{Registry, Script, model_file};

use crate::{
    place::{quick, until},
    shelf::client,
};

/// The program, built with the crate's examples.
fn program() -> PathBuf {
    let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
    let program = folder.join("examples/fake-ollama");
    assert!(program.exists(), "build it first: cargo build -p webplus-engine --example fake-ollama");
    program
}

/// Killed when dropped.
struct Served(Child, PathBuf);

impl Served {
    async fn start(home: &Path, script: &Script) -> Self {
        let (file, log) = (home.join("script.json"), home.join("log"));
        fs::write(&file, serde_json::to_string(script).unwrap()).unwrap();
        let mut command = Command::new(program());
        command.arg("--script").arg(file).arg("serve").env_clear();
        command.env("HOME", home).env("OLLAMA_MODELS", home.join("models"));
        command.env("OLLAMA_HOST", "127.0.0.1:0").env("OLLAMA_NOPRUNE", "1");
        let output = fs::File::create(&log).unwrap();
        let child = command.stderr(output).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let served = Self(child, log);
        until(|| served.line().is_some()).await;
        served
    }

    fn line(&self) -> Option<String> {
        let log = fs::read_to_string(&self.1).ok()?;
        Some(log.split_once("Listening on ")?.1.split_once(' ')?.0.to_owned())
    }

    fn url(&self) -> String {
        format!("http://{}", self.line().unwrap())
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_killed_in_the_middle_loses_what_it_had_not_saved_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let registry = Registry::start().await.unwrap();
    let weights = model_file(5, 2_000_000);
    registry.offer("smol:latest", &weights);
    registry.slow(Some(1_500_000));
    let reference = Reference::parse(&registry.model("smol:latest")).unwrap();
    let mut script = Script::default();
    script.pull.tick_ms = 10;
    let mut served = Served::start(home.path(), &script).await;
    let library = Library::open(&home.path().join("models")).unwrap();
    let ollama = client(&served.url());
    let (far, mut came) = tokio::sync::watch::channel(0);
    let options = quick();
    let ended = {
        let pulling = engine::pull(&ollama, Some(&library), &reference, &options, |told| {
            let _ = far.send(told.completed);
        });
        let killing = async {
            came.wait_for(|bytes| *bytes > 300_000).await.unwrap();
            served.kill();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = pulling => ended,
            () = killing => unreachable!(),
        }
    };
    assert!(ended.is_err());
    assert!(library.has_unfinished());
    registry.slow(None);
    let served = Served::start(home.path(), &script).await;
    let options = PullOptions { interrupted: true, ..options };
    let outcome = engine::pull(&client(&served.url()), Some(&library), &reference, &options, |_| {}).await;
    assert_eq!(outcome.unwrap().checked, Checked::ByUs);
    let model = library.model(&reference).unwrap().unwrap();
    assert!(fs::read(library.blob(&model.weights().unwrap().digest)).unwrap() == weights);
    assert!(!library.has_unfinished());
}
