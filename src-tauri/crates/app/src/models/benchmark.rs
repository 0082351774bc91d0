//! How fast a model is, measured through the gateway as any call, and kept for each version of its engine.

use domain::{
    Actor, CallOutcome, ErrorCode, Job, ModelRef, Parameters, ProviderKind, Role, Surface, Timestamp,
};
use llm::{CompletionEvent, CompletionRequest, Continuation, RequestMessage, Timing};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::benchmarks::Benchmark;
use ts_rs::TS;

use super::{ModelIdParams, ModelStartParams};
use crate::{
    App, Error,
    gateway::{self, CallSpec, GatewayEvent, LiveCall, Resolved},
    jobs::{self, Reporter},
};

/// The kind of a measurement's job, and its lane: two at once would measure each other.
pub(crate) const BENCHMARK: &str = "model.benchmark";

/// Tokens that are written, at most.
const TOKENS: u32 = 96;
/// A version that is slower by more than this part is told of.
const SLOWER: f64 = 0.15;

/// What is read: long enough to take its time, and the same every time. Begins with a number, so that no cache knows it.
const TEXT: &str = "A lighthouse stood at the end of a long stone pier. Every evening its keeper climbed the stairs, cleaned the lens, \
     trimmed the wick and wrote the weather into a book: the wind, the height of the waves, the ships that passed and those that \
     waited for the tide. ";

/// How fast a model was at one time. What its engine didn't tell is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct SpeedSample {
    /// When.
    pub at: Timestamp,
    /// The engine and its version.
    pub engine_version: String,
    /// Tokens of the prompt read in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_per_second: Option<f64>,
    /// Tokens written in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_per_second: Option<f64>,
    /// From sending to the first token, in milliseconds, with the model in memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<f64>,
    /// What loading took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_ms: Option<f64>,
    /// A sentence, where this version writes more than 15 % slower than the one measured before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

pub(super) async fn begin(app: &App, actor: Actor, params: ModelIdParams) -> Result<Job, Error> {
    let model = gateway::resolve(app, actor, &params.id).await?.model;
    if !model.capabilities.contains(&domain::Capability::Chat) {
        return Err(Error::invalid(format!(
            "{} doesn't answer messages, so it can't be measured. Choose a model that does.",
            model.name
        )));
    }
    let payload = json!({ "model": model.id });
    let same = |known: &Value| known["model"] == payload["model"];
    jobs::begin(app, actor, BENCHMARK, model.name, payload.clone(), same).await
}

/// The model's measurements, newest first.
pub(super) async fn history(app: &App, actor: Actor, id: &ModelRef) -> Result<Vec<SpeedSample>, Error> {
    let wanted = id.clone();
    let kept = app.store.read(move |conn| store::benchmarks::list(conn, actor.user_id, &wanted)).await?;
    Ok(kept
        .iter()
        .enumerate()
        .map(|(at, measured)| sample(measured, kept.get(at + 1..).unwrap_or_default()))
        .collect())
}

fn sample(measured: &Benchmark, earlier: &[Benchmark]) -> SpeedSample {
    SpeedSample {
        at: measured.created_at,
        engine_version: measured.engine_version.clone(),
        prompt_per_second: measured.prompt_per_second,
        generation_per_second: measured.generation_per_second,
        first_token_ms: measured.first_token_ms,
        load_ms: measured.load_ms,
        notice: slower(measured, earlier),
    }
}

/// Compared with what the version before could at its middle measurement; `earlier` is newest first.
fn slower(measured: &Benchmark, earlier: &[Benchmark]) -> Option<String> {
    let before = earlier.iter().find(|known| known.engine_version != measured.engine_version)?;
    let of_before = earlier.iter().filter(|known| known.engine_version == before.engine_version);
    let mut speeds: Vec<f64> = of_before.filter_map(|known| known.generation_per_second).collect();
    speeds.sort_by(f64::total_cmp);
    let usual = *speeds.get(speeds.len() / 2)?;
    let now = measured.generation_per_second?;
    (now < usual * (1.0 - SLOWER)).then(|| {
        format!(
            "With {} it writes {:.0} % slower than with {}: {now:.1} instead of {usual:.1} tokens a second.",
            measured.engine_version,
            (1.0 - now / usual) * 100.0,
            before.engine_version
        )
    })
}

/// Unloads it, measures it cold and then warm.
pub(crate) async fn run_benchmark(
    app: &App,
    actor: Actor,
    job: &Job,
    reporter: &mut Reporter,
) -> Result<(), Error> {
    let id: ModelRef = serde_json::from_value(job.payload["model"].clone()).map_err(|error| {
        Error::new(ErrorCode::Internal, "This measurement was made by another version. Begin it again.")
            .caused_by(error)
    })?;
    let resolved = gateway::resolve_for_call(app, actor, &id).await?;
    let mut load_ms = None;
    reporter.progress(0, 3, None);
    if resolved.free {
        reporter.phase(json!({ "type": "loading" }));
        super::stop(app.clone(), actor, ModelIdParams { id: id.clone() }).await?;
        let begun = tokio::time::Instant::now();
        let start = ModelStartParams { id: id.clone(), context: None, force: None, keep_alive_seconds: None };
        super::start(app.clone(), actor, start).await?;
        load_ms = Some(begun.elapsed().as_secs_f64() * 1000.0);
    }
    reporter.progress(1, 3, None);
    reporter.phase(json!({ "type": "measuring" }));
    let resolved = gateway::resolve_for_call(app, actor, &id).await?;
    // The first answer warms up what is only made at first use.
    ask(app, actor, &resolved, 8).await?;
    reporter.progress(2, 3, None);
    let answer = ask(app, actor, &resolved, TOKENS).await?;
    let measured = Benchmark {
        model: resolved.model.id.clone(),
        engine_version: version(app, &resolved).await,
        prompt_per_second: answer
            .timing
            .prompt_ms
            .filter(|time| *time > 0.0)
            .map(|time| answer.prompt as f64 / time * 1000.0),
        generation_per_second: answer.per_second,
        first_token_ms: answer.first_token_ms,
        load_ms,
        created_at: app.clock.now(),
    };
    let notice = app
        .store
        .write(move |conn| {
            let earlier = store::benchmarks::list(conn, actor.user_id, &measured.model)?;
            store::benchmarks::insert(conn, actor.user_id, &measured)?;
            Ok(slower(&measured, &earlier))
        })
        .await?;
    if let Some(notice) = notice {
        reporter.keep("notice", Value::String(notice)).await?;
    }
    reporter.progress(3, 3, None);
    app.models_changed(id.provider());
    Ok(())
}

async fn version(app: &App, resolved: &Resolved) -> String {
    match resolved.config.kind {
        ProviderKind::Embedded => app
            .embedded()
            .ok()
            .and_then(|engine| engine.loaded())
            .map_or_else(|| "Built-in engine".to_owned(), |loaded| loaded.engine),
        ProviderKind::Ollama => {
            let asked =
                async { llm::Ollama::new(app.http.clone(), &resolved.config.base_url)?.identify().await };
            asked.await.map_or_else(|_| "Ollama".to_owned(), |version| format!("Ollama {version}"))
        }
        _ => resolved.config.name.clone(),
    }
}

struct Answer {
    prompt: u64,
    per_second: Option<f64>,
    first_token_ms: Option<f64>,
    timing: Timing,
}

async fn ask(app: &App, actor: Actor, resolved: &Resolved, tokens: u32) -> Result<Answer, Error> {
    // A number of its own at the beginning, so that nothing of it is known from the last time.
    let text = format!("{}. {}Tell the story of one such evening.", app.clock.now().millis(), TEXT.repeat(6));
    let parameters = Parameters { max_tokens: Some(tokens), ..Parameters::default() };
    let spec = CallSpec {
        surface: Surface::Eval,
        conversation_id: None,
        message_id: None,
        run: None,
        prompt_estimate: text.len() as u64 / 4,
        request: CompletionRequest {
            model: resolved.model.id.name().to_owned(),
            system: String::new(),
            messages: vec![RequestMessage::text(Role::User, text)],
            parameters,
            continuation: Continuation::Answer,
            cache_key: None,
        },
    };
    let live = gateway::begin(app, actor, resolved, spec).await?;
    let mut asked = Asked { app: app.clone(), actor, live: Some(live) };
    let mut timing = Timing::default();
    let failed = loop {
        let Some(live) = asked.live.as_mut() else { break None };
        match live.next().await {
            Some(Ok(GatewayEvent::Event(CompletionEvent::Finished { timing: told, .. }))) => timing = told,
            Some(Ok(_)) => {}
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    let Some(live) = asked.live.take() else {
        return Err(Error::new(ErrorCode::Internal, "The measurement was lost. Begin it again."));
    };
    let outcome = if failed.is_some() { CallOutcome::Failed } else { CallOutcome::Succeeded };
    let call = live.settle(outcome, failed.as_ref().map(llm::Error::code));
    let answer = Answer {
        prompt: call.usage.prompt(),
        per_second: call.tokens_per_second,
        first_token_ms: call.first_token_ms,
        timing,
    };
    gateway::settle(app, actor, call).await?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(answer),
    }
}

/// A call under way, whose row in the ledger is settled also where the measurement is stopped.
struct Asked {
    app: App,
    actor: Actor,
    live: Option<LiveCall>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        let call = live.settle(CallOutcome::Cancelled, Some(ErrorCode::Cancelled));
        let (app, actor) = (self.app.clone(), self.actor);
        self.app.tasks.spawn("settle", |_| async move {
            if let Err(error) = gateway::settle(&app, actor, call).await {
                tracing::warn!(%error, "the call of a stopped measurement could not be settled");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn measured(version: &str, speed: f64) -> Benchmark {
        Benchmark {
            model: ModelRef::new("ollama", "smol").unwrap(),
            engine_version: version.to_owned(),
            prompt_per_second: None,
            generation_per_second: Some(speed),
            first_token_ms: None,
            load_ms: None,
            created_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn a_version_that_is_slower_is_told_of() {
        let old = [measured("1", 100.0), measured("1", 99.0), measured("1", 5.0), measured("0", 900.0)];
        assert_eq!(slower(&measured("2", 86.0), &old), None);
        let notice = slower(&measured("2", 80.0), &old).unwrap();
        assert!(notice.contains("19 % slower than with 1") && notice.ends_with('.'), "{notice}");
        assert_eq!(slower(&measured("1", 1.0), &old[..3]), None, "the same version");
        assert_eq!(slower(&measured("1", 1.0), &[]), None);
    }
}
