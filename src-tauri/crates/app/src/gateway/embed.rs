//! Vectors, through the same door: reserved before they are asked for, settled with what came.

use domain::{Actor, Call, CallOutcome, ErrorCode, Surface, TokenUsage};
use llm::EmbeddedTexts;
use tokio::time::Instant;

use super::{Asked, Resolved, RunStepRef, reserve};
use crate::{App, Error};

/// What came, with its row of the ledger, which the caller commits with the result.
pub(crate) type Embedded = (Result<EmbeddedTexts, Error>, Call);

/// Asks for the vectors of texts, once. An error here is one before anything was sent.
pub(crate) async fn embed(
    app: &App,
    actor: Actor,
    resolved: &Resolved,
    run: RunStepRef,
    texts: Vec<String>,
) -> Result<Embedded, Error> {
    let asked = Asked {
        surface: Surface::Pipeline,
        conversation_id: None,
        message_id: None,
        run: Some(run),
        prompt_estimate: texts.iter().map(|text| llm::tokens::estimate(text)).sum(),
        // Vectors have no output tokens.
        max_tokens: Some(0),
    };
    let call = reserve(app, actor, resolved, asked).await?;
    let begun = Instant::now();
    let mut open = Open { app: app.clone(), actor, call: Some(call) };
    let answered = resolved.provider.embed(resolved.model.id.name(), texts).await.map_err(Error::from);
    let Some(mut settled) = open.call.take() else {
        return Err(Error::new(ErrorCode::Internal, "The call was lost. Run the step again."));
    };
    settled.total_ms = Some(begun.elapsed().as_secs_f64() * 1000.0);
    match &answered {
        Ok(embedded) => {
            settled.outcome = CallOutcome::Succeeded;
            if let Some(tokens) = embedded.tokens {
                settled.usage = TokenUsage { input: tokens, ..TokenUsage::default() };
            }
        }
        Err(error) => {
            settled.outcome = CallOutcome::Failed;
            settled.error_code = Some(error.code);
        }
    }
    let refused = |code: ErrorCode| {
        matches!(
            code,
            ErrorCode::Unauthorized
                | ErrorCode::RateLimited
                | ErrorCode::ProviderUnreachable
                | ErrorCode::InvalidInput
        )
    };
    if resolved.free || settled.error_code.is_some_and(refused) {
        settled.cost_nano_usd = Some(0);
    } else if let Some(price) = resolved.price(settled.usage.prompt()) {
        settled.cost_nano_usd = Some(price.cost(&settled.usage));
        settled.price_id = Some(price.id.clone());
    }
    Ok((answered, settled))
}

/// A call under way, whose row is settled also where nobody waits for it any more.
struct Open {
    app: App,
    actor: Actor,
    call: Option<Call>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut call) = self.call.take() else { return };
        (call.outcome, call.error_code) = (CallOutcome::Cancelled, Some(ErrorCode::Cancelled));
        let (app, actor) = (self.app.clone(), self.actor);
        self.app.tasks.spawn("settle", |_| async move {
            if let Err(error) = super::settle(&app, actor, call).await {
                tracing::warn!(%error, "a call that was stopped could not be settled");
            }
        });
    }
}
