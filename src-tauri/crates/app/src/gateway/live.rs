//! A call under way: its stream, its retries, its meter.

use std::time::Duration;

use domain::{Call, CallOutcome, ErrorCode, TokenUsage};
use futures_util::StreamExt as _;
use llm::{CompletionEvent, CompletionRequest, CompletionStream};
use tokio::time::Instant;

use super::{Resolved, retry};

/// What a call under way tells.
#[derive(Debug, Clone, PartialEq)]
pub enum GatewayEvent {
    /// The provider refused or could not be reached; it is asked again after the delay.
    Retrying {
        /// From now.
        after: Duration,
        /// Which try comes next, from 2.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// A piece of the answer.
    Event(CompletionEvent),
}

/// A call under way. Dropping it ends the request upstream; `settle` says what to write into the ledger.
pub struct LiveCall {
    resolved: Resolved,
    request: CompletionRequest,
    call: Call,
    stream: Option<CompletionStream>,
    due: Option<Instant>,
    attempt: u32,
    sent: Instant,
    first: Option<Instant>,
    last: Option<Instant>,
    /// Whether anything of the answer has come: then it is never asked for again.
    delivered: bool,
    text_bytes: u64,
    usage: Option<TokenUsage>,
    generation_ms: Option<f64>,
}

impl LiveCall {
    pub(super) fn new(resolved: &Resolved, request: CompletionRequest, call: Call) -> Self {
        Self {
            resolved: resolved.clone(),
            request,
            call,
            stream: None,
            due: None,
            attempt: 1,
            sent: Instant::now(),
            first: None,
            last: None,
            delivered: false,
            text_bytes: 0,
            usage: None,
            generation_ms: None,
        }
    }

    /// The next piece; an error ends the call; `None` after `Finished`. Waiting here may be dropped and begun again.
    pub async fn next(&mut self) -> Option<Result<GatewayEvent, llm::Error>> {
        if let Some(due) = self.due {
            tokio::time::sleep_until(due).await;
            self.due = None;
            self.attempt += 1;
            self.call.retries += 1;
        }
        if self.stream.is_none() {
            self.sent = Instant::now();
            self.stream = Some(self.resolved.provider.complete(self.request.clone()));
        }
        match self.stream.as_mut()?.next().await? {
            Ok(event) => {
                self.meter(&event);
                Some(Ok(GatewayEvent::Event(event)))
            }
            Err(error) => {
                match retry::delay(&error, self.attempt, retry::random()).filter(|_| !self.delivered) {
                    Some(after) => {
                        self.stream = None;
                        self.due = Some(Instant::now() + after);
                        Some(Ok(GatewayEvent::Retrying {
                            after,
                            attempt: self.attempt + 1,
                            reason: error.to_string(),
                        }))
                    }
                    None => Some(Err(error)),
                }
            }
        }
    }

    fn meter(&mut self, event: &CompletionEvent) {
        match event {
            CompletionEvent::Started { model } => self.call.response_model.clone_from(model),
            CompletionEvent::Text(text) | CompletionEvent::Reasoning(text) => {
                let now = Instant::now();
                self.delivered = true;
                self.first.get_or_insert(now);
                self.last = Some(now);
                self.call.chunks += 1;
                self.text_bytes += text.len() as u64;
            }
            CompletionEvent::Usage(usage) => self.usage = Some(*usage),
            CompletionEvent::Finished { timing, .. } => self.generation_ms = timing.generation_ms,
            CompletionEvent::ReasoningBlock(_) => self.delivered = true,
            CompletionEvent::Notice(_) | CompletionEvent::Loading(_) | CompletionEvent::Prefill { .. } => {}
        }
    }

    /// The call's id.
    pub fn id(&self) -> domain::CallId {
        self.call.id
    }

    /// Ends the call, upstream too, and gives its row as it must be written.
    pub fn settle(mut self, outcome: CallOutcome, error_code: Option<ErrorCode>) -> Call {
        self.stream = None;
        let mut call = self.call;
        call.outcome = outcome;
        call.error_code = error_code;
        let millis = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1000.0;
        call.total_ms = Some(millis(self.sent, Instant::now()));
        call.first_token_ms = self.first.map(|first| millis(self.sent, first));
        call.usage = match self.usage {
            Some(usage) if outcome == CallOutcome::Succeeded => usage,
            Some(usage) => TokenUsage {
                // A cut stream's last count may lag behind what was received.
                output: usage.output.max(received(&call, self.text_bytes)),
                estimated: true,
                ..usage
            },
            None if self.first.is_none() => TokenUsage { input: 0, estimated: true, ..call.usage },
            None => TokenUsage { output: received(&call, self.text_bytes), estimated: true, ..call.usage },
        };
        let streamed = self.first.zip(self.last).map(|(first, last)| millis(first, last));
        call.tokens_per_second = speed(call.usage.output, self.generation_ms, streamed);
        if self.resolved.free || (!self.delivered && error_code.is_some_and(refused)) {
            call.cost_nano_usd = Some(0);
        } else if let Some(price) = self.resolved.price(call.usage.prompt()) {
            call.cost_nano_usd = Some(price.cost(&call.usage));
            call.price_id = Some(price.id.clone());
        }
        call
    }
}

/// Milliseconds: of an answer whose pieces came closer together than this, nobody can say how fast it was written.
const AT_ONCE: f64 = 50.0;

/// Tokens a second: by what the server says that it took, else by the time from the first piece to the last, in milliseconds.
fn speed(output: u64, generation: Option<f64>, streamed: Option<f64>) -> Option<f64> {
    let per_second = |tokens: u64, time: f64| tokens as f64 / time * 1000.0;
    match (generation.filter(|time| *time > 0.0), streamed.filter(|time| *time >= AT_ONCE)) {
        (Some(time), _) => Some(per_second(output, time)),
        (None, Some(time)) if output > 1 => Some(per_second(output - 1, time)),
        _ => None,
    }
}

/// Whether the request never came to a model: nobody charges for that.
fn refused(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InvalidInput
            | ErrorCode::ProviderAuth
            | ErrorCode::ProviderUnreachable
            | ErrorCode::ModelNotFound
            | ErrorCode::ContextTooLong
            | ErrorCode::RateLimited
    )
}

/// Tokens that were received, estimated: servers send one token a piece or more, and a token is about four bytes.
fn received(call: &Call, text_bytes: u64) -> u64 {
    call.chunks.max(text_bytes.div_ceil(4))
}

#[cfg(test)]
mod tests {
    use super::speed;

    #[test]
    fn a_speed_is_told_only_where_it_can_be_known() {
        assert_eq!(speed(101, None, Some(1000.0)), Some(100.0));
        assert_eq!(speed(100, Some(2000.0), Some(1.0)), Some(50.0));
        assert_eq!(speed(167, None, Some(0.1)), None, "it came in one piece");
        assert_eq!(speed(1, None, Some(1000.0)), None, "the first piece is no stretch of time");
    }
}
