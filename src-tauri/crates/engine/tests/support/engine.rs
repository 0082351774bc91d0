//! An engine over the fake runner, which checks that no process is left.

use std::{
    io::Cursor,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use domain::{Parameters, Role};
use engine::{EmbeddedEngine, EngineOptions, EngineState, GgufHeader, Hardware, LocalModel};
use futures_util::StreamExt;
use llm::{CompletionEvent, CompletionRequest, Continuation, Error, Provider, RequestMessage};
use tempfile::TempDir;

use crate::gguf::Gguf;

static NUMBER: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Fake {
    pub(crate) engine: EmbeddedEngine,
    mark: String,
    folder: TempDir,
}

impl Fake {
    pub(crate) fn new(scenario: &str) -> Self {
        Self::with(scenario, |_| {})
    }

    pub(crate) fn with(scenario: &str, change: impl FnOnce(&mut EngineOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mark = format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        let mut options = EngineOptions::new(fake_runner(), folder.path().join("log"));
        options.environment =
            vec![("FAKE_RUNNER".into(), scenario.into()), ("FAKE_MARK".into(), mark.clone())];
        options.measure = || Hardware {
            total_memory: 8 << 30,
            available_memory: 4 << 30,
            logical_cores: 4,
            physical_cores: 2,
        };
        change(&mut options);
        let engine = EmbeddedEngine::new(options);
        engine.set_models(vec![model("small"), model("other")]);
        Self { engine, mark, folder }
    }

    /// What its runners wrote into their log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log/runner.log")).unwrap_or_default()
    }

    /// Closes the engine and looks for processes that it left.
    pub(crate) async fn end(self) {
        self.engine.shutdown().await;
        assert_eq!(self.processes(), Vec::<u32>::new(), "processes are left");
    }

    /// The processes that this engine started and that still run.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let mark = format!("FAKE_MARK={}\0", self.mark).into_bytes();
        let is_ours = |pid: &u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.windows(mark.len()).any(|window| window == mark)
        };
        let names = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
    }

    /// Asks and collects everything.
    pub(crate) async fn ask(&self, model: &str, text: &str) -> Vec<Result<CompletionEvent, Error>> {
        self.engine.complete(request(model, text)).collect().await
    }

    /// Waits for a state.
    pub(crate) async fn state(&self, wanted: impl FnMut(&EngineState) -> bool) -> EngineState {
        let mut states = self.engine.subscribe();
        tokio::time::timeout(Duration::from_secs(20), states.wait_for(wanted)).await.unwrap().unwrap().clone()
    }
}

pub(crate) fn fake_runner() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().and_then(|deps| deps.parent()).unwrap();
    let runner = folder.join("examples").join(format!("fake-runner{}", std::env::consts::EXE_SUFFIX));
    assert!(runner.exists(), "build it first: cargo build -p webplus-engine --example fake-runner");
    runner
}

pub(crate) fn model(name: &str) -> LocalModel {
    let bytes = Gguf::model(name).bytes(0);
    let size = bytes.len() as u64;
    LocalModel {
        name: name.into(),
        path: PathBuf::from("/nowhere.gguf"),
        size,
        header: GgufHeader::read(Cursor::new(bytes), size).unwrap(),
        display_name: name.into(),
        test_size: true,
        gpu_layers: None,
        threads: None,
        content: String::new(),
        learned: engine::Factors::default(),
        context: None,
        force: false,
        damaged: None,
    }
}

pub(crate) fn request(model: &str, text: &str) -> CompletionRequest {
    CompletionRequest {
        model: model.into(),
        system: String::new(),
        messages: vec![RequestMessage::text(Role::User, text)],
        parameters: Parameters::default(),
        continuation: Continuation::Answer,
        cache_key: None,
    }
}

/// The text of an answer.
pub(crate) fn text(events: &[Result<CompletionEvent, Error>]) -> String {
    events
        .iter()
        .filter_map(
            |event| if let Ok(CompletionEvent::Text(text)) = event { Some(text.as_str()) } else { None },
        )
        .collect()
}

/// The error at the end of an answer, which must be its only one.
pub(crate) fn error(events: &[Result<CompletionEvent, Error>]) -> Error {
    assert_eq!(events.iter().filter(|event| event.is_err()).count(), 1, "{events:?}");
    events.last().unwrap().clone().unwrap_err()
}
