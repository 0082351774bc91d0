//! Every model call passes here: resolved, checked, reserved in the ledger before it is sent, metered, retried in this one
//! place, and settled. Deliberately not here: what the call is for.

mod embed;
mod fetch;
mod live;
mod resolve;
mod retry;

pub(crate) use embed::embed;
pub(crate) use fetch::Downloads;
pub use live::{GatewayEvent, LiveCall};
pub use resolve::{Resolved, resolve, resolve_for_call};
pub(crate) use retry::random;

use domain::{Actor, Call, CallId, CallOutcome, ConversationId, MessageId, RunId, Surface, TokenUsage};
use llm::CompletionRequest;

use crate::{App, Error, events::Event, ollama, pipelines};

/// A call to be made.
#[derive(Debug, Clone)]
pub struct CallSpec {
    /// Who asks.
    pub surface: Surface,
    /// The conversation, of a turn.
    pub conversation_id: Option<ConversationId>,
    /// The message that it writes, of a turn.
    pub message_id: Option<MessageId>,
    /// The attempt that makes it, of a run's step.
    pub run: Option<RunStepRef>,
    /// What is asked; its model is the name at the provider.
    pub request: CompletionRequest,
    /// Tokens of the prompt, estimated: what the ledger keeps if the call is cut off.
    pub prompt_estimate: u64,
}

/// An attempt of a run's step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStepRef {
    /// The run.
    pub run_id: RunId,
    /// "scope/node"; the node alone at the top.
    pub step: String,
    /// From 1.
    pub attempt: u32,
}

/// Reserves the call in the ledger and makes it ready to be sent.
pub async fn begin(app: &App, actor: Actor, resolved: &Resolved, spec: CallSpec) -> Result<LiveCall, Error> {
    resolve::check_parameters(&resolved.model, &spec.request.parameters)?;
    ollama::check_room(app, resolved, spec.request.parameters.context_size).await?;
    let asked = Asked {
        surface: spec.surface,
        conversation_id: spec.conversation_id,
        message_id: spec.message_id,
        run: spec.run,
        prompt_estimate: spec.prompt_estimate,
        max_tokens: spec.request.parameters.max_tokens,
    };
    let call = reserve(app, actor, resolved, asked).await?;
    Ok(LiveCall::new(resolved, spec.request, call))
}

/// What the ledger is told of a call before it is sent.
struct Asked {
    surface: Surface,
    conversation_id: Option<ConversationId>,
    message_id: Option<MessageId>,
    run: Option<RunStepRef>,
    prompt_estimate: u64,
    /// The longest answer, where that is known: for the run's budget.
    max_tokens: Option<u32>,
}

/// Keeps room for the call in its run's budget, and its row in the ledger.
async fn reserve(app: &App, actor: Actor, resolved: &Resolved, asked: Asked) -> Result<Call, Error> {
    let now = app.clock.now();
    let (run_id, step, attempt) = match asked.run {
        Some(run) => (Some(run.run_id), Some(run.step), Some(run.attempt)),
        None => (None, None, None),
    };
    let call = Call {
        id: CallId::new(now),
        surface: asked.surface,
        conversation_id: asked.conversation_id,
        message_id: asked.message_id,
        run_id,
        step,
        attempt,
        model: resolved.model.id.clone(),
        response_model: None,
        outcome: CallOutcome::Reserved,
        error_code: None,
        usage: TokenUsage { input: asked.prompt_estimate, estimated: true, ..TokenUsage::default() },
        started_at: now,
        first_token_ms: None,
        total_ms: None,
        tokens_per_second: None,
        chunks: 0,
        retries: 0,
        // What runs here costs nothing, also if it is cut off.
        cost_nano_usd: resolved.free.then_some(0),
        price_id: None,
    };
    if let Some(run) = run_id {
        pipelines::reserve(app, run, &call, resolved, asked.max_tokens)?;
    }
    let reserved = call.clone();
    app.store.write(move |conn| store::calls::reserve(conn, actor.user_id, &reserved)).await?;
    app.bus.publish(Event::UsageChanged);
    Ok(call)
}

/// Writes the settled row on its own, for callers that have nothing else to commit with it.
pub async fn settle(app: &App, actor: Actor, call: Call) -> Result<(), Error> {
    app.store.write(move |conn| store::calls::settle(conn, actor.user_id, &call)).await?;
    app.bus.publish(Event::UsageChanged);
    Ok(())
}

/// The price of a model: none where it isn't known, and an empty one where it runs on this computer.
pub(crate) async fn price(
    app: &App,
    actor: Actor,
    model: &domain::ModelRef,
    prompt_tokens: u64,
) -> Option<Option<domain::Price>> {
    let resolved = resolve(app, actor, model).await.ok()?;
    if resolved.free { Some(None) } else { resolved.price(prompt_tokens).map(Some) }
}
