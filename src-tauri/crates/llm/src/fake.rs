//! A provider that a test feeds: it answers what the test says, when the test says it.

use std::sync::{Arc, Mutex, PoisonError};

use domain::Model;
use futures_util::{FutureExt, future::BoxFuture, stream};
use tokio::sync::{
    Mutex as AsyncMutex,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{CompletionEvent, CompletionRequest, CompletionStream, Error, Provider, ProviderInfo, Timing};

/// What a call is answered with, in order.
type Script = Vec<Result<CompletionEvent, Error>>;

/// The provider; clones are the same one.
#[derive(Debug, Clone)]
pub struct Fake {
    models: Arc<Mutex<Result<Vec<Model>, Error>>>,
    /// What answers by itself; absent while a test answers each call.
    script: Arc<Mutex<Option<Script>>>,
    calls: UnboundedSender<FakeCall>,
    waiting: Arc<AsyncMutex<UnboundedReceiver<FakeCall>>>,
}

/// One call that the provider got. Dropping it ends the answer's stream without an end.
#[derive(Debug)]
pub struct FakeCall {
    /// What was asked.
    pub request: CompletionRequest,
    events: UnboundedSender<Result<CompletionEvent, Error>>,
}

impl Default for Fake {
    fn default() -> Self {
        Self::new()
    }
}

impl Fake {
    /// A provider without models, whose calls wait for `next_call`.
    pub fn new() -> Self {
        let (calls, waiting) = unbounded_channel();
        Self {
            models: Arc::new(Mutex::new(Ok(Vec::new()))),
            script: Arc::default(),
            calls,
            waiting: Arc::new(AsyncMutex::new(waiting)),
        }
    }

    /// What `models` and `test` answer from now on.
    pub fn set_models(&self, models: Result<Vec<Model>, Error>) {
        *self.models.lock().unwrap_or_else(PoisonError::into_inner) = models;
    }

    /// Every call from now on is answered with these events at once, and is still handed out by `next_call`.
    pub fn answer_always(&self, events: Vec<Result<CompletionEvent, Error>>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(events);
    }

    /// The same with a text and a good end.
    pub fn answer_with(&self, text: &str) {
        self.answer_always(vec![
            Ok(CompletionEvent::Started { model: None }),
            Ok(CompletionEvent::Text(text.to_owned())),
            Ok(CompletionEvent::Finished { reason: domain::FinishReason::Stop, timing: Timing::default() }),
        ]);
    }

    /// The next call that came, waiting for it.
    pub async fn next_call(&self) -> Option<FakeCall> {
        self.waiting.lock().await.recv().await
    }
}

impl FakeCall {
    /// Sends an event; `false` once nobody listens any more.
    pub fn send(&self, event: CompletionEvent) -> bool {
        self.events.send(Ok(event)).is_ok()
    }

    /// Sends a piece of text.
    pub fn text(&self, text: &str) -> bool {
        self.send(CompletionEvent::Text(text.to_owned()))
    }

    /// Ends the answer well.
    pub fn finish(self) {
        self.send(CompletionEvent::Finished {
            reason: domain::FinishReason::Stop,
            timing: Timing::default(),
        });
    }

    /// Ends the answer with an error.
    pub fn fail(self, error: Error) {
        let _ = self.events.send(Err(error));
    }

    /// Waits until the caller has dropped the stream.
    pub async fn dropped(&self) {
        self.events.closed().await;
    }
}

impl Provider for Fake {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>> {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner).clone();
        async move { models }.boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        async { Ok(ProviderInfo { server: Some("Fake".to_owned()), models: self.models().await?.len() }) }
            .boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        let (events, received) = unbounded_channel();
        if let Some(script) = self.script.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            for event in script {
                let _ = events.send(event.clone());
            }
        }
        let _ = self.calls.send(FakeCall { request, events });
        // As a real client, it says nothing after its end or an error.
        let state = (received, false);
        Box::pin(stream::unfold(state, |(mut received, ended)| async move {
            if ended {
                return None;
            }
            let item: Result<CompletionEvent, Error> = received.recv().await?;
            let ended = matches!(item, Err(_) | Ok(CompletionEvent::Finished { .. }));
            Some((item, (received, ended)))
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use domain::{Parameters, Role};
    use futures_util::StreamExt;

    use super::*;
    use crate::{Continuation, RequestMessage};

    fn question() -> CompletionRequest {
        CompletionRequest {
            model: "m".to_owned(),
            system: String::new(),
            messages: vec![RequestMessage::text(Role::User, "Name three colours.")],
            parameters: Parameters::default(),
            continuation: Continuation::Answer,
            cache_key: None,
        }
    }

    #[tokio::test]
    async fn the_fake_answers_what_a_test_feeds_it() {
        let fake = Fake::new();
        let mut stream = fake.complete(question());
        let call = fake.next_call().await.unwrap();
        assert_eq!(call.request.model, "m");
        assert!(call.text("Hel") && call.text("lo"));
        assert_eq!(stream.next().await, Some(Ok(CompletionEvent::Text("Hel".to_owned()))));
        drop(stream);
        call.dropped().await;
        assert!(!call.text("!"));
        fake.answer_with("Hi");
        let answer: Vec<_> = fake.complete(question()).collect().await;
        assert!(answer.contains(&Ok(CompletionEvent::Text("Hi".to_owned()))), "{answer:?}");
    }
}
