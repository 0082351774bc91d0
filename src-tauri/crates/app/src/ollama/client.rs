//! The one that is looked after, as a provider: what it says of its models is put right, and its answers tell whether a model
//! lives.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use domain::{ErrorCode, Model, ModelState};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use llm::{
    CompletionEvent, CompletionRequest, CompletionStream, EmbeddedTexts, Error, LoadedModel, OllamaLoad,
    Provider, ProviderInfo,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{SLUG, damage, load};
use crate::{App, Inner, events::Event};

/// How long what is in memory may take to be told.
pub(super) const GLANCE: Duration = Duration::from_secs(3);

/// A client of the one that is looked after, at an address.
pub(crate) fn client(app: &App, address: &str) -> Result<Arc<dyn Provider>, crate::Error> {
    let http = app.http.with_first_byte_timeout(app.first_token_timeout());
    let inner = llm::Ollama::new(http, address)?.named(SLUG);
    let glance = llm::Ollama::new(app.http.with_first_byte_timeout(GLANCE), address)?;
    Ok(Arc::new(Watched { app: Arc::downgrade(&app.0), inner, glance, context: None }))
}

#[derive(Clone)]
struct Watched {
    app: Weak<Inner>,
    inner: llm::Ollama,
    glance: llm::Ollama,
    /// The context that is asked for where a request names none, in tokens.
    context: Option<u32>,
}

impl Provider for Watched {
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, Error>> {
        async {
            let mut models = self.inner.models().await?;
            if let Some(app) = self.app() {
                damage::mark(&app, &mut models).await;
                app.ollama.notes.apply(&mut models);
            }
            Ok(models)
        }
        .boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        self.inner.test()
    }

    fn loading(&self, load: OllamaLoad) -> Option<Arc<dyn Provider>> {
        let inner = self.inner.clone().loading(load);
        Some(Arc::new(Self { inner, context: load.context, ..self.clone() }))
    }

    fn embed(&self, model: &str, texts: Vec<String>) -> BoxFuture<'_, Result<EmbeddedTexts, Error>> {
        let asked = self.inner.embed(model, texts);
        let name = model.trim_end_matches(":latest").to_owned();
        async move {
            let answered = asked.await;
            // It loaded the model for that.
            self.look();
            // What it says then is advice for whoever started its runner, which it did itself.
            answered.map_err(|error| match error {
                error if error.to_string().contains("does not support embeddings") => {
                    Error::InvalidRequest(format!(
                        "{name} makes no embeddings. Choose an embedding model, such as nomic-embed-text."
                    ))
                }
                error => error,
            })
        }
        .boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        let end =
            self.app().map_or_else(CancellationToken::new, |app| app.ollama.notes.answering(&request.model));
        let answer = Answer {
            watched: self.clone(),
            model: request.model.clone(),
            asked: request.parameters.context_size.or(self.context),
            stream: self.inner.complete(request),
            held: None,
            began: false,
            end,
        };
        stream::unfold(answer, |mut answer| async move { answer.next().await.map(|item| (item, answer)) })
            .boxed()
    }
}

impl Watched {
    fn look(&self) {
        if let Some(app) = self.app() {
            app.ollama.look.notify_one();
        }
    }

    fn app(&self) -> Option<App> {
        self.app.upgrade().map(App)
    }

    async fn loaded(&self, model: &str) -> Option<LoadedModel> {
        let loaded = timeout(GLANCE, self.glance.loaded()).await.ok()?.ok()?;
        loaded.into_iter().find(|loaded| loaded.name == model)
    }
}

/// One answer under way.
struct Answer {
    watched: Watched,
    model: String,
    /// The context that was asked for, in tokens.
    asked: Option<u32>,
    stream: CompletionStream,
    /// What comes after a notice.
    held: Option<CompletionEvent>,
    began: bool,
    end: CancellationToken,
}

impl Answer {
    async fn next(&mut self) -> Option<Result<CompletionEvent, Error>> {
        if let Some(event) = self.held.take() {
            return Some(Ok(event));
        }
        let item = tokio::select! {
            biased;
            () = self.end.cancelled() => {
                self.stream = stream::empty().boxed();
                self.end = CancellationToken::new();
                let sentence = "The model was taken out of memory, which ended its answer.";
                return Some(Err(Error::Interrupted(sentence.to_owned())));
            }
            item = self.stream.next() => item,
        };
        match item {
            Some(Ok(event)) => Some(Ok(self.event(event).await)),
            Some(Err(error)) => {
                self.failed(&error).await;
                Some(Err(error))
            }
            None => {
                self.watched.look();
                None
            }
        }
    }

    async fn event(&mut self, event: CompletionEvent) -> CompletionEvent {
        if self.began || !matches!(event, CompletionEvent::Text(_) | CompletionEvent::Reasoning(_)) {
            return event;
        }
        self.began = true;
        let Some(app) = self.watched.app() else { return event };
        if app.ollama.notes.answers(&self.model) {
            app.models_changed(SLUG);
        }
        self.watched.look();
        let Some(asked) = self.asked else { return event };
        let Some(loaded) = self.watched.loaded(&self.model).await else { return event };
        match load::clamped(&app, &self.model, asked, loaded.context) {
            Some(notice) => {
                self.held = Some(event);
                CompletionEvent::Notice(notice)
            }
            None => event,
        }
    }

    /// A model that is said to be in memory and from which nothing came for so long doesn't answer.
    async fn failed(&mut self, error: &Error) {
        self.watched.look();
        if error.code() != ErrorCode::TimedOut || self.watched.loaded(&self.model).await.is_none() {
            return;
        }
        let Some(app) = self.watched.app() else { return };
        let message = format!(
            "{} is in memory and doesn't answer. Unload it and start it again.",
            self.model.trim_end_matches(":latest")
        );
        tracing::warn!(model = %self.model, "a model that is in memory doesn't answer");
        if app.ollama.notes.mark(&self.model, ModelState::NotAnswering { message }) {
            app.models_changed(SLUG);
            app.bus.publish(Event::OllamaChanged { state: app.ollama.state() });
        }
    }
}
