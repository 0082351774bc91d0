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
    let now = app.clock.now();
    let call = Call {
        id: CallId::new(now),
        surface: spec.surface,
        conversation_id: spec.conversation_id,
        message_id: spec.message_id,
        run_id: spec.run.as_ref().map(|run| run.run_id),
        step: spec.run.as_ref().map(|run| run.step.clone()),
        attempt: spec.run.as_ref().map(|run| run.attempt),
        model: resolved.model.id.clone(),
        response_model: None,
        outcome: CallOutcome::Reserved,
        error_code: None,
        usage: TokenUsage { input: spec.prompt_estimate, estimated: true, ..TokenUsage::default() },
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
    if let Some(run) = &spec.run {
        pipelines::reserve(app, run.run_id, &call, resolved, spec.request.parameters.max_tokens)?;
    }
    let reserved = call.clone();
    app.store.write(move |conn| store::calls::reserve(conn, actor.user_id, &reserved)).await?;
    app.bus.publish(Event::UsageChanged);
    Ok(LiveCall::new(resolved, spec.request, call))
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
