//! One generation, from the committed empty answer to its end. How it is kept is in `keep`.

use std::{sync::Arc, time::Duration};

use domain::{Actor, CallOutcome, Conversation, ErrorCode, Message, MessageStatus, Parameters, Surface};
use llm::{CompletionEvent, CompletionRequest, Continuation};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    outcome::{End, Streamed, cut, stopped},
    prompt,
    turns::Live,
};
use crate::{
    App, Error,
    events::{Event, TurnProgress},
    gateway::{self, CallSpec, GatewayEvent, LiveCall, Resolved},
};

/// How often the page is told: about 30 times a second.
const DELTA: Duration = Duration::from_millis(33);
/// How often what came is committed: a kill loses less than a second.
const CHECKPOINT: Duration = Duration::from_millis(500);
/// How often a prompt that turned out too long is cut and sent again.
const RECUTS: u32 = 2;

/// What a turn works on.
pub(super) struct Turn {
    pub app: App,
    pub actor: Actor,
    pub conversation: Conversation,
    /// The message that is written, as it was committed.
    pub message: Message,
    pub parameters: Parameters,
    pub continuation: Continuation,
    pub live: Arc<Live>,
}

impl Turn {
    /// Runs to the end, whatever that is, and commits it.
    pub(super) async fn run(mut self, shutdown: CancellationToken) {
        let end = match self.answer(&shutdown).await {
            Ok(end) => end,
            Err(error) => End::failed(&error),
        };
        self.keep(end, &shutdown).await;
    }

    async fn answer(&mut self, shutdown: &CancellationToken) -> Result<End, Error> {
        let Some(model) = self.message.model.clone() else {
            return Err(Error::invalid("No model is chosen. Choose one and send again."));
        };
        let live = Arc::clone(&self.live);
        let resolved = tokio::select! {
            () = live.stop.cancelled() => return Ok(stopped(None)),
            () = shutdown.cancelled() => return Ok(cut(None)),
            resolved = gateway::resolve_for_call(&self.app, self.actor, &model) => resolved?,
        };
        let mut fit = self.app.turns.fit(self.conversation.id, &model);
        for recut in 0.. {
            let prompt = prompt::build(
                &self.app,
                self.actor,
                &self.conversation,
                &self.message,
                &resolved,
                &self.parameters,
                fit,
            )
            .await?;
            if recut > 0 {
                let text = format!(
                    "The conversation is longer than the model takes. Its first {} messages are not sent.",
                    prompt.left_out.len()
                );
                self.progress(TurnProgress::Notice { text });
            }
            let spec = self.spec(&resolved, &prompt);
            let call = gateway::begin(&self.app, self.actor, &resolved, spec).await?;
            match self.stream(call, shutdown).await {
                Streamed::Ended(end) => return Ok(end),
                Streamed::TooLong { call, prompt_tokens, context, message } => {
                    if recut >= RECUTS || !prompt.can_shrink {
                        let error = Some((ErrorCode::ContextTooLong, message));
                        return Ok(End {
                            status: MessageStatus::Failed,
                            finish_reason: None,
                            error,
                            call: Some(call),
                        });
                    }
                    fit = fit.after(&prompt, prompt_tokens, context);
                    self.app.turns.learn(self.conversation.id, &model, fit);
                    gateway::settle(&self.app, self.actor, call).await?;
                }
            }
        }
        Err(Error::new(ErrorCode::ContextTooLong, "The conversation does not fit the model's context."))
    }

    fn spec(&self, resolved: &Resolved, prompt: &prompt::Prompt) -> CallSpec {
        CallSpec {
            surface: Surface::Chat,
            conversation_id: Some(self.conversation.id),
            message_id: Some(self.message.id),
            run: None,
            request: CompletionRequest {
                model: resolved.model.id.name().to_owned(),
                system: self.conversation.system_prompt.clone(),
                messages: prompt.messages.clone(),
                parameters: self.parameters.clone(),
                continuation: self.continuation,
                cache_key: Some(self.conversation.id.to_string()),
            },
            prompt_estimate: prompt.used,
        }
    }

    async fn stream(&self, mut call: LiveCall, shutdown: &CancellationToken) -> Streamed {
        let mut deltas = interval(DELTA);
        deltas.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut saved = Instant::now();
        let mut failures = 0;
        let mut finished = None;
        loop {
            let event = tokio::select! {
                biased;
                () = self.live.stop.cancelled() => {
                    let row = call.settle(CallOutcome::Cancelled, Some(ErrorCode::Cancelled));
                    return Streamed::Ended(stopped(Some(row)));
                }
                () = shutdown.cancelled() => {
                    let row = call.settle(CallOutcome::Interrupted, Some(ErrorCode::Interrupted));
                    return Streamed::Ended(cut(Some(row)));
                }
                _ = deltas.tick() => {
                    self.publish_delta();
                    if saved.elapsed() >= CHECKPOINT {
                        failures = self.checkpoint(failures).await;
                        saved = Instant::now();
                    }
                    continue;
                }
                event = call.next() => event,
            };
            match event {
                Some(Ok(GatewayEvent::Retrying { after, attempt, reason })) => {
                    self.progress(TurnProgress::Retrying {
                        after_ms: after.as_millis() as u64,
                        attempt,
                        reason,
                    });
                }
                Some(Ok(GatewayEvent::Event(CompletionEvent::Finished { reason, .. }))) => {
                    finished = Some(reason);
                }
                Some(Ok(GatewayEvent::Event(event))) => self.take(event),
                Some(Err(llm::Error::ContextTooLong { message, prompt_tokens, context })) => {
                    let call = call.settle(CallOutcome::Failed, Some(ErrorCode::ContextTooLong));
                    return Streamed::TooLong { call, prompt_tokens, context, message };
                }
                Some(Err(error)) => return Streamed::Ended(self.broken(call, &error)),
                None => {
                    return Streamed::Ended(match finished {
                        Some(reason) => End {
                            status: MessageStatus::Succeeded,
                            finish_reason: Some(reason),
                            error: None,
                            call: Some(call.settle(CallOutcome::Succeeded, None)),
                        },
                        None => self.broken(
                            call,
                            &llm::Error::Interrupted(
                                "The answer broke off before its end. Continue it, or try again.".to_owned(),
                            ),
                        ),
                    });
                }
            }
        }
    }

    fn take(&self, event: CompletionEvent) {
        match event {
            CompletionEvent::Text(piece) => self.live.fold(|fold| fold.text(&piece)),
            CompletionEvent::Reasoning(piece) => self.live.fold(|fold| fold.reasoning(&piece)),
            CompletionEvent::ReasoningBlock(block) => self.live.fold(|fold| fold.reasoning_block(block)),
            CompletionEvent::Notice(text) => self.progress(TurnProgress::Notice { text }),
            CompletionEvent::Loading(progress) => self.progress(TurnProgress::Loading { progress }),
            CompletionEvent::Prefill { done, total } => self.progress(TurnProgress::Prefill { done, total }),
            CompletionEvent::Started { .. } => self.progress(TurnProgress::Waiting),
            CompletionEvent::Usage(_) | CompletionEvent::Finished { .. } => {}
        }
    }

    /// What came before an error is kept: then the answer is interrupted and can be continued; else it failed.
    fn broken(&self, call: LiveCall, error: &llm::Error) -> End {
        let empty = self.live.fold(|fold| fold.is_empty());
        let (status, outcome) = if empty {
            (MessageStatus::Failed, CallOutcome::Failed)
        } else {
            (MessageStatus::Interrupted, CallOutcome::Interrupted)
        };
        let row = call.settle(outcome, Some(error.code()));
        End { status, finish_reason: None, error: Some((error.code(), error.to_string())), call: Some(row) }
    }

    pub(super) fn progress(&self, progress: TurnProgress) {
        self.live.set_progress(Some(progress.clone()));
        self.app.bus.publish(Event::MessageProgress {
            conversation_id: self.conversation.id,
            message_id: self.message.id,
            progress,
        });
    }

    pub(super) fn publish_delta(&self) {
        let Some(delta) = self.live.fold(super::fold::Fold::delta) else { return };
        self.live.set_progress(None);
        self.app.bus.publish(Event::MessageDelta {
            conversation_id: self.conversation.id,
            message_id: self.message.id,
            rev: delta.rev,
            patches: delta.patches,
            text: delta.text,
            reasoning: delta.reasoning,
        });
    }
}
