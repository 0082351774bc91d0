//! A real application in a folder of its own, and one step of a definition at a time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use domain::{
    Actor, Call, EffectClass, Model, ModelRef, ModelState, ParameterName, ParameterSpec, Provider, RunId,
};
use futures_util::future::BoxFuture;
use llm::fake::Fake;
use pipeline::Capability;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{
    App, AppOptions,
    pipelines::{
        step::{Allowed, InnerAttempts, InnerBegun, InnerEnded, Paid, StepCall, StepEnd, StepError},
        steps::step,
        tell::Teller,
    },
    secrets::{MemorySecrets, SecretStore as _},
};

pub(super) struct Bench {
    pub(super) app: App,
    pub(super) fake: Fake,
    pub(super) keychain: Arc<MemorySecrets>,
    pub(super) folder: TempDir,
    pub(super) cancel: CancellationToken,
    pub(super) tell: Teller,
    pub(super) inner: Arc<Inner>,
    pub(super) allowed: Allowed,
    pub(super) inputs: Value,
    run: RunId,
}

/// What came of a step.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) port: String,
    pub(super) values: BTreeMap<String, Value>,
    pub(super) calls: Vec<Call>,
}

impl Bench {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (fake, keychain) = (Fake::new(), Arc::new(MemorySecrets::new()));
        fake.set_models(Ok(vec![model("m", false), model("schema", true)]));
        let mut options = AppOptions::new(folder.path().join("data"));
        options.program = Some(own_program());
        options.keychain = keychain.clone();
        options.http.proxy = llm::ProxyChoice::Off;
        let scripted = fake.clone();
        options.scripted = Some(Arc::new(move |provider: &Provider| {
            provider.name.starts_with("Fake").then(|| Arc::new(scripted.clone()) as Arc<dyn llm::Provider>)
        }));
        let app = App::open(options).await.unwrap();
        let params = json!({"name": "Fake", "kind": "openai_compatible", "baseUrl": "http://127.0.0.1:9/v1"});
        crate::call(&app, Actor::LOCAL, "provider/add", params).await.unwrap();
        let run = RunId::new(app.clock.now());
        let all = [Capability::Commands, Capability::Files, Capability::Http, Capability::Secrets];
        Self {
            app,
            fake,
            keychain,
            folder,
            cancel: CancellationToken::new(),
            tell: Teller::default(),
            inner: Arc::default(),
            allowed: Allowed(all.into()),
            inputs: json!({}),
            run,
        }
    }

    pub(super) fn path(&self, rest: &str) -> PathBuf {
        self.folder.path().join(rest)
    }

    pub(super) async fn secret(&self, handle: &str, value: &str) {
        self.keychain.set(handle.to_owned(), domain::Secret::new(value.to_owned())).await.unwrap();
    }

    /// One attempt of the only node of a definition that is otherwise as `rest` says.
    pub(super) fn call(&self, node: Value, rest: Value, inputs: Value) -> StepCall {
        let mut definition = json!({"format": pipeline::FORMAT, "id": "try", "nodes": [node]});
        for (name, value) in rest.as_object().unwrap() {
            definition[name] = value.clone();
        }
        let definition = pipeline::read(&definition).unwrap_or_else(|faults| panic!("{faults:?}"));
        let node = definition.nodes[0].clone();
        let context =
            json!({"inputs": inputs, "vars": definition.vars, "nodes": {}, "run": {"id": self.run}});
        let input = pipeline::prepare(&node, &context).unwrap_or_else(|fault| panic!("{fault:?}"));
        StepCall {
            app: self.app.clone(),
            actor: Actor::LOCAL,
            run: self.run,
            key: pipeline::Key { scope: String::new(), node: node.id.clone() },
            attempt: 1,
            node: Arc::new(node),
            definition: Arc::new(definition),
            input,
            context,
            idempotency_key: "0123456789abcdef0123456789abcdef".to_owned(),
            allowed: self.allowed.clone(),
            cancel: self.cancel.clone(),
            tell: self.tell.clone(),
            inner: self.inner.clone(),
        }
    }

    pub(super) async fn end(&self, node: Value, rest: Value, inputs: Value) -> Result<StepEnd, StepError> {
        let call = self.call(node, rest, inputs);
        let kind = call.node.kind.clone();
        step(&kind).unwrap().run(call).await
    }

    pub(super) async fn left(&self, node: Value, rest: Value, inputs: Value) -> Result<Left, StepError> {
        match self.end(node, rest, inputs).await? {
            StepEnd::Done { port, values, calls, .. } => Ok(Left { port, values, calls }),
            StepEnd::Wait(wait) => panic!("it waits: {wait:?}"),
        }
    }

    /// A step that needs nothing else.
    pub(super) async fn simple(&self, kind: &str, config: Value) -> Result<Left, StepError> {
        self.left(json!({"id": "x", "kind": kind, "config": config}), json!({}), json!({})).await
    }

    /// A step in the folder that is the input `folder`.
    pub(super) async fn in_folder(&self, kind: &str, config: Value) -> Result<Left, StepError> {
        let rest = json!({"inputs": {"folder": {"type": "dir"}}});
        let node = json!({"id": "x", "kind": kind, "config": config});
        self.left(node, rest, json!({"folder": self.path("work")})).await
    }

    /// Ends the application and looks for what is left over.
    pub(super) async fn finish(self) {
        self.app.shutdown().await;
        assert_eq!(self.app.tasks.alive(), 0, "tasks outlived the application");
        let marks = self.app.command_marks();
        let left: Vec<_> = std::fs::read_dir(marks).into_iter().flatten().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn model(name: &str, schema: bool) -> Model {
    let spec = |name| ParameterSpec { name, min: None, max: None, default: None };
    let mut parameters = vec![spec(ParameterName::Temperature), spec(ParameterName::MaxTokens)];
    if schema {
        parameters.push(spec(ParameterName::JsonSchema));
    }
    Model {
        id: ModelRef::new("fake", name).unwrap(),
        name: name.to_owned(),
        state: ModelState::Remote,
        capabilities: vec![domain::Capability::Chat],
        parameters,
        context_window: Some(8192),
        max_output: None,
        size: None,
        quantization: None,
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: false,
    }
}

/// A program whose main is as ours are; see `examples`.
fn own_program() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().and_then(Path::parent).unwrap();
    let program = folder.join("examples").join("own-program");
    assert!(program.exists(), "build it first: cargo build --workspace --example own-program");
    program
}

/// Inner attempts, remembered; those that a test put in as ended aren't done again.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) ended: Mutex<BTreeMap<u32, BTreeMap<String, Value>>>,
    pub(super) begun: Mutex<Vec<(u32, String, EffectClass, Value)>>,
    /// What a person said, by the number of the use.
    pub(super) said: Mutex<BTreeMap<u32, BTreeMap<String, Value>>>,
}

impl InnerAttempts for Inner {
    fn begin(
        &self,
        index: u32,
        name: String,
        effect: EffectClass,
        input: Value,
    ) -> BoxFuture<'_, Result<InnerBegun, StepError>> {
        let known = self.ended.lock().unwrap().get(&index).cloned();
        let begun = if let Some(values) = known {
            InnerBegun::Done(values)
        } else {
            self.begun.lock().unwrap().push((index, name, effect, input));
            InnerBegun::Go { idempotency_key: format!("key{index}") }
        };
        Box::pin(async move { Ok(begun) })
    }

    fn ended(&self, index: u32, name: String) -> BoxFuture<'_, Result<Option<InnerEnded>, StepError>> {
        let kept = if name.ends_with("-consent") { &self.said } else { &self.ended };
        let known = kept.lock().unwrap().get(&index).cloned().map(InnerEnded::Done);
        Box::pin(async move { Ok(known) })
    }

    fn end(
        &self,
        index: u32,
        _name: String,
        result: Result<BTreeMap<String, Value>, StepError>,
        _paid: Paid,
    ) -> BoxFuture<'_, Result<(), StepError>> {
        if let Ok(values) = result {
            self.ended.lock().unwrap().insert(index, values);
        }
        Box::pin(async { Ok(()) })
    }
}
