//! The second Web+: our own program again, known by its first argument. It works in the folder that its second one names, says a
//! line whenever a step got further, and tells what it found at the end. It may be ended at any moment.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use domain::{
    Actor, Capability, FinishReason, Model, ModelRef, ModelState, Provider, ProviderId, Run, RunStatus,
};
use futures_util::{FutureExt as _, future::BoxFuture, stream};
use llm::{CompletionEvent, CompletionRequest, CompletionStream, ProviderInfo, Timing};
use serde_json::json;

use super::checks::Facts;
use crate::{
    App, AppOptions, Error,
    events::{Event, Subscription},
    pipelines::{RunDecideParams, RunDecision, RunIdParams, RunStartParams, runs},
    secrets::MemorySecrets,
};

/// The argument that makes our own program this: the first; the folder follows.
pub(crate) const SUBCOMMAND: &str = "__selftest";
/// What the run does.
const DEFINITION: &str = include_str!("pipeline.webplus.json");
/// What steps must not do twice is written here, in the work folder.
pub(super) const ONCE: &str = "once.log";
/// Each call of a model.
pub(super) const CALLS: &str = "calls.log";

/// Its whole life.
pub(crate) fn live(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(folder) = arguments.next().map(PathBuf::from) else { return ExitCode::FAILURE };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    match runtime.block_on(play(&folder)) {
        Ok(facts) => {
            say(&format!("over {}", serde_json::to_string(&facts).unwrap_or_default()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("failed {error}"));
            ExitCode::FAILURE
        }
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Who listened is gone: then this process is about to be, too.
    let _gone = writeln!(out, "{line}").and_then(|()| out.flush());
}

async fn play(folder: &Path) -> Result<Facts, Error> {
    let work = folder.join("work");
    let mut options = AppOptions::new(folder.join("data"));
    options.keychain = Arc::new(MemorySecrets::new());
    let calls = work.join(CALLS);
    options.scripted = Some(Arc::new(move |provider| {
        let ours: Arc<dyn llm::Provider> = Arc::new(Echo { calls: calls.clone() });
        (provider.slug == "selftest").then_some(ours)
    }));
    let app = App::open(options).await?;
    let outcome = drive(&app, &work).await;
    app.shutdown().await;
    outcome
}

async fn drive(app: &App, work: &Path) -> Result<Facts, Error> {
    let actor = Actor::LOCAL;
    let mut told = app.bus.subscribe(None);
    let provider = provider(app);
    let known = app.store.write(move |conn| store::providers::insert(conn, actor.user_id, &provider)).await;
    if !matches!(known, Ok(()) | Err(store::Error::Conflict)) {
        known?;
    }
    let definition = serde_json::from_str(DEFINITION).map_err(|error| {
        Error::new(domain::ErrorCode::Internal, format!("The self-test's own file is off: {error}."))
    })?;
    let asked = RunStartParams {
        definition: Some(definition),
        inputs: Some([("folder".to_owned(), json!(work))].into()),
        idempotency_key: Some("selftest".to_owned()),
        allow: Some(vec![pipeline::Capability::Files]),
        ..RunStartParams::default()
    };
    let run = runs::start(app.clone(), actor, asked).await?;
    say("accepted");
    follow(app, actor, &mut told, run.id, work).await?;
    facts(app, actor, run.id).await
}

/// Until the run is over: answers what only a person could, by looking at what happened.
async fn follow(
    app: &App,
    actor: Actor,
    told: &mut Subscription,
    id: domain::RunId,
    work: &Path,
) -> Result<(), Error> {
    loop {
        let view = runs::get(app.clone(), actor, RunIdParams { id }).await?;
        if view.run.status.is_final() {
            return Ok(());
        }
        if view.run.status == RunStatus::Paused {
            runs::resume(app.clone(), actor, RunIdParams { id }).await?;
        }
        for waiting in view.waiting.iter().filter(|waiting| waiting.kind == domain::WaitReason::Decision) {
            let decided = runs::decide(
                app.clone(),
                actor,
                RunDecideParams {
                    id,
                    scope: waiting.scope.clone(),
                    node: waiting.node.clone(),
                    decision: if happened(work, &waiting.scope, &waiting.node) {
                        RunDecision::Done
                    } else {
                        RunDecision::Retry
                    },
                    values: None,
                },
            );
            decided.await?;
        }
        let _told = tokio::time::timeout(std::time::Duration::from_millis(500), next(told, id)).await;
    }
}

/// Waits for the next thing that is told of the run, and says so.
async fn next(told: &mut Subscription, id: domain::RunId) {
    while let Some(told) = told.next().await {
        match &told.event {
            Event::StepChanged { run_id, step } if *run_id == id => {
                return say(&format!("{}/{} {:?}", step.scope, step.node, step.status));
            }
            Event::RunChanged { run } if run.id == id => return say(&format!("run {:?}", run.status)),
            Event::Resync => return,
            _ => {}
        }
    }
}

/// Whether the line that this step adds stands in the log.
fn happened(work: &Path, scope: &str, node: &str) -> bool {
    let written = std::fs::read_to_string(work.join(ONCE)).unwrap_or_default();
    let index = scope.rsplit(':').next().and_then(|index| index.parse::<u32>().ok());
    let line = match (node, index) {
        ("note", Some(index)) => format!("item {}", index + 1),
        (node, _) => node.to_owned(),
    };
    written.lines().any(|one| one == line)
}

async fn facts(app: &App, actor: Actor, id: domain::RunId) -> Result<Facts, Error> {
    let view = runs::get(app.clone(), actor, RunIdParams { id }).await?;
    let (promises, calls) = app
        .store
        .read(move |conn| Ok((store::promises::check(conn)?, store::promises::calls_of_runs(conn)?)))
        .await?;
    let Run { status, error_message, .. } = view.run;
    let outputs = view.outputs.unwrap_or_default();
    Ok(Facts {
        status: json!(status).as_str().unwrap_or_default().to_owned(),
        error: error_message,
        outputs: outputs.into_iter().map(|(name, shown)| (name, shown.preview)).collect(),
        promises: promises.into_iter().map(|promise| (promise.name.to_owned(), promise.broken)).collect(),
        calls,
    })
}

fn provider(app: &App) -> Provider {
    Provider {
        id: ProviderId::new(app.clock.now()),
        slug: "selftest".to_owned(),
        name: "Self-test".to_owned(),
        kind: domain::ProviderKind::OpenaiCompatible,
        base_url: "http://127.0.0.1:9/v1".to_owned(),
        key_source: domain::KeySource::None,
        key_state: domain::KeyState::NotNeeded,
        key_hint: None,
        key_origin: None,
        enabled: true,
    }
}

/// A model that says what it was asked, and notes each call before it answers.
struct Echo {
    calls: PathBuf,
}

impl llm::Provider for Echo {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, llm::Error>> {
        async { Ok(ModelRef::new("selftest", "echo").map(model).into_iter().collect()) }.boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, llm::Error>> {
        async { Ok(ProviderInfo { server: None, models: 1 }) }.boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        let asked = request.messages.last().map(llm::RequestMessage::plain).unwrap_or_default();
        let noted = OpenOptions::new().create(true).append(true).open(&self.calls).and_then(|mut file| {
            // In one write: two steps ask at the same time.
            file.write_all(format!("{asked}\n").as_bytes())?;
            file.sync_data()
        });
        if let Err(error) = noted {
            let error = llm::Error::Interrupted(format!("The call could not be noted ({error})."));
            return Box::pin(stream::iter([Err(error)]));
        }
        Box::pin(stream::iter([
            Ok(CompletionEvent::Started { model: None }),
            Ok(CompletionEvent::Text(format!("said {asked}"))),
            Ok(CompletionEvent::Finished { reason: FinishReason::Stop, timing: Timing::default() }),
        ]))
    }
}

fn model(id: ModelRef) -> Model {
    Model {
        name: "Echo".to_owned(),
        id,
        state: ModelState::Remote,
        capabilities: vec![Capability::Chat],
        parameters: Vec::new(),
        context_window: Some(4096),
        max_output: None,
        size: None,
        quantization: None,
        family: None,
        parameter_size: None,
        memory_estimate: None,
        default_context: None,
        test_size: true,
    }
}
