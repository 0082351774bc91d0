//! The engine as a provider: what is asked of it, and what comes back.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use domain::Parameters;
use futures_util::{FutureExt, Stream, future::BoxFuture};
use llm::{
    CompletionEvent, CompletionRequest, CompletionStream, EmbeddedTexts, Error, Provider, ProviderInfo,
};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{EmbeddedEngine, closed, job::Job, process::Process};

impl Provider for EmbeddedEngine {
    fn models(&self) -> BoxFuture<'_, Result<Vec<domain::Model>, Error>> {
        async move {
            let hardware = tokio::task::spawn_blocking(self.options.measure).await.map_err(|_| closed())?;
            let state = self.state();
            Ok(self.local_models().iter().filter_map(|model| model.shown(&hardware, &state)).collect())
        }
        .boxed()
    }

    fn test(&self) -> BoxFuture<'_, Result<ProviderInfo, Error>> {
        async move {
            let models = self.local_models().len();
            if let Some(loaded) = self.loaded() {
                return Ok(ProviderInfo { server: Some(loaded.engine), models });
            }
            let mut process = Process::start(&self.options)?;
            let greeting = process.greet(&self.options).await;
            process.stop().await;
            Ok(ProviderInfo { server: Some(greeting?.engine), models })
        }
        .boxed()
    }

    fn embed(&self, model: &str, texts: Vec<String>) -> BoxFuture<'_, Result<EmbeddedTexts, Error>> {
        let model = model.to_owned();
        async move {
            let made = EmbeddedEngine::embed(self, &model, texts).await?;
            Ok(EmbeddedTexts { vectors: made.vectors, tokens: Some(made.tokens) })
        }
        .boxed()
    }

    fn complete(&self, request: CompletionRequest) -> CompletionStream {
        let (events, receiver) = mpsc::unbounded_channel();
        let cancel = CancellationToken::new();
        let checked = check(&request.parameters);
        let job = Job::Complete { request, events: events.clone(), cancel: cancel.clone() };
        if let Err(error) = checked.and_then(|()| self.send(job)) {
            // The receiver is right here.
            let _ = events.send(Err(error));
        }
        Box::pin(Answer { events: receiver, _stop: cancel.drop_guard() })
    }
}

/// The events of one answer; dropped, it stops the runner.
struct Answer {
    events: mpsc::UnboundedReceiver<Result<CompletionEvent, Error>>,
    _stop: DropGuard,
}

impl Stream for Answer {
    type Item = Result<CompletionEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context)
    }
}

/// Refuses what this engine doesn't do or what is out of range, before anything is loaded.
fn check(parameters: &Parameters) -> Result<(), Error> {
    let refuse = |what: &str| Err(Error::InvalidRequest(format!("A model on this computer takes {what}.")));
    let within = |value: Option<f64>, most: f64| value.is_none_or(|value| (0.0..=most).contains(&value));
    if !within(parameters.temperature, 2.0) {
        return refuse("a temperature from 0 to 2");
    }
    if !within(parameters.top_p, 1.0) {
        return refuse("a top-p from 0 to 1");
    }
    if parameters.top_k == Some(0) || parameters.max_tokens == Some(0) {
        return refuse("a top-k and a limit of tokens from 1");
    }
    if parameters.stop.len() > 4 || parameters.stop.iter().any(String::is_empty) {
        return refuse("at most 4 stop sequences, none of them empty");
    }
    if parameters.reasoning_effort.is_some() {
        return refuse("no reasoning effort: leave it out");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_refused_before_anything_is_loaded() {
        assert!(check(&Parameters::default()).is_ok());
        let bad = [
            Parameters { temperature: Some(2.1), ..Parameters::default() },
            Parameters { temperature: Some(f64::NAN), ..Parameters::default() },
            Parameters { top_p: Some(-0.1), ..Parameters::default() },
            Parameters { top_k: Some(0), ..Parameters::default() },
            Parameters { max_tokens: Some(0), ..Parameters::default() },
            Parameters { stop: vec![String::new()], ..Parameters::default() },
            Parameters { reasoning_effort: Some(domain::ReasoningEffort::Low), ..Parameters::default() },
        ];
        for parameters in bad {
            assert!(check(&parameters).is_err(), "{parameters:?}");
        }
    }
}
