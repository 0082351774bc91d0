//! One question to a model: resolved, sent through the gateway, told while it streams, and its row of the ledger handed back
//! for the transaction of the result. A step that is dropped half way leaves a settled row too.

use domain::{
    Actor, Call, CallOutcome, ErrorCode, FinishReason, ModelRef, Parameters, Role, SentMessage, Surface,
};
use llm::{CompletionEvent, CompletionRequest, Continuation, RequestMessage};
use serde_json::{Value, json};

use super::{StepCall, StepError};
use crate::{
    App, Error,
    gateway::{self, CallSpec, GatewayEvent, LiveCall, Resolved, RunStepRef},
    settings,
};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Question {
    pub system: String,
    pub messages: Vec<RequestMessage>,
    pub parameters: Parameters,
    /// Whether the answer is shown while it is written.
    pub quiet: bool,
}

impl Question {
    /// Word for word, for who looks at the step: instructions are added to what it was given, and the model's own answers.
    pub(super) fn sent(&self) -> Vec<SentMessage> {
        let message = |role: &str, content: String| SentMessage { role: role.to_owned(), content };
        let system = Some(&self.system).filter(|system| !system.is_empty());
        let system = system.map(|system| message("system", system.clone()));
        let said = self
            .messages
            .iter()
            .map(|one| message(if one.role == Role::Assistant { "assistant" } else { "user" }, one.plain()));
        system.into_iter().chain(said).collect()
    }
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub text: String,
    pub finish: FinishReason,
    pub call: Call,
}

/// The model that the step names, or the default one where it names none, ready to be asked.
pub(super) async fn resolve(call: &StepCall, model: &str) -> Result<Resolved, StepError> {
    let model: ModelRef = if model.trim().is_empty() {
        let chosen = settings::default_model(&call.app, call.actor).await?;
        chosen.ok_or_else(|| {
            StepError::invalid(
                "No model is chosen. Name one in this step, or choose a default model under Models.",
            )
        })?
    } else {
        let read = model.trim().parse();
        read.map_err(|error: domain::ParseModelRefError| StepError::invalid(format!("{error}.")))?
    };
    tokio::select! {
        () = call.cancel.cancelled() => Err(stopped(Vec::new())),
        resolved = gateway::resolve_for_call(&call.app, call.actor, &model) => Ok(resolved?),
    }
}

/// Asks once. What has to be settled travels with the error, too.
pub(super) async fn ask(
    step: &StepCall,
    resolved: &Resolved,
    question: Question,
) -> Result<Answered, StepError> {
    let quiet = question.quiet;
    let request = CompletionRequest {
        model: resolved.model.id.name().to_owned(),
        system: question.system,
        messages: question.messages,
        parameters: question.parameters,
        continuation: Continuation::Answer,
        cache_key: Some(format!("{}/{}", step.run, step.node.id)),
    };
    let prompt_estimate = llm::tokens::estimate_request(&request);
    let run = run_ref(step);
    let spec = CallSpec {
        surface: Surface::Pipeline,
        conversation_id: None,
        message_id: None,
        run: Some(run),
        request,
        prompt_estimate,
    };
    let live = gateway::begin(&step.app, step.actor, resolved, spec).await?;
    let mut asked = Asked { app: step.app.clone(), actor: step.actor, live: Some(live) };
    let mut text = String::new();
    let mut finish = None;
    loop {
        let Some(live) = asked.live.as_mut() else {
            return Err(StepError::new(ErrorCode::Internal, "The call was lost. Run the step again."));
        };
        let event = tokio::select! {
            biased;
            () = step.cancel.cancelled() => return Err(stopped(asked.settle(CallOutcome::Cancelled, Some(ErrorCode::Cancelled)))),
            event = live.next() => event,
        };
        match event {
            Some(Ok(GatewayEvent::Retrying { reason, after, .. })) => {
                step.tell.notice(&format!("{reason} Asked again in {:.0} s.", after.as_secs_f32().ceil()));
            }
            Some(Ok(GatewayEvent::Event(event))) => match event {
                CompletionEvent::Text(piece) => {
                    if !quiet {
                        step.tell.text(&piece);
                    }
                    text.push_str(&piece);
                }
                CompletionEvent::Notice(notice) => step.tell.notice(&notice),
                CompletionEvent::Finished { reason, .. } => finish = Some(reason),
                _ => {}
            },
            Some(Err(error)) => {
                let outcome = if text.is_empty() { CallOutcome::Failed } else { CallOutcome::Interrupted };
                let calls = asked.settle(outcome, Some(error.code()));
                return Err(StepError { calls, output: some_text(text), ..Error::from(error).into() });
            }
            None => break,
        }
    }
    let Some(finish) = finish else {
        let calls = asked.settle(CallOutcome::Interrupted, Some(ErrorCode::Interrupted));
        let error = StepError::new(
            ErrorCode::Interrupted,
            "The answer broke off before its end. Run the step again.",
        );
        return Err(StepError { calls, output: some_text(text), ..error });
    };
    let mut settled = asked.settle(CallOutcome::Succeeded, None);
    let call = settled
        .pop()
        .ok_or_else(|| StepError::new(ErrorCode::Internal, "The call was lost. Run the step again."))?;
    Ok(Answered { text, finish, call })
}

/// The attempt, as the ledger names it.
pub(super) fn run_ref(step: &StepCall) -> RunStepRef {
    let (scope, node) = (&step.key.scope, &step.key.node);
    RunStepRef {
        run_id: step.run,
        step: if scope.is_empty() { node.clone() } else { format!("{scope}/{node}") },
        attempt: step.attempt,
    }
}

fn some_text(text: String) -> Option<Value> {
    Some(Value::String(text)).filter(|text| text != "")
}

/// Stopped by the person, or with the application.
pub(super) fn stopped(calls: Vec<Call>) -> StepError {
    StepError { calls, ..StepError::new(ErrorCode::Cancelled, "This step was stopped.") }
}

/// Tokens and cost of calls, as the port `usage` shows them.
pub(super) fn usage(calls: &[Call]) -> Value {
    let sum = |of: fn(&Call) -> u64| calls.iter().map(of).sum::<u64>();
    let costs: Vec<i64> = calls.iter().filter_map(|call| call.cost_nano_usd).collect();
    let cost = (costs.len() == calls.len()).then(|| costs.iter().sum::<i64>());
    json!({
        "input": sum(|call| call.usage.prompt()),
        "output": sum(|call| call.usage.output),
        "calls": calls.len(),
        "cost_nano_usd": cost,
    })
}

/// A call under way, whose row is settled also where the step is dropped.
struct Asked {
    app: App,
    actor: Actor,
    live: Option<LiveCall>,
}

impl Asked {
    fn settle(&mut self, outcome: CallOutcome, code: Option<ErrorCode>) -> Vec<Call> {
        self.live.take().map(|live| live.settle(outcome, code)).into_iter().collect()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let Some(call) = self.settle(CallOutcome::Cancelled, Some(ErrorCode::Cancelled)).pop() else {
            return;
        };
        let (app, actor) = (self.app.clone(), self.actor);
        self.app.tasks.spawn("settle", |_| async move {
            if let Err(error) = gateway::settle(&app, actor, call).await {
                tracing::warn!(%error, "the call of a stopped step could not be settled");
            }
        });
    }
}
