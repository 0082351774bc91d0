//! What the gateway itself costs a call, in CPU time: calls of 50 pieces of text from a provider that has them ready, with the
//! ledger's two durable writes, less the same loop over the provider alone. Prints JSON lines
//! `{"name","value","unit","baseline","ratio"}`; the baseline is the provider alone. CPU time is what the kernel counted for
//! this process's threads, so that it is Linux only; the ledger's part is what the store's own threads took.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program: prints what it measured, and reads its arguments"
)]

use std::{error::Error, fs, sync::Arc, time::Duration};

use app::{
    App, AppOptions,
    gateway::{self, CallSpec, GatewayEvent, Resolved},
    secrets::MemorySecrets,
};
use domain::{Actor, CallOutcome, FinishReason, Model, ModelRef, Parameters, Role, Surface};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, join_all},
    stream,
};
use llm::{
    CompletionEvent, CompletionRequest, CompletionStream, Continuation, Provider, ProviderInfo,
    RequestMessage, Timing,
};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const PIECES: usize = 50;
/// The rounds are interleaved, so that a disturbance of the machine meets all alike.
const ROUNDS: usize = 9;

fn main() -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        let reason = "CPU time by thread is read from /proc, which is Linux only";
        println!("{}", json!({ "name": "gateway.cpu_per_call", "skipped": reason }));
        return Ok(());
    }
    let calls = std::env::args().nth(1).map_or(Ok(400), |word| word.parse())?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut options = AppOptions::new(folder.path().join("data"));
        options.keychain = Arc::new(MemorySecrets::new());
        options.ollama = None;
        options.scripted = Some(Arc::new(|provider| {
            (provider.slug == "ready").then(|| Arc::new(Ready) as Arc<dyn Provider>)
        }));
        let app = App::open(options).await?;
        let outcome = measure(&app, calls).await;
        app.shutdown().await;
        outcome
    })
}

async fn measure(app: &App, calls: usize) -> Outcome<()> {
    let add = json!({ "name": "Ready", "kind": "openai_compatible", "baseUrl": "http://127.0.0.1:9/v1" });
    app::call(app, Actor::LOCAL, "provider/add", add).await?;
    let model = ModelRef::new("ready", "m")?;
    // What is looked up once is looked up now.
    through_gateway(app, &model).await?;

    let (mut alone, mut single, mut many, mut ledger) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = cpu()?;
        for _ in 0..calls {
            directly().await?;
        }
        alone.push(begun.since()?.per(calls).0);

        let begun = cpu()?;
        for _ in 0..calls {
            through_gateway(app, &model).await?;
        }
        let (all, store) = begun.since()?.per(calls);
        single.push(all);
        ledger.push(store);

        let begun = cpu()?;
        for _ in 0..calls.div_ceil(64) {
            for done in join_all((0..64).map(|_| through_gateway(app, &model))).await {
                done?;
            }
        }
        many.push(begun.since()?.per(calls.div_ceil(64) * 64).0);
    }
    let (alone, single, many, ledger) = (median(&alone), median(&single), median(&many), median(&ledger));
    let how =
        "CPU time of all threads for resolve, begin, 50 pieces, settle; less the provider alone (baseline)";
    report("gateway.cpu_per_call", single - alone, alone, how);
    report("gateway.cpu_per_call.64_at_once", many - alone, alone, how);
    report(
        "gateway.cpu_per_call.without_ledger",
        single - ledger - alone,
        alone,
        "the same less the CPU time of the store's threads (reading the provider's row, the two durable writes)",
    );
    Ok(())
}

fn report(name: &str, value: f64, baseline: f64, how: &str) {
    let round = |number: f64| (number * 100.0).round() / 100.0;
    println!(
        "{}",
        json!({
            "name": name,
            "value": round(value),
            "unit": "us",
            "baseline": round(baseline),
            "ratio": round(value / baseline),
            "how": how,
        })
    );
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

async fn through_gateway(app: &App, model: &ModelRef) -> Outcome<()> {
    let resolved: Resolved = gateway::resolve(app, Actor::LOCAL, model).await?;
    let spec = CallSpec {
        surface: Surface::Eval,
        conversation_id: None,
        message_id: None,
        run: None,
        request: request(),
        prompt_estimate: 12,
    };
    let mut call = gateway::begin(app, Actor::LOCAL, &resolved, spec).await?;
    let mut pieces = 0;
    while let Some(event) = call.next().await {
        match event? {
            GatewayEvent::Event(CompletionEvent::Text(_)) => pieces += 1,
            GatewayEvent::Event(CompletionEvent::Finished { .. }) => break,
            GatewayEvent::Event(_) | GatewayEvent::Retrying { .. } => {}
        }
    }
    gateway::settle(app, Actor::LOCAL, call.settle(CallOutcome::Succeeded, None)).await?;
    all_came(pieces)
}

async fn directly() -> Outcome<()> {
    let mut stream = Ready.complete(request());
    let mut pieces = 0;
    while let Some(event) = stream.next().await {
        match event? {
            CompletionEvent::Text(_) => pieces += 1,
            CompletionEvent::Finished { .. } => break,
            _ => {}
        }
    }
    all_came(pieces)
}

fn all_came(pieces: usize) -> Outcome<()> {
    if pieces == PIECES { Ok(()) } else { Err(format!("{pieces} pieces came instead of {PIECES}").into()) }
}

fn request() -> CompletionRequest {
    CompletionRequest {
        model: "m".to_owned(),
        system: String::new(),
        messages: vec![RequestMessage::text(Role::User, "How much does it cost to ask?")],
        parameters: Parameters::default(),
        continuation: Continuation::Answer,
        cache_key: None,
    }
}

/// A provider whose answer is there before it is asked for.
struct Ready;

impl Provider for Ready {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, llm::Error>> {
        async { Ok(vec![Model { id: ready_model()?, ..webplus_tests::fake_model("m", 8192) }]) }.boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, llm::Error>> {
        async { Ok(ProviderInfo { server: None, models: 1 }) }.boxed()
    }

    fn complete(&self, _request: CompletionRequest) -> CompletionStream {
        let pieces = (0..PIECES).map(|_| CompletionEvent::Text("four".to_owned()));
        let end = CompletionEvent::Finished { reason: FinishReason::Stop, timing: Timing::default() };
        Box::pin(stream::iter(pieces.chain([end]).map(Ok)))
    }
}

fn ready_model() -> Result<ModelRef, llm::Error> {
    ModelRef::new("ready", "m").map_err(|error| llm::Error::BadReply(error.to_string()))
}

/// CPU time in microseconds: of all threads, and of those of the store.
#[derive(Clone, Copy)]
struct Cpu {
    all: f64,
    store: f64,
}

impl Cpu {
    fn since(self) -> Outcome<Self> {
        let now = cpu()?;
        Ok(Self { all: now.all - self.all, store: now.store - self.store })
    }

    fn per(self, calls: usize) -> (f64, f64) {
        (self.all / calls as f64, self.store / calls as f64)
    }
}

/// What the kernel has counted for each living thread, in nanoseconds; none of those that matter here ends meanwhile. It counts a
/// running thread when it leaves the processor, so that this one leaves it first.
fn cpu() -> Outcome<Cpu> {
    std::thread::sleep(Duration::from_millis(1));
    let mut sum = Cpu { all: 0.0, store: 0.0 };
    for task in fs::read_dir("/proc/self/task")? {
        let folder = task?.path();
        let (Ok(counted), Ok(name)) =
            (fs::read_to_string(folder.join("schedstat")), fs::read_to_string(folder.join("comm")))
        else {
            continue;
        };
        let nanoseconds: f64 = counted.split_whitespace().next().unwrap_or_default().parse()?;
        sum.all += nanoseconds / 1000.0;
        if name.starts_with("store-") {
            sum.store += nanoseconds / 1000.0;
        }
    }
    Ok(sum)
}
